// What a bundle adjustment is asked for beside its file: intrinsics that cameras share, and places that were measured.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/math/loss.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Cameras that share one f, k₁, k₂: those of one lens that was not refocused.
struct SharedIntrinsics {
  /// Of each camera the number of its block (f, k₁, k₂), from 0 without gaps. Empty: nothing is shared, each camera is
  /// one block of nine numbers.
  std::vector<std::int32_t> block_of;
  std::int64_t blocks = 0;

  bool any() const { return !block_of.empty(); }
};
/// Groups of cameras, each with one block; a camera of no group has a block of its own. Throws Error for a camera that
/// is not there or is in two groups.
SharedIntrinsics share_intrinsics(const Bundle& bundle, const std::vector<std::vector<std::int32_t>>& groups);
/// The bundle with one f, k₁, k₂ for the cameras of a block: the median of each over those that have observations, or
/// over all where none has.
Bundle with_shared_start(Bundle bundle, const SharedIntrinsics& shared);

/// A measured place, in the world of the points: of a camera's centre −Rᵀt, or of a point.
struct PlacePrior {
  std::int32_t number = 0;               ///< of the camera or the point
  std::array<double, 3> place{};         ///< in the units of the world
  std::array<double, 3> sigma{1, 1, 1};  ///< standard deviation along each axis, in the same unit
  std::int32_t called = -1;              ///< number in sentences, in a bundle that is part of another; −1: the same
};
/// Measured places of cameras (GPS) and of points (ground control). Their residuals are (place − measured) / σ.
struct BundlePriors {
  std::vector<PlacePrior> cameras, points;
  bool any() const { return !cameras.empty() || !points.empty(); }
};
/// How many cameras and points there are: those of a bundle, or of one that several processes hold.
struct BundleCounts {
  std::int64_t cameras = 0, points = 0;
  BundleCounts(std::int64_t c, std::int64_t p) : cameras(c), points(p) {}
  BundleCounts(const Bundle& bundle) : cameras(bundle.camera_count()), points(bundle.point_count()) {}
};
/// Reads lines `camera NUMBER x y z σ` and `point NUMBER x y z σ`, or with σx σy σz in the place of σ; `#` begins a
/// comment. Appends to `priors`. Throws FileError, also for a place that was measured twice.
void read_priors(const std::string& path, const BundleCounts& counts, BundlePriors& priors);
/// The same for text in memory; `name` stands for the file in messages.
void parse_priors(std::string_view text, const std::string& name, const BundleCounts& counts, BundlePriors& priors);
/// One prior, "camera:3=x,y,z,σ" or "point:3=x,y,z,σ": whether a text is meant to be one, and what it says. Throws
/// Error.
bool is_prior(std::string_view text);
void parse_prior(const std::string& text, const BundleCounts& counts, BundlePriors& priors);

/// Leaves out the priors of cameras without observations and of points that no camera sees, which tie nothing; a
/// sentence for each kind that occurs.
std::vector<std::string> leave_out_unseen(const Bundle& bundle, BundlePriors& priors);

/// −Rᵀt.
std::array<double, 3> centre_of(const Bundle& bundle, std::int32_t camera);

/// A similarity x ↦ scale · rotation · x + translation.
struct Similarity {
  double scale = 1.0;
  std::array<double, 9> rotation{1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< by rows
  std::array<double, 3> translation{};
  /// Directions that the priors leave free, to within their deviations: 0 of three or more places that are not on a
  /// line, 1 on a line (the rotation about it), 4 of one place (every rotation and the scale).
  int free_directions = 0;
};
/// The similarity that brings the bundle nearest to its priors: the least Σ ‖place − measured‖² / (σx² + σy² + σz²)
/// (Umeyama 1991). Where the priors leave directions free, the bundle is turned no more than it must, and keeps its
/// size under one prior. Empty without priors, and where places that were measured apart are one in the bundle.
std::optional<Similarity> alignment(const Bundle& bundle, const BundlePriors& priors);
/// The same scene in the world that the similarity leads to; no projection changes.
Bundle transformed(Bundle bundle, const Similarity& by);
/// Places moved by `by`, as moved() does with a bundle.
BundlePriors moved(BundlePriors priors, const std::array<double, 3>& by);
/// ½ Σ ((place − measured) / σ)² of the bundle as it is.
double prior_cost(const Bundle& bundle, const BundlePriors& priors);
/// How far the places are from where they were measured: "the priors are off by 1.1 of their standard deviations (root
/// mean square); the worst by 2.9, of camera 3".
std::string fit_of(const Bundle& bundle, const BundlePriors& priors);

/// As build_problem(bundle, loss) of bundle.hpp, where intrinsics may be shared and places may have priors. With shared
/// intrinsics the blocks are "pose" (ω, t) and "intrinsics" (f, k₁, k₂), then "point"; cameras of one block must agree,
/// see with_shared_start(). Priors are the residuals "camera prior" and "point prior", behind "reprojection"; the loss
/// is not theirs. Throws Error where cameras of one block differ.
Problem build_problem(const Bundle& bundle, const SharedIntrinsics& shared, const BundlePriors& priors,
                      const Loss& loss = {});
/// The numbers of cameras and points in the order of that problem's parameters, and back.
std::vector<double> parameters_of(const Bundle& bundle, const SharedIntrinsics& shared);
Bundle with_solution(Bundle bundle, const SharedIntrinsics& shared, const std::vector<double>& x);

}  // namespace thalweg::inline v0_1
