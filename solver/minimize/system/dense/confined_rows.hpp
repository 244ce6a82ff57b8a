// The model of a step inside the bounds, of a matrix that is held.
#pragma once

#include <math/dense_kernels.hpp>
#include <minimize/system/confine.hpp>
#include <thalweg/linear/linear_solver.hpp>

namespace thalweg::inline v0_1 {

/// ½‖Jδ + r‖² with J and r as they are, or as anything with the same JᵀJ and Jᵀr. All must outlive it.
class ConfinedRows final : public ConfinedModel {
 public:
  ConfinedRows(const DenseMatrix& J, const double* r, LinearSolver& linear, double lambda, const BoxedRegion& region)
      : ConfinedModel(linear, lambda, region), J_(J), r_(r), linear_(linear), moved_(J.stride()) {}

  void product(std::span<const double> step, std::span<double> Hstep) override {
    kernels::multiply(J_, step.data(), moved_.data());
    kernels::multiply_transposed(J_, moved_.data(), Hstep.data());
  }

 private:
  bool shift(std::span<const double> step, std::span<const double>, std::span<const char> fixed) override {
    kernels::multiply(J_, step.data(), moved_.data());
    kernels::axpy(1.0, r_, moved_.data(), J_.stride());
    return linear_.linearize(J_, moved_.data(), fixed) == LinearStatus::ok;
  }

  const DenseMatrix& J_;
  const double* r_;
  LinearSolver& linear_;
  AlignedArray moved_;
};

}  // namespace thalweg::inline v0_1
