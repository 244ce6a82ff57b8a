#include "models/pose_graph/groups.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <thalweg/models/relative_pose.hpp>

#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Measurements and roots of information, one record an item.
template <class Record>
std::vector<Record> records(const PoseGraph::Edges& edges, const char* what) {
  constexpr auto size = std::tuple_size_v<decltype(Record::measurement)>;
  constexpr auto entries = std::tuple_size_v<decltype(Record::root)>;
  constexpr int n = entries == 3 ? 2 : entries == 6 ? 3 : 6;
  if (edges.to.size() != edges.from.size() || edges.measurement.size() != size * edges.from.size() ||
      edges.information.size() != entries * edges.from.size())
    throw Error(fmt::format(
        "a pose graph's {}s have {} beginnings, {} ends, {} and {} numbers; expected one, one, {} and {} of each", what,
        edges.from.size(), edges.to.size(), edges.measurement.size(), edges.information.size(), size, entries));
  std::vector<Record> list(edges.from.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    std::copy_n(edges.measurement.data() + i * size, size, list[i].measurement.data());
    root_of_information(n, edges.information.data() + i * entries, list[i].root.data(), what, i);
  }
  return list;
}

std::vector<std::int64_t> offsets(const std::vector<std::int32_t>& index, std::int64_t count, std::int64_t first,
                                  int size, const char* what) {
  std::vector<std::int64_t> list;
  list.reserve(index.size());
  for (std::size_t i = 0; i < index.size(); ++i) {
    if (index[i] < 0 || index[i] >= count)
      throw Error(fmt::format("{} {} reads vertex {} of {}", what, i, index[i], count));
    list.push_back(first + std::int64_t{size} * index[i]);
  }
  return list;
}

template <class Edge, class Sighting>
std::vector<std::unique_ptr<ResidualGroup>> groups_of(const PoseGraph& g) {
  std::vector<std::unique_ptr<ResidualGroup>> groups;
  const std::int64_t poses = g.pose_count();
  if (g.edges.count() > 0)
    groups.push_back(relative_pose_group("edge", offsets(g.edges.from, poses, 0, g.pose_size(), "edge"),
                                         offsets(g.edges.to, poses, 0, g.pose_size(), "edge"),
                                         records<Edge>(g.edges, "edge")));
  if (g.sightings.count() == 0) return groups;
  std::vector<Sighting> sightings = records<Sighting>(g.sightings, "sighting");
  if constexpr (requires(Sighting s) { s.sensor; })
    for (std::size_t i = 0; i < sightings.size(); ++i)
      std::copy_n(g.sensors.data() + 7 * at(g.sensor_of.at(i)), 7, sightings[i].sensor.data());
  groups.push_back(sighting_group(
      "sighting", offsets(g.sightings.from, poses, 0, g.pose_size(), "sighting"),
      offsets(g.sightings.to, g.landmark_count(), poses * g.pose_size(), g.landmark_size(), "sighting"), sightings));
  return groups;
}

}  // namespace

std::vector<std::unique_ptr<ResidualGroup>> residual_groups(const PoseGraph& g) {
  return g.kind == PoseGraph::Kind::se2 ? groups_of<PlaneEdge, PlaneSighting>(g)
                                        : groups_of<SpaceEdge, SpaceSighting>(g);
}

Cost::Cost(const PoseGraph& graph, const Loss& loss) : loss_(loss) {
  if (graph.further.empty())
    own_ = residual_groups(graph);
  else
    problem_ = build_problem(graph);
  for (const auto& group : graph.further.empty() ? own_ : problem_.groups()) {
    groups_.push_back(group.get());
    tables_.emplace_back(group->table_size());
  }
}

double Cost::operator()(const std::vector<double>& poses, const std::vector<double>& landmarks) {
  constexpr std::int64_t strip = 64;
  x_ = poses;
  x_.insert(x_.end(), landmarks.begin(), landmarks.end());
  double sum = 0.0;
  std::array<std::array<double, strip>, 6> r;
  double* const residual[] = {r[0].data(), r[1].data(), r[2].data(), r[3].data(), r[4].data(), r[5].data()};
  for (std::size_t k = 0; k < groups_.size(); ++k) {
    const ResidualGroup& group = *groups_[k];
    group.fill_table(x_.data(), tables_[k].data());
    for (std::int64_t begin = 0; begin < group.items(); begin += strip) {
      const std::int64_t end = std::min(begin + strip, group.items());
      ResidualOutput out{begin, end, residual};
      out.table = tables_[k].data();
      group.evaluate(x_.data(), out);
      for (std::size_t i = 0; i < at(end - begin); ++i) {
        double square = 0.0;
        for (std::size_t c = 0; c < at(group.dimension()); ++c) square += r[c][i] * r[c][i];
        sum += loss_.is_trivial() ? square : loss_(square).rho;
      }
    }
  }
  return 0.5 * sum;
}

}  // namespace thalweg::inline v0_1::graph
