// The final polish: undamped Newton steps that carry an answer from "the cost no longer changes" to its last digit.
#pragma once

#include <functional>
#include <vector>

#include <minimize/system/dense/state.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// Cost is flat at a minimum: when it stops changing in double precision, the parameters still have half their digits
/// to come. Newton's step for r(x) is solved without forming JᵀJ: with J = QR (columns scaled), S = Σ rᵢ∇²rᵢ,
///     (I + R⁻ᵀ S R⁻¹) z = −Qᵀr,   δ = R⁻¹ z.
/// While plain Gauss-Newton steps (S = 0) shrink fast, they are taken; then S is computed, once: the point hardly
/// moves.
class Polish {
 public:
  explicit Polish(const Program& program);

  using Outcome = System::Polished;
  using Step = System::PolishStep;

  /// Whether the last run needed second derivatives.
  bool used_curvature() const { return curved_; }
  /// The factor of J and r at the state where the last run ended, to rounding; null where it ended elsewhere.
  DenseQr* final_factor() { return final_ ? &qr_ : nullptr; }
  /// Improves `state` in place; `trial` is scratch. `observe` sees each step, and may end it by returning false.
  Outcome run(State& state, State& trial, std::span<const char> held, int threads,
              const std::function<bool(const Step&)>& observe);

 private:
  bool factor(const State& state, std::span<const char> held);
  bool compute_step();
  bool bend();
  double model_size(const State& state) const;
  double relative_length(const State& state) const;

  const Program& program_;
  DenseQr qr_;
  std::vector<double> S_, M_, z_, step_;
  bool curved_ = false;  // S is known and used
  bool final_ = false;   // the factor is that of the point where the run ended
};

}  // namespace thalweg::inline v0_1
