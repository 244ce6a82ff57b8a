// An equation on as many rows as a search for starts needs. Private to the library.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1::library {

/// The parameters are all of a fit, in its order.
class SampledModel {
 public:
  SampledModel(const Equation& equation, const Symbols& symbols, const std::vector<std::vector<double>>& columns,
               Eigen::VectorXd weights);

  Eigen::Index rows() const { return weights_.size(); }
  const Eigen::VectorXd& weights() const { return weights_; }

  /// model − response, times the rows' weights.
  Eigen::VectorXd residual(const std::vector<double>& p) const;
  /// Its derivatives by the parameters in `by`, a column each; the residual to r.
  void derivatives(const std::vector<double>& p, const std::vector<std::size_t>& by, Eigen::VectorXd& r,
                   Eigen::MatrixXd& J) const;

  /// Linear least squares in the parameters `by`, kept within the bounds. False where the model is not finite.
  bool solve_linear(std::vector<double>& p, const std::vector<std::size_t>& by, const std::vector<double>& lower,
                    const std::vector<double>& upper) const;
  /// A few steps of Levenberg and Marquardt in the parameters `by`, within the bounds: as many as tell the valleys of
  /// two starts apart. Returns Σr²; infinity where the model is not finite at p.
  double descend(std::vector<double>& p, const std::vector<std::size_t>& by, const std::vector<double>& lower,
                 const std::vector<double>& upper) const;

 private:
  FormulaModel model_;
  Eigen::VectorXd weights_;
  std::size_t parameters_;
};

}  // namespace thalweg::inline v0_1::library
