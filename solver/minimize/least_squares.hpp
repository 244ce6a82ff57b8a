// A sum of squares seen as a general objective: for the methods that ask only for F, its gradient and its Hessian.
#pragma once

#include <vector>

#include <minimize/state.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg {

/// F(z) of the components z of x that may move, in the order of the program's columns; the others stay as in `x`.
/// Keeps the last Jacobian, since a Hessian is asked for where the gradient was: one thread at a time.
class LeastSquares final : public Objective {
 public:
  LeastSquares(const Program& program, std::vector<double> x, const Options& options);

  std::string name(std::int64_t i) const override {
    return program_.problem().parameter_name(program_.component_of(i));
  }
  double value(std::span<const double> z) const override;
  double gradient(std::span<const double> z, std::span<double> g) const override;
  void hessian(std::span<const double> z, std::span<double> H) const override;
  void hessian_product(std::span<const double> z, std::span<const double> v, std::span<double> Hv) const override;
  bool scale(std::span<double> D) const override;

  /// The components of x that may move, all components with these at z, and the bounds.
  std::vector<double> reduced(const std::vector<double>& x) const;
  std::vector<double> expanded(std::span<const double> z) const;
  Box box() const;

 private:
  void place(std::span<const double> z) const;
  void linearize(std::span<const double> z) const;

  const Program& program_;
  Curvature curvature_;
  int threads_;
  mutable State state_;
  mutable std::vector<double> linearized_at_, product_;
};

}  // namespace thalweg
