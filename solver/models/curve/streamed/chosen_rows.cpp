#include "models/curve/streamed/chosen_rows.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>
#include <thalweg/formula/formula.hpp>

#include "models/curve/streamed/row_buffers.hpp"

namespace thalweg::inline v0_1 {
namespace {

class CalledColumns final : public RowSource {
 public:
  CalledColumns(std::shared_ptr<const RowSource> source, const std::vector<std::string>& names)
      : source_(std::move(source)), names_(names) {
    const ColumnNames known(source_->columns());
    for (const std::string& name : names) {
      const auto found = known.find(name).column;
      if (!found) throw Error(fmt::format("there is no column '{}'", name));
      columns_.push_back(static_cast<std::int64_t>(*found));
    }
  }
  std::int64_t rows() const override { return source_->rows(); }
  const std::vector<std::string>& columns() const override { return names_; }
  void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
            double* const* to) const override {
    std::vector<std::int64_t> there;
    for (const std::int64_t c : wanted) there.push_back(columns_[static_cast<std::size_t>(c)]);
    source_->read(begin, end, there, to);
  }
  std::int64_t place(std::int64_t row) const override { return source_->place(row); }

 private:
  std::shared_ptr<const RowSource> source_;
  std::vector<std::string> names_;
  std::vector<std::int64_t> columns_;
};

std::int64_t place_of(const RowSource& source, const std::string& name) {
  const auto& columns = source.columns();
  const auto at = std::find(columns.begin(), columns.end(), name);
  if (at == columns.end()) throw Error(fmt::format("there is no column '{}'", name));
  return at - columns.begin();
}

/// The columns that a condition reads.
std::vector<std::string> columns_in(const Formula& condition, const RowSource& source) {
  std::vector<std::string> names;
  const auto& columns = source.columns();
  for (const auto* list : {&condition.names(), &condition.constants()})
    for (const Formula::Name& name : *list)
      if (std::find(columns.begin(), columns.end(), name.name) != columns.end() &&
          std::find(names.begin(), names.end(), name.name) == names.end())
        names.push_back(name.name);
  return names;
}

bool all_finite(RowBuffers& values, std::size_t columns, std::int64_t count) {
  double check = 0.0;  // v − v is not 0 where v is not finite
  for (std::size_t c = 0; c < columns; ++c) {
    const double* const v = values[c];
#pragma omp simd reduction(+ : check)
    for (std::int64_t i = 0; i < count; ++i) check += v[i] - v[i];
  }
  return check == 0.0;
}

}  // namespace

std::shared_ptr<const RowSource> columns_called(std::shared_ptr<const RowSource> source,
                                                const std::vector<std::string>& names) {
  return std::make_shared<const CalledColumns>(std::move(source), names);
}

RowJudge::RowJudge(std::shared_ptr<const RowSource> source, const std::optional<std::string>& condition,
                   const std::vector<std::string>& read)
    : source_(std::move(source)) {
  if (condition) {
    Formula formula = Formula::parse(*condition);
    const std::vector<std::string> names = columns_in(formula, *source_);
    for (const std::string& name : names) wanted_.push_back(place_of(*source_, name));
    condition_.emplace(Equation{"", Formula::parse("0"), std::move(formula)}, std::vector<std::string>{}, names);
  }
  in_condition_ = wanted_.size();
  for (const std::string& name : read) wanted_.push_back(place_of(*source_, name));
}

std::vector<RowJudge::Kind> RowJudge::judge(std::int64_t begin, std::int64_t end, std::optional<Hole>* hole) const {
  const std::int64_t count = end - begin;
  thread_local RowBuffers values, holds;
  values.resize(wanted_.size(), count);
  holds.resize(1, count);
  source_->read(begin, end, wanted_, values.data());
  if (condition_) condition_->evaluate(nullptr, values.data(), count, holds[0], nullptr);
  std::vector<Kind> kinds(static_cast<std::size_t>(count), Kind::kept);
  if (!condition_ && all_finite(values, wanted_.size(), count)) return kinds;
  for (std::int64_t i = 0; i < count; ++i) {
    Kind& kind = kinds[static_cast<std::size_t>(i)];
    for (std::size_t c = 0; c < wanted_.size() && kind == Kind::kept; ++c) {
      // A row of which the condition is not known is missing; one that does not meet it, whatever else it lacks, not.
      if (c == in_condition_ && condition_ && holds[0][i] != 1.0) break;
      if (std::isfinite(values[c][i])) continue;
      kind = Kind::missing;
      if (hole && !*hole)
        *hole = Hole{begin + i, source_->columns()[static_cast<std::size_t>(wanted_[c])], values[c][i]};
    }
    if (kind == Kind::kept && condition_ && holds[0][i] != 1.0) kind = Kind::excluded;
  }
  return kinds;
}

ChosenRows::ChosenRows(std::shared_ptr<const RowSource> source, RowJudge judge, std::vector<std::int32_t> kept)
    : source_(std::move(source)), judge_(std::move(judge)) {
  before_.push_back(0);
  for (const std::int32_t count : kept) before_.push_back(before_.back() + count);
}

std::size_t ChosenRows::range_of(std::int64_t row) const {
  return static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), row) - before_.begin()) - 1;
}

std::int64_t ChosenRows::end_of(std::size_t r) const { return std::min(begin_of(r) + range, source_->rows()); }

std::vector<std::int64_t> ChosenRows::places(std::size_t r) const {
  std::vector<std::int64_t> rows;
  if (before_[r + 1] - before_[r] == end_of(r) - begin_of(r)) return rows;
  const std::vector<RowJudge::Kind> kinds = judge_.judge(begin_of(r), end_of(r));
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i] == RowJudge::Kind::kept) rows.push_back(begin_of(r) + static_cast<std::int64_t>(i));
  if (static_cast<std::int64_t>(rows.size()) != before_[r + 1] - before_[r])
    throw Error("the rows have changed while they were read; expected a file that stays as it is");
  return rows;
}

void ChosenRows::read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
                      double* const* to) const {
  std::vector<double*> into(wanted.size());
  for (std::int64_t row = begin; row < end;) {
    const std::size_t r = range_of(row);
    const std::int64_t last = std::min(end, before_[r + 1]), first_in = row - before_[r];
    const std::vector<std::int64_t> rows = places(r);
    if (rows.empty()) {
      for (std::size_t c = 0; c < wanted.size(); ++c) into[c] = to[c] + (row - begin);
      source_->read(begin_of(r) + first_in, begin_of(r) + first_in + (last - row), wanted, into.data());
    } else {
      RowBuffers all(wanted.size(), end_of(r) - begin_of(r));
      source_->read(begin_of(r), end_of(r), wanted, all.data());
      for (std::size_t c = 0; c < wanted.size(); ++c)
        for (std::int64_t i = 0; i < last - row; ++i)
          to[c][row - begin + i] = all[c][rows[static_cast<std::size_t>(first_in + i)] - begin_of(r)];
    }
    row = last;
  }
}

std::int64_t ChosenRows::place(std::int64_t row) const {
  const std::size_t r = range_of(row);
  const std::vector<std::int64_t> rows = places(r);
  const std::int64_t in = row - before_[r];
  return source_->place(rows.empty() ? begin_of(r) + in : rows[static_cast<std::size_t>(in)]);
}

}  // namespace thalweg::inline v0_1
