#include <thalweg/formula/formula.hpp>

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "formula/varying.hpp"
#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
FormulaResiduals::FormulaResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::int64_t offset)
    : ResidualGroup(std::move(name), 1, model->rows(), {{model->parameters(), offset, {}}}), model_(std::move(model)) {}

FormulaResiduals::FormulaResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::vector<Slot> slots)
    : ResidualGroup(std::move(name), 1, model->rows(), std::move(slots)), model_(std::move(model)) {
  if (columns() != model_->parameters())
    throw Error("formula: the slots have " + std::to_string(columns()) + " numbers; expected " +
                std::to_string(model_->parameters()) + ", one for each parameter");
}

std::span<const Slot> FormulaResiduals::varying_slots() const {
  const bool shared = model_->varying() < model_->parameters();
  return std::span<const Slot>(slots()).subspan(shared ? 1 : 0);
}

void FormulaResiduals::compute(const double* x, const ResidualOutput& out) const {
  const double* const p = x + slots()[0].shared_offset;
  if (model_->varying() == 0) return model_->evaluate(p, out.begin, out.end, out.residual[0], out.jacobian);
  if (out.begin == out.end) return;
  const formula::VaryingValues varying(varying_slots(), x, out.begin, out.end);
  model_->evaluate(p, out.begin, out.end, out.residual[0], out.jacobian, varying.get());
}

void FormulaResiduals::compute_curvature(const double* x, std::int64_t begin, std::int64_t end,
                                         const double* const* weight, double* S) const {
  const double* const p = x + slots()[0].shared_offset;
  if (model_->varying() == 0) return model_->add_curvature(p, begin, end, weight[0], S);
  if (begin == end) return;
  const formula::VaryingValues varying(varying_slots(), x, begin, end);
  model_->add_curvature(p, begin, end, weight[0], S, varying.get());
}

std::unique_ptr<ResidualGroup> FormulaResiduals::permuted(std::span<const std::int64_t> order) const {
  return std::make_unique<FormulaResiduals>(name(), std::make_shared<const FormulaModel>(model_->reordered(order)),
                                            permuted_slots(order));
}

FormulaModel& FormulaResiduals::own_model() {
  if (!own_) {
    std::vector<std::int64_t> same(static_cast<std::size_t>(items()));
    std::iota(same.begin(), same.end(), std::int64_t{0});
    model_ = own_ = std::make_shared<FormulaModel>(model_->reordered(same));
    columns_of_data_.resize(static_cast<std::size_t>(own_->columns()));
  }
  return *own_;
}

void FormulaResiduals::take_data(std::span<const DataColumn> columns) {
  FormulaModel& model = own_model();
  std::array<DataColumn, 16> few;
  std::vector<DataColumn> many;
  if (columns_of_data_.size() > few.size()) many.resize(columns_of_data_.size());
  const std::span<DataColumn> held(many.empty() ? few.data() : many.data(), columns_of_data_.size());
  for (std::size_t c = 0; c < held.size(); ++c) held[c] = data_column(model.column(static_cast<int>(c)));
  expect_same_shape(name(), held, columns);
  for (std::size_t c = 0; c < held.size(); ++c) columns_of_data_[c] = static_cast<const double*>(columns[c].elements);
  model.set_columns(columns_of_data_);
}

void FormulaResiduals::take_data_of(const ResidualGroup& original, std::span<const std::int64_t> order) {
  const FormulaModel& from = static_cast<const FormulaResiduals&>(original).model();
  FormulaModel& model = own_model();
  gathered_.resize(columns_of_data_.size());
  for (std::size_t c = 0; c < gathered_.size(); ++c) {
    gathered_[c].resize(order.size());
    const std::span<const double> column = from.column(static_cast<int>(c));
    for (std::size_t i = 0; i < order.size(); ++i) gathered_[c][i] = column[static_cast<std::size_t>(order[i])];
    columns_of_data_[c] = gathered_[c].data();
  }
  model.set_columns(columns_of_data_);
}

std::string FormulaResiduals::explain_non_finite(const double* x, std::int64_t item) const {
  std::vector<double> p;
  for (const Slot& slot : slots()) p.insert(p.end(), x + slot.offset(item), x + slot.offset(item) + slot.dimension);
  const auto found = model_->non_finite_at(p.data(), item);
  if (!found) return {};
  const char* const value = std::isnan(found->value) ? "nan" : found->value > 0.0 ? "inf" : "-inf";
  return name() + ", row " + std::to_string(item + 1) + ": '" + reading::shortened(found->subexpression) + "' is " +
         value;
}

}  // namespace thalweg::inline v0_1
