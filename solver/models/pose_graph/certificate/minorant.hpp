// What an edge's cost is at least, as a function that is linear in the products of rotations and positions.
#pragma once

#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/starts/edge_weights.hpp"

namespace thalweg::inline v0_1::graph {

/// Ω ⪰ blkdiag(τ I, B): translations and rotations apart, translations the same in all directions.
template <class Pose>
struct SplitInformation {
  static constexpr int d = Pose::space, n = Pose::tangent, turns = n - d;
  using Turning = Eigen::Matrix<double, turns, turns>;
  Eigen::Matrix<double, n, n> omega;
  double tau = 0.0;
  Turning B = Turning::Zero();
  bool equal = false;    ///< to Ω, to rounding
  bool partial = false;  ///< Ω measures some directions of the translation alone: they are left out, τ = 0
};
/// Of coupled information the split with the largest τᵈ det B. τ is the smallest eigenvalue of Ω's translations where
/// nothing couples. `root`: U with Ω = Uᵀ U, the upper triangle by rows.
template <class Pose>
SplitInformation<Pose> split_information(const double* root);

/// ½ τ ‖tⱼ − tᵢ − Rᵢ offset‖² − ½ ⟨turn, Rᵢᵀ Rⱼ⟩ + constant ≤ ½ eᵀ Ω e for all poses. Where the edge's own cost is of
/// this form they are equal, and else they touch, with equal first derivatives, where the poses are given, unless the
/// information is partial.
template <class Pose>
struct Minorant {
  double tau = 0.0;
  typename Pose::Point offset = Pose::Point::Zero();
  typename Pose::Rotation turn = Pose::Rotation::Zero();
  double constant = 0.0;
  double slack = 0.0;  ///< how far it is below the edge's cost at the given poses; 0 where they touch
  bool equal = false;
};

/// With E = Z⁻¹ Xᵢ⁻¹ Xⱼ, q the vector part of its quaternion, e₀ = (p₀, q₀) that of the given poses, a = Ω e₀:
///
///     ½ eᵀ Ω e ≥ ½ e₀ᵀ Ω e₀ + aᵀ (e − e₀) + ½ τ ‖p − p₀‖² + ½ (q − q₀)ᵀ B (q − q₀).
///
/// The translation's part is a square of p − p₀ + aₚ/τ. In space qᵀ B q = tr(W (I − E)), W = ¼ tr(B) I − ½ B, is
/// linear in E; what is left, cᵀ q with c = a_q − B q₀, is 0 where Ω couples nothing, and else at least a quadratic
/// form of the unit quaternion that touches it at E₀, curved by −κ, κ = ‖c‖ / (1 − ‖q₀‖). In the plane u = θ − θ₀ and
/// a_θ u + ½ B u² ≥ a_θ sin u + p (1 − cos u), with the largest such p on the angles −π ≤ θ ≤ π.
template <class Pose>
Minorant<Pose> minorant(const SplitInformation<Pose>& information, const Pose& Z, const Pose& a, const Pose& b);

}  // namespace thalweg::inline v0_1::graph
