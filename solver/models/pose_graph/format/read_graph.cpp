// g2o's, TORO's and iSAM's text formats: a line for each vertex and each measurement, a tag in front.
#include <thalweg/models/pose_graph.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

#include "io/input_file.hpp"
#include "io/text_numbers.hpp"
#include "models/camera_graph/camera_tags.hpp"
#include "models/pose_graph/format/graph_tags.hpp"
#include "models/pose_graph/format/isam.hpp"
#include "models/pose_graph/format/line_numbers.hpp"
#include "models/pose_graph/format/line_stream.hpp"
#include "models/pose_graph/format/raw_graph.hpp"
#include "models/pose_graph/format/unknown_lines.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/pose_algebra.hpp"

namespace thalweg::inline v0_1 {
namespace {

using graph::Measured;
using graph::Role;
using graph::TagFormat;
using graph::Weights;
using reading::LineStream;

constexpr const char* a_graph_file = "a pose graph: lines such as 'EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33'";
constexpr graph::Surroundings around = {
    [](std::string_view tag) -> std::string_view { return camera::tag_named(tag) ? "a camera graph" : ""; },
    "poses and landmarks alone, and what was measured between them; a camera graph is a regular file of its own",
    a_graph_file};

class Reader {
 public:
  Reader(LineStream& in, const GraphReading& how) : in_(in), how_(how), unknown_(in, how.ignore_unknown, around) {
    raw_.graph.file = in.name();
  }

  graph::RawGraph read() {
    while (in_.next_line()) {
      const std::string_view tag = in_.word();
      if (tag.empty()) continue;
      if (!format_ || format_->name != tag) {
        const TagFormat* const known = graph::format_of_tag(tag);
        if (!known) {
          const bool anything = settled_ || !raw_.fixed.empty();
          if (auto vertex = unknown_.take(tag, anything)) raw_.unknown.push_back(std::move(*vertex));
          continue;
        }
        format_ = known;
      }
      if (format_->role != Role::fix) settle_kind(tag);
      settle_weights(tag);
      read_line();
    }
    if (!settled_ && raw_.fixed.empty()) no_edges();
    unknown_.conclude(raw_.graph.warnings);
    if (raw_.edges.from.empty() && raw_.sightings.from.empty() && raw_.further.empty()) no_edges();
    gate_.conclude(raw_.graph.warnings);
    graph::complete_isam(raw_);
    return std::move(raw_);
  }

 private:
  void settle_kind(std::string_view tag) {
    const bool space = format_->space;
    if (!settled_) raw_.graph.kind = space ? PoseGraph::Kind::se3 : PoseGraph::Kind::se2;
    settled_ = true;
    if (space != (raw_.graph.kind == PoseGraph::Kind::se3))
      in_.fail(fmt::format("'{}' in a graph of {}", tag, space ? "the plane" : "space"),
               "vertices and edges of the plane, or of space, not both");
  }

  [[noreturn]] void no_edges() {
    if (!settled_ && raw_.fixed.empty()) {
      if (in_.line() == 0) throw FileError(in_.name(), 0, 0, "the file is empty", a_graph_file);
      throw FileError(in_.name(), 1, 0, "no line begins with a known tag", a_graph_file);
    }
    throw FileError(in_.name(), in_.line(), 0, "the file ends without an edge", "at least one measurement");
  }

  static double* grown(std::vector<double>& v, int count) {
    v.resize(v.size() + static_cast<std::size_t>(count));
    return v.data() + v.size() - count;
  }

