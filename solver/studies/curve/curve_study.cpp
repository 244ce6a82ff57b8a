// Curve fits as a kind of problem, and the files that hold them or regressions.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/regression_fit.hpp>
#include <thalweg/models/row_noise.hpp>
#include <thalweg/models/toml_writer.hpp>
#include <thalweg/studies/orthogonal_start.hpp>

#include "studies/curve/constraints_section.hpp"
#include "studies/curve/derived_section.hpp"
#include "studies/curve/fit_picture.hpp"
#include "studies/curve/group_section.hpp"
#include "studies/curve/noise_section.hpp"
#include "studies/curve/residual_pattern.hpp"
#include "studies/curve/row_results.hpp"
#include "studies/curve/saturation.hpp"
#include "studies/facts.hpp"
#include "studies/regression/regression_study.hpp"

namespace thalweg::inline v0_1 {
namespace studies {
namespace {

std::optional<Agreement> certified_agreement(const CurveFit& fit, const CurveProblem& built, const FitStatistics& s) {
  std::vector<double> certified(s.parameters.size(), unset);
  bool any = false;
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    const FitParameter& p = fit.parameters[i];
    if (p.per_group || !p.certified) continue;
    any = true;
    certified[component_of(fit, built, i, 0)] = p.certified->value;
  }
  if (!any) return std::nullopt;
  return agreement(s.parameters, certified);
}

/// ½ Σr², as the file certifies it; NaN where it certifies none, or where something is added to that sum.
double certified_cost(const CurveFit& fit) {
  for (const FitParameter& p : fit.parameters)
    if (p.prior) return unset;
  if (fit.scale_per_data_set) return unset;
  for (const DataSet& data : fit.data)
    if (data.counts || data.covariance || data.autocorrelation || !data.sigma.empty() || !data.weights.empty() ||
        !data.input_errors.empty() || !data.loss.is_trivial())
      return unset;
  return 0.5 * fit.certified_residual_sum_of_squares;
}

// Parameters of all groups together up to which a fit takes the last digits of a dense solve.
constexpr std::size_t most_dense = 60;

class CurveStudy final : public Study {
 public:
  explicit CurveStudy(CurveFit fit) : fit_(std::move(fit)) {}
  const std::string& file() const override { return fit_.file; }

  void prepare(Request& request) override {
    request.options.validate();
    if (fit_.scale_per_data_set && request.starts > 1)
      throw Error(fmt::format(
          "--starts does not go with '{}', whose noise is estimated per data set: costs at different scales "
          "of the noise do not compare; expected one start, or noise = \"estimated\"",
          file()));
    if (fit_.scale_per_data_set && request.global)
      throw Error(fmt::format(
          "--global does not go with '{}', whose noise is estimated per data set: costs at different scales "
          "of the noise do not compare; expected noise = \"estimated\"",
          file()));
    build(request, request.start);
    if (is_constrained()) refuse_under_constraints(fit_, request);
    if (!is_constrained() && request.was_given("--constraint-method"))
      throw Error(fmt::format("--constraint-method is of constraints, and '{}' has none; expected some", file()));
    if (!request.predict.empty()) prediction_inputs_ = prediction_inputs(fit_, request.predict, request.predict_table);
  }
  void describe(Report& report) const override {
    count(built_.problem, report);
    name(report.problem);
    for (const DataSet& data : fit_.data) {
      report.problem.missing_rows += static_cast<std::int64_t>(data.missing_rows);
      report.problem.excluded_rows += static_cast<std::int64_t>(data.excluded_rows);
    }
    report.labels.resize(built_.problem.start().size());
    for (std::size_t g = 0; g < std::max<std::size_t>(1, fit_.groups.size()); ++g)
      for (std::size_t i = 0; i < fit_.parameters.size(); ++i)
        report.labels[component_of(fit_, built_, i, g)] = {fit_.parameters[i].unit, fit_.parameters[i].description};
  }
  Subject subject() const override { return {.residuals = &built_.problem}; }
  std::vector<double> start() const override { return built_.problem.start(); }
  Result solve(const Request& request, const Options& options, const TrainOptions& train) const override {
    if (has_input_errors() && !request.method_given) {
      const Stopwatch watch;
      const std::vector<double> from = orthogonal_start(fit_, built_, options);
      Options left = options;
      left.time_limit = std::max(0.0, left.time_limit - watch.elapsed());
      return run(request.method, subject(), from, left, train);
    }
    if (built_.local.count() > 0) return Study::solve(request, options_of_groups(options), train);
    if (!fit_.scale_per_data_set) return Study::solve(request, options, train);
    ScaledResult scaled = solve_scaled(request, options, train);
    scales_ = std::move(scaled.scales);
    return std::move(scaled.result);
  }

