// Graphs whose cost has no certificate.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/models/certificate.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = PoseGraph::Measurement::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Poses and landmarks that no edge or sighting connects with the rest are a part of their own.
std::int64_t count_parts(const PoseGraph& g) {
  const std::int64_t poses = g.pose_count();
  std::vector<std::int64_t> parent(at(poses + g.landmark_count()));
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&parent](std::int64_t i) {
    while (parent[at(i)] != i) i = parent[at(i)] = parent[at(parent[at(i)])];
    return i;
  };
  std::int64_t parts = poses + g.landmark_count();
  const auto join = [&](std::int64_t a, std::int64_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return;
    parent[at(a)] = b;
    --parts;
  };
  for (std::size_t e = 0; e < g.edges.from.size(); ++e) join(g.edges.from[e], g.edges.to[e]);
  for (std::size_t e = 0; e < g.sightings.from.size(); ++e) join(g.sightings.from[e], poses + g.sightings.to[e]);
  return parts;
}

std::string name_of(const PoseGraph& g, const PoseGraph::Measurement& m) {
  switch (m.kind) {
    case Kind::pose_prior:
      return fmt::format("pose {} has a prior", g.pose_ids[at(m.b)]);
    case Kind::place_prior:
      return fmt::format("the place of pose {} has a prior", g.pose_ids[at(m.a)]);
    case Kind::landmark_prior:
      return fmt::format("landmark {} has a prior", g.landmark_ids[at(m.a)]);
    case Kind::offset_edge:
      return fmt::format("the edge from pose {} to pose {} is between sensors", g.pose_ids[at(m.a)],
                         g.pose_ids[at(m.b)]);
    case Kind::landmark_edge:
      return fmt::format("an edge is between landmarks {} and {}", g.landmark_ids[at(m.a)], g.landmark_ids[at(m.b)]);
    case Kind::offset_sighting:
      return fmt::format("landmark {} is sighted through a sensor", g.landmark_ids[at(m.b)]);
    case Kind::bearing:
      break;
  }
  return fmt::format("of landmark {} a bearing is measured", g.landmark_ids[at(m.b)]);
}

}  // namespace

std::string_view to_string(Certificate::Kind kind) { return kind == Certificate::Kind::exact ? "exact" : "bound"; }

std::string certificate_refusal(const PoseGraph& g) {
  if (g.pose_count() < 2) return fmt::format("it has {}; expected at least two", counted(g.pose_count(), "pose"));
  if (!g.further.empty())
    return name_of(g, g.further.front()) + ", and the theory covers edges between poses and sightings alone";
  const auto fixed = std::count_if(g.pose_fixed.begin(), g.pose_fixed.end(), [](char f) { return f != 0; });
  if (fixed > 1) return fmt::format("{} poses are fixed; expected one at most, as the gauge", fixed);
  if (const auto l = std::find_if(g.landmark_fixed.begin(), g.landmark_fixed.end(), [](char f) { return f != 0; });
      l != g.landmark_fixed.end())
    return fmt::format("landmark {} is fixed; expected no fixed ones",
                       g.landmark_ids[at(l - g.landmark_fixed.begin())]);
  if (const std::int64_t parts = count_parts(g); parts > 1)
    return fmt::format("it falls into {} parts that no edge connects; expected one", parts);
  return {};
}

}  // namespace thalweg::inline v0_1
