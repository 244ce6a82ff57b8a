// Pose graphs as a kind of problem.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/inference/weak_directions.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/studies/certified_minimum.hpp>
#include <thalweg/studies/pose_graph_section.hpp>

#include "studies/block_study.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr const char* kind = "pose graph";
constexpr Format own_formats[] = {
    {".g2o", "pose graphs: VERTEX_ and EDGE_ SE2, SE3:QUAT, XY, TRACKXYZ; plain, .gz or .bz2"},
    {".graph .txt",
     "pose graphs of TORO (VERTEX2, EDGE2, VERTEX3, EDGE3) and of iSAM (ODOMETRY, LANDMARK, EDGE3, POINT3)"}};
constexpr std::string_view own_options[] = {"--init", "--information-order", "--indefinite", "--ignore-unknown",
                                            "--certify"};
// λ of a solve that begins near a minimum, and is best not held back.
constexpr double near_a_minimum = 1e-8;

/// What no pose graph has, whatever the method.
constexpr Refusal of_every_graph[] = {
    {"--start", "it has one start, which --init chooses"},
    {"--starts", "starts drawn at random lead nowhere near a minimum; --init chooses among better ones"},
    {"--global", "poses are on manifolds, where there is no box; --init chooses among starts"},
    {"--detect-linear", "a relative pose is linear in nothing"},
    {"--intervals", "standard errors are not worked out for so many parameters"},
    {"--patience", "it is for the training of regressions"},
    {"--batch-size", "it is for the training of regressions"},
};

PoseGraphSummary summary_of(const PoseGraph& g, const InitializationReport& start, double seconds) {
  PoseGraphSummary s;
  s.plane = g.kind == PoseGraph::Kind::se2;
  s.poses = g.pose_count();
  s.landmarks = g.landmark_count();
  s.edges = g.edges.count();
  s.sightings = g.sightings.count();
  s.held = held_in_words(g);
  s.initialization = to_string(start.used);
  s.initialization_reason = start.reason;
  s.file_cost = start.file_cost;
  s.tree_cost = start.tree_cost;
  s.chordal_cost = start.chordal_cost;
  s.initialization_seconds = seconds;
  s.degrees_of_freedom = degrees_of_freedom(g);
  s.further = static_cast<std::int64_t>(g.further.size());
  return s;
}

/// Where χ² is far above what the information leads to expect.
std::string doubt_about(const PoseGraphSummary& g, const Result& result, bool robust) {
  constexpr double far_above = 5.0;
  const double chi2 = 2.0 * result.final_cost / static_cast<double>(g.degrees_of_freedom);
  if (!result.converged() || g.degrees_of_freedom <= 0 || !(chi2 > far_above)) return {};
  return fmt::format(
      "χ² per degree of freedom is {:.3g}, far above 1: the measurements disagree by more than their information says. "
      "Some may be wrong{}, this may be another minimum (another --init, here {}, may lead to a lower one), or the "
      "information claims too much.",
      chi2, robust ? "" : " (try --loss huber:3 or cauchy:3)", g.initialization);
}

bool has_all(const std::vector<char>& given) { return std::find(given.begin(), given.end(), 0) == given.end(); }
bool has_every_pose(const PoseGraph& g) { return has_all(g.pose_given); }

class PoseGraphStudy final : public BlockStudy {
 public:
  explicit PoseGraphStudy(PoseGraph graph) : BlockStudy("Pose graph"), graph_(std::move(graph)) {}
  const std::string& file() const override { return graph_.file; }

