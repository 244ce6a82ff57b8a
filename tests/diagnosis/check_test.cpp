// What is found in problems that are broken on purpose, and that sound ones are left in peace.
#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <thalweg/models/build.hpp>

using namespace thalweg;
using Kind = Finding::Kind;

namespace {

const std::vector<double> six = {0.5, 1.0, 1.5, 2.0, 3.0, 4.0}, measured = {2.9, 2.5, 2.1, 1.9, 1.4, 1.1};

/// A residual of six rows, its parameters "p" at the start.
struct Case {
  template <class F>
  Case(F f, const std::vector<double>& start) : problem(), p(problem.add_parameters("p", start)) {
    problem.name_components(p, {names.begin(), names.begin() + std::ssize(start)});
    problem.add_residuals("data", f, p, six, measured);
  }
  CheckReport checked(const Options& options = {}) const { return check(problem, options); }
  std::vector<std::string> names = {"a", "b", "c", "d"};
  Problem problem;
  Parameters<Dynamic> p;
};

/// Of the only finding.
std::string sentence(const CheckReport& report) {
  CAPTURE(to_text(report));
  REQUIRE(report.findings.size() == 1);
  return report.findings[0].sentence;
}

template <class F>
std::string sentence(F f, const std::vector<double>& start) {
  return sentence(Case(f, start).checked());
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a sound problem has no findings, and its facts and plan are told") {
  const Case decay([](auto q, double x, double y) { return q[0] * exp(-q[1] * x) - y; }, {1.0, 1.0});
  const CheckReport report = decay.checked();
  CHECK(report.clean());
  CHECK(report.notes.empty());
  CHECK(report.problem.parameters == 2);
  CHECK(report.free_parameters == 2);
  CHECK(report.problem.residuals == 6);
  CHECK(report.residual_groups == 1);
  double cost = 0.0;
  for (std::size_t i = 0; i < six.size(); ++i) cost += 0.5 * std::pow(std::exp(-six[i]) - measured[i], 2);
  CHECK(report.cost == doctest::Approx(cost));
  CHECK(report.condition_number > 1.0);
  CHECK(report.condition_number < 10.0);
  CHECK(report.plan.linear_solver == "dense-qr");
  CHECK(decay.checked({.linear_solver = LinearSolverKind::dense_cholesky}).plan.reason == "as requested");
  CHECK(decay.checked({.method = Method::bfgs}).plan.linear_solver.empty());
  CHECK_THROWS_AS(decay.checked({.function_tolerance = -1.0}), Error);
  CHECK_THROWS_AS(check(Problem()), Error);
}

TEST_CASE("bounds: starts outside, and parameters that they fix") {
  const auto line = [](auto q, double x, double y) { return q[0] + q[1] * x - y; };
  Case outside(line, {5.0, -1.0});
  outside.problem.set_bounds(outside.p, 0, 0.0, 3.0);
  CheckReport report = outside.checked();
  CHECK(sentence(report) == "'a' starts at 5, outside its bounds 0 and 3: a solve would begin at 3.");
  CHECK(report.findings[0].kind == Kind::start_out_of_bounds);
  CHECK(report.findings[0].parameters == std::vector<std::string>{"a"});
  outside.problem.set_bounds(outside.p, 1, 0.0, infinity);
  CHECK(sentence(outside.checked()) ==
        "'a' starts at 5, outside its bounds 0 and 3: a solve would begin at 3 (1 more start outside theirs).");

  Case fixed(line, {5.0, -1.0});
  fixed.problem.set_bounds(fixed.p, 0, 3.0, 3.0);
  report = fixed.checked();
  CHECK(report.clean());
  CHECK(report.free_parameters == 1);
  CHECK(report.notes == std::vector<std::string>{"'a': fixed, since lower = upper"});
  fixed.problem.fix(fixed.p);
  CHECK(sentence(fixed.checked()) == "Every parameter is fixed: there is nothing to solve.");
}

TEST_CASE("probes stay within the bounds") {
  // Outside [0, 1e-3] the residual is not a number.
  const auto f = [](auto q, double x, double y) { return sqrt(q[0] * (1e-3 - q[0]) + 1e-9) + q[1] * x - y; };
  Case narrow(f, {0.0, 1.0});
  CHECK(narrow.checked().findings.at(0).kind == Kind::not_finite_nearby);
  narrow.problem.set_bounds(narrow.p, 0, 0.0, 1e-3);
  CHECK(narrow.checked().clean());
}

TEST_CASE("too few residuals are said once, not as dependence too") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 2.0, 3.0});
  const std::vector<double> x = {1.0, 2.0};
  const auto f = [](const auto& q, double xi) { return q[0] * exp(-q[1] * xi) + q[2] * xi - 1.0; };
  problem.add_residuals("data", f, p, x);
  CHECK(sentence(check(problem)) == "3 parameters are to be found from 2 residuals: many answers fit equally well.");
  // But a product that would be one with more data is said.
  Problem product;
  const auto q = product.add_parameters("p", Vec<double, 3>{1.0, 2.0, 3.0});
  product.add_residuals(
      "data", [](const auto& v, double xi) { return v[0] * v[1] * xi + v[2] - 1.0; }, q, x);
  const CheckReport report = check(product);
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[1].sentence == "'p[0]' and 'p[1]' enter only as p[0]·p[1].");
}

