#include <thalweg/problem/problem.hpp>
#include <thalweg/report/text.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "report/text/table.hpp"

using thalweg::Report;
using thalweg::Status;
using thalweg::text::Digits;

namespace {

/// A straight line through x = 0..3, y = 1, 3, 4, 6, whose solution is known: no solver takes part.
struct Line {
  Line() {
    const std::vector<double> x = {0, 1, 2, 3}, y = {1, 3, 4, 6};
    const auto p = problem.add_parameters("p", std::vector<double>{0, 0, 0});
    problem.name_components(p, {"intercept", "slope", "shift"});
    problem.fix(p, 2);
    problem.add_residuals(
        "data", [](auto q, double xi, double yi) { return q[0] + q[1] * xi + q[2] - yi; }, p, x, y);
    report.problem = {"line", "A line", "line.toml", "curve fit", 1, 3, 4, 4, 0};
    report.labels = {{"m", "at the beginning"}, {"m/s", ""}, {}};
    report.result.x = {1.1, 1.6, 0.0};
    report.result.status = Status::converged;
    report.result.reason = "gradient 1.0e-11 <= 1e-10";
    report.result.iterations = 2;
    report.statistics = thalweg::statistics(problem, report.result, y);
  }
  thalweg::Problem problem;
  Report report;
};

bool contains(const std::string& text, const std::string& part) {
  const bool found = text.find(part) != std::string::npos;
  if (!found) MESSAGE("not found: " << part << "\nin:\n" << text);
  return found;
}

}  // namespace

TEST_CASE("a short report, letter by letter") {
  const Line line;
  CHECK(thalweg::to_text(line.report) == R"(A line
line.toml: 4 residuals, 3 parameters (1 fixed)

converged after 2 iterations: gradient 1.0e-11 <= 1e-10

  parameter  value  standard error  relative  95 % interval  unit
  intercept   1.10  ± 0.26              24 %  [-0.04, 2.24]  m
  slope       1.60  ± 0.14             8.8 %  [0.99, 2.21]   m/s
  shift          0                                                 fixed

  fit
  residual sum of squares      0.2
  degrees of freedom           2
  residual standard deviation  0.316228
  reduced χ²                   0.1
  R²                           0.9846
  AIC                          5.37
  BIC                          3.53
  noise                        estimated: the errors above are scaled by the residual standard deviation
)");
}

TEST_CASE("the minima of many starts, letter by letter") {
  Line line;
  line.report.multistart = thalweg::Minima{
      {{0.1, {1.1, 1.6, 0.0}, 3, 1}, {0.25, {2.0, -1e-9, 0.0}, 2, 2}, {0.2500001, {-2.0, 1e-9, 0.0}, 1, 4}},
      9,
      6,
      1,
      1,
      1,
      0};
  const std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, R"(
of 9 starts 6 converged, 1 stalled, 1 stopped at a limit or on request, 1 failed

  minimum  cost  found  intercept   slope  shift
        1   0.1      3        1.1     1.6      0
        2  0.25      2          2  -1e-09      0
        3  0.25      1         -2   1e-09      0  same cost as 2
Different points have the same cost: parameters may have exchanged their roles, or the data cannot
tell the points apart.

  parameter  value)"));
  line.report.multistart->list.resize(12, {0.5, {1.0, 1.0, 0.0}, 1, 5});
  CHECK(contains(thalweg::to_text(line.report), "       10   0.5 "));
  CHECK(contains(thalweg::to_text(line.report), "\n  and 2 more: see --verbose\n"));
  CHECK(contains(thalweg::to_text(line.report, true), "same cost as 4\n"));
  line.report.multistart->list.clear();
  CHECK(thalweg::to_text(line.report).find("minimum") == std::string::npos);
}

