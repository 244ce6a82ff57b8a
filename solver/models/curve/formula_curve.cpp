#include "models/curve/formula_curve.hpp"

#include <utility>

#include "formula/varying.hpp"

namespace thalweg::inline v0_1 {
FormulaCurve::FormulaCurve(Equation equation, Symbols symbols, const std::vector<std::vector<double>>& columns,
                           std::vector<Slot> groups, std::int64_t numbers, std::int64_t rows)
    : equation_(std::move(equation)),
      symbols_(std::move(symbols)),
      groups_(std::move(groups)),
      numbers_(numbers),
      model_(std::make_shared<const FormulaModel>(equation_, symbols_, columns, rows)) {}

void FormulaCurve::evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                            double* const* jacobian) const {
  if (groups_.empty()) return model_->evaluate(p, begin, end, residual, jacobian);
  const formula::VaryingValues varying(groups_, p, begin, end);
  if (jacobian == nullptr) return model_->evaluate(p, begin, end, residual, nullptr, varying.get());
  const Slot& group = groups_[0];
  const auto rows = static_cast<std::size_t>(end - begin);
  const std::int64_t shared = model_->parameters() - group.dimension;
  std::vector<std::vector<double>> local(static_cast<std::size_t>(group.dimension), std::vector<double>(rows));
  std::vector<double*> columns(jacobian, jacobian + shared);
  for (std::vector<double>& column : local) columns.push_back(column.data());
  model_->evaluate(p, begin, end, residual, columns.data(), varying.get());
  for (std::int64_t j = shared; j < numbers_; ++j) {
    if (jacobian[j] == nullptr) continue;
    for (std::size_t i = 0; i < rows; ++i) {
      const std::int64_t d = j - group.offset(begin + static_cast<std::int64_t>(i));
      jacobian[j][i] = d >= 0 && d < group.dimension ? local[static_cast<std::size_t>(d)][i] : 0.0;
    }
  }
}

void FormulaCurve::predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const {
  const formula::VaryingValues varying(groups_, p, begin, end);
  model_->predict(p, begin, end, value, varying.get());
}

std::unique_ptr<CurveModel> FormulaCurve::on(const std::vector<std::vector<double>>& columns) const {
  if (!groups_.empty()) throw Error("a model of groups of rows cannot be put on other rows; expected one group");
  return std::make_unique<FormulaCurve>(Equation{equation_.text, Formula::parse("0"), equation_.model}, symbols_,
                                        columns);
}

}  // namespace thalweg::inline v0_1
