#include <thalweg/minimize/solve.hpp>

#include <atomic>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace thalweg;
using doctest::Approx;

namespace {

/// Rosenbrock's function as residuals 10 (x₂ − x₁²), 1 − x₁.
const auto rosenbrock = [](const auto& p) { return std::array{10.0 * (p[1] - p[0] * p[0]), 1.0 - p[0]}; };
const auto decay = [](const auto& p, const auto& x, const auto& y) { return p[0] * exp(-p[1] * x) - y; };
const auto line = [](const auto& p, double x, double y) { return p[0] + p[1] * x - y; };
const std::vector<double> xs = {0, 1, 2, 3, 4, 5, 6, 7}, ys = {9.1, 7.2, 5.1, 4.3, 3.2, 2.1, 1.9, 1.4};

struct Decay {
  Problem problem;
  Parameters<2> p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0});
  Decay() {
    problem.name_components(p, {"amplitude", "rate"});
    problem.add_residuals("decay", decay, p, xs, ys);
  }
};

Options with(Method method) {
  Options options;
  options.method = method;
  return options;
}

bool same(const std::vector<double>& a, const std::vector<double>& b) { return a == b; }

}  // namespace

TEST_CASE("every method and damping rule finds the minimum of Rosenbrock's valley") {
  std::vector<Options> all = {with(Method::gauss_newton), with(Method::levenberg), with(Method::levenberg_marquardt)};
  for (const Damping damping : {Damping::nielsen, Damping::marquardt, Damping::radius})
    for (const Scaling scaling : {Scaling::current, Scaling::monotone})
      for (const bool acceleration : {true, false})
        for (const LinearSolverKind linear : {LinearSolverKind::dense_qr, LinearSolverKind::dense_cholesky})
          all.push_back(
              {.damping = damping, .scaling = scaling, .acceleration = acceleration, .linear_solver = linear});
  for (const Options& options : all) {
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{-1.2, 1.0});
    problem.add_residuals("rosenbrock", rosenbrock, p);
    const Result result = solve(problem, options);
    CAPTURE(to_string(options.method));
    CAPTURE(to_string(options.damping));
    CAPTURE(to_string(options.scaling));
    CAPTURE(options.acceleration);
    CAPTURE(result.reason);
    CHECK(result.status == Status::converged);
    CHECK(result[p][0] == Approx(1.0).epsilon(1e-9));
    CHECK(result[p][1] == Approx(1.0).epsilon(1e-9));
    CHECK(result.initial_cost == Approx(0.5 * 24.2));
  }
}

TEST_CASE("Levenberg with λ = 0 is Gauss-Newton bit for bit") {
  Decay a, b;
  a.problem.set_start(a.p, Vec<double, 2>{8.0, 0.2});
  b.problem.set_start(b.p, Vec<double, 2>{8.0, 0.2});
  Options newton = with(Method::gauss_newton), levenberg = with(Method::levenberg);
  newton.globalization = Globalization::none;
  newton.max_iterations = levenberg.max_iterations = 3;
  levenberg.initial_damping = std::numeric_limits<double>::denorm_min();  // λ₀ · ‖J‖² stays zero beside JᵀJ
  levenberg.acceleration = false;
  CHECK(same(solve(a.problem, newton).x, solve(b.problem, levenberg).x));
}

TEST_CASE("linear regression takes one Gauss-Newton step") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{100.0, -50.0});
  problem.add_residuals("line", line, p, xs, ys);
  Options options = with(Method::gauss_newton);
  options.polish = false;
  const Result result = solve(problem, options);
  double sxy = 0.0, sxx = 0.0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    sxy += (xs[i] - 3.5) * ys[i];
    sxx += (xs[i] - 3.5) * (xs[i] - 3.5);
  }
  CHECK(result[p][1] == Approx(sxy / sxx).epsilon(1e-13));
  CHECK(result.converged());
  CHECK(result.iterations <= 2);  // a second one may be spent on seeing that the first was enough
}

