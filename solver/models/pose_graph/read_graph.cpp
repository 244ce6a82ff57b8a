// g2o's and TORO's text formats: a line for each vertex and each edge, a tag in front.
#include <thalweg/models/pose_graph.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numbers>
#include <span>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/curve_fit.hpp>

#include "io/input_file.hpp"
#include "io/text_numbers.hpp"
#include "models/pose_graph/information.hpp"
#include "models/pose_graph/line_stream.hpp"
#include "models/pose_graph/pose_algebra.hpp"
#include "models/pose_graph/raw_graph.hpp"

namespace thalweg::inline v0_1 {
namespace {

using reading::LineStream;

constexpr const char* a_graph_file = "a pose graph: lines such as 'EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33'";
constexpr double quaternion_tolerance = 0.01;

enum class Tag {
  vertex_se2,
  vertex_se3,
  vertex_xy,
  vertex_xyz,
  edge_se2,
  edge_se3,
  edge_xy,
  edge_xyz,
  sensor,
  fix,
  vertex2,
  vertex3,
  edge2,
  edge3,
};
struct Format {
  std::string_view name;
  Tag tag;
  const char* usage;
};
constexpr std::array<Format, 14> formats = {{
    {"EDGE_SE3:QUAT", Tag::edge_se3, "EDGE_SE3:QUAT FROM TO x y z qx qy qz qw I11 I12 ... I66 (30 numbers)"},
    {"VERTEX_SE3:QUAT", Tag::vertex_se3, "VERTEX_SE3:QUAT ID x y z qx qy qz qw"},
    {"EDGE_SE2", Tag::edge_se2, "EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33"},
    {"VERTEX_SE2", Tag::vertex_se2, "VERTEX_SE2 ID x y θ"},
    {"EDGE_SE2_XY", Tag::edge_xy, "EDGE_SE2_XY POSE LANDMARK x y I11 I12 I22"},
    {"VERTEX_XY", Tag::vertex_xy, "VERTEX_XY ID x y"},
    {"EDGE_SE3_TRACKXYZ", Tag::edge_xyz, "EDGE_SE3_TRACKXYZ POSE LANDMARK SENSOR x y z I11 I12 I13 I22 I23 I33"},
    {"VERTEX_TRACKXYZ", Tag::vertex_xyz, "VERTEX_TRACKXYZ ID x y z"},
    {"PARAMS_SE3OFFSET", Tag::sensor, "PARAMS_SE3OFFSET ID x y z qx qy qz qw"},
    {"FIX", Tag::fix, "FIX ID ..."},
    {"VERTEX2", Tag::vertex2, "VERTEX2 ID x y θ"},
    {"VERTEX3", Tag::vertex3, "VERTEX3 ID x y z roll pitch yaw"},
    {"EDGE2", Tag::edge2, "EDGE2 FROM TO x y θ I11 I12 I22 I33 I13 I23"},
    {"EDGE3", Tag::edge3, "EDGE3 FROM TO x y z roll pitch yaw I11 I12 ... I66 (29 numbers)"},
}};
const Format* format_of(std::string_view tag) {
  const auto found = std::find_if(formats.begin(), formats.end(), [&](const Format& f) { return f.name == tag; });
  return found == formats.end() ? nullptr : &*found;
}

bool is_space_tag(Tag tag) {
  switch (tag) {
    case Tag::vertex_se3:
    case Tag::vertex_xyz:
    case Tag::edge_se3:
    case Tag::edge_xyz:
    case Tag::sensor:
    case Tag::vertex3:
    case Tag::edge3:
      return true;
    default:
      return false;
  }
}

class Reader {
 public:
  Reader(LineStream& in, InformationOrder edge2) : in_(in), edge2_(edge2) { raw_.graph.file = in.name(); }

  graph::RawGraph read() {
    while (in_.next_line()) {
      const std::string_view tag = in_.word();
      if (tag.empty() || tag[0] == '#') continue;
      if (!format_ || format_->name != tag) {
        const Format* const known = format_of(tag);
        if (!known) {
          skip(tag);
          continue;
        }
        format_ = known;
      }
      if (format_->tag != Tag::fix) settle_kind(tag);
      read_line();
    }
    if (raw_.edges.from.empty() && raw_.sightings.from.empty()) no_edges();
    for (const Skipped& s : skipped_)
      raw_.graph.warnings.push_back(fmt::format("{} left out: tag {} (first on line {}) is not known",
                                                counted(s.count, "line"), reading::quoted(s.tag), s.line));
    return std::move(raw_);
  }

