// Measures whether a point of a program with a dense Jacobian is a minimum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <minimize/system/dense/state.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/solve_context.hpp>
#include <thalweg/minimize/stationarity.hpp>

namespace thalweg::inline v0_1 {

/// Whether residuals are left whose squares underflow: their cost says nothing. Not where they are at the level of
/// rounding beside the terms ‖Jⱼ‖xⱼ that they are made of.
bool squares_underflow(const Program& program, const State& state);

/// Measures at points of one program. Buffers are kept.
class StationarityMeter {
 public:
  explicit StationarityMeter(const Program& program);

  /// Evaluates as these options say, and counts there. The context must outlive what is measured.
  void count_in(SolveContext& context) { context_ = &context; }

  /// By J and r of the state: 2mn² flops, unless their factor is `known`; where Gauss-Newton promises too much, by
  /// second derivatives as well.
  Stationarity measure(const State& state, std::span<const char> held, double allowed, DenseQr* known = nullptr);
  /// Rank of J at a state, all columns free, to 1e-10.
  std::int64_t rank(const State& state);
  /// Whether the exact Hessian is positive definite, directions of hardly any curvature counted as flat.
  bool curves_up(const State& state, std::span<const char> held);
  /// Whether the exact Hessian has a direction in which the cost falls, the gradient being zero. False for more than
  /// 500 columns, where it would cost more than the descent.
  bool bends_down(const State& state, std::span<const char> held);

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
  double cost_at_trial();
  bool scale_hessian(const State& state, std::span<const char> held);
  void allow_for_rounding(const State& state, double size, Stationarity& found);
  Noise noise_in(const State& state);
  void measure_by_curvature(const State& state, std::span<const double> g, std::span<const char> held,
                            Stationarity& found);
  bool falls_beyond(const State& state, double longest, Stationarity& found);

  const Program& program_;
  SolveContext* context_ = nullptr;
  DenseQr qr_;
  std::vector<double> step_, scale_, size_, beside_, trial_x_;
  std::vector<double> H_, H_scale_;  // the scaled Hessian, and the roots of the Hessian's diagonal
  AlignedArray trial_residual_;
};

}  // namespace thalweg::inline v0_1