TEST_CASE("intervals by profile, letter by letter") {
  using thalweg::ProfileEnd;
  Line line;
  const std::string without = thalweg::to_text(line.report);
  line.report.profile.emplace();
  thalweg::Profile& profile = *line.report.profile;
  profile.reason = "the fit is exact";
  CHECK(thalweg::to_text(line.report) == without + "\nThere are no profile intervals: the fit is exact.\n");
  profile.reason.clear();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  profile.intervals = {{{-infinity, ProfileEnd::infinite}, {2.0, ProfileEnd::bound}, NAN, NAN},
                       {{0.8, ProfileEnd::threshold}, {NAN, ProfileEnd::unknown}, 1.3, NAN},
                       {}};
  CHECK(contains(thalweg::to_text(line.report), R"(
  parameter  value  standard error  relative  95 % profile interval  unit
  intercept   1.10  ± 0.26              24 %  (−∞, 2.00]             m
  slope       1.60  ± 0.14             8.8 %  [0.80, ?]              m/s
  shift          0                                                         fixed
)"));
  CHECK(thalweg::to_text(line.report).ends_with(R"(
The data set intercept no lower limit: however far it goes, the fit is not significantly worse.
The interval of intercept ends at its upper bound.
The upper end of the interval of slope was not found.
By their standard errors, the intervals of slope would be off by more than 20 %: the model is too
nonlinear there for its standard errors to be trusted.
)"));
  profile.intervals[1] = {{0.8, ProfileEnd::edge}, {2.25, ProfileEnd::threshold}, NAN, 1.1};
  profile.intervals[0] = {{0.5, ProfileEnd::threshold}, {1.5, ProfileEnd::threshold}, 1.0, 1.0};
  profile.status = Status::interrupted;
  profile.reason = "on request";
  profile.lower_point = {"slope", 0.05, {1.0, 2.0, 0.0}};
  CHECK(thalweg::to_text(line.report).ends_with(R"(
The interval of slope ends where, below it, the model is not finite.
The profiles were stopped: on request.
The solution is not the minimum: the profile of slope met the cost 0.05, which is lower, so the
intervals mean little. Solve again from there:
  intercept = 1 slope = 2 shift = 0
)"));
}

TEST_CASE("where it ended beside the known minima") {
  Line line;
  line.report.result.final_cost = 0.1;
  const auto ending = [&](thalweg::Report::KnownMinimum known) {
    line.report.known_minimum = known;
    return thalweg::to_text(line.report);
  };
  const std::string before = "\nconverged after 2 iterations: gradient 1.0e-11 <= 1e-10\n";
  CHECK(contains(ending({0.2, true, true}), before + "global minimum (Σr² = 0.2, known value 0.2)\n\n"));
  CHECK(contains(ending({0.2, false, true}), before + "known local minimum (Σr² = 0.2, known value 0.2)\n\n"));
  CHECK(contains(ending({0.0, true, false}), before + "none of the known minima (Σr² = 0.2): the best known is 0\n\n"));
  line.report.result.final_cost = 0.1 + 1e-9;
  CHECK(contains(thalweg::to_text(line.report, true), "(Σr² = 0.200000002): the"));
  line.report.result.final_cost = NAN;
  CHECK(contains(ending({0.0, true, false}), before + "\n"));
}

TEST_CASE("an objective, letter by letter") {
  const auto bowl = thalweg::objective(2, [](const auto& x) { return x[0] * x[0] + x[1] * x[1] - 2.0; });
  Report report;
  report.problem = {"bowl", "A bowl", "Euclid", "objective", 1, 2, 0, 0, 0};
  report.method = thalweg::Method::newton;
  report.result.x = {0.5, 1.0};
  report.result.status = Status::converged;
  report.result.reason = "why";
  report.result.iterations = 1;
  report.result.initial_cost = -1.0;
  report.result.final_cost = -2.0;
  report.result.evaluations = {3, 2, 1, 4};
  const double infinity = std::numeric_limits<double>::infinity();
  report.statistics = thalweg::statistics(bowl, report.result, {{-infinity, 1.0}, {infinity, 1.0}});
  report.known_minimum = {-2.0, true, true};
  CHECK(thalweg::to_text(report) == R"(A bowl
Euclid: an objective of 2 parameters (1 fixed)

converged after 1 iteration: why
global minimum (F = -2, known value -2)

  parameter     value
  x[0]       0.500000
  x[1]              1  fixed
)");
  const std::string verbose = thalweg::to_text(report, true);
  CHECK(contains(verbose, "\n  objective F   -1.000000000e+00 at the start, -2.000000000e+00 at the end\n"));
  CHECK(contains(verbose,
                 "\n  evaluations   3 of F alone, 2 with the gradient, 1 of the Hessian, 4 products with the "
                 "Hessian\n"));
  report.statistics = thalweg::statistics(bowl, report.result, {{0.5, -1.0}, {1.0, 1.0}});
  CHECK(contains(thalweg::to_text(report), "\n  x[0]         0.5  at its lower bound\n"));
}

TEST_CASE("how it ended, in words") {
  Line line;
  const auto first_lines = [&](Status status) {
    line.report.result.status = status;
    line.report.result.reason = "why";
    line.report.result.iterations = 1;
    return thalweg::to_text(line.report);
  };
  const std::string warning = "why\nWhat follows describes the best point found; it need not be a minimum.\n";
  CHECK(contains(first_lines(Status::converged), "\nconverged after 1 iteration: why\n\n"));
  CHECK(contains(first_lines(Status::iteration_limit),
                 "\nstopped at a limit after 1 iteration, not converged: " + warning));
  CHECK(contains(first_lines(Status::interrupted), "\ninterrupted after 1 iteration, not converged: " + warning));
  CHECK(contains(first_lines(Status::stalled), "\nstalled after 1 iteration, not converged: " + warning));
  CHECK(contains(first_lines(Status::failed), "\nfailed after 1 iteration: " + warning));
  CHECK(contains(first_lines(Status::non_finite_start), "\nfailed at the start: why\n\n"));
}

TEST_CASE("what the data cannot determine is said in words") {
  Line line;
  line.report.statistics.undetermined = {{{{"slope", 1.0}, {"intercept", -0.25}}}, {{{"shift", 1.0}}}};
  line.report.statistics.parameters[0].determined = false;
  line.report.statistics.parameters[0].standard_error = NAN;
  line.report.statistics.parameters[0].lower_interval = NAN;
  const std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, R"(
The data cannot determine intercept and slope separately: to first order, changing them
together in the ratio -0.25 : 1 changes no residual.

The data say nothing about shift: to first order, changing it changes no residual.
)"));
  CHECK(contains(text,
                 "  intercept  1.10000                                           m     not "
                 "determined\n"));
}

TEST_CASE("the noise is named") {
  Line line;
  line.report.sigma = thalweg::Sigma::given;
  CHECK(contains(thalweg::to_text(line.report), "only the ratios of the given standard deviations"));
  line.report.statistics.noise = thalweg::Noise::known;
  CHECK(
      contains(thalweg::to_text(line.report), "known: the errors above come from the given standard deviations alone"));
  line.report.statistics.noise = thalweg::Noise::estimated;
  line.report.statistics.degrees_of_freedom = 0;
  CHECK(contains(thalweg::to_text(line.report),
                 "unknown: no more data than parameters, so nothing tells how large the errors"));
}

TEST_CASE("bounds, certified values, notes and strong correlations") {
  Line line;
  line.report.statistics.parameters[1].at_bound = true;
  line.report.statistics.parameters[1].upper_bound = 1.6;
  line.report.statistics.correlation = {1.0, -0.99999, -0.99999, 1.0};
  line.report.result.notes = {"the start was moved"};
  line.report.certified = {10.96, "slope"};
  const std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, "at its upper bound\n"));
  line.report.statistics.parameters[1].one_sided_error = 0.12;
  line.report.statistics.parameters[1].lower_interval = 1.25;
  line.report.statistics.parameters[1].upper_interval = 1.6;
  CHECK(contains(thalweg::to_text(line.report),
                 "\n  slope        1.6  − 0.12                    [1.25, 1.60]   m/s   at its upper bound\n"));
  CHECK(contains(text, "agree to 10.9 digits (the worst: slope)\n"));
  CHECK(contains(text, "note: the start was moved\n"));
  CHECK(contains(text,
                 "\n  strong correlation (|correlation| > 0.9)\n"
                 "  intercept, slope                          -0.999990\n"));
}

