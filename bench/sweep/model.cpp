#include "model.hpp"

#include <cmath>

#include <fmt/format.h>

namespace sweep {

Model::Model(const thalweg::CurveFit& fit) {
  std::vector<std::string> names;
  for (const thalweg::FitParameter& p : fit.parameters) {
    names.push_back(p.name);
    lower.push_back(p.lower);
    upper.push_back(p.upper);
    start.push_back(p.starts.front());
  }
  for (const thalweg::DataSet& data : fit.data) {
    const std::size_t equals = data.equation.find('=');
    const std::string response = data.equation.substr(0, equals), model = data.equation.substr(equals + 1);
    Set set{parse(fmt::format("({}) - ({})", model, response), names, data.columns),
            parse(response, names, data.columns),
            {}};
    for (std::size_t i = 0; i < data.values.front().size(); ++i) {
      set.rows.emplace_back();
      for (const auto& column : data.values) set.rows.back().push_back(column[i]);
    }
    rows_ += static_cast<int>(set.rows.size());
    sets_.push_back(std::move(set));
  }
  for (const Set& set : sets_) evaluators_.emplace_back(set.expression, parameters());
}

Real Model::response_norm(const RealVector& x) const {
  Real squares = 0.0L;
  for (const Set& set : sets_) {
    Evaluator response(set.response, parameters());
    for (const auto& values : set.rows) {
      const Real y = response(x.data(), values.data(), 0).value;
      squares += y * y;
    }
  }
  return std::sqrt(squares);
}

Evaluation Model::evaluate(const RealVector& x, int order) {
  const int n = parameters();
  Evaluation e;
  ++evaluations;
  e.r.resize(rows_);
  if (order >= 1) e.jacobian.setZero(rows_, n);
  if (order >= 2) e.hessian.setZero(n, n);
  Real square_errors = 0.0L;
  int row = 0;
  for (std::size_t s = 0; s < sets_.size(); ++s)
    for (const auto& values : sets_[s].rows) {
      const Jet& jet = evaluators_[s](x.data(), values.data(), order);
      e.r[row] = jet.value;
      e.cost += 0.5L * jet.value * jet.value;
      // The parameters are known to half a unit in the last place at best.
      Real error = jet.error;
      for (std::size_t j = 0; j < jet.gradient.size(); ++j)
        if (jet.gradient[j] != 0.0L) error += 0x1p-53L * std::abs(jet.gradient[j] * x[static_cast<int>(j)]);
      if (!std::isfinite(error)) error = jet.error;
      e.cost_error += std::abs(jet.value) * error + 0.5L * error * error;
      square_errors += error * error;
      for (std::size_t i = 0; i < jet.gradient.size(); ++i) e.jacobian(row, static_cast<int>(i)) = jet.gradient[i];
      std::size_t k = 0;
      if (!jet.hessian.empty())
        for (int i = 0; i < n; ++i)
          for (int j = 0; j <= i; ++j, ++k) e.hessian(i, j) += jet.value * jet.hessian[k];
      ++row;
    }
  e.residual_error = std::sqrt(square_errors);
  e.finite = std::isfinite(e.cost);
  if (!e.finite || order < 1) return e;
  e.gradient = e.jacobian.transpose() * e.r;
  e.smooth = e.jacobian.allFinite() && e.gradient.allFinite();
  if (order < 2) return e;
  e.hessian.triangularView<Eigen::StrictlyUpper>() = e.hessian.transpose();
  e.hessian += e.jacobian.transpose() * e.jacobian;
  e.smooth = e.smooth && e.hessian.allFinite();
  return e;
}

}  // namespace sweep