  void annotate(Report& report) const override {
    report.result.notes.insert(report.result.notes.begin(), fit_.notes.begin(), fit_.notes.end());
    if (has_input_errors())
      report.result.notes.emplace_back(
          "the inputs have errors, too: the residuals are distances of the points from the curve, in standard "
          "deviations; the solve begins at the fit without those errors where that is nearer");
    if (report.problem.priors > 0 && fit_.noise == Noise::estimated && !fit_.scale_per_data_set)
      report.result.notes.emplace_back(
          "the noise is estimated, so the standard deviations of the priors are scaled with those of the data; "
          "noise = \"known\" takes them as they are");
  }
  /// Empty where a parameter is in what was measured, and where it is not all that was measured: R² is of errors of the
  /// response alone.
  std::vector<double> response() const override {
    std::vector<double> response;
    if (has_input_errors()) return response;
    try {
      for (const auto& model : built_.models) {
        const std::vector<double> y = model->response();
        response.insert(response.end(), y.begin(), y.end());
      }
    } catch (const Error&) {
      return {};
    }
    return response;
  }
  void conclude(const Request& request, Report& report) const override {
    const std::optional<CurveFit> scaled = scaled_fit();
    const CurveFit& fit = scaled ? *scaled : fit_;
    note_saturation(built_, report);
    add_groups(fit_, built_, report);
    add_noise(fit_, scales_, report);
    count_scales(report.statistics);
    add_derived(fit, built_, request, report);
    if (report.result.constrained) add_constraints(fit, *report.result.constrained, report);
    judge_residuals(fit, built_, report);
    if (report.statistics.available()) report.certified = certified_agreement(fit_, built_, report.statistics);
    const Status status = report.result.status;
    if (request.picture) report.picture = fit_picture(fit, built_, report.result.x, report.statistics);
    if (status == Status::failed || status == Status::non_finite_start) return;
    if (request.rows) report.rows = row_results(fit, built_, report);
    report.predictions = predictions(fit, built_, scaled_inputs(), report);
    note_missing(report);
  }
  std::string solution(const std::vector<double>& x, Compression) const override {
    CurveFit solved = fit_;
    for (std::size_t i = 0; i < solved.parameters.size(); ++i) {
      FitParameter& p = solved.parameters[i];
      p.starts = {x[component_of(fit_, built_, i, 0)]};
      p.group_starts.clear();
      for (std::size_t g = 0; p.per_group && g < fit_.groups.size(); ++g)
        p.group_starts.emplace_back(fit_.groups[g], x[component_of(fit_, built_, i, g)]);
    }
    return write_toml(solved);
  }

  CheckReport check(const Request& request) override {
    build({}, request.start);
    CheckReport report = thalweg::check(built_.problem, request.options);
    name(report.problem);
    return report;
  }
  std::size_t start_count() const override { return fit_.groups.empty() ? fit_.parameters[0].starts.size() : 1; }

  void prepare_comparison(const Request& request) override {
    if (fit_.scale_per_data_set)
      throw Error(
          fmt::format("'{}' has noise estimated per data set, whose cost changes with the scales of the noise; "
                      "expected noise = \"estimated\" or \"known\" for a comparison",
                      file()));
    if (!fit_.constraints.empty())
      throw Error(fmt::format("'{}' has constraints, which no method of a comparison heeds; expected solve", file()));
    build(request, 1);
  }
  std::vector<std::vector<double>> starts() const override {
    if (!fit_.groups.empty()) return {built_.problem.start()};
    std::vector<std::vector<double>> starts(start_count());
    for (std::size_t k = 0; k < starts.size(); ++k)
      for (const FitParameter& p : fit_.parameters) starts[k].push_back(p.starts[k]);
    return starts;
  }
  CompareCase compare_case(const Request&, std::vector<std::vector<double>> starts) override {
    CompareCase compared{.name = std::filesystem::path(file()).stem().string(),
                         .title = fit_.title,
                         .source = file(),
                         .subject = subject()};
    compared.starts = std::move(starts);
    std::vector<double>& certified = compared.certified;
    for (const FitParameter& p : fit_.parameters)
      if (fit_.groups.empty()) certified.push_back(p.certified ? p.certified->value : unset);
    const bool all =
        !certified.empty() && std::none_of(certified.begin(), certified.end(), [](double v) { return std::isnan(v); });
    if (all) compared.minima.push_back(certified);
    compared.best_known = certified_cost(fit_);
    compared.best_known_from = "certified";
    return compared;
  }

