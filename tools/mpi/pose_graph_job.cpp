// Pose graphs.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fmt/format.h>
#include <thalweg/distributed/pose_graph_part.hpp>
#include <thalweg/studies/pose_graph_section.hpp>

#include "mpi/job.hpp"

namespace thalweg::tool {
namespace {

// λ of a solve that begins near a minimum, and is best not held back.
constexpr double near_a_minimum = 1e-8;

/// Every process reads the whole graph and starts it; residuals, Jacobians and the system are spread.
class PoseGraphJob final : public Job {
 public:
  PoseGraphJob(const Communicator& communicator, const MpiArguments& arguments) : communicator_(communicator) {
    communicator.together([&] {
      graph_ = read_pose_graph(arguments.file, {.edge2 = arguments.solve.information_order,
                                                .indefinite = arguments.solve.indefinite,
                                                .ignore_unknown = arguments.solve.ignore_unknown});
    });
    communicator.expect_same(fmt::format("{} poses, {} landmarks, {} edges, {} sightings, cost {}", graph_.pose_count(),
                                         graph_.landmark_count(), graph_.edges.count(), graph_.sightings.count(),
                                         std::isfinite(weight()) ? weight() : 0.0),
                             fmt::format("the processes have different files '{}'", arguments.file));
  }

  void prepare(MpiArguments& arguments) override {
    SolveArguments& solve = arguments.solve;
    refuse_options(communicator_, arguments, {"--fix", "--prior"}, "a pose graph");
    robust_ = solve.loss && !solve.loss->is_trivial();
    const Loss loss = solve.loss.value_or(Loss());
    if (solve.picture) file_start_ = graph_;
    loss_ = loss;
    communicator_.together(
        [&] { begun_ = initialize(graph_, solve.initialization.value_or(Initialization::automatic), loss); });
    if (std::isnan(solve.options.initial_damping) && !robust_ && !is_loosely_held(graph_))
      solve.options.initial_damping = near_a_minimum;
    // Conjugate gradients need thousands of steps along a chain of poses.
    if (arguments.solver == DistributedSolver::automatic) arguments.solver = DistributedSolver::mumps;
    part_ = part_of(communicator_, graph_);
    share_ = share_of(part_, loss);
    start_ = share_.problem.start();
  }
  void describe(Report& report) const override {
    ProblemFacts& facts = report.problem;
    facts.name = std::filesystem::path(graph_.file).filename().string();
    facts.title = "Pose graph";
    facts.source = graph_.file;
    facts.kind = "pose graph";
    facts.parameter_blocks = graph_.pose_count() + graph_.landmark_count();
    facts.parameters = numbers();
    facts.residual_blocks =
        graph_.edges.count() + graph_.sightings.count() + static_cast<std::int64_t>(graph_.further.size());
    facts.residuals = graph_.tangent_size() * graph_.edges.count() + graph_.landmark_size() * graph_.sightings.count();
    for (const PoseGraph::Measurement& m : graph_.further) facts.residuals += graph_.dimension_of(m.kind);
    report.parameter_list = ParameterList::on_request;
  }
  std::vector<double>& start() override { return start_; }
  DistributedResult solve(const Options& options, const DistributedOptions& how) override {
    return solve_distributed(communicator_, share_, start_, options, how);
  }
  void conclude(const DistributedResult& found, Report& report) override {
    PoseGraphSummary s;
    s.plane = graph_.kind == PoseGraph::Kind::se2;
    s.poses = graph_.pose_count();
    s.landmarks = graph_.landmark_count();
    s.edges = graph_.edges.count();
    s.sightings = graph_.sightings.count();
    s.held = held_in_words(graph_);
    s.further = static_cast<std::int64_t>(graph_.further.size());
    s.initialization = to_string(begun_.used);
    s.initialization_reason = begun_.reason;
    s.file_cost = begun_.file_cost;
    s.tree_cost = begun_.tree_cost;
    s.chordal_cost = begun_.chordal_cost;
    s.degrees_of_freedom = degrees_of_freedom(graph_);
    if (file_start_ && found.result.status != Status::non_finite_start) {
      const std::vector<double> all = solution_of(found.result.x);
      if (communicator_.rank() == 0)
        s.picture = picture_of(*file_start_, graph_, begun_.used, with_solution(graph_, all), loss_);
    }
    report.sections.push_back(section_of(s, found.result, robust_));
    report.result.notes.insert(report.result.notes.end(), graph_.warnings.begin(), graph_.warnings.end());
  }
  /// The graph is in every process, and so is the solution for as long as it is written.
  void write(const std::vector<double>& x, const std::string& output) override {
    const std::vector<double> all = solution_of(x);
    communicator_.together([&] {
      if (communicator_.rank() != 0) return;
      const std::string temporary = output + ".writing";
      std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
      file << write_g2o(with_solution(graph_, all), compression_of(output));
      file.close();
      std::error_code code;
      if (file) std::filesystem::rename(temporary, output, code);
      if (!file || code) throw Error(fmt::format("'{}' cannot be written", output));
    });
  }

  std::string identity() const override {
    return fmt::format("a pose graph of {} poses, {} landmarks, {} edges and {} sightings", graph_.pose_count(),
                       graph_.landmark_count(), graph_.edges.count(), graph_.sightings.count());
  }
  std::int64_t numbers() const override {
    return static_cast<std::int64_t>(graph_.poses.size() + graph_.landmarks.size());
  }
  std::vector<NumberRun> owned() const override { return runs(false); }
  std::vector<NumberRun> held() const override { return runs(true); }

 private:
  /// Of the whole graph, in every process.
  std::vector<double> solution_of(const std::vector<double>& x) const {
    std::vector<double> all(static_cast<std::size_t>(numbers()));
    for (const NumberRun& run : owned()) std::copy_n(x.begin() + run.local, run.count, all.begin() + run.global);
    communicator_.sum(std::span<double>(all));
    return all;
  }
  /// Of what was measured: different files differ in it.
  double weight() const {
    double sum = 0.0;
    for (const double v : graph_.edges.measurement) sum += v;
    for (const double v : graph_.sightings.measurement) sum += v;
    for (const PoseGraph::Measurement& m : graph_.further)
      for (const double v : m.z) sum += v;
    return sum;
  }
  std::vector<NumberRun> runs(bool copies) const {
    const auto rank = static_cast<std::size_t>(communicator_.rank());
    const std::int64_t size = graph_.pose_size(), point = graph_.landmark_size();
    std::vector<NumberRun> all;
    for (std::size_t p = 0; p < part_.poses.size(); ++p)
      if (copies || (part_.shared[p] >= part_.first[rank] && part_.shared[p] < part_.first[rank + 1]))
        all.push_back({size * static_cast<std::int64_t>(p), size * part_.poses[p], size});
    const auto local = static_cast<std::int64_t>(part_.local.poses.size()),
               global = static_cast<std::int64_t>(graph_.poses.size());
    for (std::size_t l = 0; l < part_.landmarks.size(); ++l)
      all.push_back({local + point * static_cast<std::int64_t>(l), global + point * part_.landmarks[l], point});
    return all;
  }

  const Communicator& communicator_;
  PoseGraph graph_;
  InitializationReport begun_;
  bool robust_ = false;
  Loss loss_;
  std::optional<PoseGraph> file_start_;  // for the page
  PoseGraphPart part_;
  Share share_;
  std::vector<double> start_;
};

}  // namespace

std::unique_ptr<Job> pose_graph_job(const Communicator& communicator, const MpiArguments& arguments) {
  return std::make_unique<PoseGraphJob>(communicator, arguments);
}

}  // namespace thalweg::tool
