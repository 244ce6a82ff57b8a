#include <thalweg/models/streamed_rows.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/aligned.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1 {
namespace {

class NpyRows final : public RowSource {
 public:
  NpyRows(const std::string& path, std::vector<std::string> names) : file_(path), names_(std::move(names)) {
    const auto count = static_cast<std::size_t>(file_.columns());
    if (names_.empty()) {
      const bool plain = file_.fields().size() == 1 && file_.fields()[0].name.empty();
      if (!plain && file_.fields().size() == count)
        for (const NpyField& field : file_.fields()) names_.push_back(field.name);
      for (std::size_t c = names_.size(); c < count; ++c) names_.push_back(fmt::format("c{}", c + 1));
    }
    if (names_.size() != count)
      throw Error(fmt::format("{} names for the {} of '{}'; expected as many", names_.size(),
                              counted(static_cast<long long>(count), "column"), path));
  }
  std::int64_t rows() const override { return file_.rows(); }
  const std::vector<std::string>& columns() const override { return names_; }
  void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
            double* const* to) const override {
    file_.read(begin, end, wanted, to);
  }

 private:
  NpyFile file_;
  std::vector<std::string> names_;
};

std::int64_t place_of(const RowSource& source, const std::string& name) {
  const auto& columns = source.columns();
  return std::find(columns.begin(), columns.end(), name) - columns.begin();
}

/// The columns that an equation reads, each once.
std::vector<std::string> columns_read(const Equation& equation, const std::vector<std::string>& parameters,
                                      const RowSource& source) {
  std::vector<std::string> names;
  for (const Formula* side : {&equation.response, &equation.model})
    for (const Formula::Name& used : side->names()) {
      const auto& columns = source.columns();
      const bool is_parameter = std::find(parameters.begin(), parameters.end(), used.name) != parameters.end();
      const bool is_column = std::find(columns.begin(), columns.end(), used.name) != columns.end();
      if (!is_parameter && !is_column)
        throw FormulaError(used.where, fmt::format("'{}' is neither a parameter nor a column", used.name),
                           enumerated(columns));
      if (is_column && !is_parameter && std::find(names.begin(), names.end(), used.name) == names.end())
        names.push_back(used.name);
    }
  return names;
}

/// Columns of some rows, for one thread.
class Buffers {
 public:
  Buffers(std::size_t columns, std::int64_t rows) {
    const std::int64_t stride = (rows + RowFormula::padding - 1) / RowFormula::padding * RowFormula::padding;
    numbers_.resize(static_cast<std::int64_t>(columns) * stride);
    for (std::size_t c = 0; c < columns; ++c)
      columns_.push_back(numbers_.data() + static_cast<std::int64_t>(c) * stride);
  }
  double* const* data() { return columns_.data(); }

 private:
  AlignedArray numbers_;
  std::vector<double*> columns_;
};

std::int64_t rows_of(const RowSource& source, const std::string& name) {
  if (source.rows() < 1) throw Error(fmt::format("residual group '{}' has no rows; expected at least one", name));
  return source.rows();
}

}  // namespace

std::shared_ptr<const RowSource> npy_rows(const std::string& path, std::vector<std::string> names) {
  return std::make_shared<const NpyRows>(path, std::move(names));
}

StreamedResiduals::StreamedResiduals(std::string name, const std::string& equation, std::vector<std::string> parameters,
                                     std::shared_ptr<const RowSource> source, std::int64_t offset)
    : ResidualGroup(name, 1, rows_of(*source, name), {Slot{static_cast<int>(parameters.size()), offset, {}}}),
      source_(std::move(source)),
      formula_(Equation::parse(equation), parameters, columns_read(Equation::parse(equation), parameters, *source_)),
      offset_(offset) {
  for (const std::string& column : formula_.columns()) wanted_.push_back(place_of(*source_, column));
}

void StreamedResiduals::compute(const double* x, const ResidualOutput& out) const {
  const std::int64_t rows = out.end - out.begin;
  Buffers buffers(wanted_.size(), rows);
  source_->read(out.begin, out.end, wanted_, buffers.data());
  formula_.evaluate(x + offset_, buffers.data(), rows, out.residual[0], out.jacobian);
}

std::string StreamedResiduals::explain_non_finite(const double*, std::int64_t item) const {
  Buffers buffers(wanted_.size(), 1);
  source_->read(item, item + 1, wanted_, buffers.data());
  std::string values;
  for (std::size_t k = 0; k < wanted_.size(); ++k)
    values += fmt::format("{}{} = {}", k > 0 ? ", " : "", source_->columns()[static_cast<std::size_t>(wanted_[k])],
                          buffers.data()[k][0]);
  return fmt::format("{}, row {} is not finite: {}", name(), item + 1, values);
}

}  // namespace thalweg::inline v0_1
