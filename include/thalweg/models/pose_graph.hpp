// Pose graphs as files and generators state them: poses, landmarks, and what was measured between them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/math/loss.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {

/// Poses X of the plane or of space, and landmarks ℓ. An edge measures Z ≈ Xᵢ⁻¹ Xⱼ, a sighting z ≈ (Xᵢ S)⁻¹ ℓ, where S
/// is where the sensor sits on the robot (the identity in the plane).
///
/// The cost is ½ Σ eᵀ Ω e, g2o's chi2 halved, with e as g2o defines it (Kümmerle et al. 2011) and the information Ω as
/// given. With E = Z⁻¹ Xᵢ⁻¹ Xⱼ, e is
///     plane: (translation of E, its angle in [−π, π])                     3 components
///     space: (translation of E, vector part of its quaternion, w ≥ 0)     6 components: half the angle, for small ones
///     sighting: (Xᵢ S)⁻¹ ℓ − z                                            2 or 3 components
/// so that sphere2500 has its minimum at 363.5747. Those who measure rotations by the whole angle (GTSAM, Ceres's
/// example) find other costs, about fourfold in the rotations, for the same file.
struct PoseGraph {
  enum class Kind { se2, se3 };
  Kind kind = Kind::se2;
  std::string file;  ///< as the user named it, or what it was generated from

  /// Of the plane (x, y, θ), radians; of space (x, y, z) and a unit quaternion (x, y, z, w).
  std::vector<double> poses;
  std::vector<std::int64_t> pose_ids;  ///< ascending
  std::vector<char> pose_given;        ///< zero: the file has an edge to it, but no start; its numbers mean nothing
  std::vector<char> pose_fixed;        ///< nonzero: it does not move

  std::vector<double> landmarks;  ///< 2 or 3 coordinates each
  std::vector<std::int64_t> landmark_ids;
  std::vector<char> landmark_given, landmark_fixed;

  struct Edges {
    std::vector<std::int32_t> from, to;  ///< numbers of poses; of a sighting the pose and the landmark
    std::vector<double> measurement;     ///< a pose each, laid out as in `poses`; of a sighting a point
    std::vector<double> information;     ///< upper triangle by rows: 6 or 21 numbers each; of a sighting 3 or 6
    std::int64_t count() const { return static_cast<std::int64_t>(from.size()); }
  };
  Edges edges, sightings;

  std::vector<double> sensors;           ///< S, laid out as in `poses`
  std::vector<std::int64_t> sensor_ids;  ///< as the file numbers them
  std::vector<std::int32_t> sensor_of;   ///< of each sighting in space

  /// What else may be measured, S the identity where there is no sensor.
  struct Measurement {
    enum class Kind {
      pose_prior,       ///< of pose b: E = Z⁻¹ X S, e as of an edge
      offset_edge,      ///< between poses a and b: E = Z⁻¹ (Xₐ Sₐ)⁻¹ X_b S_b
      place_prior,      ///< of pose a: where X puts the origin of S, less z
      landmark_prior,   ///< of landmark a: ℓ − z
      landmark_edge,    ///< from landmark a to b: ℓ_b − ℓₐ − z
      offset_sighting,  ///< of landmark b from pose a, in the plane: (X S)⁻¹ ℓ − z
      bearing,          ///< of landmark b from pose a, in the plane: z less the angle of X⁻¹ ℓ, in [−π, π]
    };
    Kind kind;
    std::int32_t a = -1, b = -1;                ///< numbers of poses or landmarks; −1: it has none
    std::int32_t sensor_a = -1, sensor_b = -1;  ///< −1: the identity
    std::array<double, 7> z{};                  ///< a pose, a point or an angle
    std::array<double, 21> information{};       ///< upper triangle by rows
  };
  std::vector<Measurement> further;
  bool has_prior() const;                         ///< of a pose, its place, or a landmark
  int dimension_of(Measurement::Kind) const;      ///< components of e
  int measured_size_of(Measurement::Kind) const;  ///< numbers in z

  std::vector<std::string> warnings;  ///< what the reader left out or changed, in words

  int pose_size() const { return kind == Kind::se2 ? 3 : 7; }
  int tangent_size() const { return kind == Kind::se2 ? 3 : 6; }  ///< also of an edge's error
  int landmark_size() const { return kind == Kind::se2 ? 2 : 3; }
  int information_size() const { return kind == Kind::se2 ? 6 : 21; }
  int sighting_information_size() const { return kind == Kind::se2 ? 3 : 6; }
  std::int64_t pose_count() const { return static_cast<std::int64_t>(pose_ids.size()); }
  std::int64_t landmark_count() const { return static_cast<std::int64_t>(landmark_ids.size()); }
};

/// How lines EDGE2 and EDGE3 have their information, under tags that several programs share.
enum class InformationOrder {
  toro,  ///< of EDGE2 11 12 22 33 13 23
  g2o,   ///< 11 12 13 22 23 33
  isam,  ///< S11 S12 S13 S22 S23 S33 of the upper triangular S with Ω = Sᵀ S
};
/// What becomes of a measurement whose information has a negative eigenvalue.
enum class Indefinite {
  refuse,
  clip,      ///< negative eigenvalues become zero
  diagonal,  ///< the diagonal alone counts, negative entries as zero
  skip,      ///< the measurement is left out
};
/// How to read a file that leaves room.
struct GraphReading {
  /// Left out: iSAM's behind a line that iSAM alone has (ODOMETRY, LANDMARK, POINT3), else TORO's.
  std::optional<InformationOrder> edge2 = std::nullopt;
  Indefinite indefinite = Indefinite::refuse;
  bool ignore_unknown = false;  ///< leave out edges with unknown tags, with a warning
};