TEST_CASE("verbose: iterations, machinery, meanings and ten digits") {
  Line line;
  line.report.result.linear_solver = "dense-qr";
  line.report.result.linear_solver_reason = "small";
  line.report.result.trace.resize(3);
  line.report.result.trace[0].cost = 31.0;
  line.report.result.trace[1].iteration = 1;
  line.report.result.trace[1].accepted = false;
  line.report.result.trace[1].outcome = thalweg::IterationRecord::Outcome::not_finite;
  line.report.result.trace[2].iteration = 2;
  line.report.result.trace[2].phase = thalweg::IterationRecord::Phase::polish;
  const std::string text = thalweg::to_text(line.report, true);
  CHECK(contains(text, "          0  3.100000000e+01         -     -           -        -  start\n"));
  CHECK(contains(text, "rejected: not finite\n"));
  CHECK(contains(text, "  polish\n"));
  CHECK(contains(text, "\n  linear solver  dense-qr (small)\n"));
  CHECK(contains(text, "at the beginning\n"));
  CHECK(contains(text, "1.100000000  ± 0.2646"));
}

TEST_CASE("what became of a step is said in words") {
  using Outcome = thalweg::IterationRecord::Outcome;
  Line line;
  line.report.result.trace.resize(2);
  line.report.result.trace[1].iteration = 1;
  const auto with = [&](Outcome outcome) {
    line.report.result.trace[1].outcome = outcome;
    return thalweg::to_text(line.report, true);
  };
  CHECK(with(Outcome::accepted).find("rejected") == std::string::npos);
  CHECK(contains(with(Outcome::no_decrease), "  rejected: no decrease\n"));
  CHECK(contains(with(Outcome::not_finite), "  rejected: not finite\n"));
  CHECK(contains(with(Outcome::too_curved), "  rejected: acceleration too long\n"));
  CHECK(contains(with(Outcome::singular), "  rejected: singular\n"));
}