TEST_CASE("numbers that are not finite, at the start or near it") {
  const auto logarithm = [](auto q, double x, double y) { return q[0] * log(q[1] - x) - y; };
  CHECK(sentence(logarithm, {1.0, 3.5}) == "Not finite at the start: residual data[5] is nan.");
  CHECK(sentence(logarithm, {1.0, NAN}) == "Not finite at the start: residual data[0] is nan.");
  CHECK(sentence(logarithm, {1.0, 5.0}).starts_with("Not finite near the start, at 'b' = "));
  CHECK(sentence(logarithm, {1.0, 5.0}).find(": residual data[5] is nan (and so at ") != std::string::npos);
  CHECK(Case(logarithm, {1.0, 50.0}).checked().clean());
  CHECK(sentence([](auto q, double x, double y) { return sqrt(q[0]) * x - y; }, {0.0}) ==
        "Not finite at the start: the derivative of residual data[0] by a is inf.");
  CHECK(sentence([](auto q, double x, double y) { return q[0] * 1e200 * x - y; }, {1.0}) ==
        "Not finite at the start: the cost overflows.");
}

TEST_CASE("squares that underflow") {
  CHECK(sentence([](auto q, double x, double) { return 1e-170 * (q[0] * x - 1.0); }, {1.0})
            .starts_with("The residuals are so small that their squares underflow."));
  const CheckReport report =
      Case([](auto q, double x, double y) { return q[0] + 1e-170 * q[1] * x - y; }, {1.0, 1.0}).checked();
  CHECK(
      sentence(report).starts_with("The derivatives by 'b' are of a size whose square leaves the range of numbers ("));
  CHECK(report.findings[0].kind == Kind::underflow);
}

TEST_CASE("parameters without influence: anywhere, at the start, around it") {
  CHECK(sentence([](auto q, double x, double y) { return q[0] * x - y; }, {1.0, 2.0}) ==
        "'b' enters no residual: whatever the value, nothing changes.");
  CHECK(sentence([](auto q, double x, double y) { return q[0] * x - y; }, {1.0, 2.0, 3.0, 4.0}) ==
        "'b', 'c' and 'd' enter no residual: whatever the value, nothing changes.");
  const auto decay = [](auto q, double x, double y) { return q[0] * exp(-q[1] * x) - y + q[2]; };
  CHECK(sentence(decay, {0.0, 1.0, 1.0}) ==
        "'b' has no influence at the start (the derivatives are zero there), but nearby it has.");
  CHECK(sentence(decay, {1.0, 3000.0, 1.0}) ==
        "'a' and 'b' have no influence at the start or near it (the derivatives are zero), but far away they have.");
  // A step: no influence nearby, some farther off.
  CHECK(sentence(
            [](auto q, double x, double y) {
              const auto over = q[1] - 10.0;
              return q[0] * x - y + (over > 0.0 ? over : over * 0.0);
            },
            {1.0, 1.0})
            .starts_with("'b' has no influence at the start or near it"));
}

