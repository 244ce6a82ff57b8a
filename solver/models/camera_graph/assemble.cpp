#include "models/camera_graph/assemble.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

#include "models/camera_graph/camera_tags.hpp"
#include "models/pose_graph/format/id_ranks.hpp"

namespace thalweg::inline v0_1::camera {
namespace {

using graph::IdRanks;
using graph::RawVertices;
using Kind = CameraGraph::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

class Assembly {
 public:
  explicit Assembly(RawGraph raw)
      : raw_(std::move(raw)), g_(raw_.graph), poses_(raw_.poses.id), points_(raw_.points.id) {}

  CameraGraph build() {
    pose_line_ = place(raw_.poses, poses_, g_.pose_size(), g_.poses);
    if (!raw_.intrinsics.empty()) g_.intrinsics.resize(pose_line_.size());
    g_.logarithms.resize(raw_.logarithms.size());
    for (std::size_t i = 0; i < raw_.poses.id.size(); ++i) {
      const auto n = at(poses_.find(raw_.poses.id[i]));
      if (!raw_.intrinsics.empty()) g_.intrinsics[n] = raw_.intrinsics[i];
      if (!raw_.logarithms.empty()) std::copy_n(raw_.logarithms.data() + 7 * i, 7, g_.logarithms.data() + 7 * n);
    }
    point_line_ = place(raw_.points, points_, 3, g_.points);
    refuse_shared_ids();
    for (std::size_t i = 0; i < raw_.edges.size(); ++i) {
      g_.edges[i].a = found(poses_, raw_.edges[i].a, raw_.edges[i].line, tag_of(g_.kind, Role::pose).name);
      g_.edges[i].b = found(poses_, raw_.edges[i].b, raw_.edges[i].line, tag_of(g_.kind, Role::pose).name);
    }
    connect_observations();
    fix();
    g_.pose_ids = poses_.take();
    g_.point_ids = points_.take();
    return std::move(g_);
  }

 private:
  [[noreturn]] void fail(int line, const std::string& problem, const std::string& expected) const {
    throw FileError(g_.file, line, 0, problem, expected);
  }

  /// The numbers of vertices in the order of their ranks; the line of each.
  std::vector<int> place(const RawVertices& from, const IdRanks& ranks, int size, std::vector<double>& to) {
    std::vector<int> lines(at(ranks.count()), 0);
    to.resize(lines.size() * at(size));
    for (std::size_t i = 0; i < from.id.size(); ++i) {
      const auto n = at(ranks.find(from.id[i]));
      if (lines[n] != 0)
        fail(from.line[i], fmt::format("vertex {} is there already, on line {}", from.id[i], lines[n]), "each id once");
      lines[n] = from.line[i];
      std::copy_n(from.values.data() + i * at(size), size, to.data() + n * at(size));
    }
    return lines;
  }

  void refuse_shared_ids() const {
    for (const std::int64_t id : raw_.points.id)
      if (const std::int32_t pose = poses_.find(id); pose >= 0) {
        const int a = pose_line_[at(pose)], b = point_line_[at(points_.find(id))];
        fail(std::max(a, b), fmt::format("vertex {} is a pose and a point, see line {}", id, std::min(a, b)),
             "an id for each vertex");
      }
  }

  std::int32_t found(const IdRanks& ranks, std::int64_t id, int line, std::string_view tag) const {
    const std::int32_t n = ranks.find(id);
    if (n >= 0) return n;
    for (const graph::UnknownVertex& v : raw_.unknown)
      if (v.id == id)
        fail(v.line,
             fmt::format("vertex {} has the tag '{}', which is not known, and is measured on line {}", id, v.tag, line),
             fmt::format("a line {}", tag));
    fail(line, fmt::format("vertex {} has no line that says where it begins", id), fmt::format("a line {}", tag));
  }

  void connect_observations() {
    std::unordered_map<std::int64_t, std::int32_t> parameters;
    for (std::size_t i = 0; i < g_.intrinsics_ids.size(); ++i)
      if (!parameters.emplace(g_.intrinsics_ids[i], static_cast<std::int32_t>(i)).second)
        fail(raw_.intrinsics_lines[i], fmt::format("parameters {} are there already", g_.intrinsics_ids[i]),
             "each id once");
    for (std::size_t i = 0; i < raw_.observations.size(); ++i) {
      CameraGraph::Observation& seen = g_.observations[i];
      const RawGraph::Ends& ends = raw_.observations[i];
      seen.pose = found(poses_, ends.a, ends.line, tag_of(g_.kind, Role::pose).name);
      seen.point = found(points_, ends.b, ends.line, g_.point_tag);
      if (g_.kind != Kind::poses) {
        seen.camera = g_.intrinsics[at(seen.pose)];
      } else if (seen.intrinsics >= 0) {
        const auto own = parameters.find(ends.parameters);
        if (own == parameters.end())
          fail(ends.line, fmt::format("parameters {} are not there", ends.parameters),
               "a line PARAMS_CAMERAPARAMETERS with that id");
        seen.intrinsics = own->second;
        seen.camera = g_.intrinsics[at(own->second)];
      }
    }
  }

  void fix() {
    g_.pose_fixed.assign(at(poses_.count()), 0);
    g_.point_fixed.assign(at(points_.count()), 0);
    for (const graph::RawFix& f : raw_.fixed) {
      const std::int32_t pose = poses_.find(f.id), point = points_.find(f.id);
      if (pose < 0 && point < 0)
        fail(f.line, fmt::format("vertex {} is fixed, and not there", f.id), "the id of a vertex");
      (pose >= 0 ? g_.pose_fixed[at(pose)] : g_.point_fixed[at(point)]) = 1;
    }
    const auto moves = [](char fixed) { return fixed == 0; };
    const bool points_move =
        g_.kind != Kind::similarities && std::any_of(g_.point_fixed.begin(), g_.point_fixed.end(), moves);
    if (std::none_of(g_.pose_fixed.begin(), g_.pose_fixed.end(), moves) && !points_move)
      fail(raw_.fixed.back().line, "every vertex is fixed", "at least one that moves");
  }

  RawGraph raw_;
  CameraGraph& g_;
  IdRanks poses_, points_;
  std::vector<int> pose_line_, point_line_;
};

}  // namespace

CameraGraph assemble(RawGraph raw) { return Assembly(std::move(raw)).build(); }

}  // namespace thalweg::inline v0_1::camera
