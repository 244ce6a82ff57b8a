// g2o's text format of cameras and points: a line for each vertex and each measurement, a tag in front.
#include <thalweg/models/camera_graph.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

#include "io/compressed_file.hpp"
#include "io/input_file.hpp"
#include "io/text_numbers.hpp"
#include "models/camera_graph/assemble.hpp"
#include "models/camera_graph/camera_tags.hpp"
#include "models/camera_graph/similarity.hpp"
#include "models/pose_graph/format/graph_tags.hpp"
#include "models/pose_graph/format/line_numbers.hpp"
#include "models/pose_graph/format/unknown_lines.hpp"
#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1 {
namespace {

using camera::CameraTag;
using camera::From;
using camera::Role;
using reading::LineStream;
using Kind = CameraGraph::Kind;

constexpr const char* a_camera_graph =
    "a camera graph: lines such as 'EDGE_SE3_PROJECT_XYZ:EXPMAP POINT POSE u v I11 I12 I22 fx fy cx cy'";
constexpr graph::Surroundings around = {
    [](std::string_view tag) -> std::string_view { return graph::format_of_tag(tag) ? "a pose graph" : ""; },
    "lines of cameras, points and what was measured between them alone", a_camera_graph};

class Reader {
 public:
  Reader(LineStream& in, const GraphReading& how)
      : in_(in), gate_(in, how.indefinite), unknown_(in, how.ignore_unknown, around) {
    raw_.graph.file = in.name();
  }

  camera::RawGraph read() {
    while (in_.next_line()) {
      const std::string_view name = in_.word();
      if (name.empty()) continue;
      if (!tag_ || tag_->name != name) {
        const CameraTag* const known = camera::tag_named(name);
        if (!known) {
          if (auto vertex = unknown_.take(name, tag_ != nullptr)) raw_.unknown.push_back(std::move(*vertex));
          continue;
        }
        tag_ = known;
      }
      settle_kind();
      line_.begin(tag_->usage);
      read_line();
      line_.end();
    }
    unknown_.conclude(raw_.graph.warnings);
    gate_.conclude(raw_.graph.warnings);
    if (raw_.observations.empty() && raw_.edges.empty())
      throw FileError(in_.name(), in_.line(), 0, "the file ends without a measurement", a_camera_graph);
    return std::move(raw_);
  }

 private:
  void settle_kind() {
    if (!tag_->kind) return;
    if (kind_tag_.empty()) {
      kind_tag_ = tag_->name;
      raw_.graph.kind = *tag_->kind;
    }
    if (*tag_->kind != raw_.graph.kind)
      in_.fail(fmt::format("'{}' in a graph of '{}'", tag_->name, kind_tag_),
               "poses (SE3:EXPMAP), cameras (VERTEX_CAM) or similarities (SIM3:EXPMAP), one of them in a file");
  }

  void read_line() {
    switch (tag_->role) {
      case Role::pose:
        read_pose();
        break;
      case Role::point:
        raw_.graph.point_tag = tag_->name;
        vertex(raw_.points, 3);
        break;
      case Role::intrinsics:
        raw_.graph.intrinsics_ids.push_back(line_.id());
        raw_.intrinsics_lines.push_back(in_.line());
        read_parameters();
        break;
      case Role::edge:
        read_edge();
        break;
      case Role::observation:
        read_observation();
        break;
      case Role::fix:
        do {
          raw_.fixed.push_back({line_.id(), in_.line()});
        } while (in_.more_words());
        break;
    }
  }

