// The logarithm of a posterior density. Private.
#pragma once

#include <cstdint>
#include <vector>

#include <Eigen/Core>

#include <thalweg/base/aligned.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// Of the parameters that move, x = x̂ + Lz, L a factor of the fit's covariance: by z the chains are near to isotropic.
/// One for each thread.
class LogDensity {
 public:
  LogDensity(const Problem& problem, const Result& result, const FitStatistics& statistics);

  Eigen::Index size() const { return factor_.rows(); }
  /// Component of x of each that moves.
  const std::vector<std::int64_t>& components() const { return components_; }
  /// Up to a constant; −∞ outside the bounds and where the cost is not finite.
  double operator()(const Eigen::VectorXd& z);
  Eigen::VectorXd x_of(const Eigen::VectorXd& z) const { return centre_ + factor_ * z; }
  std::int64_t evaluations() const { return evaluations_; }

 private:
  const Problem& problem_;
  Program program_;
  std::vector<std::int64_t> components_;
  Eigen::VectorXd centre_, moved_;
  Eigen::MatrixXd factor_;
  std::vector<double> x_;
  AlignedArray residual_;
  bool known_;
  double data_ = 0.0;  // numbers that are no priors
  std::int64_t evaluations_ = 0;
};

/// Why there is no such density, besides why_no_likelihood(); empty when there is one.
std::string why_no_density(const Problem& problem, const Result& result, const FitStatistics& statistics);

}  // namespace thalweg::inline v0_1