  /// roll, pitch, yaw: R = Rz(yaw) Ry(pitch) Rx(roll).
  void euler_angles(double* to) {
    double a[3];
    line_.reals(a, 3);
    const Eigen::Quaterniond q = Eigen::AngleAxisd(a[2], Eigen::Vector3d::UnitZ()) *
                                 Eigen::AngleAxisd(a[1], Eigen::Vector3d::UnitY()) *
                                 Eigen::AngleAxisd(a[0], Eigen::Vector3d::UnitX());
    for (int k = 0; k < 4; ++k) to[k] = q.coeffs()[k];
    line_.unit_quaternion(to);
  }
  int measured_size() const {
    switch (format_->measured) {
      case Measured::none:
        return 0;
      case Measured::angle:
        return 1;
      case Measured::point:
        return format_->space ? 3 : 2;
      case Measured::plane_pose:
        return 3;
      default:
        return 7;
    }
  }
  void measured(double* to) {
    switch (format_->measured) {
      case Measured::quaternion_pose:
        line_.pose(to);
        break;
      case Measured::euler_pose:
        line_.reals(to, 3);
        euler_angles(to + 3);
        break;
      default:
        line_.reals(to, measured_size());
    }
  }
  /// iSAM's way with a tag that it shares with TORO, as the caller says, or behind a line that iSAM alone has.
  bool is_root() const {
    if (format_->weights != Weights::toro) return format_->weights == Weights::root;
    return how_.edge2 ? *how_.edge2 == InformationOrder::isam : isam_;
  }
  /// False where the measurement z is to be left out.
  bool information(double* I, const double* z) {
    const int n = format_->information, size = graph::triangle(n);
    const bool euler = format_->measured == Measured::euler_pose, root = is_root();
    const bool may_lack = euler || (format_->weights == Weights::root && n == 3 && format_->role == Role::sighting);
    if (may_lack && !in_.more_words()) {
      std::fill_n(I, size, 0.0);
      for (int i = 0; i < n; ++i) I[graph::place(n, i, i)] = 1.0;
    } else {
      line_.reals(I, size);
    }
    if (root) {
      graph::square_to_information(n, I, format_->role == Role::edge ? z : nullptr);
      return gate_.admits(n, I);
    }
    const bool plane = format_->weights == Weights::toro && !euler;
    const bool toro = plane && how_.edge2.value_or(InformationOrder::toro) == InformationOrder::toro;
    if (toro) {  // 11 12 22 33 13 23
      const double given[6] = {I[0], I[1], I[2], I[3], I[4], I[5]};
      constexpr int from[6] = {0, 1, 4, 2, 5, 3};
      for (int k = 0; k < 6; ++k) I[k] = given[from[k]];
    }
    if (euler)
      for (int i = 0; i < 6; ++i)  // the error has half of each angle
        for (int j = i; j < 6; ++j) I[graph::place(6, i, j)] *= (i < 3 ? 1.0 : 2.0) * (j < 3 ? 1.0 : 2.0);
    return gate_.admits(n, I,
                        !plane ? ""
                        : toro ? "; some EDGE2 files have g2o's order, 11 12 13 22 23 33, or in it iSAM's roots"
                               : "; TORO's order is 11 12 22 33 13 23");
  }
  /// EDGE2 and EDGE3 are TORO's unless the file is seen to be iSAM's first: never half of them one way, half the other.
  void settle_weights(std::string_view tag) {
    if (format_->weights == Weights::toro && toro_line_ == 0 && !isam_) toro_line_ = in_.line();
    if (format_->weights != Weights::root) return;
    if (!isam_ && !how_.edge2 && toro_line_ > 0)
      in_.fail(fmt::format("'{}' is iSAM's, where EDGE2 and EDGE3 have square roots of information, and line {} was "
                           "read as TORO's, with information",
                           tag, toro_line_),
               "--information-order isam, or toro, to say which it is");
    isam_ = true;
    raw_.counts_apart = raw_.counts_apart || format_->role == Role::sighting;
  }

