// Verifies that a convergence test fired at a stationary point: the one criterion of every descent on dense residuals.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <minimize/loop/state.hpp>
#include <minimize/verification/influence.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg {

/// The largest relative decrease of the cost that may still be promised where a descent converges: 1e-8, or a hundred
/// times the function tolerance where that is more.
double believable_promise(const Options& options);

/// Whether residuals are left whose squares underflow: their cost says nothing. Not where they are at the level of
/// rounding beside the terms ‖Jⱼ‖xⱼ that they are made of.
bool squares_underflow(const Program& program, const State& state);
inline constexpr const char* underflow_words =
    "the residuals are so small that their squares underflow; expected data in other units";

/// What is measured at a point. All figures are free of units: they do not change when y, σ, x or a parameter is
/// scaled.
struct Stationarity {
  /// Decrease of the cost that an undamped Gauss-Newton step promises, relative to the cost: ρ² with
  /// ρ = ‖P r‖/‖r‖, P the projection on the range of the free columns of J (Bates & Watts 1981), directions in which
  /// the scaled J is singular to rounding left out.
  double promised = 0.0;
  double rounding = 0.0;       ///< ρ that rounding in r leaves, where more is promised than is allowed; at most 0.03
  bool only_rounding = false;  ///< ‖r‖ is of the size of the noise in r: nothing else is left of the residuals
  double allowed = 0.0;        ///< believable_promise()
  bool by_curvature = false;   ///< the exact Hessian is positive definite, and its Newton step is short and promises no
                               ///< more than is allowed: `promised` is that step's

  std::int64_t rank = 0, columns = 0;  ///< of J, its columns scaled to unit length, to 1e-10; and its free columns

  std::vector<double> lower = {};  ///< a point of lower cost that was met beside this one; empty: none

  bool holds() const { return only_rounding || std::sqrt(promised) <= std::sqrt(allowed) + rounding; }
};

/// Measures at points of one program. Buffers are kept.
class Verifier {
 public:
  explicit Verifier(const Program& program);

  /// By J and r of the state: 2mn² flops, unless their factor is `known`; where Gauss-Newton promises too much, by
  /// second derivatives as well.
  Stationarity measure(const State& state, std::span<const char> held, const Options& options, Result& counts,
                       DenseQr* known = nullptr);
  /// Rank of J at a state, all columns free, to 1e-10.
  std::int64_t rank(const State& state);
  /// Whether the exact Hessian is positive definite, directions of hardly any curvature counted as flat.
  bool curves_up(const State& state, std::span<const char> held, Result& counts);
  /// Whether the exact Hessian has a direction in which the cost falls, the gradient being zero. False for more than
  /// 500 columns, where it would cost more than the descent.
  bool bends_down(const State& state, std::span<const char> held, Result& counts);
  /// The columns at a kink: the derivative says that the cost falls, and no step along that column, however short,
  /// lowers it. Of columns whose steps rounding hides nothing is said.
  std::vector<std::int64_t> kinks(const State& state, std::span<const char> held, const Options& options,
                                  Result& counts);
  /// Whether the cost where every free parameter is zero is next to nothing beside the state's.
  bool vanishes_at_zero(const State& state, const Options& options, Result& counts);
  /// Whether the residuals change at all when the parameters of the columns move together by a hundredth of themselves
  /// to a hundred times themselves: no, where they are undetermined; yes, where only derivatives have vanished.
  bool move_residuals(const State& state, std::span<const std::int64_t> columns, const Options& options,
                      Result& counts);
  /// The parameters lost, when the others are at a minimum and the residuals do not change however the lost ones move.
  std::string undetermined(const State& state, std::span<const char> held, const Influence::Lost& lost,
                           const Options& options, Result& counts);
  /// Of a column held at a kink: whether the cost now falls on either side of it.
  bool falls_beside(const State& state, std::int64_t column, const Options& options, Result& counts);

 private:
  /// Norms of the noise in r and of r, of all rows and of all but the noisiest. At the edge of a domain, as of log at
  /// 0, one row is nothing but noise, and the others are not.
  struct Noise {
    double norm, norm_of_rest, residual, residual_of_rest;
    bool meaningful = true;  ///< r changes beside the point, as J says that it must
    bool explains(double factor) const {
      if (!meaningful) return false;
      return residual <= norm || (residual <= factor * norm && residual_of_rest <= factor * norm_of_rest);
    }
  };
  static std::int64_t rank_of_factor(const DenseQr& qr);
  bool is_curved(double least) const;
  double cost_at_trial(const Options& options, Result& counts);
  bool scale_hessian(const State& state, std::span<const char> held, Result& counts);
  void allow_for_rounding(const State& state, double size, const Options& options, Result& counts, Stationarity& found);
  Noise noise_in(const State& state, const Options& options, Result& counts);
  void measure_by_curvature(const State& state, std::span<const double> g, std::span<const char> held,
                            const Options& options, Result& counts, Stationarity& found);
  bool falls_beyond(const State& state, double longest, const Options& options, Result& counts, Stationarity& found);
  bool falls_along(const State& state, std::int64_t column, double direction, double reach, double slope,
                   const Options& options, Result& counts);

  const Program& program_;
  DenseQr qr_;
  std::vector<double> step_, scale_, size_, beside_, trial_x_;
  std::vector<double> H_, H_scale_;  // the scaled Hessian, and the roots of the Hessian's diagonal
  AlignedArray trial_residual_;
};

}  // namespace thalweg