 private:
  struct Skipped {
    std::string tag;
    std::size_t count;
    int line;
  };

  void skip(std::string_view tag) {
    constexpr std::size_t most_tags = 20;
    if (!settled_ && raw_.fixed.empty() && skipped_.size() >= most_tags)
      in_.fail("no line with a known tag yet", a_graph_file);
    for (Skipped& s : skipped_)
      if (s.tag == tag.substr(0, 64)) {
        ++s.count;
        return;
      }
    if (skipped_.size() < most_tags)
      skipped_.push_back({std::string(tag.substr(0, 64)), 1, in_.line()});
    else
      ++skipped_.back().count;
  }

  void settle_kind(std::string_view tag) {
    const bool space = is_space_tag(format_->tag);
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

  [[noreturn]] void refuse(LineStream::Outcome why) {
    if (why == LineStream::Outcome::bad) in_.fail(in_.complaint(), format_->usage);
    in_.fail(fmt::format("the line ends after {} of its numbers", numbers_), format_->usage);
  }
  void reals(double* to, int count) {
    for (int k = 0; k < count; ++k, ++numbers_)
      if (const auto outcome = in_.real(to[k]); outcome != LineStream::Outcome::ok) refuse(outcome);
  }
  std::int64_t id() {
    std::int64_t value = 0;
    if (const auto outcome = in_.whole(value); outcome != LineStream::Outcome::ok) refuse(outcome);
    ++numbers_;
    return value;
  }
  void end_line() {
    if (const std::string_view more = in_.word(); !more.empty())
      in_.fail(fmt::format("{} stands behind the last number", reading::quoted(more)), format_->usage);
  }

  static double* grown(std::vector<double>& v, int count) {
    v.resize(v.size() + static_cast<std::size_t>(count));
    return v.data() + v.size() - count;
  }

  /// Four numbers to a unit quaternion; one that is as good as rounding allows stays as it is.
  void unit_quaternion(double* q) {
    const double square = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3], length = std::sqrt(square);
    if (!(std::abs(length - 1.0) <= quaternion_tolerance))
      in_.fail(fmt::format("the quaternion's length is {:.4g}", length), "a length of 1, within 1 %");
    if (std::abs(square - 1.0) > 1e-15)
      for (int k = 0; k < 4; ++k) q[k] /= length;
  }
  void quaternion(double* to) {
    reals(to, 4);
    unit_quaternion(to);
  }
  /// roll, pitch, yaw: R = Rz(yaw) Ry(pitch) Rx(roll).
  void euler_angles(double* to) {
    double a[3];
    reals(a, 3);
    const Eigen::Quaterniond q = Eigen::AngleAxisd(a[2], Eigen::Vector3d::UnitZ()) *
                                 Eigen::AngleAxisd(a[1], Eigen::Vector3d::UnitY()) *
                                 Eigen::AngleAxisd(a[0], Eigen::Vector3d::UnitX());
    for (int k = 0; k < 4; ++k) to[k] = q.coeffs()[k];
    unit_quaternion(to);
  }
  double* information(std::vector<double>& to, int n) {
    double* const omega = grown(to, graph::triangle(n));
    reals(omega, graph::triangle(n));
    return omega;
  }
  /// The last matrix of a list. Most files say the same one again and again.
  void judge(const std::vector<double>& list, int n, const char* hint = "") {
    const auto size = graph::triangle(n);
    const double* const omega = list.data() + list.size() - size;
    if (list.size() >= 2 * static_cast<std::size_t>(size) && std::equal(omega, omega + size, omega - size)) return;
    std::array<double, 21> root;
    if (!graph::square_root(n, omega, root.data()))
      in_.fail("the information matrix is not positive definite", fmt::format("a positive definite one{}", hint));
  }
  void vertex(graph::RawVertices& v) {
    v.id.push_back(id());
    v.line.push_back(in_.line());
  }
  void edge(graph::RawEdges& e, bool between_poses) {
    e.from.push_back(id());
    e.to.push_back(id());
    e.line.push_back(in_.line());
    if (between_poses && e.from.back() == e.to.back())
      in_.fail(fmt::format("the edge ties vertex {} to itself", e.to.back()), "two different vertices");
  }

