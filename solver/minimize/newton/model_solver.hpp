// The seam between the Newton trust-region loop and the ways of minimising its quadratic model.
#pragma once

#include <memory>
#include <span>

#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/objective.hpp>

namespace thalweg::inline v0_1 {

/// Minimises m(δ) = gᵀδ + ½ δᵀHδ, H = ∇²F(x), over ‖Dδ‖₂ ≤ Δ.
class ModelSolver {
 public:
  virtual ~ModelSolver() = default;
  virtual std::string_view name() const = 0;

  /// A new point, where F's gradient has just been computed. False when second derivatives are not finite.
  virtual bool linearize(const Objective& f, std::span<const double> x) = 0;
  /// D for this point (n); asked for after linearize.
  virtual void diagonal(std::span<double> D) const = 0;
  /// Hv of the last point.
  virtual void product(std::span<const double> v, std::span<double> Hv) = 0;
  /// Whether the model is convex in the components that are not fixed, as far as is known: where the gradient vanishes
  /// this tells a minimum from a saddle.
  virtual bool convex(std::span<const char>, std::span<const double>) { return true; }
  /// The step, with δⱼ = 0 where fixed[j] ≠ 0 (g is not looked at there). Returns whether it is the free minimiser of a
  /// convex model, not stopped by the radius.
  virtual bool minimize(std::span<const double> g, std::span<const char> fixed, std::span<const double> D,
                        double radius, std::span<double> step) = 0;
};

/// By factorisation: Cholesky where H is positive definite and the step fits, else the eigenvectors of D⁻¹HD⁻¹ and the
/// secular equation (Moré & Sorensen 1983; Conn, Gould & Toint 2000, section 7.3), hard case included.
std::unique_ptr<ModelSolver> make_factored_model(Result::Evaluations& evaluations);

/// By conjugate gradients preconditioned with D², stopped at the radius, at negative curvature (Steihaug 1983), or when
/// the residual has fallen by a forcing term that tightens as the gradient does (Eisenstat & Walker 1996, choice 2).
std::unique_ptr<ModelSolver> make_steihaug_model(Result::Evaluations& evaluations);

}  // namespace thalweg::inline v0_1