TEST_CASE("no statistics: values, and nothing else") {
  Line line;
  line.report.result.status = Status::non_finite_start;
  line.report.statistics = thalweg::statistics(line.problem, line.report.result);
  const std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, "  intercept  1.10000"));
  for (const char* word : {"±", "interval", "R²", "AIC", "residual sum", "noise"})
    CHECK(text.find(word) == std::string::npos);
}

TEST_CASE("an exact fit, and numbers at the ends of their ranges") {
  Line line;
  thalweg::FitStatistics& s = line.report.statistics;
  s.parameters[0].standard_error = std::numeric_limits<double>::infinity();
  s.chi_squared_probability = 0.0;
  std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, "its error is beyond the range of numbers\n"));
  CHECK(contains(text, "by chance with probability less than 1e-300\n"));
  s.parameters[0].standard_error = s.parameters[1].standard_error = 0.0;
  s.residual_sum_of_squares = 0.0;
  s.r_squared = 1.0;
  text = thalweg::to_text(line.report);
  CHECK(contains(text, "± 0  "));
  CHECK(text.find('%') == std::string::npos);
  CHECK(contains(text, "  R²                           1\n"));
  CHECK(contains(text, "none: the fit is exact\n"));
}

TEST_CASE("at most ten strong correlations, the strongest first") {
  Line line;
  thalweg::FitStatistics& s = line.report.statistics;
  constexpr std::size_t n = 6;  // 15 pairs
  s.parameters.resize(n);
  s.free = {0, 1, 2, 3, 4, 5};
  s.correlation.assign(n * n, 0.95);
  for (std::size_t i = 0; i < n; ++i) s.parameters[i].name = "p" + std::to_string(i);
  s.correlation[4 * n + 5] = -0.96;
  const std::string text = thalweg::to_text(line.report);
  CHECK(contains(text, "(|correlation| > 0.9)\n  p4, p5"));
  CHECK(contains(text, "\n  and 5 more: see --json\n"));
}

