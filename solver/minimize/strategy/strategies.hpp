// What the strategies share, and the one that makes each kind.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <thalweg/minimize/strategy.hpp>

namespace thalweg {

double scaled_norm(std::span<const double> D, const double* v);  ///< ‖Dv‖₂

/// A step with a larger gain ratio did what the model said.
inline constexpr double well_predicted = 0.5;

/// The diagonal D: ones (Levenberg), the column norms of J (Marquardt), or the largest of them so far (Moré).
class Scale {
 public:
  enum class Rule { identity, current, monotone };
  explicit Scale(Rule rule) : rule_(rule) {}

  /// Columns whose entry of D is small beside the others': damping hardly touches them.
  void exempt(std::span<const char> columns) { exempt_.assign(columns.begin(), columns.end()); }

  void start(std::span<const double> column_norms) {
    D_.assign(column_norms.size(), rule_ == Rule::identity ? 1.0 : 0.0);
    update(column_norms);
  }
  /// `relax`: the last step did what the model said, so that what an earlier point made of D may be forgotten a little.
  /// `reversed`: components that turned back in the last step, and are held back more; empty: none is known to. (The
  /// growth of a scale by signs alone is Riedmiller & Braun's, RPROP, 1993, here the other way about.)
  void update(std::span<const double> column_norms, bool relax = false, std::span<const char> reversed = {}) {
    if (rule_ == Rule::identity && exempt_.empty()) return;
    for (std::size_t j = 0; j < D_.size(); ++j) {
      if (!exempt_.empty() && exempt_[j]) {
        D_[j] = column_norms[j] > 0.0 ? exemption * column_norms[j] : exemption;
        continue;
      }
      if (rule_ == Rule::identity) continue;
      const double previous = D_[j];
      if (!reversed.empty() && reversed[j]) {
        D_[j] = std::max(growth * previous, column_norms[j]);
        continue;
      }
      D_[j] = rule_ == Rule::monotone ? std::max(relax ? relaxation * previous : previous, column_norms[j]) : column_norms[j];
      // A column that vanished (or never was) must not leave its parameter undamped.
      if (D_[j] == 0.0) D_[j] = previous > 0.0 ? previous : 1.0;
    }
  }
  std::span<const double> diagonal() const { return D_; }

 private:
  static constexpr double exemption = 1e-8;
  static constexpr double relaxation = 0.95, growth = 1.5;
  Rule rule_;
  std::vector<char> exempt_;
  std::vector<double> D_;
};

Scale::Rule scale_rule(const Options& options);

/// Solves with a given λ and measures the step: predicted = ½‖Jδ‖² + λ‖Dδ‖², a sum without cancellation that equals
/// −gᵀδ − ½‖Jδ‖² at the solution (Moré 1978, equation 4.4).
ProposedStep damped_step(LinearSolver& linear, double lambda, std::span<const double> D, double* step);

std::unique_ptr<Strategy> make_damped_strategy(const Options& options);   ///< Nielsen's or Marquardt's λ
std::unique_ptr<Strategy> make_radius_strategy(const Options& options);
std::unique_ptr<Strategy> make_dogleg_strategy(const Options& options);   ///< dogleg, subspace_dogleg
std::unique_ptr<Strategy> make_gauss_newton_strategy(const Options& options);

}  // namespace thalweg
