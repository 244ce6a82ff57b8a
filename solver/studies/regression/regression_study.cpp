#include "studies/regression/regression_study.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <thalweg/models/regression_constraints.hpp>
#include <thalweg/problem/problem.hpp>
#include "studies/constraints_section.hpp"
#include "studies/regression/class_picture.hpp"
#include "studies/regression/regression.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr int grid_points = 241;

/// What only curve fits have.
void refuse(const RegressionFit& fit, const Request& r) {
  const std::pair<bool, const char*> options[] = {{r.was_given("--output"), "--output"},
                                                  {r.rows || r.was_given("--output-table"), "--output-table"},
                                                  {r.was_given("--predict"), "--predict"},
                                                  {r.was_given("--figure"), "--figure"},
                                                  {r.detect_linear, "--detect-linear"},
                                                  {r.loss.has_value(), "--loss"},
                                                  {r.options.graduated, "--graduated"},
                                                  {r.global.has_value(), "--global"},
                                                  {r.starts > 1, "--starts"},
                                                  {r.intervals != IntervalKind::linear, "--intervals"},
                                                  {r.start > 1, "--start"}};
  for (const auto& [given, option] : options)
    if (given) throw Error(fmt::format("{} is for curve fits, and '{}' is a regression", option, fit.file));
}

/// Errors where the cost is the likelihood alone; else names and values. In the user's units.
FitStatistics statistics_of(const Regression& regression, const Result& result, double level) {
  const RegressionModel& model = regression.model();
  const RegressionOptions& o = model.options();
  Result translated = result;
  translated.x = model.in_users_units(result.x);
  const bool likelihood = o.l2 == 0.0 && !model.penalty() && o.kind != RegressionKind::network;
  if (!likelihood || !regression.problem()) return statistics(model.objective(), translated);
  RegressionOptions plain = o;
  plain.standardize = false;
  const RegressionModel untouched(plain, regression.training(), 1);
  const bool linear = o.kind == RegressionKind::linear;
  Problem problem = untouched.problem(translated.x);
  add_constraints(untouched, regression.fit().constraints, problem);
  return statistics(problem, translated,
                    linear ? std::span<const double>(regression.training().y) : std::span<const double>(), level);
}

/// Classes that a hyperplane separates: said in place of an optimum that is not there.
void say_separation(const Regression& regression, Result& result) {
  const RegressionKind kind = regression.model().options().kind;
  if ((kind != RegressionKind::logistic && kind != RegressionKind::softmax) || result.x.empty()) return;
  std::string sentence = separation(regression.model(), result.x);
  if (sentence.empty()) return;
  if (result.status != Status::converged) {
    result.notes.push_back(std::move(sentence));
    return;
  }
  result.status = Status::stalled;
  result.reason = std::move(sentence);
}

/// The fitted function of one input, or the residuals alone.
FitPicture picture_of(const Regression& regression, const std::vector<double>& x) {
  const RegressionModel& model = regression.model();
  const RegressionData& data = regression.training();
  FitPicture picture;
  if (model.options().classifies()) return picture;
  FitPanel panel;
  panel.name = "data";
  panel.response = data.response;
  panel.y = data.y;
  panel.fitted = model.scores(x, data)[0];
  for (std::size_t i = 0; i < panel.y.size(); ++i) panel.residual.push_back(panel.fitted[i] - panel.y[i]);
  if (data.inputs.size() == 1) {
    panel.input = data.inputs[0];
    panel.x = data.x[0];
    const auto [least, most] = std::minmax_element(panel.x.begin(), panel.x.end());
    for (int i = 0; i < grid_points; ++i) panel.grid.push_back(*least + (*most - *least) * i / (grid_points - 1));
    RegressionData grid = data;
    grid.x = {panel.grid};
    grid.y.assign(panel.grid.size(), 0.0);
    panel.curve = model.scores(x, grid)[0];
  }
  picture.panels.push_back(std::move(panel));
  return picture;
}

std::optional<Agreement> certified_agreement(const Regression& regression, const FitStatistics& s) {
  if (regression.fit().certified.empty()) return std::nullopt;
  std::vector<double> certified(s.parameters.size(), unset);
  for (const RegressionFit::Certified& c : regression.fit().certified)
    for (std::size_t i = 0; i < s.parameters.size(); ++i)
      if (s.parameters[i].name == c.parameter) certified[i] = c.value;
  return agreement(s.parameters, certified);
}

class RegressionStudy final : public Study {
 public:
  explicit RegressionStudy(RegressionFit fit) : file_(fit.file), fit_(std::move(fit)) {}
  const std::string& file() const override { return file_; }

