// Errors in the inputs of a curve fit: orthogonal distance regression.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {
namespace orthogonal {
class KeptPoints;
}

/// What was measured of a formula's inputs, and how well. k inputs, 1 to most_uncertain_inputs of them.
struct InputErrors {
  std::vector<std::vector<double>> measured;  ///< k arrays, a value for each row
  /// L of each row's covariance LLᵀ, the lower triangle by rows: entry a (a + 1) / 2 + b is L(a, b), one value for each
  /// row. Independent errors have their standard deviations on the diagonal.
  std::vector<std::vector<double>> factor;
  /// Of the residual f − y at the true inputs, one for each row; empty: the equation holds exactly there.
  std::vector<double> residual_sigma;
};

inline constexpr int most_uncertain_inputs = 3;

/// The distances of the measured points from the curve, in standard deviations: for each row
///     d² = min over the true inputs z of ‖L⁻¹(z − measured)‖² + (f(z, p) − y)² / σ²,
/// or, where the equation holds exactly, of the first term subject to f(z, p) = y. d has the sign of f − y at the
/// measured inputs' side. The true inputs are found anew for each p, from the measured ones, by a safeguarded Newton
/// method, in time linear in the rows: they are eliminated by themselves, so ½ Σ d² has the minima of the problem in p
/// and all true inputs (Boggs, Byrd & Schnabel 1987), and JᵀJ is that problem's Schur complement:
///     ∂d/∂p = f_p / √(σ² + ‖Lᵀ f_z‖²)
/// (the envelope theorem; Ahn, Rauh & Warnecke 2001). Second derivatives are exact, too. Where several points of the
/// curve are nearest in their surroundings, it is the one that the descent from the measured point leads to.
///
/// With set_sigma the values are d σ before they are divided by σ: d again, and criteria such as AIC count σ.
class OrthogonalResiduals final : public ResidualGroup {
 public:
  /// `model`'s varying parameters are the inputs with errors; `offset`: where its others begin in x. Throws Error for
  /// arrays that do not fit the model, and for standard deviations that are not finite and positive.
  OrthogonalResiduals(std::string name, std::shared_ptr<const FormulaModel> model, std::int64_t offset,
                      InputErrors errors);
  ~OrthogonalResiduals() override;

  const FormulaModel& model() const { return *model_; }
  /// The true inputs at the solution x, k arrays; NaN in a row without a point of the curve.
  std::vector<std::vector<double>> true_inputs(const double* x) const;
  std::string explain_non_finite(const double* x, std::int64_t item) const override;

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override;
  std::unique_ptr<ResidualGroup> permuted(std::span<const std::int64_t> order) const override;

 private:
  std::shared_ptr<const FormulaModel> model_;
  std::shared_ptr<const InputErrors> errors_;
  std::shared_ptr<orthogonal::KeptPoints> kept_;  // of the last evaluation; copies have the same rows
};

}  // namespace thalweg::inline v0_1
