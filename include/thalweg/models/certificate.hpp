// A proof that the minimum found of a pose graph is the global one.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include <thalweg/models/pose_graph.hpp>

namespace thalweg::inline v0_1 {

struct CertificateOptions {
  /// The gap below which a minimum counts as the global one, beside the cost. Rounding sets another limit: a gap is
  /// always accepted below 1e-11 of what the squares would sum to if the poses fitted nothing.
  double relative_gap = 1e-6;
  /// Of the smallest eigenvalue's error ‖S v − λ v‖, beside |λ|.
  double eigenvalue_tolerance = 1e-3;
  int threads = 1;   ///< of factorisations, at most; 0: all. The result is the same
  int max_rank = 8;  ///< columns of the relaxation that escape_minimum() may use
};

/// What is known of the global minimum F* of a graph's cost ½ Σ eᵀ Ω e.
///
/// With X = (R₁ t₁ … Rₙ tₙ), g2o's cost in space is ½ tr(X M Xᵀ) plus a constant where each edge's information of
/// translations is τ I and apart from that of rotations: the vector part q of a quaternion has qᵀ Ω q = tr(W (I − E)),
/// W = ¼ tr(Ω) I − ½ Ω, and so is linear in RᵢᵀRⱼ. For any symmetric Λᵢ, with S the Schur complement of the positions
/// in M − blkdiag(Λᵢ, 0) and λ its smallest eigenvalue,
///
///     F* ≥ ½ Σ tr Λᵢ + constant + ½ d n min(λ, 0)
///
/// (Rosen, Carlone, Bandeira & Leonard 2019, theorem 7 and section 4.1). With the multipliers of a minimum,
/// Λᵢ = sym(Rᵢᵀ (X M)ᵢ), the first two terms are its cost, so that λ ≥ 0 proves it global. λ is bounded from below by a
/// sparse Cholesky factorisation of the matrix plus β I that succeeds.
///
/// Other costs, with anisotropic or coupled information, and those of the plane, which have the square of an angle, are
/// bounded by one of that form that touches them, with equal derivatives, where the graph stands
/// (Certificate::Kind::bound): the same then proves that minimum global, but may fail where it is.
struct Certificate {
  static constexpr double unset = std::numeric_limits<double>::quiet_NaN();
  enum class Kind {
    exact,  ///< of the cost itself
    bound,  ///< of a lower bound of the cost, that touches it where the graph stands
  };
  Kind kind = Kind::exact;
  bool certified = false;  ///< gap ≤ tolerance
  double cost = unset;
  double gap = unset;          ///< cost − F* is at most this, to rounding of the factorisation; at most the cost
  double lower_bound = unset;  ///< of F*: cost − gap
  double tolerance = unset;    ///< of the gap

  double smallest_eigenvalue = unset;  ///< λ, as a Rayleigh quotient; its d eigenvalues of the gauge are 0, to rounding
  double eigenvalue_error = unset;     ///< ‖S v − λ v‖, ‖v‖ = 1: an eigenvalue of S is that close to λ
  double least_eigenvalue = unset;     ///< −β: no eigenvalue of S is below it, by the factorisation
  /// The smallest beside those of the gauge, and its error: positive where the minimum is unique up to the gauge.
  double next_eigenvalue = unset, next_error = unset;
  double stationarity = unset;  ///< the largest entry of (X S)ᵢ, 0 at a minimum

  /// v, d numbers for each pose: cost falls along it in one dimension more where λ < 0.
  std::vector<double> eigenvector;
  std::vector<double> multipliers;  ///< Λᵢ, d × d numbers for each pose
};
std::string_view to_string(Certificate::Kind);

/// Why the theory says nothing of a graph's cost, in words: "pose 3 has a prior"; empty where it does. A loss is
/// another reason, which the graph does not know.
std::string certificate_refusal(const PoseGraph& graph);

/// Examines the minimum where the graph stands; a point that is none gets a lower bound that is far off. Costs some
/// factorisations of matrices of d + 1 numbers for each pose, and some ten solves with them. Throws Error for a graph
/// that certificate_refusal() names a reason for, and where the factor is larger than memory.
Certificate certify(const PoseGraph& graph, const CertificateOptions& options = {});
/// The same of the solution x of build_problem(graph), Result::x.
Certificate certify(const PoseGraph& graph, const std::vector<double>& x, const CertificateOptions& options = {});

/// Where a descent of the relaxation leads from a minimum that is refuted.
struct Escape {
  PoseGraph graph;                   ///< the point of the relaxation rounded to rotations: a start for another solve
  double cost = Certificate::unset;  ///< there
  double relaxed_cost = Certificate::unset;  ///< of the relaxation's point
  double lower_bound = Certificate::unset;   ///< of F*, from the relaxation's own multipliers
  int rank = 0;                              ///< columns of the relaxation's point
  bool is_minimum = false;  ///< the relaxation's point is its global minimum, to the tolerance of the gap
  int iterations = 0;       ///< linear solves
};
/// The Riemannian staircase (Boumal 2015; Rosen et al. 2019, algorithm 1): one column more, a step along the
/// eigenvector, a trust-region descent on matrices with orthonormal rows, and again from there while the point is no
/// minimum and the rank below its limit. The result is the point's projection on rotations (ibid., algorithm 2), the
/// fixed pose, or the first one, kept where it was. `certificate` is that of the graph. Throws as certify() does.
Escape escape_minimum(const PoseGraph& graph, const Certificate& certificate, const CertificateOptions& options = {});

}  // namespace thalweg::inline v0_1