TEST_CASE("a group that no free parameter changes") {
  Case two([](auto q, double x, double y) { return q[0] * x - y; }, {1.0});
  const auto other = two.problem.add_parameters("other", Vec<double, 1>{1.0});
  two.problem.fix(other);
  two.problem.add_residuals(
      "idle", [](const auto& v, double x) { return v[0] - x; }, other, six);
  const CheckReport report = two.checked();
  CHECK(sentence(report) == "The residuals of 'idle' depend on no free parameter.");
  CHECK(report.findings[0].kind == Kind::constant_group);
}

TEST_CASE("influence that drowns in rounding") {
  const auto sum = [](auto q, double x, double y) { return q[0] * exp(-x) + 1e-14 * q[1] * x - y; };
  CHECK(sentence(sum, {1.0, 1.0}).starts_with("At the start 'b' changes the residuals less than rounding: "));
  CHECK(Case(sum, {1.0, 1e10}).checked().clean());
}

TEST_CASE("a start without slope") {
  const auto square = [](auto q, double x, double y) { return q[0] * q[0] * x - y; };
  const CheckReport report = Case(square, {0.0}).checked();
  CHECK(sentence(report).starts_with("The gradient is zero at the start, but it is no minimum: the cost is "));
  CHECK(report.findings[0].kind == Kind::stationary_start);
  CHECK(Case(square, {1.0}).checked().clean());
  // The same at a minimum, and pressed against a bound, is no finding.
  const CheckReport minimum = Case([](auto q, double x, double) { return q[0] * q[0] * x + 1.0; }, {0.0}).checked();
  CHECK(minimum.notes.at(0) ==
        "the gradient is zero at the start, and no point looked at nearby is lower: it may be the "
        "minimum");
  Case bounded([](auto q, double x, double) { return q[0] * x + 1.0; }, {0.0});
  bounded.problem.set_bounds(bounded.p, 0, 0.0, 1.0);
  CHECK(bounded.checked().clean());
  CHECK(bounded.checked().notes.size() == 1);
}

TEST_CASE("a loss that reaches no residual") {
  Case far([](auto q, double x, double y) { return q[0] * x - y + 0.0 * q[0]; }, {100.0});
  far.problem.groups()[0]->set_loss(Loss::geman_mcclure(0.1));
  CHECK(sentence(far.checked()) ==
        "The loss geman-mcclure:0.1 of 'data' lets no residual count at the start: every one is far beyond its scale.");
  far.problem.groups()[0]->set_loss(Loss::geman_mcclure(50.0));
  CHECK(far.checked().clean());
  far.problem.groups()[0]->set_loss(Loss::huber(0.1));  // convex: it never loses sight
  CHECK(far.checked().clean());
}

TEST_CASE("what enters only together, in words") {
  const auto with = [](auto combine) {
    return [combine](auto q, double x, double y) { return combine(q) * exp(-q[q.size() - 1] * x) - y; };
  };
  const std::vector<double> start = {1.0, 2.0, 0.5};
  CHECK(sentence(with([](auto q) { return q[0] * q[1]; }), start) == "'a' and 'b' enter only as a·b.");
  CHECK(sentence(with([](auto q) { return q[0] / q[1]; }), start) == "'a' and 'b' enter only as a/b.");
  CHECK(sentence(with([](auto q) { return q[0] + q[1]; }), start) == "'a' and 'b' enter only as a + b.");
  CHECK(sentence(with([](auto q) { return q[1] - 2.0 * q[0]; }), {3.0, 2.0, 0.5}) ==
        "'a' and 'b' enter only as 2·a - b.");
  CHECK(sentence(with([](auto q) { return q[0] * q[0] * q[1]; }), start) == "'a' and 'b' enter only as a²·b.");
  CHECK(sentence(with([](auto q) { return exp(q[0]) * exp(q[1]); }), start) == "'a' and 'b' enter only as a + b.");
  CHECK(sentence(with([](auto q) { return q[0] * exp(2.0 * q[1]); }), start) ==
        "'a' and 'b' enter only as a·exp(2·b).");
  CHECK(sentence(with([](auto q) { return 1.0 / (1.0 / q[0] + 1.0 / q[1]); }), start) ==
        "'a' and 'b' enter only as 1/a + 1/b.");
  CHECK(sentence(with([](auto q) { return q[0] + 0.3712 * q[1]; }), start) ==
        "'a' and 'b' enter only as a + 0.3712·b.");
  CHECK(sentence(with([](auto q) { return q[0] * q[1] * q[2]; }), {1.0, 2.0, 3.0, 0.5}) ==
        "'a', 'b' and 'c' enter only as a·b·c.");
  CHECK(sentence([](auto q, double x, double y) { return q[0] * (q[1] * x + q[2]) - y; }, start) ==
        "'a', 'b' and 'c' enter only through a·b and a·c.");
  CHECK(sentence([](auto q, double x, double y) { return q[0] * x / (q[1] + q[2] * x) - y; }, start) ==
        "'a', 'b' and 'c' enter only through a/c and b/c.");
  // Negative numbers have no logarithm, but the same products.
  CHECK(sentence(with([](auto q) { return q[0] * q[1]; }), {-1.0, 2.0, 0.5}) == "'a' and 'b' enter only as a·b.");
  // How a and c go together depends on b.
  CHECK(sentence([](auto q, double x, double y) { return q[0] * exp(-q[1] * (x - q[2])) - y; }, {1.0, 0.37, 0.5}) ==
        "With the others held still, 'a' and 'c' enter only as a·exp(0.37·c).");
  // A combination for which there are no words.
  CHECK(sentence(with([](auto q) { return sin(q[0]) + q[1] * q[1] * q[1]; }), {1.0, 2.0, 0.5})
            .starts_with("'a' and 'b' cannot be told apart: changing them together in the ratio 1 : "));
}

