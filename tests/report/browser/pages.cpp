// Writes pages with everything that a page can show into the folder that it is given, for a browser to look at.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <utility>

#include <thalweg/models/regression_fit.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/linear_report.hpp>
#include <thalweg/studies/model_comparison.hpp>
#include <thalweg/studies/regression_section.hpp>
#include <thalweg/train/train.hpp>

#include "support/batch_summaries.hpp"
#include "support/example_reports.hpp"
#include "support/linear_systems.hpp"
#include "support/puromycin.hpp"

namespace {

const std::string problems = std::string(THALWEG_SOURCE_DIR) + "/problems/";
const thalweg::Provenance provenance = {
    {"command", "thalweg solve problems/curves/gaussian_peak.toml --report peak.html"},
    {"version", "0.1.0"},
    {"options", "method = levenberg-marquardt, seed = 1"}};

void write(const std::string& path, const std::string& page) { std::ofstream(path, std::ios::binary) << page; }

/// A parameter with a hostile name and title, a certified value, minima, a profile.
thalweg::Report with_everything() {
  const std::string file = problems + "nist/rat43.toml";
  thalweg::Report report = example_reports::solved(file, 1);
  const thalweg::CurveProblem built = thalweg::build_problem(thalweg::read_curve_fit(file), 1);
  report.profile = thalweg::profile(built.problem, report.result, report.statistics);
  report.multistart = thalweg::multistart(built.problem, {}, {.starts = 12}).minima;
  report.certified = {10.87, "b2"};
  report.problem.title = "Growth <script>alert('page')</script> & \"quotes\" of onions";
  return report;
}

/// All methods on a system with a hostile name, which those for definite matrices do not solve.
thalweg::LinearComparisonReport linear_system() {
  const thalweg::SparseMatrix A = test_support::saddle_point(40, 8);
  const std::vector<double> b(static_cast<std::size_t>(A.rows), 1.0);
  thalweg::LinearComparisonReport report{{"<A>.mtx", "b.mtx", A.rows, A.columns, A.nonzeros(), true, {"a & b"}},
                                         thalweg::compare_linear(A, b)};
  report.tolerance = 1e-10;
  return report;
}

/// Many parameters with long names, many data sets, numbers that take much room, and no single input.
thalweg::Report crowded() {
  thalweg::Report report = example_reports::solved(problems + "curves/gaussian_peak.toml");
  const std::size_t n = 30;
  auto& s = report.statistics;
  s.parameters.assign(n, s.parameters[0]);
  s.free.resize(n);
  s.correlation.resize(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    s.parameters[i].name = "camera[" + std::to_string(i) + "].focal_length_of_it";
    s.free[i] = static_cast<int>(i);
    for (std::size_t j = 0; j < n; ++j)
      s.correlation[i * n + j] = std::cos(0.3 * static_cast<double>(i) - 0.3 * static_cast<double>(j));
  }
  thalweg::FitPanel panel = report.picture->panels[0];
  panel.x.clear();
  panel.sigma.clear();
  panel.grid.clear();
  panel.curve.clear();
  panel.lower.clear();
  panel.upper.clear();
  panel.input.clear();
  for (std::size_t i = 0; i < panel.y.size(); ++i) {
    panel.y[i] = 123456.0 + 1e-3 * panel.y[i];
    panel.fitted[i] = 123456.0 + 1e-3 * panel.fitted[i];
    panel.residual[i] *= -3.7e-9;
  }
  report.picture->panels.assign(9, panel);
  for (std::size_t i = 0; i < 9; ++i) report.picture->panels[i].name = "set " + std::to_string(i + 1);
  report.result.trace.resize(5);
  return report;
}

/// A network trained on minibatches, with a record per epoch, and the tables of a classification.
thalweg::Report trained() {
  const auto fit = std::get<thalweg::RegressionFit>(thalweg::read_problem(problems + "regression/sine.toml"));
  const thalweg::RegressionModel model(fit.model, fit.data);
  thalweg::Report report;
  report.problem.title = fit.title;
  report.problem.kind = "regression";
  report.problem.parameters = model.parameters();
  report.method = thalweg::Rule::adam;
  report.rate = 0.01;
  report.result = thalweg::train(model.objective(), model.start(),
                                 {.rule = thalweg::Rule::adam, .rate = 0.01, .batch_size = 10, .max_epochs = 60});
  report.statistics = thalweg::statistics(model.objective(), report.result);
  thalweg::RegressionSummary r;
  r.model = "network: 1 input";
  r.classes = {"<ham>", "eggs"};
  r.quality = {{"training", 8, 0.25, 0.875, thalweg::unset, {3, 1, 0, 4}}};
  r.penalty = "l2";
  r.folds = 5;
  r.cross_validation = {{1e-3, 0.5, 0.1, true}, {1.0, 0.75, 0.1, false}};
  report.sections.push_back(thalweg::section_of(r));
  report.parameter_list = thalweg::ParameterList::verbose;
  thalweg::FitPanel& panel = report.picture.emplace().panels.emplace_back();
  panel.input = fit.data.inputs[0];
  panel.response = fit.data.response;
  panel.x = panel.grid = fit.data.x[0];
  panel.y = fit.data.y;
  panel.fitted = panel.curve = model.scores(report.result.x, fit.data)[0];
  for (std::size_t i = 0; i < panel.y.size(); ++i) panel.residual.push_back(panel.fitted[i] - panel.y[i]);
  return report;
}

/// Three classes over two of three inputs, a straight border between each two of them.
thalweg::ClassPicture three_classes() {
  thalweg::ClassPicture p;
  p.inputs = {"length <cm>", "width"};
  p.held = {"height"};
  p.classes = {"<a>", "b", "c"};
  p.lower = {-2.0, -1.0};
  p.upper = {2.0, 1.0};
  p.columns = 41;
  p.rows = 31;
  const auto scores = [](double x, double y) { return std::array{x, -x, 2.0 * y - 0.5}; };
  const auto margin = [&](std::size_t k, double x, double y) {
    const auto s = scores(x, y);
    return s[k] - std::max(s[(k + 1) % 3], s[(k + 2) % 3]);
  };
  p.margin.resize(3);
  for (std::size_t k = 0; k < 3; ++k)
    for (int i = 0; i < p.columns * p.rows; ++i)
      p.margin[k].push_back(margin(k, -2.0 + 4.0 * (i % 41) / 40.0, -1.0 + 2.0 * (i / 41) / 30.0));
  for (int i = 0; i < 60; ++i) {
    p.x.push_back(1.8 * std::sin(1.7 * i));
    p.y.push_back(0.9 * std::cos(2.3 * i));
    int best = 0;
    for (int k = 1; k < 3; ++k)
      if (margin(static_cast<std::size_t>(k), p.x.back(), p.y.back()) > 0.0) best = k;
    p.predicted.push_back(best);
    p.truth.push_back(i % 9 == 0 ? (best + 1) % 3 : best);
  }
  return p;
}

/// Two classes along one input, with a band; many samples are equal.
thalweg::ClassPicture two_classes() {
  thalweg::ClassPicture p;
  p.inputs = {"temperature"};
  p.classes = {"none", "some"};
  const auto probability = [](double x) { return 1.0 / (1.0 + std::exp(x - 5.0)); };
  p.probability.resize(2);
  for (int i = 0; i <= 100; ++i) {
    p.grid.push_back(0.1 * i);
    p.probability[1].push_back(probability(p.grid.back()));
    p.probability[0].push_back(1.0 - p.probability[1].back());
    p.band_lower.push_back(probability(p.grid.back() + 1.0));
    p.band_upper.push_back(probability(p.grid.back() - 1.0));
  }
  for (int i = 0; i < 30; ++i) {
    p.x.push_back(i % 10);
    p.predicted.push_back(i % 10 < 5);
    p.truth.push_back(i % 7 == 0 ? i % 10 >= 5 : i % 10 < 5);
  }
  return p;
}

/// An l1 penalty that leaves three of eight weights.
thalweg::Report sparse() {
  thalweg::Report report = trained();
  report.picture.reset();
  thalweg::RegressionSummary r;
  r.model = "logistic regression; l1 = 20";
  r.weights = 8;
  r.zero_weights = 5;
  r.other_weights = {{"<weight> of a long name, longer", -0.25}, {"age", 0.1}, {"size", 1e-5}};
  report.sections = {thalweg::section_of(r)};
  return report;
}

thalweg::Report classified(thalweg::ClassPicture picture) {
  thalweg::Report report = trained();
  report.picture.reset();
  thalweg::RegressionSummary r;
  r.model = "softmax regression";
  r.classes = picture.classes;
  r.picture = std::move(picture);
  report.sections = {thalweg::section_of(r)};
  return report;
}

/// Nothing to draw.
thalweg::Report failed_at_the_start() {
  thalweg::Report report;
  report.problem.title = "Not finite at the start";
  report.result.status = thalweg::Status::non_finite_start;
  report.result.reason = "row 1: 'log(x)' is nan";
  return report;
}

/// More methods than there are colours, one of which was refused.
thalweg::Comparison crowd() {
  using enum thalweg::Method;
  const std::vector<thalweg::Method> methods = {
      gradient_descent, nonlinear_cg,        newton, newton_cg,      bfgs, lbfgs, gauss_newton,
      levenberg,        levenberg_marquardt, dogleg, subspace_dogleg};
  thalweg::Comparison comparison;
  comparison.methods = example_reports::names_of(methods);
  const auto& entry = *thalweg::find_in_catalogue("himmelblau");
  comparison.problems.push_back(
      example_reports::compared("himmelblau", methods, {{-0.5, -1.0}, {4.5, 0.5}}, comparison.rule));
  comparison.problems[0].landscape = example_reports::landscape_of(entry, -5.0, 5.0, -5.0, 5.0);
  for (std::size_t i = 0; i < 700; ++i)
    comparison.problems[0].landscape->cost[i] = std::numeric_limits<double>::quiet_NaN();
  return comparison;
}

/// So many methods that not all are shown at first; some meet F* exactly, one by way of a place outside the map.
thalweg::Comparison throng() {
  thalweg::Comparison comparison = crowd();
  thalweg::ComparedProblem& problem = comparison.problems[0];
  const std::size_t count = problem.methods.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (problem.methods[i].runs.empty()) continue;
    thalweg::ComparedMethod again = problem.methods[i];
    again.name += " again";
    for (thalweg::ComparedRun& run : again.runs)
      if (run.reached) run.result.trace.back().cost = problem.best_known;
    comparison.methods.push_back(again.name);
    problem.methods.push_back(std::move(again));
  }
  problem.methods.back().runs[0].result.trace[1].x = {-9.0, 1.0};
  return comparison;
}

