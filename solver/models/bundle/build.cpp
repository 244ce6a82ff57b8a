#include <thalweg/models/bundle.hpp>

#include <algorithm>

#include <fmt/format.h>

#include <thalweg/models/reprojection.hpp>

namespace thalweg::inline v0_1 {

Problem build_problem(const Bundle& b, const Loss& loss) {
  Problem problem;
  const auto cameras =
      problem.add_parameters("camera", Vec<double, 9>(Vec<double, 9>::Zero()), static_cast<int>(b.camera_count()));
  const auto points =
      problem.add_parameters("point", Vec<double, 3>(Vec<double, 3>::Zero()), static_cast<int>(b.point_count()));
  problem.set_starts(cameras, b.cameras);
  problem.set_starts(points, b.points);
  problem.eliminate(points);
  std::vector<std::int64_t> camera_offset, point_offset;
  camera_offset.reserve(b.u.size());
  point_offset.reserve(b.u.size());
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    if (b.camera_of[i] < 0 || b.camera_of[i] >= b.camera_count() || b.point_of[i] < 0 ||
        b.point_of[i] >= b.point_count())
      throw Error(
          fmt::format("observation {} is of camera {} and point {}; expected cameras below {} and points below {}", i,
                      b.camera_of[i], b.point_of[i], b.camera_count(), b.point_count()));
    camera_offset.push_back(cameras.offset() + std::int64_t{9} * b.camera_of[i]);
    point_offset.push_back(points.offset() + std::int64_t{3} * b.point_of[i]);
  }
  problem.add_group(reprojection_group("reprojection", std::move(camera_offset), std::move(point_offset), b.u, b.v))
      .set_loss(loss);
  return problem;
}

Bundle with_solution(Bundle bundle, const std::vector<double>& x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(bundle.cameras.size());
  std::copy(x.begin(), middle, bundle.cameras.begin());
  std::copy(middle, x.end(), bundle.points.begin());
  return bundle;
}

}  // namespace thalweg::inline v0_1
