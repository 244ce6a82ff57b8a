#include "models/pose_graph/format/isam.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

#include "models/pose_graph/information.hpp"
#include "models/pose_graph/pose_algebra.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

/// S B, B that by which iSAM's error is more than g2o's.
template <class Pose>
void weigh_other_error(Eigen::MatrixXd& S, const double* z) {
  constexpr int d = Pose::space, turns = Pose::tangent - d;
  if constexpr (d == 3) S.rightCols<turns>() *= 2.0;
  // A turn changes nothing where all directions count the same: the numbers stay as they are written.
  const bool isotropic = (S.topLeftCorner<d, d>() - S(0, 0) * Eigen::MatrixXd::Identity(d, d)).isZero(0.0) &&
                         S.topRightCorner<d, turns>().isZero(0.0);
  if (!isotropic) S.leftCols<d>() *= Pose::load(z).rotation();
}

void number_landmarks_apart(RawGraph& raw) {
  std::unordered_set<std::int64_t> poses(raw.poses.id.begin(), raw.poses.id.end());
  for (const auto* ids : {&raw.edges.from, &raw.edges.to, &raw.sightings.from}) poses.insert(ids->begin(), ids->end());
  std::vector<std::int64_t>* const landmarks[] = {&raw.landmarks.id, &raw.sightings.to};
  bool shared = false;
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = std::numeric_limits<std::int64_t>::min();
  for (const auto* ids : landmarks)
    for (const std::int64_t id : *ids) {
      shared = shared || poses.contains(id);
      least = std::min(least, id);
      most = std::max(most, id);
    }
  if (!shared) return;
  const std::int64_t last_pose = *std::max_element(poses.begin(), poses.end());
  // Far from the ends of the range no sum of three overflows.
  constexpr std::int64_t bound = std::numeric_limits<std::int64_t>::max() / 4;
  if (least < -bound || most > bound || last_pose > bound)
    throw FileError(raw.graph.file, 0, 0, "poses and landmarks share ids, and no others are left",
                    "ids of less than 18 digits");
  const std::int64_t shift = last_pose + 1 - least;
  for (auto* ids : landmarks)
    for (std::int64_t& id : *ids) id += shift;
  raw.graph.warnings.push_back(
      fmt::format("poses and landmarks share ids, which iSAM counts apart: landmark {} is {} here, and so on", least,
                  least + shift));
}

}  // namespace

void square_to_information(int n, double* I, const double* z) {
  Eigen::MatrixXd S = Eigen::MatrixXd::Zero(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) S(i, j) = I[place(n, i, j)];
  if (z && n == 3) weigh_other_error<Pose2>(S, z);
  if (z && n == 6) weigh_other_error<Pose3>(S, z);
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) I[place(n, i, j)] = S.col(i).dot(S.col(j));
}

void complete_isam(RawGraph& raw) {
  if (raw.counts_apart) number_landmarks_apart(raw);
  if (raw.at_pose.empty()) return;
  PoseGraph& g = raw.graph;
  std::int64_t sensor = 0;
  while (std::find(g.sensor_ids.begin(), g.sensor_ids.end(), sensor) != g.sensor_ids.end()) ++sensor;
  g.sensor_ids.push_back(sensor);
  raw.sensor_lines.push_back(0);
  for (const double v : {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0}) g.sensors.push_back(v);
  for (const std::size_t i : raw.at_pose) raw.sensor_of[i] = sensor;
}

}  // namespace thalweg::inline v0_1::graph