  void read_vertex(graph::RawVertices& v) {
    v.id.push_back(line_.id());
    v.line.push_back(in_.line());
    measured(grown(v.values, measured_size()));
  }
  void read_edge(graph::RawEdges& ends, PoseGraph::Edges& edges) {
    const std::int64_t from = line_.id(), to = line_.id();
    if (format_->role == Role::edge) line_.tell_apart(from, to);
    const std::int64_t sensor = format_->sensors > 0 ? line_.id() : 0;
    const int size = measured_size(), numbers = graph::triangle(format_->information);
    double* const z = grown(edges.measurement, size);
    measured(z);
    if (!information(grown(edges.information, numbers), z)) {
      edges.measurement.resize(edges.measurement.size() - static_cast<std::size_t>(size));
      edges.information.resize(edges.information.size() - static_cast<std::size_t>(numbers));
      return;
    }
    ends.from.push_back(from);
    ends.to.push_back(to);
    ends.line.push_back(in_.line());
    if (format_->role == Role::edge || !format_->space) return;
    if (format_->sensors == 0) raw_.at_pose.push_back(raw_.sensor_of.size());
    raw_.sensor_of.push_back(sensor);
  }
  void read_further() {
    using Kind = PoseGraph::Measurement::Kind;
    const Kind kind = format_->kind;
    const bool one = kind == Kind::pose_prior || kind == Kind::place_prior || kind == Kind::landmark_prior;
    graph::RawMeasurement raw;
    raw.line = in_.line();
    for (int k = 0; k < (one ? 1 : 2); ++k) raw.vertices.push_back(line_.id());
    if (kind == Kind::offset_edge || kind == Kind::landmark_edge) line_.tell_apart(raw.vertices[0], raw.vertices[1]);
    for (int k = 0; k < format_->sensors; ++k) raw.sensors.push_back(line_.id());
    PoseGraph::Measurement m;
    m.kind = kind;
    measured(m.z.data());
    if (!information(m.information.data(), m.z.data())) return;
    raw_.graph.further.push_back(m);
    raw_.further.push_back(std::move(raw));
  }
  void read_line() {
    line_.begin(format_->usage);
    PoseGraph& g = raw_.graph;
    switch (format_->role) {
      case Role::pose:
        read_vertex(raw_.poses);
        break;
      case Role::landmark:
        read_vertex(raw_.landmarks);
        break;
      case Role::edge:
        read_edge(raw_.edges, g.edges);
        break;
      case Role::sighting:
        read_edge(raw_.sightings, g.sightings);
        break;
      case Role::further:
        read_further();
        break;
      case Role::sensor:
        g.sensor_ids.push_back(line_.id());
        raw_.sensor_lines.push_back(in_.line());
        measured(grown(g.sensors, measured_size()));
        break;
      case Role::fix:
        do {
          raw_.fixed.push_back({line_.id(), in_.line()});
        } while (in_.more_words());
        break;
    }
    line_.end();
  }

  LineStream& in_;
  GraphReading how_;
  graph::LineNumbers line_{in_};
  graph::InformationGate gate_{in_, how_.indefinite};
  graph::UnknownLines unknown_;
  graph::RawGraph raw_;
  const TagFormat* format_ = nullptr;
  bool settled_ = false;  // whether the kind is known
  bool isam_ = false;     // whether a line was iSAM's alone
  int toro_line_ = 0;     // the first with a tag of TORO's that was read as such
};

}  // namespace

PoseGraph read_pose_graph(const std::string& path, const GraphReading& how) {
  LineStream in(path, reading::open_bytes(path, a_graph_file));
  return graph::assemble(Reader(in, how).read());
}

PoseGraph parse_pose_graph(std::string_view text, const std::string& name, const GraphReading& how) {
  LineStream in(name, text);
  return graph::assemble(Reader(in, how).read());
}

bool looks_like_pose_graph(const std::string& path) {
  if (path.ends_with(".g2o") || path.ends_with(".graph")) return true;
  if (reading::is_pipe(path)) return false;
  // Comments and lines with unknown tags may stand in front.
  constexpr std::size_t enough = 4096;
  const std::string first = reading::first_bytes(path, enough);
  std::string_view text = first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = reading::trim(text.substr(0, end)), tag = line.substr(0, line.find_first_of(" \t"));
    if (graph::format_of_tag(tag)) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace thalweg::inline v0_1
