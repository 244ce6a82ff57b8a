// A problem with constraints to second order, dense.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <math/dense_decompositions.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/same_group.hpp>

namespace thalweg::inline v0_1 {

/// F, c, their derivatives by the n columns that move, and the Hessian of L = F + Σ λc. Conditions are ordered by
/// group, then component, then item. Not for blocks on manifolds. The problem must outlive it.
class ConstrainedModel {
 public:
  ConstrainedModel(const Problem& problem, std::span<const std::int64_t> pinned);

  Eigen::Index columns() const { return program_.columns(); }
  Eigen::Index conditions() const { return static_cast<Eigen::Index>(rows_.size()); }
  bool is_equality(Eigen::Index condition) const { return equality_[static_cast<std::size_t>(condition)]; }
  const Program& program() const { return program_; }
  double lower(Eigen::Index column) const { return program_.problem().lower()[component(column)]; }
  double upper(Eigen::Index column) const { return program_.problem().upper()[component(column)]; }
  /// Of a column, its place in x.
  std::size_t component(Eigen::Index column) const { return static_cast<std::size_t>(program_.component_of(column)); }

  /// F and c at x. F is not finite where a residual or a condition is not.
  struct Values {
    double cost;
    Eigen::VectorXd conditions;
  };
  Values values(const std::vector<double>& x) const;

  /// Evaluates all at x, for what follows; false where something is not finite.
  bool linearise(const std::vector<double>& x);
  double cost() const { return cost_; }
  const Eigen::VectorXd& gradient() const { return g_; }                        ///< ∇F, n
  const Eigen::VectorXd& condition() const { return c_; }                       ///< c, m
  const Eigen::MatrixXd& jacobian() const { return A_; }                        ///< ∂c, m × n
  Eigen::VectorXd column_norms() const { return JtJ_.diagonal().cwiseSqrt(); }  ///< of J, n
  /// ∇²F + Σ λ∇²c, n × n, where linearise() was last.
  Eigen::MatrixXd hessian(const Eigen::VectorXd& lambda) const;

 private:
  void gather(const AlignedArray& values, Eigen::VectorXd& c) const;

  const Problem residuals_, conditions_;
  const Program program_, condition_program_;
  std::vector<std::int64_t> rows_;  // of each condition, in its program
  std::vector<char> equality_;
  std::vector<double> x_;
  AlignedArray r_;
  DenseMatrix J_;
  double cost_ = 0.0;
  Eigen::VectorXd g_, c_;
  Eigen::MatrixXd JtJ_, A_;
};

}  // namespace thalweg::inline v0_1
