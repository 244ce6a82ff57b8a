// Fits of data with outliers: what losses are for, and where only graduated non-convexity helps.
#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const auto decay = [](const auto& p, const auto& x, const auto& y) { return p[0] * exp(-p[1] * x) + p[2] - y; };
constexpr double truth[] = {5.0, 0.6, 1.0};
constexpr double noise = 0.05;

/// 100 points of the decay with noise 0.05; a part of them has been replaced by numbers around another level.
struct Data {
  Problem problem;
  Parameters<3> p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.0});
  Data(double outliers, unsigned seed, const Loss& loss) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal(0.0, noise);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<double> x, y;
    for (int i = 0; i < 100; ++i) {
      x.push_back(0.08 * i);
      y.push_back(truth[0] * std::exp(-truth[1] * x.back()) + truth[2] + normal(random));
      if (uniform(random) < outliers) y.back() = 10.0 * uniform(random);
    }
    problem.add_residuals("decay", decay, p, x, y).set_loss(loss);
  }
};

/// Standard deviations of a least-squares fit of all 100 points, were none an outlier: 0.05 √((JᵀJ)⁻¹)ⱼⱼ, about.
constexpr double scatter[] = {0.031, 0.0085, 0.014};

/// The largest error, in those.
double worst_error(const std::vector<double>& x) {
  double worst = 0.0;
  for (std::size_t j = 0; j < 3; ++j) worst = std::max(worst, std::abs(x[j] - truth[j]) / scatter[j]);
  return worst;
}

Options graduated() {
  Options options;
  options.graduated = true;
  return options;
}

const char* const bounded[] = {"geman-mcclure:0.15", "welsch:0.15", "tukey:0.3", "arctan:0.03", "barron:-4:0.1"};

}  // namespace

TEST_CASE("30 % outliers: losses recover the truth where least squares does not") {
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    CAPTURE(seed);
    CHECK(worst_error(solve(Data(0.3, seed, Loss()).problem).x) > 10.0);
    for (const char* loss : {"cauchy:0.1", "barron:0:0.1", "geman-mcclure:0.3"}) {
      CAPTURE(loss);
      Data data(0.3, seed, parse_loss(loss));
      data.problem.set_start(data.p, Vec<double, 3>{4.0, 0.4, 0.5});
      const Result result = solve(data.problem);
      CHECK(result.converged());
      CHECK(worst_error(result.x) < 5.0);  // fewer points than 100 count
    }
  }
}

TEST_CASE("60 % outliers: graduated non-convexity still recovers the truth") {
  int lost = 0;
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    CAPTURE(seed);
    for (const char* text : bounded) {
      CAPTURE(text);
      const Loss loss = parse_loss(text);
      const Result result = solve(Data(0.6, seed, loss).problem, graduated());
      CAPTURE(result.reason);
      CHECK(result.converged());
      CHECK(worst_error(result.x) < 8.0);
      lost += worst_error(solve(Data(0.6, seed, loss).problem).x) > 8.0;
    }
  }
  CHECK(lost > 5);  // without it a good part ends elsewhere
}

TEST_CASE("the result of a graduated solve is that of its last descent, where a plain one would stay") {
  const Data data(0.4, 7, Loss::geman_mcclure(0.15));
  Options options = graduated();
  int calls = 0;
  options.callback = [&](const IterationRecord&) { return ++calls, Action::proceed; };
  const Result result = solve(data.problem, options);
  REQUIRE(result.converged());
  CHECK(calls == result.iterations);
  CHECK(result.initial_cost == Approx(solve(data.problem).initial_cost).epsilon(1e-15));
  CHECK(std::isinf(result.trace.front().loss_scale));
  CHECK(result.trace.back().loss_scale == 1.0);
  CHECK(result.final_cost == result.trace.back().cost);
  for (std::size_t i = 1; i < result.trace.size(); ++i) {
    CHECK(result.trace[i].loss_scale <= result.trace[i - 1].loss_scale);
    CHECK(result.trace[i].iteration >= result.trace[i - 1].iteration);
  }
  Data again(0.4, 7, Loss::geman_mcclure(0.15));
  again.problem.set_start(again.p, result[data.p]);
  const Result plain = solve(again.problem);
  CHECK(plain.x[0] == Approx(result.x[0]).epsilon(1e-9));
  CHECK(plain.final_cost == Approx(result.final_cost).epsilon(1e-12));
}