 private:
  bool is_constrained() const { return !built_.problem.constraints().empty(); }
  Options options_of_groups(Options options) const {
    const bool few = built_.problem.start().size() <= most_dense && !is_constrained();
    if (few && options.linear_solver == LinearSolverKind::automatic && needs_residuals(options.method))
      options.linear_solver = LinearSolverKind::dense_qr;
    return options;
  }
  bool has_input_errors() const {
    return std::any_of(fit_.data.begin(), fit_.data.end(), [](const DataSet& d) { return !d.input_errors.empty(); });
  }
  void build(const Request& request, int start) {
    fit_.detect_linear = request.detect_linear || (request.global && !has_input_errors());
    if (request.loss) set_loss(*request.loss);
    built_ = build_problem(fit_, start);
  }
  void set_loss(const Loss& loss) {
    for (DataSet& data : fit_.data) {
      const char* const other = data.counts                               ? "Poisson counts"
                                : data.covariance || data.autocorrelation ? "correlated errors"
                                : fit_.scale_per_data_set                 ? "a scale of its own that is estimated"
                                                                          : nullptr;
      if (other && !loss.is_trivial())
        throw Error(
            fmt::format("--loss {} does not go with data set '{}' of '{}', which has {}; expected least squares",
                        to_string(loss), data.name, file(), other));
      data.loss = loss;
    }
  }
  /// Solves in turn with the scales of the noise, within the time of one solve.
  ScaledResult solve_scaled(const Request& request, Options options, TrainOptions train) const {
    std::vector<std::size_t> groups;
    std::vector<std::vector<double>> response;
    for (std::size_t d = 0; d < fit_.data.size(); ++d) {
      groups.push_back(d);
      try {
        response.push_back(built_.models[d]->response());
      } catch (const Error&) {
        response.emplace_back();  // a parameter is in what was measured
      }
    }
    const Stopwatch watch;
    const double limit = options.time_limit;
    return solve_with_noise_scales(
        built_.problem, groups, response,
        [&](const Problem& problem, const std::vector<double>& x) {
          options.time_limit = train.time_limit = std::max(0.0, limit - watch.elapsed());
          return run(request.method, {.residuals = &problem}, x, options, train);
        },
        start());
  }
  /// The fit whose problem is the one that was solved last, where it is not fit_.
  std::optional<CurveFit> scaled_fit() const {
    if (scales_.empty()) return std::nullopt;
    std::vector<double> scales;
    for (const NoiseScale& each : scales_) scales.push_back(each.scale);
    return with_noise_scales(fit_, scales);
  }
  /// The rows to predict in, with the noise of that fit; rows without the columns that it reads have none.
  std::vector<DataSet> scaled_inputs() const {
    if (scales_.empty()) return prediction_inputs_;
    std::vector<DataSet> all = prediction_inputs_;
    for (std::size_t d = 0; d < all.size(); ++d) {
      const DataSet& fitted = fit_.data[d];
      const bool has_noise = fitted.sigma == all[d].sigma && fitted.weights == all[d].weights && !fitted.covariance;
      if (!has_noise) continue;
      CurveFit alone;
      alone.data.push_back(std::move(all[d]));
      all[d] = std::move(with_noise_scales(std::move(alone), {scales_[d].scale}).data[0]);
    }
    return all;
  }
  /// Every scale is a parameter of the likelihood; the statistics know of one.
  void count_scales(FitStatistics& s) const {
    if (scales_.empty()) return;
    const double more = static_cast<double>(scales_.size()) - 1.0;
    const auto m = static_cast<double>(built_.problem.residual_count());
    const double k = m - s.degrees_of_freedom + 1.0 + more;
    s.aic += 2.0 * more;
    s.bic += more * std::log(m);
    s.aicc = m > k + 1.0 ? s.aic + 2.0 * k * (k + 1.0) / (m - k - 1.0) : unset;
  }
  void name(ProblemFacts& facts) const {
    facts.name = std::filesystem::path(file()).stem().string();
    facts.title = fit_.title;
    facts.source = file();
    facts.kind = "curve fit";
    facts.priors = std::count_if(fit_.parameters.begin(), fit_.parameters.end(),
                                 [](const FitParameter& p) { return p.prior.has_value(); });
  }

  CurveFit fit_;
  std::vector<DataSet> prediction_inputs_;
  mutable CurveProblem built_;  // a solve leaves the scales of the noise in it
  mutable std::vector<NoiseScale> scales_;
};

constexpr std::string_view own_options[] = {"--constraint-method", "--output-table", "--predict",
                                            "--predict-output",    "--figure",       "--json-fit"};
constexpr Format own_formats[] = {
    {".toml", "Thalweg: a formula, parameters and data, or a regression; see problems/README.md"},
    {".dat", "NIST StRD nonlinear regression, the original files"},
    {".csv .tsv", "a table, for thalweg fit"}};

std::unique_ptr<Study> read(const std::string& file, const Request&) {
  auto problem = read_problem(file);
  if (RegressionFit* regression = std::get_if<RegressionFit>(&problem)) return study_of(std::move(*regression));
  return thalweg::study_of(std::move(std::get<CurveFit>(problem)));
}

}  // namespace

Kind problem_file() {
  return {"problem file", own_options, own_formats, [](const std::string&) { return true; }, read};
}

}  // namespace studies

std::unique_ptr<Study> study_of(CurveFit fit) { return std::make_unique<studies::CurveStudy>(std::move(fit)); }

}  // namespace thalweg::inline v0_1
