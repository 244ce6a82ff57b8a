// What the strategies share, and the one that makes each kind.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/minimize/strategy.hpp>

namespace thalweg::inline v0_1 {

double scaled_norm(const DampedSystem& linear, std::span<const double> D, const double* v);  ///< ‖Dv‖₂ of all columns
double scaled_norm(std::span<const double> D, const double* v);                              ///< ‖Dv‖₂
double scaled_gradient_norm(std::span<const double> D, std::span<const double> g);           ///< ‖D⁻¹g‖₂

/// The radius at the start x: factor · max(‖Dx‖, ‖D⁻¹g‖), or factor where both are zero. ‖Dx‖ alone says nothing of the
/// step where x is near zero; both have the unit of r, and no unit of the parameters changes either.
double first_radius(double factor, std::span<const double> D, std::span<const double> x, std::span<const double> g);

/// The diagonal D: ones (Levenberg), the column norms of J (Marquardt), or the largest of them so far (Moré), which the
/// steps then correct.
class Scale {
 public:
  enum class Rule { identity, current, monotone };
  explicit Scale(Rule rule) : rule_(rule) {}

  /// Columns whose entry of D is small beside the others': damping hardly touches them.
  void exempt(std::span<const char> columns) { exempt_.assign(columns.begin(), columns.end()); }
  /// A new descent.
  void start(std::span<const double> column_norms);
  /// The step that may be accepted next; without it D takes no notice of components that turn back.
  void proposed(const double* step) {
    if (rule_ == Rule::monotone) proposed_.assign(step, step + D_.size());
  }
  void accepted(double gain);
  /// A new linearisation.
  void update(std::span<const double> column_norms);
  std::span<const double> diagonal() const { return D_; }

 private:
  double grown(std::size_t j, double column_norm) const;

  Rule rule_;
  bool well_predicted_ = false;          // the last step did what the model said
  std::vector<char> exempt_, reversed_;  // reversed: components of the last step that turned back
  LargeVector<double> D_, proposed_, last_step_;
};

Scale::Rule scale_rule(const Options& options);

/// Solves with a given λ and measures the step: predicted = ½‖Jδ‖² + λ‖Dδ‖², a sum without cancellation that equals
/// −gᵀδ − ½‖Jδ‖² at the solution (Moré 1978, equation 4.4).
ProposedStep damped_step(DampedSystem& linear, double lambda, std::span<const double> D, double* step);

/// The damping whose step has a given length: the root λ > 0 of ‖Dδ(λ)‖ = Δ to 10 %, found by Hebden's iteration on
/// 1/‖Dδ‖, which is nearly linear in λ (Moré 1978, section 5; Nocedal & Wright 2006, algorithm 4.3).
class LengthSearch {
 public:
  void start() { lambda_ = 0.0; }
  /// δ(λ) with ‖Dδ‖ ≈ length, which the undamped step exceeds. The λ of the last call is the first guess. At most 20
  /// solves, commonly 1 to 3.
  ProposedStep find(DampedSystem& linear, std::span<const double> D, double length, double* step);
  double lambda() const { return lambda_; }

 private:
  double correction(DampedSystem& linear, std::span<const double> D, double length, const double* step, double scaled);

  double lambda_ = 0.0;
  std::vector<double> q_, z_;
};

std::unique_ptr<Strategy> make_damped_strategy(const Options& options);  ///< Nielsen's or Marquardt's λ
std::unique_ptr<Strategy> make_radius_strategy(const Options& options);
std::unique_ptr<Strategy> make_dogleg_strategy(const Options& options);  ///< dogleg, subspace_dogleg
std::unique_ptr<Strategy> make_gauss_newton_strategy(const Options& options);

}  // namespace thalweg::inline v0_1