TEST_CASE("the polish brings the last digits, Cholesky or QR") {
  for (const LinearSolverKind linear : {LinearSolverKind::dense_qr, LinearSolverKind::dense_cholesky}) {
    Decay rough, fine;
    Options options{.linear_solver = linear, .function_tolerance = 1e-6};
    const Result polished = solve(fine.problem, options);
    options.polish = false;
    const Result plain = solve(rough.problem, options);
    // Two steps of Newton's method from the polished point would not move it by more than rounding: start there.
    fine.problem.set_start(fine.p, polished[fine.p]);
    const Result again = solve(fine.problem, {});
    CHECK(again[fine.p][0] == Approx(polished[fine.p][0]).epsilon(1e-14));
    CHECK(std::abs(plain[rough.p][0] - again[fine.p][0]) > 1e-9);
  }
}

TEST_CASE("one record per trial, counted once each") {
  Decay d;
  const Result result = solve(d.problem, {});
  CHECK(static_cast<int>(result.trace.size()) == result.iterations + 1);
  int accepted = 0;
  double cost = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < result.trace.size(); ++i) {
    const IterationRecord& r = result.trace[i];
    CHECK(r.iteration == static_cast<int>(i));
    CHECK(r.cost <= cost * (1 + 1e-11));
    cost = r.cost;
    accepted += i > 0 && r.accepted;
    if (!r.accepted) CHECK((std::isnan(r.trial_cost) || r.trial_cost >= r.cost * (1 - 1e-4)));
  }
  CHECK(accepted == result.accepted_steps);
  CHECK(result.trace.front().cost == result.initial_cost);
  CHECK(result.trace.back().cost == result.final_cost);
}

TEST_CASE("one thread and two give the same bits, also on many rows") {
  std::vector<double> x(30000), y(30000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = 2e-4 * static_cast<double>(i);
    y[i] = 3.0 * std::exp(-0.7 * x[i]) + 0.1 * std::sin(1e3 * x[i]);
  }
  const auto run = [&](int threads) {
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 1.0});
    problem.add_residuals("decay", simd(decay), p, x, y);
    return solve(problem, {.threads = threads});
  };
  const Result one = run(1), two = run(2);
  CHECK(same(one.x, two.x));
  CHECK(one.final_cost == two.final_cost);
  CHECK(one.trace.size() == two.trace.size());
}

TEST_CASE("a solver can be used again, from another start, with the same result as a fresh one") {
  Decay d;
  Solver solver(d.problem);
  const Result first = solver.solve();
  d.problem.set_start(d.p, Vec<double, 2>{20.0, 0.01});
  const Result second = solver.solve();
  CHECK(second[d.p][0] == Approx(first[d.p][0]).epsilon(1e-12));
  d.problem.set_start(d.p, Vec<double, 2>{1.0, 1.0});
  CHECK(same(solver.solve().x, first.x));
}

TEST_CASE("callback, interrupt, iteration and time limits stop with the best point") {
  Decay d;
  const Result none = solve(d.problem, {.max_iterations = 0});
  CHECK(none.status == Status::iteration_limit);
  CHECK(none.iterations == 0);
  const double start_cost = none.final_cost;
  int calls = 0;
  const Result stopped = solve(d.problem, {.callback = [&](const IterationRecord& record) {
                                 ++calls;
                                 return record.accepted ? Action::stop : Action::proceed;
                               }});
  CHECK(stopped.status == Status::interrupted);
  CHECK(stopped.iterations == calls);
  CHECK(stopped.accepted_steps == 1);
  CHECK(stopped.final_cost < start_cost);

  const std::atomic<bool> interrupt{true};
  CHECK(solve(d.problem, {.interrupt = &interrupt}).status == Status::interrupted);

  const Result limited = solve(d.problem, {.max_iterations = 2});
  CHECK(limited.status == Status::iteration_limit);
  CHECK(limited.reason == "the limit of 2 iterations is reached");
  CHECK(solve(d.problem, {.time_limit = 0.0}).status == Status::time_limit);
}

