#include "studies/bundle/bundle_limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>
#include <thalweg/base/moved_starts.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/studies/bundle_fixing.hpp>

#include "studies/bundle/bundle_parts.hpp"
#include "studies/bundle/number_range.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

/// Where numbers of cameras and points stand among the parameters.
class Places {
 public:
  Places(const Bundle& bundle, const SharedIntrinsics& shared)
      : shared_(shared),
        intrinsics_(6 * bundle.camera_count()),
        points_(shared.any() ? intrinsics_ + 3 * shared.blocks : 9 * bundle.camera_count()) {}
  /// Number k of a camera, 0 to 8.
  std::int64_t of_camera(std::int32_t camera, int k) const {
    if (!shared_.any()) return std::int64_t{9} * camera + k;
    if (k < 6) return std::int64_t{6} * camera + k;
    return intrinsics_ + std::int64_t{3} * shared_.block_of[static_cast<std::size_t>(camera)] + k - 6;
  }
  std::int64_t of_point(std::int32_t point) const { return points_ + std::int64_t{3} * point; }

 private:
  const SharedIntrinsics& shared_;
  std::int64_t intrinsics_, points_;
};

/// One number of x as a handle.
Parameters<Dynamic> number(std::int64_t i) { return {i, 1, 1}; }

/// Fixes what the request names.
class Fixer {
 public:
  Fixer(Problem& problem, const Bundle& bundle, const SharedIntrinsics& shared)
      : problem_(problem), shared_(shared), places_(bundle, shared) {}

  void fix(const std::string& what, const BundleFixing& f) {
    if (!f.of_points && f.last_number >= 6) refuse_part_of_block(what, {f.first, f.last});
    for (std::int32_t i = f.first; i <= f.last; ++i)
      for (int k = f.first_number; k <= f.last_number; ++k)
        problem_.fix(number(f.of_points ? places_.of_point(i) + k : places_.of_camera(i, k)));
  }

 private:
  /// Cameras inside the range and outside it may not share what is to be fixed.
  void refuse_part_of_block(const std::string& what, const NumberRange& range) const {
    std::vector<std::int32_t> inside(static_cast<std::size_t>(shared_.blocks), -1);
    const auto count = static_cast<std::int32_t>(shared_.block_of.size());
    for (std::int32_t i = range.first; i <= range.last && i < count; ++i)
      inside[static_cast<std::size_t>(shared_.block_of[static_cast<std::size_t>(i)])] = i;
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t other = inside[static_cast<std::size_t>(shared_.block_of[static_cast<std::size_t>(i)])];
      if (other >= 0 && (i < range.first || i > range.last))
        refuse("--fix", what,
               fmt::format("all cameras that share intrinsics or none of them, and camera {} shares those of camera {}",
                           i, other));
    }
  }

  Problem& problem_;
  const SharedIntrinsics& shared_;
  Places places_;
};

/// The number of a camera that a bound is for.
int bounded(const char* option, const std::string& name) {
  const Part* const part = part_of(name);
  if (part && part->first == part->last) return part->first;
  refuse(option, name, "focal, k1 or k2");
}

struct Bounds {
  double lower[9], upper[9];
};
Bounds bounds_of(const Request& request) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Bounds bounds;
  std::fill_n(bounds.lower, 9, -infinity);
  std::fill_n(bounds.upper, 9, infinity);
  for (const auto* given : {&request.lower, &request.upper})
    for (const auto& [name, value] : *given)
      if (!std::isfinite(value))
        throw Error(fmt::format("the bound of {} is {}; expected a finite number", name, value));
  for (const auto& [name, value] : request.lower) bounds.lower[bounded("--lower", name)] = value;
  for (const auto& [name, value] : request.upper) bounds.upper[bounded("--upper", name)] = value;
  return bounds;
}

/// "the focal length of camera 3"; of shared ones "the focal length of camera 3 and 8 that share it".
std::string in_words(const SharedIntrinsics& shared, std::int32_t camera, int k) {
  const char* const what[] = {"the focal length", "k1", "k2"};
  std::string text = fmt::format("{} of camera {}", what[k - 6], camera);
  if (!shared.any()) return text;
  const auto sharing =
      std::count(shared.block_of.begin(), shared.block_of.end(), shared.block_of[static_cast<std::size_t>(camera)]);
  return sharing > 1 ? text + fmt::format(" and {} that share it", counted(sharing - 1, "other")) : text;
}

}  // namespace

std::optional<std::string> limit(Problem& problem, const Bundle& b, const SharedIntrinsics& shared,
                                 const Request& request) {
  if (request.was_given("--fix") || !request.fix.empty()) {
    Fixer fixer(problem, b, shared);
    const std::vector<BundleFixing> fixings = bundle_fixing(request.fix, b.camera_count(), b.point_count());
    for (std::size_t i = 0; i < fixings.size(); ++i) fixer.fix(request.fix[i], fixings[i]);
  }
  const Bounds bounds = bounds_of(request);
  const Places places(b, shared);
  // A camera without observations stays where it is.
  std::vector<char> observed(static_cast<std::size_t>(b.camera_count()), 0);
  for (const std::int32_t c : b.camera_of) observed[static_cast<std::size_t>(c)] = 1;
  std::vector<char> met(static_cast<std::size_t>(shared.blocks), 0);
  MovedStarts moved;
  for (std::int32_t c = 0; c < static_cast<std::int32_t>(b.camera_count()); ++c) {
    if (!observed[static_cast<std::size_t>(c)]) continue;
    if (shared.any() && std::exchange(met[static_cast<std::size_t>(shared.block_of[static_cast<std::size_t>(c)])], 1))
      continue;
    for (int k = 6; k < 9; ++k) {
      if (std::isinf(bounds.lower[k]) && std::isinf(bounds.upper[k])) continue;
      const std::int64_t i = places.of_camera(c, k);
      problem.set_bounds(number(i), 0, bounds.lower[k], bounds.upper[k]);
      const double x = problem.start()[static_cast<std::size_t>(i)];
      const double inside = std::clamp(x, bounds.lower[k], bounds.upper[k]);
      if (!problem.moves(i) || inside == x) continue;
      moved.add(x, in_words(shared, c, k), inside);
      problem.set_starts(number(i), {inside});
    }
  }
  return moved.sentence();
}

}  // namespace thalweg::inline v0_1::studies