TEST_CASE("two causes are two findings") {
  const Case both([](auto q, double x, double y) { return q[0] * q[1] * exp(-0.3 * x) + q[2] + q[3] - y; },
                  {1.0, 2.0, 0.5, 0.1});
  const CheckReport report = both.checked();
  REQUIRE(report.findings.size() == 2);
  CHECK(report.findings[0].sentence == "'a' and 'b' enter only as a·b.");
  CHECK(report.findings[0].advice == "Fix one of them, or write one parameter in place of a·b.");
  CHECK(report.findings[1].sentence == "'c' and 'd' enter only as c + d.");
}

TEST_CASE("a prior, or a fixed parameter, mends dependence") {
  const auto product = [](auto q, double x, double y) { return q[0] * q[1] * x - y; };
  Case fixed(product, {1.0, 2.0});
  CHECK(fixed.checked().findings.size() == 1);
  fixed.problem.fix(fixed.p, 1);
  CHECK(fixed.checked().clean());
  Case prior(product, {1.0, 2.0});
  prior.problem.add_residuals(
      "prior", [](auto q) { return q[1] - 2.5; }, prior.p);
  CHECK(prior.checked().clean());
}

TEST_CASE("dependence is found with any seed, and through differences") {
  const auto product = [](auto q, double x, double y) { return q[0] * q[1] * q[1] * std::exp(-q[2] * x) - y; };
  const Case differences(numeric(product), {1.0, 2.0, 0.5});
  const Case duals([](auto q, double x, double y) { return q[0] * q[1] * q[1] * exp(-q[2] * x) - y; }, {1.0, 2.0, 0.5});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    CHECK(sentence(duals.checked({.seed = seed})) == "'a' and 'b' enter only as a·b².");
    CHECK(sentence(differences.checked({.seed = seed})) == "'a' and 'b' enter only as a·b².");
  }
}

TEST_CASE("dependent at the start alone: two exponentials that begin alike") {
  const auto two = [](auto q, double x, double y) { return q[0] * exp(-q[1] * x) + q[2] * exp(-q[3] * x) - y; };
  const CheckReport alike = Case(two, {1.0, 1.0, 1.0, 1.0}).checked();
  REQUIRE(alike.findings.size() == 2);
  CHECK(alike.findings[0].kind == Kind::dependent_at_start);
  CHECK(alike.findings[0].parameters == std::vector<std::string>{"a", "c"});
  CHECK(alike.findings[1].parameters == std::vector<std::string>{"b", "d"});
  CHECK(Case(two, {1.0, 1.0, 1.0, 0.5}).checked().clean());
}

TEST_CASE("terms that have died away before the first datum") {
  const auto two = [](auto q, double x, double y) { return q[0] * exp(-q[1] * x) + q[2] * exp(-q[3] * x) - y; };
  const CheckReport report = Case(two, {1.0, 40.0, 1.0, 60.0}).checked();
  CHECK(sentence(report) ==
        "'c' and 'd' cannot be told apart near the start, to rounding, though farther away they can.");
}