TEST_CASE("fixed and pinned parameters stay, the others are fitted") {
  Decay d;
  d.problem.set_start(d.p, Vec<double, 2>{7.0, 1.0});
  d.problem.fix(d.p, 0);
  const Result fixed = solve(d.problem, {});
  CHECK(fixed.converged());
  CHECK(fixed[d.p][0] == 7.0);

  Decay pinned;
  pinned.problem.set_bounds(pinned.p, 0, 7.0, 7.0);
  const Result result = solve(pinned.problem, {});
  CHECK(result[pinned.p][0] == 7.0);
  CHECK(result[pinned.p][1] == Approx(fixed[d.p][1]).epsilon(1e-12));

  d.problem.fix(d.p);
  const Result nothing = solve(d.problem);
  CHECK(nothing.status == Status::converged);
  CHECK(nothing.reason == "every parameter is fixed: the start is the solution");
  CHECK(nothing.iterations == 0);
  CHECK(nothing.final_cost == nothing.initial_cost);
}

TEST_CASE("bounds: the answer on the bound is stationary in the others; a start outside is moved and said") {
  Decay d, reduced;
  d.problem.set_bounds(d.p, 1, 0.35, 10.0);
  d.problem.set_start(d.p, Vec<double, 2>{1.0, 20.0});
  const Result result = solve(d.problem, {});
  CHECK(result.status == Status::converged);
  CHECK(result[d.p][1] == 0.35);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] == "the start 20 of rate was moved to its bound 10");
  reduced.problem.set_bounds(reduced.p, 1, 0.35, 0.35);
  CHECK(result[d.p][0] == Approx(solve(reduced.problem, {})[reduced.p][0]).epsilon(1e-12));

  Decay corner;  // both bounds bind: nothing is free to move, and that is the answer
  corner.problem.set_bounds(corner.p, 0, 0.0, 2.0);
  corner.problem.set_bounds(corner.p, 1, 0.5, 3.0);
  const Result cornered = solve(corner.problem, {});
  CHECK(cornered.status == Status::converged);
  CHECK(cornered.x == std::vector<double>{2.0, 0.5});

  Decay inactive;  // bounds that do not bind change nothing
  inactive.problem.set_bounds(inactive.p, 0, 0.0, 100.0);
  Decay free;
  CHECK(solve(inactive.problem, {})[inactive.p][0] == Approx(solve(free.problem, {})[free.p][0]).epsilon(1e-13));
}

TEST_CASE("a start that is not finite is a status that names the culprit") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, -1.0});
  problem.name_components(p, {"a", "b"});
  problem.add_residuals(
      "root", [](const auto& q, double x) { return q[0] * sqrt(q[1] * x) - 1.0; }, p,
      std::vector<double>{0.0, 2.0, 3.0});
  const Result value = solve(problem, {});
  CHECK(value.status == Status::non_finite_start);
  CHECK(value.reason.find("residual root[1] is") == 0);
  problem.set_start(p, Vec<double, 2>{1.0, 0.0});
  const Result slope = solve(problem, {});
  CHECK(slope.status == Status::non_finite_start);
  CHECK(slope.reason == "the derivative of residual root[1] by b is inf at the start");
}

TEST_CASE("a trial that is not finite is a rejected step") {
  // log(p) is undefined left of 0, where the first Gauss-Newton steps lead.
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{10.0});
  problem.add_residuals(
      "log", [](const auto& q) { return log(q[0]) + 3.0; }, p);
  for (const Method method : {Method::gauss_newton, Method::levenberg, Method::levenberg_marquardt}) {
    const Result result = solve(problem, with(method));
    CAPTURE(to_string(method));
    CHECK(result.status == Status::converged);
    CHECK(result[p][0] == Approx(std::exp(-3.0)));
    bool rejected = false;
    for (const auto& r : result.trace)
      rejected = rejected || r.outcome == IterationRecord::Outcome::not_finite ||
                 r.outcome == IterationRecord::Outcome::too_curved;
    CHECK(rejected);
  }
}

TEST_CASE("where no parameter matters any more, the solve is stalled, not converged") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 500.0});
  problem.add_residuals("vanished", decay, p, std::vector<double>{2, 3, 4, 5}, std::vector<double>{1, 2, 2.5, 3.5});
  const Result result = solve(problem, {.restarts = 0});
  CHECK(result.status == Status::stalled);
  CHECK(result.reason.find("the residuals do not depend on any parameter here") == 0);
}

