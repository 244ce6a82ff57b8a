// Data sets drawn from a fit. Private.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <Eigen/Core>

#include <math/random.hpp>
#include <thalweg/inference/bootstrap.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// What every draw starts from. The problem must outlive it.
class Resampled {
 public:
  /// x: the solution, `sigma`: the noise of residuals. Throws Cancelled.
  Resampled(const Problem& problem, const Result& result, const FitStatistics& statistics, Resampling resampling);

  /// The problem of another data set. The Resampled must outlive it.
  Problem draw(regression::Random& random) const;

 private:
  /// Of one group: residuals at the solution and those to draw from, each dimension × items by component. What is drawn
  /// is shrunk by `shrunk` and has normal noise of covariance root · rootᵀ added, dimension × dimension, so that its
  /// covariance is that of the pool.
  struct Errors {
    std::vector<double> fitted, pool;
    double shrunk = 1.0;
    Eigen::MatrixXd root;
  };
  std::unique_ptr<ResidualGroup> with_other_errors(std::size_t group, regression::Random& random) const;

  const Problem& problem_;
  Resampling resampling_;
  double sigma_;
  std::vector<Errors> errors_;
};

/// Why such data sets cannot be drawn; empty when they can.
std::string why_not_resampled(const Problem& problem, const FitStatistics& statistics, Resampling resampling);

}  // namespace thalweg::inline v0_1
