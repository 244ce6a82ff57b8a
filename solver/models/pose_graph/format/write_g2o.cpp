#include <thalweg/models/pose_graph.hpp>

#include <iterator>

#include <fmt/format.h>

#include <io/compressed_text.hpp>

#include "models/pose_graph/format/graph_tags.hpp"
#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Of its vertices.
std::vector<std::int64_t> ids_of(const PoseGraph& g, const PoseGraph::Measurement& m) {
  using Kind = PoseGraph::Measurement::Kind;
  const bool landmarks = m.kind == Kind::landmark_prior || m.kind == Kind::landmark_edge;
  const bool sees = m.kind == Kind::offset_sighting || m.kind == Kind::bearing;
  std::vector<std::int64_t> ids;
  if (m.a >= 0) ids.push_back((landmarks ? g.landmark_ids : g.pose_ids)[static_cast<std::size_t>(m.a)]);
  if (m.b >= 0) ids.push_back((landmarks || sees ? g.landmark_ids : g.pose_ids)[static_cast<std::size_t>(m.b)]);
  return ids;
}

}  // namespace

std::string write_g2o(const PoseGraph& g, Compression compression) {
  CompressedText file(compression);
  const auto to = std::back_inserter(file.text());
  const auto numbers = [&](const std::vector<double>& from, std::size_t i, int count) {
    const double* const p = from.data() + i * static_cast<std::size_t>(count);
    for (int k = 0; k < count; ++k) fmt::format_to(to, " {}", p[k]);
  };
  const auto end_line = [&] {
    file.text().push_back('\n');
    file.pass();
  };
  const bool plane = g.kind == PoseGraph::Kind::se2;
  for (std::size_t i = 0; i < g.sensor_ids.size(); ++i) {
    fmt::format_to(to, "{} {}", plane ? "PARAMS_SE2OFFSET" : "PARAMS_SE3OFFSET", g.sensor_ids[i]);
    numbers(g.sensors, i, g.pose_size());
    end_line();
  }
  const auto vertices = [&](const char* tag, const std::vector<std::int64_t>& ids, const std::vector<char>& given,
                            const std::vector<double>& values, int size) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!given[i]) continue;
      fmt::format_to(to, "{} {}", tag, ids[i]);
      numbers(values, i, size);
      end_line();
    }
  };
  vertices(plane ? "VERTEX_SE2" : "VERTEX_SE3:QUAT", g.pose_ids, g.pose_given, g.poses, g.pose_size());
  vertices(plane ? "VERTEX_XY" : "VERTEX_TRACKXYZ", g.landmark_ids, g.landmark_given, g.landmarks, g.landmark_size());
  const auto fixed = [&](const std::vector<std::int64_t>& ids, const std::vector<char>& which) {
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (which[i]) fmt::format_to(to, "FIX {}\n", ids[i]);
  };
  fixed(g.pose_ids, g.pose_fixed);
  fixed(g.landmark_ids, g.landmark_fixed);
  for (std::size_t i = 0; i < g.edges.from.size(); ++i) {
    fmt::format_to(to, "{} {} {}", plane ? "EDGE_SE2" : "EDGE_SE3:QUAT",
                   g.pose_ids[static_cast<std::size_t>(g.edges.from[i])],
                   g.pose_ids[static_cast<std::size_t>(g.edges.to[i])]);
    numbers(g.edges.measurement, i, g.pose_size());
    numbers(g.edges.information, i, g.information_size());
    end_line();
  }
  for (std::size_t i = 0; i < g.sightings.from.size(); ++i) {
    fmt::format_to(to, "{} {} {}", plane ? "EDGE_SE2_XY" : "EDGE_SE3_TRACKXYZ",
                   g.pose_ids[static_cast<std::size_t>(g.sightings.from[i])],
                   g.landmark_ids[static_cast<std::size_t>(g.sightings.to[i])]);
    if (!plane) fmt::format_to(to, " {}", g.sensor_ids[static_cast<std::size_t>(g.sensor_of[i])]);
    numbers(g.sightings.measurement, i, g.landmark_size());
    numbers(g.sightings.information, i, g.sighting_information_size());
    end_line();
  }
  for (const PoseGraph::Measurement& m : g.further) {
    const graph::TagFormat& format = graph::format_of_kind(m.kind, !plane);
    fmt::format_to(to, "{}", format.name);
    for (const std::int64_t id : ids_of(g, m)) fmt::format_to(to, " {}", id);
    const std::int32_t sensors[] = {m.sensor_a >= 0 ? m.sensor_a : m.sensor_b, m.sensor_b};
    for (int k = 0; k < format.sensors; ++k)
      fmt::format_to(to, " {}", g.sensor_ids[static_cast<std::size_t>(sensors[k])]);
    for (int k = 0; k < g.measured_size_of(m.kind); ++k) fmt::format_to(to, " {}", m.z[static_cast<std::size_t>(k)]);
    for (int k = 0; k < graph::triangle(g.dimension_of(m.kind)); ++k)
      fmt::format_to(to, " {}", m.information[static_cast<std::size_t>(k)]);
    end_line();
  }
  return file.finish();
}

}  // namespace thalweg::inline v0_1
