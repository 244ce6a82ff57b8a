// Of the trust-region loop for residuals: a proposed step that leaves the box is replaced by one inside it.
#include <cmath>

#include <math/dense_kernels.hpp>
#include <minimize/loop/box_step.hpp>
#include <minimize/loop/trust_region.hpp>

namespace thalweg {
namespace {

/// ½‖Jδ + r‖² with the damping of the proposal; subspaces are solved by the linear solver of the loop.
class DampedModel final : public BoxModel {
 public:
  DampedModel(const DenseMatrix& J, const double* r, LinearSolver& linear, double lambda, const BoxedRegion& region)
      : J_(J), r_(r), linear_(linear), lambda_(lambda), at_(region), moved_(J.stride()) {}

  void product(std::span<const double> step, std::span<double> Hstep) override {
    kernels::multiply(J_, step.data(), moved_.data());
    kernels::multiply_transposed(J_, moved_.data(), Hstep.data());
  }

  bool improve(std::span<const double> step, std::span<const double>, std::span<const char> fixed,
               std::span<double> w) override {
    kernels::multiply(J_, step.data(), moved_.data());
    kernels::axpy(1.0, r_, moved_.data(), J_.stride());
    if (linear_.linearize(J_, moved_.data(), fixed) != LinearStatus::ok) return false;
    double lambda = lambda_;
    LinearStatus status = linear_.solve(lambda, at_.D.data(), w.data());
    for (; status == LinearStatus::retry && lambda < 1.0; status = linear_.solve(lambda, at_.D.data(), w.data()))
      lambda = std::max(10.0 * lambda, least_damping);
    if (status != LinearStatus::ok && status != LinearStatus::inexact) return false;
    double squares = 0.0;
    for (std::size_t j = 0; j < w.size(); ++j) squares += at_.D[j] * w[j] * at_.D[j] * w[j];
    if (const double length = std::sqrt(squares); length > at_.radius)
      for (double& each : w) each *= at_.radius / length;
    return std::isfinite(squares);
  }

 private:
  static constexpr double least_damping = 1e-12;
  const DenseMatrix& J_;
  const double* r_;
  LinearSolver& linear_;
  double lambda_;
  const BoxedRegion& at_;
  AlignedArray moved_;
};

}  // namespace

/// The length of the strategy's step is the radius of the one inside the box.
ProposedStep TrustRegion::confine(const ProposedStep& proposed) {
  const auto D = strategy_->scale();
  const BoxedRegion region = {x_, lower_, upper_, D, held_, proposed.scaled_norm};
  if (!leaves_box(region, step_)) return proposed;
  DampedModel model(state_.jacobian, state_.residual.data(), *linear_, strategy_->damping(), region);
  const auto g = linear_->gradient();
  scratch_n_.assign(g.begin(), g.end());
  ProposedStep confined;
  confined.predicted = minimize_in_box(model, scratch_n_, region, step_);
  // The solver served the subspaces; whoever asks it next means the point itself.
  linear_->linearize(state_.jacobian, state_.residual.data(), held_);
  double squares = 0.0;
  for (std::size_t j = 0; j < step_.size(); ++j) squares += D[j] * step_[j] * D[j] * step_[j];
  confined.scaled_norm = std::sqrt(squares);
  confined_ = true;
  return confined;
}

}  // namespace thalweg
