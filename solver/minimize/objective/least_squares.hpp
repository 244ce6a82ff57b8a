// A sum of squares seen as a general objective: for the methods that ask only for F, its gradient and its Hessian.
#pragma once

#include <vector>

#include <minimize/system/dense/state.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

/// F(z) of the components z of x that may move, in the order of the program's columns; the others stay as in `x`.
/// Keeps the last Jacobian, since a Hessian is asked for where the gradient was: one thread at a time.
///
/// On manifolds z are coordinates around a center x₀: x = x₀ ⊞ (z − z₀), where z₀ are the sizes of x₀ (Program::
/// coordinates), so that z says how large x is there as it does elsewhere. Value and gradient are exact for any z, the
/// Hessian at the center: it is to be asked for after recenter(). expanded() is meant in the coordinates of the moment.
class LeastSquares final : public Objective {
 public:
  LeastSquares(const Program& program, std::vector<double> x, const Options& options);

  std::string name(std::int64_t i) const override { return program_.column_name(i); }
  double value(std::span<const double> z) const override;
  double gradient(std::span<const double> z, std::span<double> g) const override;
  void hessian(std::span<const double> z, std::span<double> H) const override;
  void hessian_product(std::span<const double> z, std::span<const double> v, std::span<double> Hv) const override;
  bool scale(std::span<double> D) const override;
  bool recenter(std::span<double> z, std::span<double> gradient) const override;

  /// z of x, which on manifolds becomes the center; all components with those that may move at z; and the bounds.
  std::vector<double> reduced(const std::vector<double>& x) const;
  std::vector<double> expanded(std::span<const double> z) const;
  Box box() const;

 private:
  void place(std::span<const double> z, std::vector<double>& x) const;
  void linearize(std::span<const double> z) const;
  void expect_center(std::span<const double> z) const;

  const Program& program_;
  Curvature curvature_;
  int threads_;
  mutable State state_;
  mutable std::vector<double> linearized_at_, product_;
  mutable std::vector<double> center_, center_coordinates_, step_;  // x₀, z₀ and z − z₀; empty without manifolds
};

}  // namespace thalweg::inline v0_1
