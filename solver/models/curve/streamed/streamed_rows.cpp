#include <thalweg/models/streamed_rows.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

#include "models/curve/streamed/row_buffers.hpp"

namespace thalweg::inline v0_1 {
namespace {

std::int64_t place_of(const RowSource& source, const std::string& name) {
  const auto& columns = source.columns();
  return std::find(columns.begin(), columns.end(), name) - columns.begin();
}

/// The columns that an equation reads, each once.
std::vector<std::string> columns_read(const Equation& equation, const std::vector<std::string>& parameters,
                                      const RowSource& source) {
  std::vector<std::string> names;
  const auto& columns = source.columns();
  const auto is_in = [](const std::vector<std::string>& all, const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  for (const Formula* side : {&equation.response, &equation.model}) {
    for (const Formula::Name& used : side->names())
      if (!is_in(parameters, used.name) && !is_in(columns, used.name))
        throw FormulaError(used.where, fmt::format("'{}' is neither a parameter nor a column", used.name),
                           enumerated(columns));
    // A column may be called e or pi.
    for (const auto* list : {&side->names(), &side->constants()})
      for (const Formula::Name& used : *list)
        if (is_in(columns, used.name) && !is_in(parameters, used.name) && !is_in(names, used.name))
          names.push_back(used.name);
  }
  return names;
}

std::int64_t rows_of(const RowSource& source, const std::string& name) {
  if (source.rows() < 1) throw Error(fmt::format("residual group '{}' has no rows; expected at least one", name));
  return source.rows();
}

}  // namespace

StreamedResiduals::StreamedResiduals(std::string name, const std::string& equation, std::vector<std::string> parameters,
                                     std::shared_ptr<const RowSource> source, std::int64_t offset)
    : StreamedResiduals(std::move(name), Equation::parse(equation), std::move(parameters), std::move(source), offset) {}

StreamedResiduals::StreamedResiduals(std::string name, const Equation& equation, std::vector<std::string> parameters,
                                     std::shared_ptr<const RowSource> source, std::int64_t offset)
    : ResidualGroup(name, 1, rows_of(*source, name), {Slot{static_cast<int>(parameters.size()), offset, {}}}),
      source_(std::move(source)),
      formula_(equation, parameters, columns_read(equation, parameters, *source_)),
      offset_(offset) {
  for (const std::string& column : formula_.columns()) wanted_.push_back(place_of(*source_, column));
}

void StreamedResiduals::compute(const double* x, const ResidualOutput& out) const {
  const std::int64_t rows = out.end - out.begin;
  thread_local RowBuffers buffers;
  buffers.resize(wanted_.size(), rows);
  source_->read(out.begin, out.end, wanted_, buffers.data());
  formula_.evaluate(x + offset_, buffers.data(), rows, out.residual[0], out.jacobian);
}

std::string StreamedResiduals::explain_non_finite(const double*, std::int64_t item) const {
  RowBuffers buffers(wanted_.size(), 1);
  source_->read(item, item + 1, wanted_, buffers.data());
  std::string values;
  for (std::size_t k = 0; k < wanted_.size(); ++k)
    values += fmt::format("{}{} = {}", k > 0 ? ", " : "", source_->columns()[static_cast<std::size_t>(wanted_[k])],
                          buffers.data()[k][0]);
  return fmt::format("{}, row {} is not finite: {}", name(), source_->place(item) + 1, values);
}

}  // namespace thalweg::inline v0_1
