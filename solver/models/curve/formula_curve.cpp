#include "models/curve/formula_curve.hpp"

#include <algorithm>
#include <utility>

namespace thalweg::inline v0_1 {
namespace {

/// The parameters that vary, an array each.
class Varying {
 public:
  Varying(const RowBlocks& blocks, const double* x, std::int64_t begin, std::int64_t end) {
    const auto rows = static_cast<std::size_t>(end - begin);
    for (int d = 0; d < blocks.dimension; ++d) {
      std::vector<double>& values = values_.emplace_back(rows + FormulaModel::padding);
      for (std::size_t i = 0; i < rows; ++i) values[i] = x[blocks.offset[static_cast<std::size_t>(begin) + i] + d];
      arrays_.push_back(values.data());
    }
  }
  const double* const* get() const { return arrays_.data(); }

 private:
  std::vector<std::vector<double>> values_;
  std::vector<const double*> arrays_;
};

}  // namespace

FormulaCurve::FormulaCurve(Equation equation, Symbols symbols, const std::vector<std::vector<double>>& columns,
                           RowBlocks blocks, std::int64_t rows)
    : equation_(std::move(equation)),
      symbols_(std::move(symbols)),
      blocks_(std::move(blocks)),
      model_(std::make_shared<const FormulaModel>(equation_, symbols_, columns, rows)) {}

void FormulaCurve::evaluate(const double* p, std::int64_t begin, std::int64_t end, double* residual,
                            double* const* jacobian) const {
  if (blocks_.dimension == 0) return model_->evaluate(p, begin, end, residual, jacobian);
  const Varying varying(blocks_, p, begin, end);
  if (jacobian == nullptr) return model_->evaluate(p, begin, end, residual, nullptr, varying.get());
  const auto rows = static_cast<std::size_t>(end - begin);
  const int shared = model_->parameters() - blocks_.dimension;
  std::vector<std::vector<double>> local(static_cast<std::size_t>(blocks_.dimension), std::vector<double>(rows));
  std::vector<double*> columns(jacobian, jacobian + shared);
  for (std::vector<double>& column : local) columns.push_back(column.data());
  model_->evaluate(p, begin, end, residual, columns.data(), varying.get());
  for (int j = shared; j < blocks_.parameters; ++j) {
    if (jacobian[j] == nullptr) continue;
    for (std::size_t i = 0; i < rows; ++i) {
      const int d = j - blocks_.offset[static_cast<std::size_t>(begin) + i];
      jacobian[j][i] = d >= 0 && d < blocks_.dimension ? local[static_cast<std::size_t>(d)][i] : 0.0;
    }
  }
}

void FormulaCurve::predict(const double* p, std::int64_t begin, std::int64_t end, double* value) const {
  const Varying varying(blocks_, p, begin, end);
  model_->predict(p, begin, end, value, varying.get());
}

std::unique_ptr<CurveModel> FormulaCurve::on(const std::vector<std::vector<double>>& columns) const {
  if (blocks_.dimension > 0) throw Error("a model of groups of rows cannot be put on other rows; expected one group");
  return std::make_unique<FormulaCurve>(Equation{equation_.text, Formula::parse("0"), equation_.model}, symbols_,
                                        columns);
}

}  // namespace thalweg::inline v0_1
