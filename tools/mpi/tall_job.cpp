// Curve fits with many rows.
#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <thalweg/distributed/tall.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

#include "mpi/job.hpp"

namespace thalweg::tool {
namespace {

/// Every process reads the table, and keeps its rows.
class TallJob final : public Job {
 public:
  TallJob(const Communicator& communicator, const MpiArguments& arguments) : communicator_(communicator) {
    std::optional<CurveFit> whole;
    communicator.together([&] {
      whole = read_curve_fit(arguments.file);
      if (arguments.solve.loss)
        for (DataSet& data : whole->data) data.loss = *arguments.solve.loss;
    });
    communicator.expect_same(rows_in_words(*whole),
                             fmt::format("the processes have different files '{}'", arguments.file));
    facts_name_ = whole->title;
    fit_ = part_of(communicator, std::move(*whole));
  }

  void prepare(MpiArguments& arguments) override {
    refuse_options(communicator_, arguments,
                   {"--fix", "--prior", "--init", "--information-order", "--indefinite", "--ignore-unknown"},
                   "a curve fit");
    refuse_options(communicator_, arguments, {"--report"},
                   "a curve fit, whose rows are spread over processes; expected --json");
    communicator_.together([&] {
      if (arguments.solve.was_given("--output"))
        throw UsageError("--output does not go with a curve fit of several processes; expected --json");
      built_.emplace(build_problem(fit_));
    });
    start_ = built_->problem.start();
    std::int64_t counts[] = {built_->problem.residual_block_count(), built_->problem.residual_count()};
    communicator_.sum(std::span<std::int64_t>(counts));
    residual_blocks_ = counts[0];
    residuals_ = counts[1];
  }
  void describe(Report& report) const override {
    ProblemFacts& facts = report.problem;
    facts.name = std::filesystem::path(fit_.file).stem().string();
    facts.title = facts_name_;
    facts.source = fit_.file;
    facts.parameter_blocks = built_->problem.block_count();
    facts.parameters = numbers();
    facts.residual_blocks = residual_blocks_;
    facts.residuals = residuals_;
  }
  std::vector<double>& start() override { return start_; }
  DistributedResult solve(const Options& options, const DistributedOptions& how) override {
    found_ = solve_tall(communicator_, built_->problem, start_, options, how);
    return found_;
  }
  void conclude(const DistributedResult& found, Report& report) override {
    const Problem& problem = built_->problem;
    FitStatistics& s = report.statistics;
    for (std::size_t i = 0; i < found.result.x.size(); ++i) {
      ParameterStatistics p;
      p.name = problem.parameter_name(static_cast<std::int64_t>(i));
      p.value = found.result.x[i];
      p.standard_error = found_.standard_errors.empty() ? unset : found_.standard_errors[i];
      p.fixed = !problem.moves(static_cast<std::int64_t>(i));
      p.determined = p.fixed || std::isfinite(p.standard_error);
      p.lower_bound = problem.lower()[i];
      p.upper_bound = problem.upper()[i];
      s.parameters.push_back(p);
    }
  }
  void write(const std::vector<double>&, const std::string&) override {}

  std::string identity() const override {
    return fmt::format("a fit of {} rows to {} parameters", residuals_, numbers());
  }
  std::int64_t numbers() const override { return static_cast<std::int64_t>(start_.size()); }
  std::vector<NumberRun> owned() const override {
    return communicator_.rank() == 0 ? held() : std::vector<NumberRun>{};
  }
  std::vector<NumberRun> held() const override { return {{0, 0, numbers()}}; }

 private:
  static std::string rows_in_words(const CurveFit& fit) {
    std::string text = fmt::format("{} parameters", fit.parameters.size());
    for (const DataSet& data : fit.data) {
      double sum = 0.0;
      for (const std::vector<double>& column : data.values)
        for (const double v : column) sum += std::isfinite(v) ? v : 1.0;
      text += fmt::format(", {} rows of sum {}", data.values.empty() ? 0 : data.values.front().size(), sum);
    }
    return text;
  }

  const Communicator& communicator_;
  CurveFit fit_;
  std::string facts_name_;
  std::optional<CurveProblem> built_;
  std::vector<double> start_;
  std::int64_t residual_blocks_ = 0, residuals_ = 0;
  TallResult found_;
};

}  // namespace

std::unique_ptr<Job> tall_job(const Communicator& communicator, const MpiArguments& arguments) {
  return std::make_unique<TallJob>(communicator, arguments);
}

}  // namespace thalweg::tool
