#include "models/pose_graph/format/raw_graph.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>

#include <fmt/format.h>

#include <thalweg/models/curve_fit.hpp>

#include "models/pose_graph/format/id_ranks.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Of each vertex the first line that speaks of it.
using Lines = std::vector<int>;

class Assembly {
 public:
  explicit Assembly(RawGraph raw)
      : raw_(std::move(raw)),
        g_(raw_.graph),
        poses_(joined(raw_.poses.id, raw_.edges.from, raw_.edges.to, raw_.sightings.from, measured(true))),
        landmarks_(joined(raw_.landmarks.id, raw_.sightings.to, measured(false))) {}

  PoseGraph build() {
    if (poses_.count() == 0) fail(1, "the file has no pose", "a vertex or a measurement of one");
    pose_line_.assign(at(poses_.count()), std::numeric_limits<int>::max());
    landmark_line_.assign(at(landmarks_.count()), std::numeric_limits<int>::max());
    place(raw_.poses, poses_, g_.pose_size(), g_.poses, g_.pose_given, pose_line_);
    place(raw_.landmarks, landmarks_, g_.landmark_size(), g_.landmarks, g_.landmark_given, landmark_line_);
    connect(raw_.edges, poses_, pose_line_, g_.edges);
    connect(raw_.sightings, landmarks_, landmark_line_, g_.sightings);
    connect_further();
    refuse_unknown();
    find_sensors();
    refuse_two_kinds();
    fix();
    refuse_pieces();
    refuse_all_fixed();
    g_.pose_ids = poses_.take();
    g_.landmark_ids = landmarks_.take();
    return std::move(g_);
  }

 private:
  template <class... Lists>
  static std::vector<std::int64_t> joined(const std::vector<std::int64_t>& first, const Lists&... more) {
    std::vector<std::int64_t> all = first;
    // Ids that follow each other, as those of most files, need not be looked at again.
    const bool plain = std::is_sorted(all.begin(), all.end());
    const auto known = [&](std::int64_t id) {
      if (!plain || first.empty()) return false;
      const std::uint64_t k = static_cast<std::uint64_t>(id) - static_cast<std::uint64_t>(first.front());
      return k < first.size() && first[k] == id;
    };
    const auto add = [&](const std::vector<std::int64_t>& list) {
      std::copy_if(list.begin(), list.end(), std::back_inserter(all), [&](std::int64_t id) { return !known(id); });
    };
    (add(more), ...);
    return all;
  }

  using Kind = PoseGraph::Measurement::Kind;
  /// Whether vertex `which` of such a measurement is a pose.
  static bool reads_pose(Kind kind, std::size_t which) {
    switch (kind) {
      case Kind::landmark_prior:
      case Kind::landmark_edge:
        return false;
      case Kind::offset_sighting:
      case Kind::bearing:
        return which == 0;
      default:
        return true;
    }
  }
  /// Ids of the poses, or of the landmarks, that further measurements read.
  std::vector<std::int64_t> measured(bool poses) const {
    std::vector<std::int64_t> ids;
    for (std::size_t i = 0; i < raw_.further.size(); ++i)
      for (std::size_t k = 0; k < raw_.further[i].vertices.size(); ++k)
        if (reads_pose(raw_.graph.further[i].kind, k) == poses) ids.push_back(raw_.further[i].vertices[k]);
    return ids;
  }

  [[noreturn]] void fail(int line, const std::string& problem, const std::string& expected) const {
    throw FileError(g_.file, line, 0, problem, expected);
  }

  void place(const RawVertices& from, const IdRanks& numbers, int size, std::vector<double>& to,
             std::vector<char>& given, Lines& lines) {
    to.assign(at(numbers.count() * size), 0.0);
    if (size == 7)
      for (std::size_t k = 6; k < to.size(); k += 7) to[k] = 1.0;
    given.assign(at(numbers.count()), 0);
    for (std::size_t i = 0; i < from.id.size(); ++i) {
      const auto n = at(numbers.find(from.id[i]));
      if (given[n])
        fail(from.line[i], fmt::format("vertex {} is there already, on line {}", from.id[i], lines[n]), "each id once");
      given[n] = 1;
      lines[n] = from.line[i];
      std::copy_n(from.values.data() + i * at(size), size, to.data() + n * at(size));
    }
  }

