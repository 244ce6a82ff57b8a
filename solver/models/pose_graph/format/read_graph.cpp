// g2o's and TORO's text formats: a line for each vertex and each measurement, a tag in front.
#include <thalweg/models/pose_graph.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <thalweg/base/words.hpp>
#include <thalweg/io/file_error.hpp>

#include "io/input_file.hpp"
#include "io/text_numbers.hpp"
#include "models/pose_graph/format/graph_tags.hpp"
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
using reading::LineStream;

constexpr const char* a_graph_file = "a pose graph: lines such as 'EDGE_SE2 FROM TO x y θ I11 I12 I13 I22 I23 I33'";
constexpr double quaternion_tolerance = 0.01;

/// Makes the information of n rows semidefinite.
void mend(Indefinite how, int n, double* omega) {
  Eigen::MatrixXd O(n, n);
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) O(i, j) = O(j, i) = omega[graph::place(n, i, j)];
  if (how == Indefinite::diagonal) {
    const Eigen::VectorXd diagonal = O.diagonal().cwiseMax(0.0);
    O = diagonal.asDiagonal();
  } else {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(O);
    O = eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0.0).asDiagonal() * eigen.eigenvectors().transpose();
  }
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) omega[graph::place(n, i, j)] = O(i, j);
}

class Reader {
 public:
  Reader(LineStream& in, const GraphReading& how) : in_(in), how_(how), unknown_(in, how.ignore_unknown) {
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
      read_line();
    }
    if (!settled_ && raw_.fixed.empty()) no_edges();
    unknown_.conclude(raw_.graph.warnings);
    if (raw_.edges.from.empty() && raw_.sightings.from.empty() && raw_.further.empty()) no_edges();
    if (indefinite_ > 0) warn_of_indefinite();
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
  void warn_of_indefinite() {
    const char* const done = how_.indefinite == Indefinite::clip       ? "their negative eigenvalues count as zero"
                             : how_.indefinite == Indefinite::diagonal ? "their diagonals alone count"
                                                                       : "left out";
    raw_.graph.warnings.push_back(fmt::format("{} with indefinite information (first on line {}): {}",
                                              counted(static_cast<long long>(indefinite_), "measurement"),
                                              first_indefinite_, done));
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
        reals(to, 7);
        unit_quaternion(to + 3);
        break;
      case Measured::euler_pose:
        reals(to, 3);
        euler_angles(to + 3);
        break;
      default:
        reals(to, measured_size());
    }
  }
  /// False where the measurement is to be left out.
  bool information(double* I) {
    const int n = format_->information, size = graph::triangle(n);
    const bool euler = format_->measured == Measured::euler_pose;
    if (euler && !in_.more_words()) {
      std::fill_n(I, size, 0.0);
      for (int i = 0; i < n; ++i) I[graph::place(n, i, i)] = 1.0;
    } else {
      reals(I, size);
    }
    const bool toro = format_->toro && !euler && how_.edge2 == InformationOrder::toro;
    if (toro) {  // 11 12 22 33 13 23
      const double given[6] = {I[0], I[1], I[2], I[3], I[4], I[5]};
      constexpr int from[6] = {0, 1, 4, 2, 5, 3};
      for (int k = 0; k < 6; ++k) I[k] = given[from[k]];
    }
    if (euler)
      for (int i = 0; i < 6; ++i)  // the error has half of each angle
        for (int j = i; j < 6; ++j) I[graph::place(6, i, j)] *= (i < 3 ? 1.0 : 2.0) * (j < 3 ? 1.0 : 2.0);
    constexpr double most = 1e150;  // its square is an ordinary number
    if (std::any_of(I, I + size, [](double v) { return !(std::abs(v) <= most); }))
      in_.fail("the information is too large", fmt::format("numbers up to {:.0e}", most));
    // Most files say the same one again and again.
    if (judged_ == format_ && std::equal(I, I + size, last_.begin())) return true;
    if (std::array<double, 21> root; !graph::square_root(n, I, root.data())) return is_mended(n, I, toro);
    judged_ = format_;
    std::copy_n(I, size, last_.begin());
    return true;
  }
  bool is_mended(int n, double* I, bool toro) {
    if (how_.indefinite == Indefinite::refuse) {
      const char* const hint = !(format_->toro && n == 3) ? ""
                               : toro                     ? "; some EDGE2 files have g2o's order, 11 12 13 22 23 33"
                                                          : "; TORO's order is 11 12 22 33 13 23";
      in_.fail("the information matrix is indefinite",
               fmt::format("a positive semidefinite one, or --indefinite clip, diagonal or skip{}", hint));
    }
    if (indefinite_++ == 0) first_indefinite_ = in_.line();
    if (how_.indefinite == Indefinite::skip) return false;
    mend(how_.indefinite, n, I);
    return true;
  }

  void read_vertex(graph::RawVertices& v) {
    v.id.push_back(id());
    v.line.push_back(in_.line());
    measured(grown(v.values, measured_size()));
  }
  void read_edge(graph::RawEdges& ends, PoseGraph::Edges& edges) {
    const std::int64_t from = id(), to = id();
    const bool sighting = format_->role == Role::sighting;
    if (!sighting && from == to)
      in_.fail(fmt::format("the edge ties vertex {} to itself", to), "two different vertices");
    const std::int64_t sensor = format_->sensors > 0 ? id() : 0;
    const int size = measured_size(), numbers = graph::triangle(format_->information);
    measured(grown(edges.measurement, size));
    if (!information(grown(edges.information, numbers))) {
      edges.measurement.resize(edges.measurement.size() - static_cast<std::size_t>(size));
      edges.information.resize(edges.information.size() - static_cast<std::size_t>(numbers));
      return;
    }
    ends.from.push_back(from);
    ends.to.push_back(to);
    ends.line.push_back(in_.line());
    if (format_->sensors > 0) raw_.sensor_of.push_back(sensor);
  }
  void read_further() {
    using Kind = PoseGraph::Measurement::Kind;
    const Kind kind = format_->kind;
    const bool one = kind == Kind::pose_prior || kind == Kind::place_prior || kind == Kind::landmark_prior;
    graph::RawMeasurement raw;
    raw.line = in_.line();
    for (int k = 0; k < (one ? 1 : 2); ++k) raw.vertices.push_back(id());
    if ((kind == Kind::offset_edge || kind == Kind::landmark_edge) && raw.vertices[0] == raw.vertices[1])
      in_.fail(fmt::format("the edge ties vertex {} to itself", raw.vertices[0]), "two different vertices");
    for (int k = 0; k < format_->sensors; ++k) raw.sensors.push_back(id());
    PoseGraph::Measurement m;
    m.kind = kind;
    measured(m.z.data());
    if (!information(m.information.data())) return;
    raw_.graph.further.push_back(m);
    raw_.further.push_back(std::move(raw));
  }
  void read_line() {
    numbers_ = 0;
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
        g.sensor_ids.push_back(id());
        raw_.sensor_lines.push_back(in_.line());
        measured(grown(g.sensors, measured_size()));
        break;
      case Role::fix:
        do {
          raw_.fixed.push_back({id(), in_.line()});
        } while (in_.more_words());
        break;
    }
    end_line();
  }

  LineStream& in_;
  GraphReading how_;
  graph::UnknownLines unknown_;
  graph::RawGraph raw_;
  const TagFormat* format_ = nullptr;
  bool settled_ = false;  // whether the kind is known
  int numbers_ = 0;       // read so far, of the line
  const TagFormat* judged_ = nullptr;
  std::array<double, 21> last_{};  // the last information that was judged, of such a line
  std::size_t indefinite_ = 0;
  int first_indefinite_ = 0;
};

}  // namespace

PoseGraph read_pose_graph(const std::string& path, const GraphReading& how) {
  LineStream in(path, reading::open_bytes(path, a_graph_file));
  return graph::assemble(Reader(in, how).read());
}

PoseGraph parse_pose_graph(std::string_view text, const std::string& name, const GraphReading& how) {
  LineStream in(name, [&](char* to, std::size_t size) {
    const std::size_t n = std::min(size, text.size());
    std::memcpy(to, text.data(), n);
    text.remove_prefix(n);
    return n;
  });
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
    if (graph::format_of_tag(tag) || !graph::other_kind_of_file(tag).empty()) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

}  // namespace thalweg::inline v0_1
