// A fit in long double: residuals, Jacobian, Hessian, and the room that rounding in double leaves.
#pragma once

#include <vector>

#include <Eigen/Core>

#include "expression.hpp"
#include "problems.hpp"

namespace sweep {

using RealVector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;
using RealMatrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;

struct Evaluation {
  bool finite = false;         ///< the residuals
  bool smooth = false;         ///< and the derivatives asked for
  Real cost = 0.0L;            ///< ½‖r‖²
  Real cost_error = 0.0L;      ///< bound of what rounding in double does to the cost
  Real residual_error = 0.0L;  ///< the same of ‖r‖
  RealVector r, gradient;
  RealMatrix jacobian, hessian;
};

class Model {
 public:
  explicit Model(const thalweg::CurveFit& fit);
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  int parameters() const { return static_cast<int>(lower.size()); }
  /// ‖response‖ at x: the size of the data.
  Real response_norm(const RealVector& x) const;
  Evaluation evaluate(const RealVector& x, int order);
  std::vector<double> lower, upper, start;
  int evaluations = 0;  ///< of all orders, so far

 private:
  struct Set {
    Expression expression;
    Expression response;
    std::vector<std::vector<double>> rows;
  };
  std::vector<Set> sets_;
  std::vector<Evaluator> evaluators_;
  int rows_ = 0;
};

}  // namespace sweep
