// Camera graphs as g2o's files state them: cameras, the points that they see, and what was measured between cameras.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/io/compression.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Cameras X, which carry their own frame (x to the right, y down, z ahead) to the world, and points p of the world.
///
/// The cost is ½ Σ eᵀ Ω e, g2o's chi2 halved, with e as g2o defines it. With c = X⁻¹ p the point as the camera sees it,
///     observation: (fx cx/cz + x₀, fy cy/cz + y₀) less the measured (u, v); with a second camera to the right also
///                  (fx cx − bf)/cz + x₀ less the measured u there
///     edge, poses: (ω, υ), the logarithm of X_b Z⁻¹ Xₐ⁻¹                       6 components
///     edge, cameras with intrinsics: (translation, vector part of the quaternion, w ≥ 0) of Z⁻¹ Xₐ⁻¹ X_b
///     edge, similarities: (ω, υ, σ), the logarithm of Z⁻¹ Xₐ⁻¹ X_b             7 components
/// The logarithm of p ↦ s R p + t is that of its 4 × 4 matrix, exp of ([ω]ₓ + σ I, υ; 0, 0), R = exp [ω]ₓ, s = e^σ.
struct CameraGraph {
  enum class Kind {
    poses,        ///< VERTEX_SE3:EXPMAP; intrinsics stand beside what was seen
    cameras,      ///< VERTEX_CAM: poses that have intrinsics
    similarities  ///< VERTEX_SIM3:EXPMAP: what a monocular camera finds, whose scale drifts
  };
  Kind kind = Kind::poses;
  std::string file;  ///< as the user named it

  /// X: (x, y, z), a unit quaternion (x, y, z, w), and of similarities the scale s.
  std::vector<double> poses;
  /// Of similarities (ω, υ, σ) as the file states them: one that has not moved is written as it was read.
  std::vector<double> logarithms;
  std::vector<std::int64_t> pose_ids;  ///< ascending
  std::vector<char> pose_fixed;        ///< nonzero: it does not move

  std::vector<double> points;  ///< 3 coordinates each
  std::vector<std::int64_t> point_ids;
  std::vector<char> point_fixed;
  std::string point_tag = "VERTEX_XYZ";  ///< of their lines: g2o's older or newer one

  /// Of cameras and similarities of each: fx, fy, x₀, y₀ and the baseline b, pixels and lengths of the world; of
  /// similarities nothing reads them. Of poses what PARAMS_CAMERAPARAMETERS states: f, f, x₀, y₀, b.
  std::vector<std::array<double, 5>> intrinsics;
  std::vector<std::int64_t> intrinsics_ids;  ///< of those of poses

  struct Observation {
    std::int32_t pose, point;
    std::int32_t intrinsics;            ///< −1: its line states its own
    bool stereo;                        ///< u in the right camera was measured, too
    std::array<double, 5> camera;       ///< fx, fy, x₀, y₀, b
    std::array<double, 3> z;            ///< u, v, u in the right camera, pixels
    std::array<double, 6> information;  ///< 2 or 3 rows, upper triangle by rows
  };
  std::vector<Observation> observations;  ///< of similarities there are none

  struct Edge {
    std::int32_t a, b;                   ///< poses
    std::array<double, 7> z;             ///< Z: (x, y, z) and a unit quaternion; of similarities their logarithm
    std::array<double, 28> information;  ///< 6 or 7 rows, upper triangle by rows
  };
  std::vector<Edge> edges;

  std::vector<std::string> warnings;  ///< what the reader left out or changed, in words

  int pose_size() const { return kind == Kind::similarities ? 8 : 7; }
  int tangent_size() const { return kind == Kind::similarities ? 7 : 6; }  ///< also of an edge's error
  std::int64_t pose_count() const { return static_cast<std::int64_t>(pose_ids.size()); }
  std::int64_t point_count() const { return static_cast<std::int64_t>(point_ids.size()); }
};

/// Reads such a graph, plain or compressed by bzip2 or gzip: the tags that problems/README.md lists. Throws FileError,
/// with the line, for what is no such file: a vertex without a line or with two, indefinite information, quaternions
/// whose length is not 1 within 1 %, tags that are not known, too few, too many or unreadable numbers, a graph in which
/// nothing moves. Of `how`, what to do with indefinite information and with unknown tags is heeded.
CameraGraph read_camera_graph(const std::string& path, const GraphReading& how = {});
/// The same for plain text in memory; `name` stands for the file in messages.
CameraGraph parse_camera_graph(std::string_view text, const std::string& name, const GraphReading& how = {});

/// Whether a file is one, by the first tag in it that no pose graph has, seen through compression.
bool looks_like_camera_graph(const std::string& path);

/// The graph in the tags that it was read from. Each number is the shortest text that reads back as the same double;
/// similarities are written as logarithms, and those that have moved come back but for rounding.
std::string write_camera_graph(const CameraGraph& graph, Compression compression = Compression::none);

/// The pose that is held where the file fixes nothing: the one with the lowest id; else −1. Where nothing but
/// observations by single cameras says how large the world is, its scale stays free.
std::int32_t gauge_pose(const CameraGraph& graph);

/// A sentence for each of what the measurements leave undetermined: vertices that nothing measures, points seen once,
/// pieces that nothing ties together.
std::vector<std::string> undetermined(const CameraGraph& graph);
/// The scale, where observations by single cameras alone are there and the file fixes nothing: a change of all
/// parameters of build_problem() that moves no projection, to first order.
std::vector<GaugeDirection> gauge_directions(const CameraGraph& graph);

/// Observations whose point is behind the camera, or in its plane.
std::int64_t count_behind(const CameraGraph& graph);

/// Of each observation the distance in pixels between where the (left) camera sees its point and where it was seen.
std::vector<double> reprojection_distances(const CameraGraph& graph);

/// A graph as a Problem: blocks "pose" and "point", the points named for elimination; residuals "observation",
/// "stereo_observation" and "edge", with the given loss. What the graph fixes does not move, nor does gauge_pose().
/// Throws Error for an index that is not there, for information that is indefinite or too large, and for similarities
/// with observations.
Problem build_problem(const CameraGraph& graph, const Loss& loss = {});
/// The graph with the solution x of that problem in place of its poses and points.
CameraGraph with_solution(CameraGraph graph, const std::vector<double>& x);

}  // namespace thalweg::inline v0_1