  void prepare(Request& request) override {
    request.options.validate();
    refuse(request, of_every_graph, file(), kind);
    robust_ = request.loss && !request.loss->is_trivial();
    if (request.certify) refuse_uncertifiable();
    const Loss loss = request.loss.value_or(Loss());
    if (request.picture) file_start_ = graph_;
    const auto began = std::chrono::steady_clock::now();
    start_ = initialize(graph_, request.initialization.value_or(Initialization::automatic), loss);
    start_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    problem_ = build_problem(graph_, loss);
    refuse_too_dense(problem_, request, file(), kind);
    choose_method(request);
  }
  /// With --certify the minimum is the last of those that were found.
  Result solve(const Request& request, const Options& options, const TrainOptions& train) const override {
    Result result = BlockStudy::solve(request, options, train);
    if (!request.certify) return result;
    certified_ = certify_minimum(graph_, std::move(result), options, {.threads = options.threads});
    return certified_->result;
  }
  void annotate(Report& report) const override {
    report.result.notes.insert(report.result.notes.begin(), graph_.warnings.begin(), graph_.warnings.end());
    if (std::string open = left_open(report.result); !open.empty()) report.result.notes.push_back(std::move(open));
  }
  void conclude(const Request& request, Report& report) const override {
    PoseGraphSummary summary = summary_of(graph_, start_, start_seconds_);
    if (file_start_ && report.result.status != Status::non_finite_start)
      summary.picture = picture_of(*file_start_, graph_, start_.used, with_solution(graph_, report.result.x),
                                   request.loss.value_or(Loss()));
    list_parameters(request, report);
    if (std::string doubt = doubt_about(summary, report.result, robust_); !doubt.empty())
      report.result.notes.push_back(std::move(doubt));
    report.sections.push_back(section_of(summary, report.result, robust_));
    if (certified_) report.sections.push_back(section_of(*certified_));
  }
  std::string solution(const std::vector<double>& x, Compression compression) const override {
    return write_g2o(with_solution(graph_, x), compression);
  }

  /// What the file has is looked at; where it has no start, the one that a solve would begin from.
  CheckReport check(const Request& request) override {
    if (request.start > 1)
      throw Error(fmt::format("--start does not go with '{}': a pose graph has one start", file()));
    start_ = initialize(graph_, request.initialization.value_or(has_every_pose(graph_) ? Initialization::file
                                                                                       : Initialization::automatic));
    Request own = request;
    choose_method(own);
    CheckReport report = thalweg::check(build_problem(graph_), own.options);
    report.notes.insert(report.notes.begin(), graph_.warnings.begin(), graph_.warnings.end());
    report.notes.insert(
        report.notes.begin(),
        fmt::format("{}, {}, {}, {}; held: {}; looked at from initialization {}", counted(graph_.pose_count(), "pose"),
                    counted(graph_.edges.count(), "edge"), counted(graph_.landmark_count(), "landmark"),
                    counted(graph_.sightings.count(), "sighting"), held_in_words(graph_), to_string(start_.used)));
    name(report.problem);
    return report;
  }

 private:
  void refuse_uncertifiable() const {
    const std::string reason =
        robust_ ? "a loss makes its cost no quadratic form; expected none" : certificate_refusal(graph_);
    if (!reason.empty()) throw Error(fmt::format("--certify does not go with '{}': {}", file(), reason));
  }
  /// Of a graph that is loosely held: whether it may turn or grow as a whole without a measurement that tells.
  std::string left_open(const Result& result) const {
    if (!is_loosely_held(graph_) || result.status == Status::non_finite_start) return {};
    const int free = weak_directions(problem_, result.x, 0, 1.0).free;
    if (free == 0) return {};
    return fmt::format(
        "the measurements leave {} of the graph as a whole free, as a turn about the only place that is known: of all "
        "solutions, which fit as well, this is one",
        counted(free, "motion"));
  }
  /// Undamped steps serve where the start is near a minimum and the graph is held: those of a dogleg, whose radius
  /// rarely binds there; from a start that the file has those of Gauss-Newton, which a dogleg would shorten again and
  /// again. A robust loss keeps the cost from being near quadratic.
  void choose_method(Request& request) const {
    Options& o = request.options;
    const bool free = !request.method_given && !request.was_given("--initial-damping");
    if (free && !robust_ && !is_loosely_held(graph_)) {
      o.method = start_.used == Initialization::file ? Method::gauss_newton : Method::dogleg;
      request.method = o.method;
    } else if (std::isnan(o.initial_damping) && o.method == Method::levenberg_marquardt &&
               start_.used == Initialization::chordal) {
      o.initial_damping = near_a_minimum;
    }
  }

  PoseGraph graph_;
  std::optional<PoseGraph> file_start_;                // for the page; when one is asked for
  mutable std::optional<CertifiedMinimum> certified_;  // by solve(), when it is asked for
  InitializationReport start_;
  double start_seconds_ = 0.0;
  bool robust_ = false;
};

std::unique_ptr<Study> read(const std::string& file, const Request& request) {
  return std::make_unique<PoseGraphStudy>(read_pose_graph(file, {.edge2 = request.information_order,
                                                                 .indefinite = request.indefinite,
                                                                 .ignore_unknown = request.ignore_unknown}));
}

}  // namespace

Kind pose_graph() { return {kind, own_options, own_formats, looks_like_pose_graph, read}; }

}  // namespace thalweg::inline v0_1::studies