TEST_CASE("a graduated solve that is stopped on its way reports the cost of the losses themselves") {
  const Data data(0.4, 7, Loss::welsch(0.15));
  Options options = graduated();
  options.max_iterations = 6;
  const Result result = solve(data.problem, options);
  CHECK(result.status == Status::iteration_limit);
  CHECK(result.iterations == 6);
  Data there(0.4, 7, Loss::welsch(0.15));
  there.problem.set_start(there.p, result[data.p]);
  CHECK(solve(there.problem).initial_cost == result.final_cost);

  Solver solver(data.problem);
  options = graduated();
  options.callback = [](const IterationRecord&) -> Action { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH(solver.solve(options), "enough");
  CHECK(solver.solve().initial_cost == solve(data.problem).initial_cost);  // the losses have their own scales again
}

TEST_CASE("graduating needs a loss that is not convex") {
  for (const char* loss : {"trivial", "huber:1", "soft-l1:1", "tolerant:1:1", "barron:1.5:1"})
    CHECK_THROWS_WITH_AS(solve(Data(0.1, 1, parse_loss(loss)).problem, graduated()),
                         "graduated non-convexity without a loss that needs it; expected one that is not convex, such "
                         "as geman-mcclure, welsch, tukey or cauchy",
                         Error);
}

TEST_CASE("where every residual is beyond the reach of the loss no parameter is claimed to be found") {
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 1>{100.0});
  problem
      .add_residuals(
          "r", [](const auto& q, double y) { return q[0] - y; }, p, std::vector<double>{1.0, 1.1, 0.9})
      .set_loss(Loss::tukey(1.0));
  Options options;
  options.restarts = 0;
  const Result stuck = solve(problem, options);
  CHECK(stuck.status == Status::stalled);
  options.graduated = true;
  const Result found = solve(problem, options);
  CHECK(found.converged());
  CHECK(found.x[0] == Approx(1.0).epsilon(1e-12));
}

TEST_CASE("every method descends on a robust cost, and the polish brings the last digits") {
  std::vector<double> answers;
  for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::gauss_newton})
    for (const Damping damping : {Damping::nielsen, Damping::marquardt, Damping::radius}) {
      Data data(0.3, 3, Loss::cauchy(0.1));
      data.problem.set_start(data.p, Vec<double, 3>{4.0, 0.5, 1.2});
      const bool damped = method != Method::gauss_newton;
      const Result result = solve(data.problem, {.method = method, .damping = damped ? damping : Damping::nielsen});
      CAPTURE(to_string(method));
      CAPTURE(result.reason);
      CHECK(result.converged());
      answers.push_back(result.x[1]);
    }
  for (const double answer : answers) CHECK(answer == Approx(answers[0]).epsilon(1e-12));
}

TEST_CASE("outliers that make up nearly all of the cost do not hide the minimum") {
  // Residuals of 1e-8 beside outliers whose constant cost is 1e16 times larger.
  std::vector<double> x, y;
  std::mt19937_64 random(5);
  std::normal_distribution<double> normal(0.0, 1e-8);
  for (int i = 0; i < 30; ++i) {
    x.push_back(0.2 * i);
    y.push_back(3.0 * std::exp(-0.5 * x.back()) + 0.2 + normal(random));
  }
  const auto fit = [&](const Loss& loss, bool spoiled) {
    std::vector<double> kept = y;
    for (std::size_t i = 2; spoiled && i < kept.size(); i += 3) kept[i] += 50.0;
    Problem problem;
    const auto p = problem.add_parameters("p", Vec<double, 3>{2.9, 0.52, 0.25});
    std::vector<double> used_x, used_y;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (spoiled || i % 3 != 2) {
        used_x.push_back(x[i]);
        used_y.push_back(kept[i]);
      }
    problem.add_residuals("decay", decay, p, used_x, used_y).set_loss(loss);
    return solve(problem);
  };
  const Result robust = fit(Loss::tukey(1.0), true), clean = fit(Loss(), false);
  CHECK(robust.converged());
  for (std::size_t j = 0; j < 3; ++j) CHECK(robust.x[j] == Approx(clean.x[j]).epsilon(1e-12));
}