  void prepare(Request& request) override {
    refuse(fit_, request);
    regression_.emplace(std::move(fit_), request);
    closed_form_ = !request.method_given && regression_->closed_form();
    if (!request.method_given) {
      request.method = regression_->default_method();
      if (const Method* method = std::get_if<Method>(&request.method)) request.options.method = *method;
    }
    regression_->complete(request);
    request.options.validate();
    if (const std::string why = refusal(request.method, subject(), request.train); !why.empty()) throw Error(why);
    if (!regression_->is_constrained() && request.was_given("--constraint-method"))
      throw Error(fmt::format("--constraint-method is of constraints, and '{}' has none; expected some", file_));
  }
  void describe(Report& report) const override {
    const RegressionFit& fit = regression_->fit();
    ProblemFacts& facts = report.problem;
    facts.name = std::filesystem::path(fit.file).stem().string();
    facts.title = fit.title;
    facts.source = fit.file;
    facts.kind = "regression";
    facts.parameter_blocks = 1;
    facts.parameters = regression_->model().parameters();
    facts.samples = regression_->model().samples();
    facts.missing_rows = static_cast<std::int64_t>(fit.missing_rows);
    facts.excluded_rows = static_cast<std::int64_t>(fit.excluded_rows);
    if (fit.model.kind == RegressionKind::network) report.parameter_list = ParameterList::verbose;
    const Problem* problem = regression_->problem();
    if (problem && !regression_->model().options().classifies()) {
      facts.residual_blocks = problem->residual_block_count();
      facts.residuals = problem->residual_count();
    }
  }
  Subject subject() const override { return regression_->subject(); }
  std::vector<double> start() const override { return regression_->model().start(); }
  bool is_judged_by_residuals() const override { return false; }

  Result solve(const Request& request, const Options& options, const TrainOptions& train) const override {
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::string> notes = regression_->fit().notes;
    std::vector<double> start =
        start_for(regression_->model(), regression_->training(), request.method, options, notes);
    const double before = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    Result result =
        fit_regression(regression_->model(), subject(), request.method, closed_form_, std::move(start), options, train);
    result.seconds.total += before;
    result.seconds.setup += before;
    result.notes.insert(result.notes.begin(), notes.begin(), notes.end());
    return result;
  }
  void conclude(const Request& request, Report& report) const override {
    say_separation(*regression_, report.result);
    report.statistics = statistics_of(*regression_, report.result, request.level);
    RegressionSummary summary = regression_->summary();
    regression_->judge(report.result.x, summary);
    if (request.picture) summary.picture = class_picture(*regression_, report.result.x, report.statistics);
    report.sections.push_back(section_of(summary));
    if (const auto& found = report.result.constrained) add_constraints_section(stated(), *found, report);
    report.certified = certified_agreement(*regression_, report.statistics);
    if (request.picture) report.picture = picture_of(*regression_, report.result.x);
  }

  CheckReport check(const Request&) override {
    throw Error(fmt::format("check looks at formulas, and '{}' is a regression; expected a curve fit", file()));
  }

  std::vector<std::vector<double>> starts() const override { return {regression_->model().start()}; }
  CompareCase compare_case(const Request&, std::vector<std::vector<double>> starts) override {
    CompareCase compared{.name = std::filesystem::path(file()).stem().string(),
                         .title = regression_->fit().title,
                         .source = file(),
                         .subject = subject()};
    compared.starts = std::move(starts);
    compared.batch_size = regression_->fit().training.batch_size;
    return compared;
  }
  void prepare_comparison(const Request& request) override {
    if (request.loss) throw Error(fmt::format("--loss is for curve fits, and '{}' is a regression", file()));
    if (!fit_.constraints.empty())
      throw Error(fmt::format("'{}' has constraints, which no method of a comparison heeds; expected solve", file_));
    regression_.emplace(std::move(fit_), request);
  }

 private:
  std::vector<StatedConstraint> stated() const {
    std::vector<StatedConstraint> all;
    for (const NamedExpression& c : regression_->fit().constraints) all.push_back({c.name, c.expression});
    return all;
  }

  std::string file_;
  RegressionFit fit_;  // until it is prepared
  std::optional<Regression> regression_;
  bool closed_form_ = false;
};

}  // namespace

std::unique_ptr<Study> study_of(RegressionFit fit) { return std::make_unique<RegressionStudy>(std::move(fit)); }

}  // namespace thalweg::inline v0_1::studies