  void connect(const RawEdges& from, const IdRanks& targets, Lines& target_lines, PoseGraph::Edges& to) {
    to.from.reserve(from.from.size());
    to.to.reserve(from.from.size());
    for (std::size_t i = 0; i < from.from.size(); ++i) {
      to.from.push_back(poses_.find(from.from[i]));
      to.to.push_back(targets.find(from.to[i]));
      int& a = pose_line_[at(to.from.back())];
      a = std::min(a, from.line[i]);
      int& b = target_lines[at(to.to.back())];
      b = std::min(b, from.line[i]);
    }
  }

  void connect_further() {
    for (std::size_t i = 0; i < raw_.further.size(); ++i) {
      const RawMeasurement& raw = raw_.further[i];
      PoseGraph::Measurement& m = g_.further[i];
      for (std::size_t k = 0; k < raw.vertices.size(); ++k) {
        const bool pose = reads_pose(m.kind, k);
        const std::int32_t number = (pose ? poses_ : landmarks_).find(raw.vertices[k]);
        int& line = (pose ? pose_line_ : landmark_line_)[at(number)];
        line = std::min(line, raw.line);
        (k == 1 || m.kind == Kind::pose_prior ? m.b : m.a) = number;
      }
    }
  }

  /// A vertex whose own line is not known is no pose or landmark.
  void refuse_unknown() {
    for (const UnknownVertex& v : raw_.unknown) {
      const std::int32_t pose = poses_.find(v.id), landmark = landmarks_.find(v.id);
      if (pose < 0 && landmark < 0) continue;
      fail(v.line,
           fmt::format("vertex {} has the tag '{}', which is not known, and is measured on line {}", v.id, v.tag,
                       pose >= 0 ? pose_line_[at(pose)] : landmark_line_[at(landmark)]),
           "VERTEX_SE2, VERTEX_SE3:QUAT, VERTEX_XY or VERTEX_TRACKXYZ");
    }
  }

  void find_sensors() {
    std::unordered_map<std::int64_t, std::int32_t> number;
    for (std::size_t i = 0; i < g_.sensor_ids.size(); ++i)
      if (!number.emplace(g_.sensor_ids[i], static_cast<std::int32_t>(i)).second)
        fail(raw_.sensor_lines[i], fmt::format("sensor {} is there already", g_.sensor_ids[i]), "each id once");
    const auto found = [&](std::int64_t id, int line) {
      const auto sensor = number.find(id);
      if (sensor == number.end())
        fail(line, fmt::format("sensor {} is not there", id),
             fmt::format("a line {} with that id",
                         g_.kind == PoseGraph::Kind::se2 ? "PARAMS_SE2OFFSET" : "PARAMS_SE3OFFSET"));
      return sensor->second;
    };
    for (std::size_t i = 0; i < raw_.sensor_of.size(); ++i)
      g_.sensor_of.push_back(found(raw_.sensor_of[i], raw_.sightings.line[i]));
    for (std::size_t i = 0; i < raw_.further.size(); ++i)
      for (std::size_t k = 0; k < raw_.further[i].sensors.size(); ++k)
        (k == 1 || g_.further[i].kind == Kind::pose_prior ? g_.further[i].sensor_b : g_.further[i].sensor_a) =
            found(raw_.further[i].sensors[k], raw_.further[i].line);
  }

  void refuse_two_kinds() {
    std::vector<std::int64_t> ids = joined(raw_.landmarks.id, raw_.sightings.to, measured(false));
    for (const std::int64_t id : ids)
      if (const std::int32_t pose = poses_.find(id); pose >= 0) {
        const int a = pose_line_[at(pose)], b = landmark_line_[at(landmarks_.find(id))];
        fail(std::max(a, b), fmt::format("vertex {} is a pose and a landmark, see line {}", id, std::min(a, b)),
             "an id for each vertex");
      }
  }

