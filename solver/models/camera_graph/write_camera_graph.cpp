#include <thalweg/models/camera_graph.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <io/compressed_text.hpp>

#include "models/camera_graph/camera_tags.hpp"
#include "models/camera_graph/residuals.hpp"
#include "models/pose_graph/information.hpp"

namespace thalweg::inline v0_1 {
namespace {

using camera::Role;
using Kind = CameraGraph::Kind;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

class Writer {
 public:
  Writer(const CameraGraph& g, Compression compression) : g_(g), file_(compression) {}

  std::string write() {
    for (std::size_t i = 0; i < g_.intrinsics_ids.size(); ++i) {
      const auto& k = g_.intrinsics[i];
      begin("PARAMS_CAMERAPARAMETERS", g_.intrinsics_ids[i]);
      for (const double v : {k[0], k[2], k[3], k[4]}) number(v);
      end_line();
    }
    for (std::size_t i = 0; i < g_.pose_ids.size(); ++i) write_pose(i);
    for (std::size_t i = 0; i < g_.point_ids.size(); ++i) {
      begin(g_.point_tag, g_.point_ids[i]);
      numbers(g_.points.data() + 3 * i, 3);
      end_line();
    }
    for (const auto& [ids, fixed] : {std::pair{&g_.pose_ids, &g_.pose_fixed}, {&g_.point_ids, &g_.point_fixed}})
      for (std::size_t i = 0; i < ids->size(); ++i)
        if ((*fixed)[i]) {
          begin("FIX", (*ids)[i]);
          end_line();
        }
    for (const CameraGraph::Edge& e : g_.edges) {
      begin(camera::tag_of(g_.kind, Role::edge).name, g_.pose_ids[at(e.a)]);
      id(g_.pose_ids[at(e.b)]);
      numbers(e.z.data(), 7);
      numbers(e.information.data(), graph::triangle(g_.tangent_size()));
      end_line();
    }
    if (g_.kind != Kind::similarities)
      for (const CameraGraph::Observation& o : g_.observations) write_observation(o);
    return file_.finish();
  }

 private:
  void write_pose(std::size_t i) {
    const double* const x = g_.poses.data() + i * at(g_.pose_size());
    begin(camera::tag_of(g_.kind, Role::pose).name, g_.pose_ids[i]);
    if (g_.kind == Kind::similarities) {
      const Vec<double, 8> pose = Eigen::Map<const Vec<double, 8>>(x);
      const auto log = camera::logarithm<double>(camera::place_of(pose), camera::turn_of(pose), std::log(x[7]));
      numbers(has_moved(i) ? log.data() : g_.logarithms.data() + 7 * i, 7);
    } else {
      numbers(x, 7);
    }
    if (g_.kind != Kind::poses) numbers(g_.intrinsics[i].data(), g_.kind == Kind::cameras ? 5 : 4);
    end_line();
  }
  bool has_moved(std::size_t i) const {
    if (g_.logarithms.empty()) return true;
    double read[8];
    camera::exponential(g_.logarithms.data() + 7 * i, read);
    return !std::equal(read, read + 8, g_.poses.data() + 8 * i);
  }
  void write_observation(const CameraGraph::Observation& o) {
    const int n = o.stereo ? 3 : 2;
    begin(camera::tag_of(g_.kind, o).name, g_.point_ids[at(o.point)]);
    id(g_.pose_ids[at(o.pose)]);
    if (o.intrinsics >= 0) id(g_.intrinsics_ids[at(o.intrinsics)]);
    numbers(o.z.data(), n);
    numbers(o.information.data(), graph::triangle(n));
    if (g_.kind == Kind::poses && o.intrinsics < 0) numbers(o.camera.data(), 4);
    end_line();
  }

  void begin(std::string_view tag, std::int64_t first) {
    file_.text().append(tag);
    id(first);
  }
  void id(std::int64_t value) { fmt::format_to(std::back_inserter(file_.text()), " {}", value); }
  void number(double value) { fmt::format_to(std::back_inserter(file_.text()), " {}", value); }
  void numbers(const double* from, int count) {
    for (int k = 0; k < count; ++k) number(from[k]);
  }
  void end_line() {
    file_.text().push_back('\n');
    file_.pass();
  }

  const CameraGraph& g_;
  CompressedText file_;
};

}  // namespace

std::string write_camera_graph(const CameraGraph& g, Compression compression) { return Writer(g, compression).write(); }

}  // namespace thalweg::inline v0_1