TEST_CASE("a poor condition is a finding where it is the problem's own, a note where it is the start's") {
  std::vector<double> years, values;
  for (int i = 0; i < 12; ++i) {
    years.push_back(1950.0 + 5.0 * i);
    values.push_back(std::sin(i));
  }
  const auto cubic = [](double shift, double unit) {
    return [=](const auto& q, double x, double y) {
      const double z = (x - shift) / unit;
      return q[0] + q[1] * z + q[2] * z * z + q[3] * z * z * z - y;
    };
  };
  const auto checked = [&](auto f) {
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 4>{1.0, 1.0, 1.0, 1.0});
    problem.add_residuals("data", f, p, years, values);
    return check(problem);
  };
  CHECK(checked(cubic(1977.0, 30.0)).clean());
  CHECK(checked(cubic(0.0, 1000.0)).clean());  // 1e7 is no reason for alarm
  const CheckReport poor = checked(cubic(-20000.0, 1000.0));
  CHECK(
      sentence(poor).starts_with("'p[0]', 'p[1]', 'p[2]' and 'p[3]' can hardly be told apart at the start: the "
                                 "condition number of the Jacobian is "));
  CHECK(poor.condition_number > 1e10);
  const CurveProblem fast_decays = build_problem(read_curve_fit(THALWEG_SOURCE_DIR "/problems/nist/mgh17.toml"));
  const CheckReport start = check(fast_decays.problem);
  CHECK(start.clean());
  CHECK(start.notes.at(0).starts_with("'b2' and 'b3' can hardly be told apart at the start: "));
  CHECK(start.condition_number > 1e10);
}

TEST_CASE("of very many parameters only the influence is looked at") {
  Problem problem;
  const std::vector<double> many(500, 1.0);
  const auto p = problem.add_parameters("p", Vec<double, 1>{1.0}, 500),
             idle = problem.add_parameters("idle", Vec<double, 1>{1.0});
  std::vector<int> index(many.size());
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int>(i);
  problem.add_residuals(
      "data", [](const auto& q, const auto&, double y) { return q[0] - 2.0 * y; }, p[index], idle, many);
  const CheckReport report = check(problem, {.linear_solver = LinearSolverKind::dense_qr});
  REQUIRE(report.findings.size() == 2);  // and more parameters than residuals
  CHECK(report.findings[1].sentence == "'idle' enters no residual: whatever the value, nothing changes.");
  CHECK(report.notes ==
        std::vector<std::string>{"whether the 501 parameters can be told apart was not looked at: it would "
                                 "take long"});
}

TEST_CASE("a Jacobian too large to look at is not made") {
  Problem problem;
  const std::vector<double> many(100'000, 1.0);
  const auto p = problem.add_parameters("p", Vec<double, 1>{1.0}, 10'000);
  std::vector<int> index(many.size());
  for (std::size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int>(i % 10'000);
  problem.add_residuals(
      "data", [](const auto& q, double y) { return q[0] - y; }, p[index], many);
  const CheckReport report = check(problem, {.linear_solver = LinearSolverKind::dense_qr});
  CHECK(report.clean());
  CHECK(report.notes == std::vector<std::string>{"the Jacobian would take 8 GB: it was not looked at"});
  CHECK(report.plan.bytes > 2.4e10);
}

TEST_CASE("no alarm on NIST's problems, from both starts, nor on the shipped curves, with several seeds") {
  int starts = 0;
  for (const char* folder : {"/problems/nist", "/problems/curves"})
    for (const auto& entry : std::filesystem::directory_iterator(std::string(THALWEG_SOURCE_DIR) + folder)) {
      if (entry.path().extension() != ".toml") continue;
      const CurveFit fit = read_curve_fit(entry.path().string());
      for (int start = 1; start <= std::ssize(fit.parameters[0].starts); ++start) {
        const bool poor_on_purpose = entry.path().stem() == "outliers" && start == 2;
        const CurveProblem built = build_problem(fit, start);
        for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
          const CheckReport report = check(built.problem, {.seed = seed});
          CAPTURE(entry.path().string());
          CAPTURE(start);
          CAPTURE(to_text(report));
          CHECK(report.clean() == !poor_on_purpose);
        }
        ++starts;
      }
    }
  CHECK(starts >= 54 + 7);
}