  void fix() {
    g_.pose_fixed.assign(at(poses_.count()), 0);
    g_.landmark_fixed.assign(at(landmarks_.count()), 0);
    for (const RawFix& f : raw_.fixed) {
      if (const std::int32_t pose = poses_.find(f.id); pose >= 0)
        g_.pose_fixed[at(pose)] = 1;
      else if (const std::int32_t landmark = landmarks_.find(f.id); landmark >= 0)
        g_.landmark_fixed[at(landmark)] = 1;
      else
        fail(f.line, fmt::format("vertex {} is fixed, and not there", f.id), "the id of a vertex");
    }
    // One that is fixed and has no start may stand anywhere when nothing else says where the graph is. A vertex may be
    // fixed twice.
    const auto fixed = std::count(g_.pose_fixed.begin(), g_.pose_fixed.end(), 1) +
                       std::count(g_.landmark_fixed.begin(), g_.landmark_fixed.end(), 1);
    if (fixed > 1 || g_.has_prior())
      for (const RawFix& f : raw_.fixed) {
        const std::int32_t pose = poses_.find(f.id);
        if (pose >= 0 ? !g_.pose_given[at(pose)] : !g_.landmark_given[at(landmarks_.find(f.id))])
          fail(f.line, fmt::format("vertex {} is fixed, and has no line of its own to say where", f.id),
               "a vertex line");
      }
  }

  std::int32_t root(std::int32_t v) {
    while (parent_[at(v)] != v) v = parent_[at(v)] = parent_[at(parent_[at(v)])];
    return v;
  }
  void join(std::int32_t a, std::int32_t b) {
    const std::int32_t x = root(a), y = root(b);
    parent_[at(std::max(x, y))] = std::min(x, y);
  }

  /// Every piece of the graph needs something that does not move; where nothing is fixed, the first pose is.
  void refuse_pieces() {
    const auto poses = static_cast<std::int32_t>(poses_.count());
    parent_.resize(at(poses + landmarks_.count()));
    std::iota(parent_.begin(), parent_.end(), 0);
    for (std::size_t i = 0; i < g_.edges.from.size(); ++i) join(g_.edges.from[i], g_.edges.to[i]);
    for (std::size_t i = 0; i < g_.sightings.from.size(); ++i) join(g_.sightings.from[i], poses + g_.sightings.to[i]);
    std::vector<char> held(parent_.size(), 0), tied(parent_.size(), 0);
    for (const PoseGraph::Measurement& m : g_.further) {
      const std::int32_t a = m.a < 0 || reads_pose(m.kind, 0) ? m.a : poses + m.a;
      const std::int32_t b = m.b < 0 || reads_pose(m.kind, 1) ? m.b : poses + m.b;
      if (a >= 0 && b >= 0)
        join(a, b);
      else
        tied[at(std::max(a, b))] = 1;
    }
    const bool holds_first = raw_.fixed.empty() && !g_.has_prior();
    if (holds_first) held[0] = 1;
    for (std::size_t v = 0; v < tied.size(); ++v)
      if (tied[v]) held[at(root(static_cast<std::int32_t>(v)))] = 1;
    for (std::int32_t v = 0; v < poses; ++v)
      if (g_.pose_fixed[at(v)]) held[at(root(v))] = 1;
    for (std::int32_t v = 0; v < landmarks_.count(); ++v)
      if (g_.landmark_fixed[at(v)]) held[at(root(poses + v))] = 1;
    for (std::int32_t v = 0; v < static_cast<std::int32_t>(parent_.size()); ++v)
      if (!held[at(root(v))]) {
        const int line = v < poses ? pose_line_[at(v)] : landmark_line_[at(v - poses)];
        const std::int64_t id = v < poses ? poses_.take()[at(v)] : landmarks_.take()[at(v - poses)];
        fail(line,
             fmt::format("vertex {} is not connected to {}", id,
                         holds_first      ? "the first pose"
                         : g_.has_prior() ? "a prior or a fixed vertex"
                                          : "a fixed vertex"),
             "edges that tie all vertices together, or FIX for one of each piece");
      }
  }

  void refuse_all_fixed() const {
    const auto moves = [](char fixed) { return fixed == 0; };
    if (std::none_of(g_.pose_fixed.begin(), g_.pose_fixed.end(), moves) &&
        std::none_of(g_.landmark_fixed.begin(), g_.landmark_fixed.end(), moves))
      fail(raw_.fixed.back().line, "every vertex is fixed", "at least one that moves");
  }

  RawGraph raw_;
  PoseGraph& g_;
  IdRanks poses_, landmarks_;
  Lines pose_line_, landmark_line_;
  std::vector<std::int32_t> parent_;
};

}  // namespace

PoseGraph assemble(RawGraph raw) { return Assembly(std::move(raw)).build(); }

}  // namespace thalweg::inline v0_1::graph