/// Three models of the same data, one with a hostile name.
thalweg::ModelComparison three_models() {
  const std::string line = "a + b*c", parabola = "a + b*c + d*c^2";
  return thalweg::compare_models(
      {puromycin::fit(), puromycin::fit(line, "a = 1\nb = 1"), puromycin::fit(parabola, "a = 1\nb = 1\nd = 1")},
      {puromycin::michaelis_menten, "<b>" + line, parabola}, {});
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::string folder = std::string(arguments[1]) + "/";
  write(folder + "peak.html", to_html(example_reports::solved(problems + "curves/gaussian_peak.toml"), provenance));
  write(folder + "sets.html", to_html(example_reports::solved(problems + "curves/shared_decay.toml"), provenance));
  write(folder + "everything.html", to_html(with_everything(), provenance));
  write(folder + "many.html", to_html(example_reports::solved(problems + "nist/gauss1.toml"), provenance));
  write(folder + "valley.html", to_html(example_reports::valley(), provenance));
  write(folder + "crowded.html", to_html(crowded(), provenance));
  write(folder + "pose_graph.html", to_html(example_reports::pose_graph(), provenance));
  write(folder + "bundle.html", to_html(example_reports::bundle(), provenance));
  write(folder + "trained.html", to_html(trained(), provenance));
  write(folder + "regions.html", to_html(classified(three_classes()), provenance));
  write(folder + "probability.html", to_html(classified(two_classes()), provenance));
  write(folder + "sparse.html", to_html(sparse(), provenance));
  write(folder + "empty.html", to_html(failed_at_the_start(), {}));
  write(folder + "models.html", to_html(three_models(), provenance));
  write(folder + "crowd.html", to_html(crowd(), provenance));
  write(folder + "throng.html", to_html(throng(), provenance));
  write(folder + "linear.html", to_html(linear_system(), provenance));
  write(folder + "batch_picture.html", to_html(test_support::picture_of_fits(700, 1200), provenance));
  write(folder + "batch_small_picture.html", to_html(test_support::picture_of_fits(24, 60), provenance));
  write(folder + "batch_interrupted.html", to_html(test_support::interrupted_fits(), provenance));
  write(folder + "batch_converged.html", to_html(test_support::converged_fits(), provenance));
  write(folder + "batch_failed.html", to_html(test_support::failed_fits(), provenance));
  write(folder + "batch_none.html", to_html(test_support::no_fits(), {}));
  write(folder + "several.html", to_html(example_reports::several_problems(), provenance));
}