/// Reads a graph in g2o's format, TORO's or iSAM's, plain or compressed by bzip2 or gzip, whatever its name: the tags
/// that problems/README.md lists. Vertices may be missing. Information may be semidefinite: an edge that measures a
/// position alone, say. Text behind a # is a comment.
///
/// TORO states rotations in space by roll, pitch and yaw (R = Rz(yaw) Ry(pitch) Rx(roll)) and their information for
/// whole angles: that is turned into information for the quaternion's vector part, four times as much for the rotation.
/// iSAM states the upper triangular S with Ω = Sᵀ S for an error in the frame of the first pose, and counts landmarks
/// apart from poses: Ω is turned for the error here, and landmarks are given ids of their own.
///
/// Throws FileError, with the line, for what is no such file or makes no graph to be solved: lines whose tag is not
/// known, and edges whose vertex has a line that is not; duplicate or unconnected vertices, none that moves, indefinite
/// information, quaternions whose length is not 1 within 1 %, edges from a vertex to itself, too few, too many or
/// unreadable numbers. Of vertices, parameters and anything else that is not known one warning is given.
PoseGraph read_pose_graph(const std::string& path, const GraphReading& how = {});
/// The same for plain text in memory; `name` stands for the file in messages.
PoseGraph parse_pose_graph(std::string_view text, const std::string& name, const GraphReading& how = {});

/// Whether a file is one of those formats, by the tag that it begins with, seen through compression, or would be one,
/// by its name: then the reader says what it is.
bool looks_like_pose_graph(const std::string& path);

/// The graph in g2o's format, each number the shortest text that reads back as the same double.
std::string write_g2o(const PoseGraph& graph, Compression compression = Compression::none);

/// Where poses and landmarks begin.
enum class Initialization {
  automatic,  ///< that of the others which has the lowest cost
  file,       ///< as the file has them
  tree,       ///< along a spanning tree of the most certain edges, breadth first from a pose that is held
  chordal,    ///< rotations by linear least squares on their entries, projected; then translations, linear too
};
std::string_view to_string(Initialization);
/// Throws Error listing what there is.
Initialization parse_initialization(std::string_view);

/// What an initialisation did.
struct InitializationReport {
  Initialization used = Initialization::file;
  double file_cost = 0.0, tree_cost = 0.0, chordal_cost = 0.0;  ///< NaN: not tried, or not to be had
  std::string reason;                                           ///< "cost 1.2e3, against 4.5e6 of the file"
};
/// Fills in the poses and landmarks. Fixed ones stay. Landmarks follow the poses: the mean of where they were sighted.
/// `loss` is that of the edges, by which costs are compared. Automatic: the file's start where that is near a minimum
/// already, then the tree's, then the chordal one, and where none is near the one of the lowest cost. Throws Error
/// where that initialisation is not to be had: the file lacks a vertex, or poses hang together by landmarks alone.
InitializationReport initialize(PoseGraph& graph, Initialization how, const Loss& loss = {});

/// The pose that is held where nothing is fixed: the first, whose id is the lowest; −1 when the file fixes something,
/// or has a prior.
std::int32_t gauge_pose(const PoseGraph& graph);

/// Components of the measurements less those of the vertices that move: what χ² is expected to be.
std::int64_t degrees_of_freedom(const PoseGraph& graph);

/// The cost ½ Σ ρ(eᵀ Ω e) of the graph as it stands.
double pose_graph_cost(const PoseGraph& graph, const Loss& loss = {});

/// A graph as a Problem: blocks "pose" and "landmark", residuals "edge", "sighting" and those of further kinds, with
/// the given loss. What the graph fixes does not move; where it fixes nothing, gauge_pose() does not. Throws Error for
/// an index that is not there.
Problem build_problem(const PoseGraph& graph, const Loss& loss = {});
/// The graph with the solution x of that problem in place of its poses and landmarks.
PoseGraph with_solution(PoseGraph graph, const std::vector<double>& x);

/// Where the poses are, for a picture: x and y in the plane; in space what is seen along the direction in which `like`
/// spreads the least, with its longest extent to the right.
struct PoseGraphView {
  std::vector<double> x, y;
};
PoseGraphView view_of(const PoseGraph& graph, const PoseGraph& like);

struct PoseGraphOptions {
  enum class Kind {
    city,    ///< plane: a drive along square blocks, streets driven again
    garage,  ///< space: laps on each floor of a car park, ramp after ramp, laps and floors tied together
    sphere,  ///< space: rings on a sphere, each tied to its neighbours
  };
  Kind kind = Kind::city;
  std::int64_t poses = 1000;
  double translation_noise = 0.05;  ///< standard deviation of each component of a measured translation, metres
  double rotation_noise = 0.02;     ///< of each component of a measured rotation, radians
  double false_closures = 0.0;      ///< fraction of the loop closures that are wrong, in [0, 1)
  std::uint64_t seed = 1;
};
std::string_view to_string(PoseGraphOptions::Kind);
/// Throws Error listing what there is.
PoseGraphOptions::Kind parse_pose_graph_kind(std::string_view);
/// A graph whose measurements are exact ones plus noise, with the information of that noise, and whose poses are the
/// odometry's, which drifts. The same for the same options. Throws Error for numbers that make no such graph.
PoseGraph generate_pose_graph(const PoseGraphOptions& options);

}  // namespace thalweg::inline v0_1
