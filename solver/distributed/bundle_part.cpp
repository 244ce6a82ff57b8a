#include <thalweg/distributed/bundle_part.hpp>

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

std::vector<std::int64_t> cut_points(std::span<const std::int64_t> observations, int processes) {
  const auto seen = std::count_if(observations.begin(), observations.end(), [](std::int64_t n) { return n > 0; });
  if (seen < processes)
    throw Error(fmt::format("{} processes and {} points with observations; expected at most one process a point",
                            processes, seen));
  const std::int64_t all = std::accumulate(observations.begin(), observations.end(), std::int64_t{0});
  std::vector<std::int64_t> begins = {0};
  std::int64_t sum = 0, left = seen, point = 0;
  const auto points = static_cast<std::int64_t>(observations.size());
  for (int p = 1; p < processes; ++p) {
    // At least one point with observations here, and one for each process that follows.
    bool any = false;
    while (point < points && (!any || (sum * processes < all * p && left > processes - p))) {
      sum += observations[at(point)];
      left -= observations[at(point)] > 0;
      any = any || observations[at(point)] > 0;
      ++point;
    }
    begins.push_back(point);
  }
  begins.push_back(points);
  return begins;
}

BundlePart part_of(const Bundle& whole, std::span<const std::int64_t> begins, int rank) {
  const auto processes = static_cast<std::int64_t>(begins.size()) - 1;
  BundlePart part;
  part.camera_count = whole.camera_count();
  part.point_count = whole.point_count();
  part.observation_count = whole.observation_count();
  part.first_point = begins[at(rank)];
  const std::int64_t end = begins[at(rank) + 1];
  for (std::int64_t p = 0; p <= processes; ++p) part.first_camera.push_back(p * part.camera_count / processes);
  std::vector<std::int32_t> local(at(part.camera_count), -1);
  for (std::int64_t c = part.first_camera[at(rank)]; c < part.first_camera[at(rank) + 1]; ++c) local[at(c)] = 0;
  const auto here = [&](std::size_t i) { return whole.point_of[i] >= part.first_point && whole.point_of[i] < end; };
  for (std::size_t i = 0; i < whole.u.size(); ++i)
    if (here(i)) local[at(whole.camera_of[i])] = 0;
  for (std::int64_t c = 0; c < part.camera_count; ++c)
    if (local[at(c)] == 0) {
      local[at(c)] = static_cast<std::int32_t>(part.cameras.size());
      part.cameras.push_back(c);
    }
  Bundle& b = part.local;
  b.file = whole.file;
  for (const std::int64_t c : part.cameras)
    b.cameras.insert(b.cameras.end(), whole.cameras.begin() + 9 * c, whole.cameras.begin() + 9 * (c + 1));
  b.points.assign(whole.points.begin() + 3 * part.first_point, whole.points.begin() + 3 * end);
  for (std::size_t i = 0; i < whole.u.size(); ++i) {
    if (!here(i)) continue;
    b.camera_of.push_back(local[at(whole.camera_of[i])]);
    b.point_of.push_back(static_cast<std::int32_t>(whole.point_of[i] - part.first_point));
    b.u.push_back(whole.u[i]);
    b.v.push_back(whole.v[i]);
  }
  return part;
}

std::array<double, 3> middle_of(const Communicator& communicator, const BundlePart& part) {
  std::array<double, 3> middle = middle_of(part.local);
  communicator.sum(std::span<double>(middle));
  for (double& m : middle) m /= communicator.size();
  return middle;
}

Share share_of(const BundlePart& part, const Loss& loss, const std::array<double, 3>& by) {
  Share share{build_problem(moved(part.local, by), loss), part.cameras, part.first_camera};
  share.shared.resize(part.cameras.size() + at(part.local.point_count()), -1);
  return share;
}

}  // namespace thalweg::inline v0_1
