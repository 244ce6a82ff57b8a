#include <thalweg/studies/streamed_study.hpp>

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve_plan.hpp>
#include <thalweg/models/streamed_fit.hpp>

#include "base/memory.hpp"
#include "studies/facts.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
namespace {

constexpr const char* kind = "table that is read again at each pass";

constexpr Refusal refusals[] = {
    {"--detect-linear", "no parameter is eliminated there"},
    {"--graduated", "it holds the derivatives of all rows"},
    {"--acceleration", "it holds the derivatives of all rows"},
    {"--output", "a problem file holds its rows"},
    {"--output-table", "it holds all rows"},
    {"--json-fit", "it holds all rows"},
    {"--constraint-method", "there are no constraints"},
};

/// What is drawn, predicted and said of residuals is made of a sample by the study of curve fits; the solve and its
/// statistics are of all rows.
class StreamedStudy final : public Study {
 public:
  StreamedStudy(CurveFit sample, std::shared_ptr<const RowSource> rows, RowSelection selection)
      : sample_(std::move(sample)),
        source_(std::move(rows)),
        selection_(std::move(selection)),
        curve_(study_of(sample_)) {}
  const std::string& file() const override { return sample_.file; }

  void prepare(Request& request) override {
    refuse_what_holds_rows(request);
    curve_->prepare(request);
    if (request.loss) sample_.data[0].loss = *request.loss;
    build(request);
  }
  void describe(Report& report) const override {
    curve_->describe(report);
    count(problem_, report);
    const DataSet& data = sample_.data[0];
    report.sigma = data.sigma.empty() && data.weights.empty() ? Sigma::none : Sigma::given;
    report.problem.missing_rows = table_.missing_rows;
    report.problem.excluded_rows = table_.excluded_rows;
  }
  Subject subject() const override { return {.residuals = &problem_}; }
  std::vector<double> start() const override { return problem_.start(); }

  void annotate(Report& report) const override {
    curve_->annotate(report);
    report.result.notes.insert(
        report.result.notes.begin(),
        fmt::format(
            "the rows are read again at each pass, and not held; what is drawn, and the tests of the residuals, "
            "are of {} of them, evenly spaced",
            sample_.data[0].values[0].size()));
  }
  FitStatistics statistics(const Result& result, double level) const override {
    FitStatistics s = thalweg::statistics(problem_, result, {}, level);
    if (s.available() && s.loss.empty() && table_.response_squares > 0.0)
      s.r_squared = 1.0 - s.residual_sum_of_squares / table_.response_squares;
    return s;
  }
  void conclude(const Request& request, Report& report) const override { curve_->conclude(request, report); }

  CheckReport check(const Request& request) override { return curve_->check(request); }
  std::vector<std::vector<double>> starts() const override { return {problem_.start()}; }
  CompareCase compare_case(const Request&, std::vector<std::vector<double>>) override {
    throw Error(fmt::format("'{}' is read again at each pass, which a comparison does not", file()));
  }

 private:
  void refuse_what_holds_rows(const Request& request) const {
    if (const std::string obstacle = obstacle_to_streaming(sample_); !obstacle.empty())
      throw Error(fmt::format("{} do not go with '{}', a {}; expected a table that fits in memory, without --stream",
                              obstacle, file(), kind));
    refuse(request, refusals, file(), kind);
    const auto expect = [&](bool right, const std::string& option, const std::string& expected) {
      if (!right)
        throw Error(fmt::format("{} holds numbers of all rows, and does not go with '{}', a {}; expected {}", option,
                                file(), kind, expected));
    };
    expect(request.intervals == IntervalKind::linear || request.intervals == IntervalKind::profile,
           fmt::format("--intervals {}", to_string(request.intervals)), "standard or profile");
    const auto* method = std::get_if<Method>(&request.method);
    expect(method && needs_residuals(*method), fmt::format("--method {}", to_string(request.method)),
           "levenberg-marquardt, levenberg, gauss-newton, dogleg or subspace-dogleg");
    const LinearSolverKind solver = request.options.linear_solver;
    expect(solver == LinearSolverKind::automatic || solver == LinearSolverKind::dense_qr,
           fmt::format("--linear-solver {}", to_string(solver)), "dense-qr");
  }

  void build(const Request& request) {
    table_ = streamed_table(source_, sample_, selection_, request.options.threads);
    problem_ = streamed_problem(sample_, table_);
    const double bytes = plan_solve(problem_, request.options).bytes;
    if (const double available = available_memory(); bytes > available)
      throw Error(
          fmt::format("'{}' has {} parameters, too many for its rows to be reduced as they are read: their "
                      "derivatives would take {} of memory, and {} are available; expected at most 64 parameters",
                      file(), sample_.parameters.size(), in_bytes(bytes), in_bytes(available)));
  }

  CurveFit sample_;
  std::shared_ptr<const RowSource> source_;
  RowSelection selection_;
  std::unique_ptr<Study> curve_;
  StreamedTable table_;
  Problem problem_;
};

}  // namespace
}  // namespace studies

bool is_too_large_to_hold(const RowSource& rows) {
  constexpr double most = 0.5;
  const double bytes = 8.0 * static_cast<double>(rows.rows()) * static_cast<double>(rows.columns().size());
  return bytes > 64e6 && bytes > most * available_memory();
}

std::unique_ptr<Study> streamed_study(CurveFit sample, std::shared_ptr<const RowSource> rows, RowSelection selection) {
  return std::make_unique<studies::StreamedStudy>(std::move(sample), std::move(rows), std::move(selection));
}

}  // namespace thalweg::inline v0_1
