// Pose graphs of any size, after the ones that everybody measures with.
#include <thalweg/models/pose_graph.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "io/text_numbers.hpp"
#include "math/random.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/pose_algebra.hpp"

namespace thalweg::inline v0_1 {
namespace {

using graph::Pose2;
using graph::Pose3;
using regression::Random;
constexpr double pi = std::numbers::pi;

constexpr std::array<std::pair<PoseGraphOptions::Kind, std::string_view>, 3> kinds = {
    {{PoseGraphOptions::Kind::city, "city"},
     {PoseGraphOptions::Kind::garage, "garage"},
     {PoseGraphOptions::Kind::sphere, "sphere"}}};

using Tie = std::pair<std::int64_t, std::int64_t>;  // of poses: the earlier, the later

template <class Pose>
struct Drive {
  std::vector<Pose> poses;    // the truth
  std::vector<Tie> closures;  // beside the steps from pose to pose
};

/// A walk on a grid of streets, one metre a pose and five to the next crossing, where it goes on or turns; it sees
/// where it was before when it comes by.
Drive<Pose2> city(const PoseGraphOptions& o, Random& random) {
  constexpr int block = 5;
  constexpr std::int64_t recent = 20;  // poses that are no closure
  const int half_size = std::max(2, static_cast<int>(std::sqrt(static_cast<double>(o.poses)) / (2.0 * block)));
  Drive<Pose2> drive;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> seen;  // poses at each place
  std::int64_t x = 0, y = 0;
  int heading = 0;
  constexpr int dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
  const std::int64_t limit = std::int64_t{half_size} * block;
  const auto leaves = [&](int h) { return std::abs(x + dx[h]) > limit || std::abs(y + dy[h]) > limit; };
  for (std::int64_t i = 0; i < o.poses; ++i) {
    drive.poses.push_back({{static_cast<double>(x), static_cast<double>(y)}, graph::wrapped(0.5 * pi * heading)});
    std::vector<std::int64_t>& here = seen[x * 1000003 + y];
    std::size_t ties = 0;
    for (auto j = here.rbegin(); j != here.rend() && ties < 2; ++j)
      if (i - *j > recent) {
        drive.closures.emplace_back(*j, i);
        ++ties;
      }
    here.push_back(i);
    if (x % block == 0 && y % block == 0) {
      const double turn = random.uniform();
      if (turn < 0.5) heading = (heading + (turn < 0.25 ? 1 : 3)) % 4;
      while (leaves(heading)) heading = (heading + 1 + static_cast<int>(random.below(2)) * 2) % 4;
    }
    x += dx[heading];
    y += dy[heading];
  }
  return drive;
}

/// Three laps on each floor, then a ramp; tied to the lap before and to the floor below.
Drive<Pose3> garage(const PoseGraphOptions& o, Random& random) {
  constexpr std::int64_t lap = 200, laps = 3;
  constexpr double radius = 30.0, storey = 3.0;
  Drive<Pose3> drive;
  for (std::int64_t i = 0; i < o.poses; ++i) {
    const double angle = 2.0 * pi * static_cast<double>(i % lap) / lap;
    const std::int64_t floor = i / (lap * laps);
    // The last quarter of the last lap is the ramp.
    const double ramp = std::max(0.0, 4.0 * (static_cast<double>(i % (lap * laps)) / lap - laps) + 1.0);
    Pose3 pose;
    pose.t = {radius * std::cos(angle), 0.6 * radius * std::sin(angle), storey * (static_cast<double>(floor) + ramp)};
    const Eigen::Vector3d ahead =
        Eigen::Vector3d(-std::sin(angle), 0.6 * std::cos(angle), ramp > 0.0 ? 0.07 : 0.0).normalized();
    const Eigen::Vector3d left = Eigen::Vector3d::UnitZ().cross(ahead).normalized();
    Eigen::Matrix3d R;
    R << ahead, left, ahead.cross(left);
    pose.set_rotation(R);
    drive.poses.push_back(pose);
    for (const std::int64_t back : {lap, lap * laps})
      if (i >= back && random.uniform() < (back == lap ? 0.25 : 0.1)) drive.closures.emplace_back(i - back, i);
  }
  return drive;
}

/// Rings from pole to pole; each pose is tied to the one a ring before.
Drive<Pose3> sphere(const PoseGraphOptions& o, Random&) {
  const auto ring = std::max<std::int64_t>(4, std::llround(std::sqrt(static_cast<double>(o.poses))));
  const double rings = std::ceil(static_cast<double>(o.poses) / static_cast<double>(ring));
  constexpr double radius = 50.0;
  Drive<Pose3> drive;
  for (std::int64_t i = 0; i < o.poses; ++i) {
    const double around = 2.0 * pi * static_cast<double>(i % ring) / static_cast<double>(ring);
    const double latitude = pi * ((static_cast<double>(i) / static_cast<double>(ring) + 0.5) / (rings + 1.0) - 0.5);
    const Eigen::Vector3d up(std::cos(latitude) * std::cos(around), std::cos(latitude) * std::sin(around),
                             std::sin(latitude));
    const Eigen::Vector3d ahead(-std::sin(around), std::cos(around), 0.0);
    Pose3 pose;
    pose.t = radius * up;
    Eigen::Matrix3d R;
    R << ahead, up.cross(ahead), up;
    pose.set_rotation(R);
    drive.poses.push_back(pose);
    if (i >= ring) drive.closures.emplace_back(i - ring, i);
  }
  return drive;
}

Pose2 noise(const PoseGraphOptions& o, Random& random, const Pose2&) {
  Pose2 n;
  for (int k = 0; k < 2; ++k) n.t[k] = o.translation_noise * random.normal();
  n.angle = o.rotation_noise * random.normal();
  return n;
}
Pose3 noise(const PoseGraphOptions& o, Random& random, const Pose3&) {
  Pose3 n;
  for (int k = 0; k < 3; ++k) n.t[k] = o.translation_noise * random.normal();
  Eigen::Vector3d turn;
  for (int k = 0; k < 3; ++k) turn[k] = o.rotation_noise * random.normal();
  if (turn.norm() > 0.0) n.q = Eigen::AngleAxisd(turn.norm(), turn.normalized());
  return n;
}
Pose2 nonsense(Random& random, const Pose2&) {
  return {{10.0 * random.normal(), 10.0 * random.normal()}, pi * (2.0 * random.uniform() - 1.0)};
}
Pose3 nonsense(Random& random, const Pose3&) {
  Pose3 p;
  for (int k = 0; k < 3; ++k) p.t[k] = 10.0 * random.normal();
  // From the last to the first: the order of arguments would be the compiler's.
  const double z = random.normal(), y = random.normal(), x = random.normal();
  p.q = Eigen::Quaterniond(random.normal(), x, y, z).normalized();
  return p;
}

template <class Pose>
void measure(const Drive<Pose>& drive, const PoseGraphOptions& o, Random& random, PoseGraph& g) {
  // Of the quaternion's vector part: half the angle, a quarter of the variance. Exact measurements have unit
  // information.
  constexpr double least = 1e-9;
  const double half = Pose::space == 3 ? 0.5 : 1.0;
  const double place_information =
      o.translation_noise > least ? 1.0 / (o.translation_noise * o.translation_noise) : 1.0;
  const double turn_information =
      o.rotation_noise > least ? 1.0 / (half * half * o.rotation_noise * o.rotation_noise) : 1.0;
  const auto tie = [&](std::int64_t from, std::int64_t to, bool nonsensical) {
    const Pose &a = drive.poses[static_cast<std::size_t>(from)], &b = drive.poses[static_cast<std::size_t>(to)];
    const Pose Z = nonsensical ? nonsense(random, a) : a.inverse() * b * noise(o, random, a);
    g.edges.from.push_back(static_cast<std::int32_t>(from));
    g.edges.to.push_back(static_cast<std::int32_t>(to));
    g.edges.measurement.resize(g.edges.measurement.size() + Pose::size);
    Z.store(g.edges.measurement.data() + g.edges.measurement.size() - Pose::size);
    for (int i = 0; i < Pose::tangent; ++i)
      for (int j = i; j < Pose::tangent; ++j)
        g.edges.information.push_back(i != j ? 0.0 : i < Pose::space ? place_information : turn_information);
    return Z;
  };
  Pose at = drive.poses[0];
  g.poses.resize(drive.poses.size() * Pose::size);
  at.store(g.poses.data());
  std::size_t closure = 0;
  for (std::size_t i = 1; i < drive.poses.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    at = at * tie(n - 1, n, false);
    at.store(g.poses.data() + i * Pose::size);
    for (; closure < drive.closures.size() && drive.closures[closure].second == n; ++closure)
      tie(drive.closures[closure].first, n, random.uniform() < o.false_closures);
  }
}

void validate(const PoseGraphOptions& o) {
  const auto refuse = [](const char* what, double value, const char* expected) {
    throw Error(fmt::format("{} is {}; expected {}", what, value, expected));
  };
  if (o.poses < 2 || o.poses > 100000000) refuse("the number of poses", static_cast<double>(o.poses), "2 to 100000000");
  if (!(o.translation_noise >= 0.0 && o.translation_noise <= 100.0))
    refuse("the translation noise", o.translation_noise, "0 to 100 metres");
  if (!(o.rotation_noise >= 0.0 && o.rotation_noise <= 1.0))
    refuse("the rotation noise", o.rotation_noise, "0 to 1 radians");
  if (!(o.false_closures >= 0.0 && o.false_closures < 1.0))
    refuse("the part of false closures", o.false_closures, "a number in [0, 1)");
}

}  // namespace

std::string_view to_string(PoseGraphOptions::Kind kind) {
  return std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.first == kind; })->second;
}

