// Camera graphs as a kind of problem.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/camera_graph.hpp>

#include "io/text_numbers.hpp"
#include "studies/block_study.hpp"
#include "studies/camera_graph/camera_graph_section.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "camera graph";
constexpr Format own_formats[] = {
    {".g2o", "camera graphs: VERTEX_SE3:EXPMAP, CAM or SIM3:EXPMAP, VERTEX_XYZ, and their edges; plain, .gz or .bz2"}};
constexpr std::string_view own_options[] = {"--fix", "--indefinite", "--ignore-unknown"};

/// What no camera graph has, whatever the method.
constexpr Refusal of_every_graph[] = {
    {"--start", "a file of this kind has one start"},
    {"--starts", "starts drawn at random have no cameras that see their points"},
    {"--global", "points drawn at random have no cameras that see them"},
    {"--detect-linear", "a projection is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
    {"--patience", "it is for the training of regressions"},
    {"--batch-size", "it is for the training of regressions"},
};

std::int64_t count_fixed(const std::vector<char>& fixed) {
  return std::count_if(fixed.begin(), fixed.end(), [](char f) { return f != 0; });
}

const char* name_of(CameraGraph::Kind cameras) {
  return cameras == CameraGraph::Kind::similarities ? "similarities"
         : cameras == CameraGraph::Kind::cameras    ? "cameras"
                                                    : "poses";
}

/// Ids of the vertices that do not move, in words.
std::string held(const CameraGraph& g) {
  if (const std::int32_t pose = gauge_pose(g); pose >= 0)
    return fmt::format("pose {}, since the file fixes nothing", g.pose_ids[static_cast<std::size_t>(pose)]);
  return fmt::format("{} and {} that the file fixes", counted(count_fixed(g.pose_fixed), "pose"),
                     counted(count_fixed(g.point_fixed), "point"));
}

/// --fix: whole sets of blocks, or the scales of similarities.
void fix(Problem& problem, const CameraGraph& g, const Request& request) {
  const bool scaled = g.kind == CameraGraph::Kind::similarities;
  const std::vector<std::string> names = {"poses", scaled ? "scale" : "points"};
  if (request.was_given("--fix") && request.fix.empty())
    throw Error("--fix names nothing; expected " + reading::list(names));
  const Parameters<7, SE3> poses(0, 7, static_cast<int>(g.pose_count()));
  const Parameters<8, Sim3> similarities(0, 8, static_cast<int>(g.pose_count()));
  const Parameters<3> points(std::int64_t{7} * g.pose_count(), 3, static_cast<int>(g.point_count()));
  for (const std::string& what : request.fix) {
    if (std::find(names.begin(), names.end(), what) == names.end())
      throw Error(fmt::format("--fix: there is no {}; expected {}, of single vertices lines FIX in the file",
                              reading::quoted_with_hint(what, names), reading::list(names)));
    if (what == "scale")
      problem.fix(similarities, 6);
    else if (what == "poses")
      scaled ? problem.fix(similarities) : problem.fix(poses);
    else if (g.point_count() > 0)
      problem.fix(points);
  }
}

CameraGraphSummary summary_of(const CameraGraph& g, const Problem& problem, const std::vector<double>& x) {
  CameraGraphSummary s;
  s.cameras = name_of(g.kind);
  s.poses = g.pose_count();
  s.points = g.point_count();
  s.observations = static_cast<std::int64_t>(g.observations.size());
  s.edges = static_cast<std::int64_t>(g.edges.size());
  s.held = held(g);
  s.degrees_of_freedom = problem.residual_count();
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i)
    s.degrees_of_freedom -= problem.moves(i) ? 1 : 0;
  if (g.observations.empty()) return s;
  s.before = reprojection_errors(reprojection_distances(g));
  s.after = reprojection_errors(reprojection_distances(with_solution(g, x)));
  return s;
}

class CameraGraphStudy final : public BlockStudy {
 public:
  explicit CameraGraphStudy(CameraGraph graph) : BlockStudy("Camera graph"), graph_(std::move(graph)) {}
  const std::string& file() const override { return graph_.file; }

  void prepare(Request& request) override {
    if (!request.was_given("--noise-tolerance") && needs_residuals(request.options.method) &&
        !graph_.observations.empty())
      request.options.noise_tolerance = noise_of_cameras;
    request.options.validate();
    refuse(request, of_every_graph, file(), kind);
    robust_ = request.loss && !request.loss->is_trivial();
    problem_ = build_problem(graph_, request.loss.value_or(Loss()));
    fix(problem_, graph_, request);
    refuse_too_dense(problem_, request, file(), kind);
  }
  void annotate(Report& report) const override {
    std::vector<std::string> notes = notes_on_start();
    note_behind(with_solution(graph_, report.result.x), "at the solution", notes);
    report.result.notes.insert(report.result.notes.begin(), notes.begin(), notes.end());
  }
  void conclude(const Request& request, Report& report) const override {
    list_parameters(request, report);
    report.sections.push_back(section_of(summary_of(graph_, problem_, report.result.x), report.result, robust_));
  }
  std::string solution(const std::vector<double>& x, Compression compression) const override {
    return write_camera_graph(with_solution(graph_, x), compression);
  }

  CheckReport check(const Request& request) override {
    refuse(request, {{{"--start", "a file of this kind has one start"}}}, file(), kind);
    problem_ = build_problem(graph_);
    std::vector<FreeDirection> directions;
    for (GaugeDirection& d : gauge_directions(graph_))
      directions.push_back({std::move(d.name), std::move(d.direction)});
    CheckReport report = thalweg::check(problem_, request.options, directions);
    std::vector<std::string> notes = notes_on_start();
    notes.insert(notes.begin(),
                 fmt::format("{} {}, {}, {}, {}; held: {}", graph_.pose_count(), name_of(graph_.kind),
                             counted(graph_.point_count(), "point"),
                             counted(static_cast<long long>(graph_.observations.size()), "observation"),
                             counted(static_cast<long long>(graph_.edges.size()), "edge"), held(graph_)));
    report.notes.insert(report.notes.begin(), notes.begin(), notes.end());
    name(report.problem);
    return report;
  }

 private:
  std::vector<std::string> notes_on_start() const {
    std::vector<std::string> notes = graph_.warnings;
    for (std::string& sentence : undetermined(graph_)) notes.push_back(std::move(sentence));
    note_behind(graph_, "at the start", notes);
    return notes;
  }
  static void note_behind(const CameraGraph& g, const char* when, std::vector<std::string>& notes) {
    if (const std::int64_t behind = count_behind(g); behind > 0)
      notes.push_back(fmt::format("{}, {} of {} observations have their point behind the camera, or in its plane", when,
                                  behind, g.observations.size()));
  }

  CameraGraph graph_;
  bool robust_ = false;
};

std::unique_ptr<Study> read(const std::string& file, const Request& request) {
  return std::make_unique<CameraGraphStudy>(
      read_camera_graph(file, {.indefinite = request.indefinite, .ignore_unknown = request.ignore_unknown}));
}

}  // namespace

Kind camera_graph() { return {kind, own_options, own_formats, looks_like_camera_graph, read}; }

}  // namespace thalweg::inline v0_1::studies