TEST_CASE("an exact fit converges at cost zero or at rounding level") {
  std::vector<double> exact;
  for (const double x : xs) exact.push_back(3.0 * std::exp(-0.4 * x));
  for (const double unit : {1.0, 1e-12, 1e12}) {
    std::vector<double> scaled;
    for (const double y : exact) scaled.push_back(unit * y);
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 2>{unit, 1.0});
    problem.add_residuals("decay", decay, p, xs, scaled);
    const Result result = solve(problem, {});
    CAPTURE(unit);
    CAPTURE(result.reason);
    CHECK(result.status == Status::converged);
    CHECK(result[p][0] == Approx(3.0 * unit).epsilon(1e-12));
    CHECK(result[p][1] == Approx(0.4).epsilon(1e-12));
  }
}

TEST_CASE("a problem that does not determine its parameters converges all the same") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 2>{1.0, 2.0});
  problem.add_residuals(
      "product", [](const auto& q, double x, double y) { return q[0] * q[1] * x - y; }, p, xs, ys);
  const Result result = solve(problem, {});
  CHECK(result.status == Status::converged);
  CHECK(std::isfinite(result.final_cost));
}

TEST_CASE("options are refused by name") {
  Decay d;
  CHECK_THROWS_WITH_AS(solve(d.problem, {.function_tolerance = -1.0}),
                       "option function_tolerance is -1; expected a number >= 0", Error);
  CHECK_THROWS_WITH_AS(solve(d.problem, {.damping_factor = 1.0}), "option damping_factor is 1; expected a number > 1",
                       Error);
  CHECK_THROWS_WITH_AS(solve(d.problem, {.step_tolerance = NAN}),
                       "option step_tolerance is nan; expected a number >= 0", Error);
  CHECK_THROWS_WITH_AS(parse_method("nelder-mead"),
                       "unknown method 'nelder-mead'; expected one of gradient-descent, nonlinear-cg, newton, "
                       "newton-cg, bfgs, lbfgs, gauss-newton, levenberg, levenberg-marquardt, dogleg, subspace-dogleg",
                       Error);
  CHECK(parse_method("lm") == Method::levenberg_marquardt);
  CHECK(to_string(Method::levenberg_marquardt) == "levenberg-marquardt");
  CHECK(parse_linear_solver("auto") == LinearSolverKind::automatic);
}

TEST_CASE("a solver refuses a problem that has changed since it was made") {
  const auto refusal = [](const auto& change, int blocks) {
    Problem problem;
    auto p = problem.add_parameters("p", Vec<double, 1>{1.0}, blocks);
    std::vector<int> own(static_cast<std::size_t>(blocks));
    for (int i = 0; i < blocks; ++i) own[static_cast<std::size_t>(i)] = i;
    const std::vector<double> y(static_cast<std::size_t>(blocks), 3.0);
    ResidualGroup& group = problem.add_residuals(
        "r", [](const auto& x, double v) { return x[0] - v; }, p[own], y);
    Solver solver(problem);
    REQUIRE(solver.solve().x[0] == doctest::Approx(3.0));
    change(problem, p, group);
    try {
      return solver.solve().x[0] == doctest::Approx(3.0) ? std::string("solved") : std::string("wrong");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  for (const int blocks : {2, 300}) {  // dense, and in blocks
    CAPTURE(blocks);
    const std::string expected =
        "the problem has other parameters, residuals, losses, bounds or fixed parameters than when this solver was "
        "made; "
        "expected a new Solver";
    CHECK(refusal([](auto& problem, auto& p, auto&) { problem.fix(p[0]); }, blocks) == expected);
    CHECK(refusal([](auto& problem, auto& p, auto&) { problem.set_bounds(p[0], 0, 0.0, 2.0); }, blocks) == expected);
    CHECK(refusal([](auto& problem, auto&, auto&) { problem.add_parameters("q", Vec<double, 1>{0.0}); }, blocks) ==
          expected);
    CHECK(refusal(
              [](auto& problem, auto& p, auto&) {
                problem.add_residuals(
                    "s", [](const auto& x) { return x[0]; }, p[0]);
              },
              blocks) == expected);
    CHECK(refusal([](auto&, auto&, auto& group) { group.set_loss(Loss::huber(1.0)); }, blocks) == expected);
    CHECK(refusal([](auto& problem, auto& p, auto&) { problem.set_start(p[0], Vec<double, 1>{2.0}); }, blocks) ==
          "solved");
  }
}