PoseGraphOptions::Kind parse_pose_graph_kind(std::string_view name) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.second == name; });
  if (found != kinds.end()) return found->first;
  std::vector<std::string> all;
  for (const auto& k : kinds) all.emplace_back(k.second);
  throw Error(fmt::format("unknown kind of pose graph {}; expected {}", reading::quoted_with_hint(name, all),
                          reading::list(all)));
}

PoseGraph generate_pose_graph(const PoseGraphOptions& o) {
  validate(o);
  PoseGraph g;
  g.kind = o.kind == PoseGraphOptions::Kind::city ? PoseGraph::Kind::se2 : PoseGraph::Kind::se3;
  g.file = fmt::format("generated: {}, {} poses, seed {}", to_string(o.kind), o.poses, o.seed);
  Random random(o.seed);
  switch (o.kind) {
    case PoseGraphOptions::Kind::city:
      measure(city(o, random), o, random, g);
      break;
    case PoseGraphOptions::Kind::garage:
      measure(garage(o, random), o, random, g);
      break;
    case PoseGraphOptions::Kind::sphere:
      measure(sphere(o, random), o, random, g);
      break;
  }
  const auto n = static_cast<std::size_t>(o.poses);
  for (std::int64_t i = 0; i < o.poses; ++i) g.pose_ids.push_back(i);
  g.pose_given.assign(n, 1);
  g.pose_fixed.assign(n, 0);
  return g;
}

}  // namespace thalweg::inline v0_1