  void read_line() {
    numbers_ = 0;
    PoseGraph& g = raw_.graph;
    switch (format_->tag) {
      case Tag::vertex_se2:
      case Tag::vertex2:
        vertex(raw_.poses);
        reals(grown(raw_.poses.values, 3), 3);
        break;
      case Tag::vertex_se3: {
        vertex(raw_.poses);
        double* const pose = grown(raw_.poses.values, 7);
        reals(pose, 3);
        quaternion(pose + 3);
        break;
      }
      case Tag::vertex3: {
        vertex(raw_.poses);
        double* const pose = grown(raw_.poses.values, 7);
        reals(pose, 3);
        euler_angles(pose + 3);
        break;
      }
      case Tag::vertex_xy:
        vertex(raw_.landmarks);
        reals(grown(raw_.landmarks.values, 2), 2);
        break;
      case Tag::vertex_xyz:
        vertex(raw_.landmarks);
        reals(grown(raw_.landmarks.values, 3), 3);
        break;
      case Tag::edge_se2:
      case Tag::edge2: {
        edge(raw_.edges, true);
        reals(grown(g.edges.measurement, 3), 3);
        double* const I = information(g.edges.information, 3);
        const bool toro = format_->tag == Tag::edge2 && edge2_ == InformationOrder::toro;
        if (toro) {  // 11 12 22 33 13 23
          const double given[6] = {I[0], I[1], I[2], I[3], I[4], I[5]};
          constexpr int from[6] = {0, 1, 4, 2, 5, 3};
          for (int k = 0; k < 6; ++k) I[k] = given[from[k]];
        }
        judge(g.edges.information, 3,
              format_->tag != Tag::edge2 ? ""
              : toro                     ? "; some EDGE2 files have g2o's order, 11 12 13 22 23 33"
                                         : "; TORO's order is 11 12 22 33 13 23");
        break;
      }
      case Tag::edge_se3: {
        edge(raw_.edges, true);
        double* const Z = grown(g.edges.measurement, 7);
        reals(Z, 3);
        quaternion(Z + 3);
        information(g.edges.information, 6);
        judge(g.edges.information, 6);
        break;
      }
      case Tag::edge3: {
        edge(raw_.edges, true);
        double* const Z = grown(g.edges.measurement, 7);
        reals(Z, 3);
        euler_angles(Z + 3);
        double* const I = information(g.edges.information, 6);
        for (int i = 0; i < 6; ++i)  // the error has half of each angle
          for (int j = i; j < 6; ++j) I[graph::place(6, i, j)] *= (i < 3 ? 1.0 : 2.0) * (j < 3 ? 1.0 : 2.0);
        judge(g.edges.information, 6);
        break;
      }
      case Tag::edge_xy:
        edge(raw_.sightings, false);
        reals(grown(g.sightings.measurement, 2), 2);
        information(g.sightings.information, 2);
        judge(g.sightings.information, 2);
        break;
      case Tag::edge_xyz:
        edge(raw_.sightings, false);
        raw_.sensor_of.push_back(id());
        reals(grown(g.sightings.measurement, 3), 3);
        information(g.sightings.information, 3);
        judge(g.sightings.information, 3);
        break;
      case Tag::sensor: {
        g.sensor_ids.push_back(id());
        raw_.sensor_lines.push_back(in_.line());
        double* const S = grown(g.sensors, 7);
        reals(S, 3);
        quaternion(S + 3);
        break;
      }
      case Tag::fix:
        do {
          raw_.fixed.push_back({id(), in_.line()});
        } while (in_.more_words());
        break;
    }
    end_line();
  }

  LineStream& in_;
  InformationOrder edge2_;
  graph::RawGraph raw_;
  const Format* format_ = nullptr;
  bool settled_ = false;  // whether the kind is known
  int numbers_ = 0;       // read so far, of the line
  std::vector<Skipped> skipped_;
};

}  // namespace

PoseGraph read_pose_graph(const std::string& path, InformationOrder edge2) {
  LineStream in(path, reading::open_bytes(path, a_graph_file));
  return graph::assemble(Reader(in, edge2).read());
}

PoseGraph parse_pose_graph(std::string_view text, const std::string& name, InformationOrder edge2) {
  LineStream in(name, [&](char* to, std::size_t size) {
    const std::size_t n = std::min(size, text.size());
    std::memcpy(to, text.data(), n);
    text.remove_prefix(n);
    return n;
  });
  return graph::assemble(Reader(in, edge2).read());
}

bool looks_like_pose_graph(const std::string& path) {
  if (reading::is_pipe(path)) return path.ends_with(".g2o") || path.ends_with(".graph");
  // Comments and lines with unknown tags may stand in front.
  constexpr std::size_t enough = 4096;
  const std::string first = reading::first_bytes(path, enough);
  std::string_view text = first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = reading::trim(text.substr(0, end));
    if (format_of(line.substr(0, line.find_first_of(" \t")))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace thalweg::inline v0_1