  double* vertex(graph::RawVertices& v, int size) {
    v.id.push_back(line_.id());
    v.line.push_back(in_.line());
    v.values.resize(v.values.size() + static_cast<std::size_t>(size));
    double* const to = v.values.data() + v.values.size() - size;
    if (tag_->role == Role::point) line_.reals(to, size);
    return to;
  }
  void read_pose() {
    double* const to = vertex(raw_.poses, raw_.graph.pose_size());
    std::array<double, 5> k{};
    if (*tag_->kind == Kind::similarities) {
      double log[7];
      read_logarithm(log);
      camera::exponential(log, to);
      raw_.logarithms.insert(raw_.logarithms.end(), log, log + 7);
      line_.reals(k.data(), 4);
    } else {
      line_.pose(to);
      if (*tag_->kind == Kind::cameras) line_.reals(k.data(), 5);
    }
    if (*tag_->kind != Kind::poses) raw_.intrinsics.push_back(k);
  }
  void read_logarithm(double* log) {
    line_.reals(log, 7);
    constexpr double longest = 100.0, largest = 100.0;
    if (!(std::hypot(log[0], log[1], log[2]) <= longest))
      in_.fail("the rotation vector is too long", fmt::format("at most {} radians", longest));
    if (!(std::abs(log[6]) <= largest))
      in_.fail(fmt::format("the logarithm of the scale is {}", log[6]), fmt::format("{} at most", largest));
  }
  void read_parameters() {
    double given[4];
    line_.reals(given, 4);
    raw_.graph.intrinsics.push_back({given[0], given[0], given[1], given[2], given[3]});
  }
  void read_edge() {
    const std::int64_t a = line_.id(), b = line_.id();
    line_.tell_apart(a, b);
    CameraGraph::Edge edge{};
    *tag_->kind == Kind::similarities ? read_logarithm(edge.z.data()) : line_.pose(edge.z.data());
    const int n = raw_.graph.tangent_size();
    line_.reals(edge.information.data(), graph::triangle(n));
    if (!gate_.admits(n, edge.information.data())) return;
    raw_.graph.edges.push_back(edge);
    raw_.edges.push_back({a, b, 0, in_.line()});
  }
  void read_observation() {
    const std::int64_t point = line_.id(), pose = line_.id();
    const std::int64_t parameters = tag_->from == From::parameters ? line_.id() : 0;
    CameraGraph::Observation seen{};
    seen.stereo = tag_->stereo;
    const int n = seen.stereo ? 3 : 2;
    line_.reals(seen.z.data(), n);
    line_.reals(seen.information.data(), graph::triangle(n));
    if (tag_->from == From::line) line_.reals(seen.camera.data(), 4);
    seen.intrinsics = tag_->from == From::parameters ? 0 : -1;
    if (!gate_.admits(n, seen.information.data())) return;
    raw_.graph.observations.push_back(seen);
    raw_.observations.push_back({pose, point, parameters, in_.line()});
  }

  LineStream& in_;
  graph::LineNumbers line_{in_};
  graph::InformationGate gate_;
  graph::UnknownLines unknown_;
  camera::RawGraph raw_;
  const CameraTag* tag_ = nullptr;  // of the last known line
  std::string_view kind_tag_;       // that the kind was told by
};

/// What the lines of a text tell: whether it is a camera graph's; none: they are of either kind. `known`: there are
/// any.
std::optional<bool> verdict(std::string_view tag, bool& known) {
  const CameraTag* const own = camera::tag_named(tag);
  const bool other = graph::format_of_tag(tag) != nullptr;
  known = known || own || other;
  if ((own != nullptr) == other) return std::nullopt;
  return own != nullptr;
}

}  // namespace

CameraGraph read_camera_graph(const std::string& path, const GraphReading& how) {
  LineStream in(path, reading::open_bytes(path, a_camera_graph));
  return camera::assemble(Reader(in, how).read());
}

CameraGraph parse_camera_graph(std::string_view text, const std::string& name, const GraphReading& how) {
  LineStream in(name, text);
  return camera::assemble(Reader(in, how).read());
}

bool looks_like_camera_graph(const std::string& path) {
  if (reading::is_pipe(path)) return false;
  constexpr std::size_t enough = 4096;
  const std::string first = reading::first_bytes(path, enough);
  std::string_view text = first;
  bool known = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = reading::trim(text.substr(0, end)), tag = line.substr(0, line.find_first_of(" \t"));
    if (const auto told = verdict(tag, known)) return *told;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!known) return false;
  // Lines of points, which graphs of both kinds have, may stand in front, any number of them.
  try {
    LineStream in(path, reading::open_bytes(path, a_camera_graph));
    while (in.next_line())
      if (const auto told = verdict(in.word(), known)) return *told;
  } catch (const FileError&) {  // the reader says what is wrong
  }
  return false;
}

}  // namespace thalweg::inline v0_1