TEST_CASE("priors are counted apart") {
  Line line;
  line.report.problem.priors = 1;
  CHECK(contains(thalweg::to_text(line.report), "\nline.toml: 3 rows and 1 prior, 3 parameters (1 fixed)\n"));
}

TEST_CASE("control characters are shown, not obeyed") {
  CHECK(thalweg::printable("a\x1b[31m\n\t\x7f") == "a\\x1b[31m\\n\\t\\x7f");
  CHECK(thalweg::printable("µ \u009b °") == "µ \\u009b °");
  Line line;
  line.report.problem.title = "two\nlines";
  line.report.labels[0] = {"\r", "\x1b[2J"};
  line.report.statistics.parameters[1].name = "sl\x07ope";
  line.report.statistics.undetermined = {{{{"sl\x07ope", 1.0}}}};
  const std::string text = thalweg::to_text(line.report, true);
  CHECK(text.starts_with("two\\nlines\n"));
  CHECK(contains(text, "\\x1b[2J"));
  CHECK(contains(text, "nothing about sl\\x07ope"));
  for (const char c : {'\r', '\x1b', '\x07'}) CHECK(text.find(c) == std::string::npos);
}

TEST_CASE("no line of a page breaks within a number") {
  using thalweg::text::marked_up;
  CHECK(marked_up("a decrease of 3.9e-19 <= 1e-12") ==
        "a decrease of <span class=\"number\">3.9e-19</span> &lt;= <span class=\"number\">1e-12</span>");
  CHECK(marked_up("[-5e-3, 2]") == "[<span class=\"number\">-5e-3</span>, 2]");
  for (const char* plain : {"e-19", "pre-19", "3e", "3e-", "1-2", "one-sided"}) CHECK(marked_up(plain) == plain);
}

TEST_CASE("values end where their errors do") {
  const auto shown = [](double value, double error, int least = 2) {
    const Digits digits(value, error, least);
    return digits.number(value) + " ± " + digits.error();
  };
  CHECK(shown(238.94213, 2.7070075) == "238.9 ± 2.7");
  CHECK(shown(5.5015643e-4, 7.2668e-6) == "5.502e-04 ± 7.3e-06");
  CHECK(shown(1288.1397, 4.6648) == "1288.1 ± 4.7");
  CHECK(shown(12345.6, 345.0) == "12346 ± 345");
  CHECK(shown(1.0, 0.0996) == "1.00 ± 0.10");
  CHECK(shown(0.001, 5.0) == "0.0010 ± 5.0");
  CHECK(shown(-5.6e-9, 6.1e-9) == "-5.6e-09 ± 6.1e-09");
  CHECK(shown(0.0, 0.25) == "0.00 ± 0.25");
  CHECK(shown(1.0 / 3.0, NAN) == "0.333333 ± ");
  CHECK(shown(0.0, NAN) == "0 ± ");
  CHECK(shown(1.0 / 3.0, 0.0) == "0.333333 ± 0");
  CHECK(shown(2e300, 1e299) == "2.00e+300 ± 1.0e+299");
  CHECK(shown(238.94212918, 2.7070075, 10) == "238.9421292 ± 2.7");
  CHECK(shown(1.0, 1e-30) == "1.00000000000000 ± 1.0e-30");
  CHECK(Digits(238.94212918, 2.7070075, 10, 4).error() == "2.707");
  CHECK(Digits(5.5015643e-4, 7.2668e-6, 10, 4).error() == "7.267e-06");
  CHECK(Digits(NAN, NAN, 2).number(NAN).empty());
}
