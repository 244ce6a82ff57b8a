// Bundle adjustment as files and generators state it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/io/compression.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Cameras, points and what the cameras saw. The camera model is that of Reprojection (reprojection.hpp).
struct Bundle {
  std::string file;  ///< as the user named it, or what it was generated from

  std::vector<double> cameras;          ///< 9 numbers each: ω (3, radians), t (3), f (pixels), k₁, k₂
  std::vector<double> points;           ///< 3 coordinates each
  std::vector<std::int32_t> camera_of;  ///< of each observation
  std::vector<std::int32_t> point_of;
  std::vector<double> u, v;  ///< pixels from the image centre, u to the right, v up

  std::int64_t camera_count() const { return static_cast<std::int64_t>(cameras.size()) / 9; }
  std::int64_t point_count() const { return static_cast<std::int64_t>(points.size()) / 3; }
  std::int64_t observation_count() const { return static_cast<std::int64_t>(u.size()); }
};

/// Reads a file of Bundle Adjustment in the Large (Agarwal, Snavely, Seitz & Szeliski 2010; grail.cs.washington.edu/
/// projects/bal), plain or compressed by bzip2 or gzip, whatever its name. Throws FileError; memory stays bounded by
/// what the file really holds, whatever its header announces.
Bundle read_bal(const std::string& path);
/// The same for plain text in memory; `name` stands for the file in messages.
Bundle parse_bal(std::string_view text, const std::string& name);

/// Whether a file is one of that format, by its extension (.txt, .bz2, .gz) or its first bytes: compressed, or three
/// whole numbers.
bool looks_like_bal(const std::string& path);

/// Reads a file of Bundler, version 0.3 (github.com/snavely/bundler_sfm), whose camera model is the same; plain or
/// compressed. Cameras that the reconstruction has not placed, of focal length 0, stay without observations. Throws
/// FileError.
Bundle read_bundler(const std::string& path);
Bundle parse_bundler(std::string_view text, const std::string& name);
/// Either of them, by how the file begins.
Bundle read_bundle(const std::string& path);
/// Whether a file is one, by its extension (.out) or its first words.
bool looks_like_bundler(const std::string& path);

/// The whole file in the format of BAL, each number the shortest text that reads back as the same double.
std::string write_bal(const Bundle& bundle, Compression compression = Compression::none);

struct BundleOptions {
  int cameras = 100;
  std::int64_t points = 10000;
  /// Mean; each point is seen at least twice. Empty: 5, or what few cameras can see.
  std::optional<double> observations_per_point = std::nullopt;
  double noise = 0.5;  ///< standard deviation of the observations, pixels
  double drift = 1.0;  ///< how far the start is from the truth, relative to an ordinary reconstruction's
  std::uint64_t seed = 1;
};
/// Cameras that drive along the streets of a town and see its façades: visibility is local with a long tail, focal
/// lengths and distortions are realistic. Observations are exact ones plus noise; cameras and points are the truth
/// disturbed, so that there is something to solve. The same for the same options. Throws Error for numbers that make no
/// such problem.
Bundle generate_bundle(const BundleOptions& options);

/// Cameras and points that the observations leave undetermined, by number.
struct BundleConnectivity {
  std::vector<std::int32_t> unseen_points, points_seen_once;  ///< by no camera; by one
  std::vector<std::int32_t> unobserved_cameras;               ///< without observations
  std::vector<std::int32_t> short_cameras;                    ///< with observations, too few for their numbers
  /// Cameras of which none sees a point that one of another piece sees, the smaller pieces first; one piece is none.
  std::vector<std::vector<std::int32_t>> pieces;
  int camera_numbers = 9;
};
/// `camera_numbers`: of a camera's own, 9, or 6 where it shares its intrinsics.
BundleConnectivity connectivity(const Bundle& bundle, int camera_numbers = 9);
/// A sentence for each kind that occurs: how many, which, and what a solve does with them.
std::vector<std::string> in_words(const BundleConnectivity& census);

/// On which side of the cameras points are: a camera sees what is before it, and a projection knows no difference.
struct BundleCheirality {
  std::vector<std::int64_t> behind;           ///< observations whose point is behind the camera, or in its image plane
  std::int64_t beside = 0;                    ///< observations whose point is in the camera's image plane, to 1e-6
  std::vector<std::int32_t> flipped_cameras;  ///< behind which all their points are
  std::vector<std::int32_t> negative_focal_lengths;  ///< of cameras
};
BundleCheirality cheirality(const Bundle& bundle);
/// A sentence for each kind that occurs; `when`: "at the start".
std::vector<std::string> in_words(const BundleCheirality& found, const std::string& when);
/// The bundle without these observations.
Bundle without(Bundle bundle, const std::vector<std::int64_t>& observations);

/// A change of cameras and points, to first order, that moves no projection.
struct GaugeDirection {
  std::string name;               ///< "translation along x"
  std::vector<double> direction;  ///< of all parameters of build_problem()
};
/// The seven that every bundle has: translations, rotations and scale of the world as a whole.
std::vector<GaugeDirection> gauge_directions(const Bundle& bundle);

/// In the midst of the points: the median of each coordinate, which no point far away moves.
std::array<double, 3> middle_of(const Bundle& bundle);
/// The same world elsewhere: points moved by `by`, cameras so that they see the same. Far from the origin, in a
/// country's coordinates say, rotations about it and translations can hardly be told apart, and steps are short beside
/// the coordinates: move the middle to the origin before a solve, and back after it.
Bundle moved(Bundle bundle, const std::array<double, 3>& by);

/// Seen from above, in the units of the file: a point of the plane for each camera and each point. "Above" is where the
/// cameras' upper edges point on average; x is the direction in which the cameras spread most, their middle the origin.
struct BundleView {
  std::vector<double> camera_x, camera_y, heading_x, heading_y;  ///< headings: where cameras look, at most of length 1
  std::vector<double> point_x, point_y;
};
BundleView view_from_above(const Bundle& bundle);
/// Seen from where the cameras of `like` say, so that two states of a bundle are drawn in the same frame.
BundleView view_from_above(const Bundle& bundle, const Bundle& like);

/// A bundle as a Problem: blocks "camera" and "point", the points named for elimination, residuals "reprojection", one
/// for each observation, with the given loss; moved() first where the world is far from the origin. Throws Error for an
/// observation of a camera or point that is not there.
Problem build_problem(const Bundle& bundle, const Loss& loss = {});
/// The bundle with the solution x of that problem in place of its cameras and points.
Bundle with_solution(Bundle bundle, const std::vector<double>& x);

}  // namespace thalweg::inline v0_1
