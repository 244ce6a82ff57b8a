// The trust-region loop on a system that has no residuals: what it asks for, in which order, and what it makes of it.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <minimize/loop/trust_region.hpp>
#include <thalweg/extend/system.hpp>

using namespace thalweg;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// One column. The model says that the cost is ½(x − 1)² + ½ everywhere; what it is, the script says, evaluation by
/// evaluation.
class Scripted : public System, public DampedSystem {
 public:
  struct Answer {
    double cost;
    bool derivatives = true;  ///< whether they are finite there
  };
  std::vector<Answer> script;          // of trials; when it ends, the model tells the truth
  std::vector<Stationarity> evidence;  // of claims; when it ends, they hold
  bool changes = false;                // the model, at a step that is refused
  double sigma2 = IterationRecord::unset;
  double reach = 1.0;  // of a step, part of the model's own
  std::string calls;

  std::optional<Verdict> begin(std::vector<double> x, SolveContext&) override {
    calls += "begin ";
    x_ = std::move(x);
    cost_ = truth(x_[0]);
    linearize();
    return std::nullopt;
  }
  std::int64_t columns() const override { return 1; }
  const std::vector<double>& x() const override { return x_; }
  double cost() const override { return cost_; }
  double variance() const override { return sigma2; }
  double gradient_norm() const override { return std::abs(gradient_[0]); }
  std::span<const double> sizes() const override { return x_; }
  DampedSystem& steps() override { return *this; }
  double evaluate(const double* step, bool promising) override {
    calls += promising ? "promising " : "evaluate ";
    trial_ = x_[0] + step[0];
    answer_ = next_ < script.size() ? script[next_++] : Answer{truth(trial_)};
    return answer_.cost;
  }
  bool accept() override {
    calls += "accept ";
    if (!answer_.derivatives) return false;
    x_[0] = trial_;
    cost_ = answer_.cost;
    return true;
  }
  bool reject() override {
    calls += "reject ";
    return changes;
  }
  void linearize() override {
    calls += "linearize ";
    gradient_ = {x_[0] - 1.0};
  }
  double cost_beside(const double* step) override { return truth(x_[0] + step[0]); }
  Stationarity measure(double) override {
    calls += "measure ";
    return measured_ < evidence.size() ? evidence[measured_++] : Stationarity{.allowed = 1e-8};
  }
  bool is_unmoved_by(const double*, double) override { return false; }
  bool is_small() const override { return true; }

  std::string_view name() const override { return "scripted"; }
  std::span<const double> gradient() const override { return gradient_; }
  std::span<const double> column_norms() const override { return norms_; }
  LinearStatus solve(double lambda, const double* D, double* step) override {
    step[0] = -reach * gradient_[0] / (1.0 + lambda * D[0] * D[0]);
    return LinearStatus::ok;
  }
  LinearStatus solve_again(const double* b, double* z) override {
    z[0] = b[0];
    return LinearStatus::ok;
  }
  double squared_product(const double* v) const override { return v[0] * v[0]; }

 private:
  static double truth(double x) { return 0.5 * (x - 1.0) * (x - 1.0) + 0.5; }

  std::vector<double> x_, gradient_ = {0.0}, norms_ = {1.0};
  double cost_ = 0.0, trial_ = 0.0;
  Answer answer_{};
  std::size_t next_ = 0, measured_ = 0;
};

/// Whose linear solver ends early, with next to nothing of the step, below some damping.
class EndsEarly final : public Scripted {
 public:
  double exact_from = infinity;
  LinearStatus early = LinearStatus::inexact;

  Stationarity measure(double allowed) override { return System::measure(allowed); }
  LinearStatus solve(double lambda, const double* D, double* step) override {
    const LinearStatus status = Scripted::solve(lambda, D, step);
    if (lambda >= exact_from) return status;
    step[0] *= 1e-12;
    return early;
  }
};

struct Run {
  Options options;
  Result result;
  Ending ending{Status::failed, "", {}, 0.0};
};

Run run(Scripted& system, double start, Options options = {}) {
  Run done{std::move(options), {}};
  Stopwatch clock;
  Journal journal(done.options, clock, done.result);
  const auto strategy = make_strategy(done.options);
  TrustRegion loop(system);
  loop.begin_solve();
  done.ending = loop.run({start}, *strategy, journal);
  return done;
}

std::vector<IterationRecord::Outcome> outcomes(const Result& result) {
  std::vector<IterationRecord::Outcome> all;
  for (std::size_t i = 1; i < result.trace.size(); ++i) all.push_back(result.trace[i].outcome);
  return all;
}

using Outcome = IterationRecord::Outcome;

}  // namespace

TEST_CASE("a good step is evaluated, taken and linearised; the next one is expected to be good") {
  Scripted system;
  const Run done = run(system, 5.0, {.max_iterations = 2});
  CHECK(system.calls == "begin linearize evaluate accept linearize promising accept linearize ");
  CHECK(done.ending.status == Status::iteration_limit);
  CHECK(done.result.accepted_steps == 2);
  CHECK(done.ending.x[0] == doctest::Approx(1.0).epsilon(1e-3));
}

TEST_CASE(
    "a step is refused that does not lower the cost, or leads where it is not finite, or its derivatives are not") {
  Scripted system;
  system.script = {{9.0}, {infinity}, {2.0, false}};
  const Run done = run(system, 5.0, {.max_iterations = 3});
  CHECK(outcomes(done.result) == std::vector{Outcome::no_decrease, Outcome::not_finite, Outcome::not_finite});
  CHECK(system.calls == "begin linearize evaluate reject evaluate reject evaluate accept reject ");
  CHECK(done.ending.x[0] == 5.0);
  CHECK(done.ending.cost == 8.5);
  // Each refusal damps more.
  CHECK(done.result.trace[2].damping > done.result.trace[1].damping);
  CHECK(done.result.trace[3].damping > done.result.trace[2].damping);
  CHECK(std::isnan(done.result.trace[2].trial_cost));
}

TEST_CASE("a part of the promise, from iterations that ran out, verifies no claim") {
  EndsEarly system;
  const Options options;
  Stopwatch clock;
  Result result;
  Journal journal(options, clock, result);
  system.begin({2.0}, journal);
  CHECK(!system.measure(1e-8).holds());
  system.exact_from = 1e-9;  // with more damping they end
  CHECK(system.measure(1e-8).promised == doctest::Approx(0.5).epsilon(1e-6));
  system.exact_from = infinity;
  system.early = LinearStatus::ok;
  CHECK(system.measure(1e-8).holds());
}

TEST_CASE("where a refused step makes the model another, it is linearised anew") {
  Scripted system;
  system.script = {{9.0}};
  system.changes = true;
  run(system, 5.0, {.max_iterations = 2});
  CHECK(system.calls == "begin linearize evaluate reject linearize evaluate accept linearize ");
}

TEST_CASE("a claim that the evidence confirms is the end") {
  Scripted system;
  const Run done = run(system, 5.0);
  CHECK(done.ending.status == Status::converged);
  CHECK(done.ending.x[0] == doctest::Approx(1.0));
  CHECK(system.calls.ends_with("measure "));
}

TEST_CASE("a claim that the evidence denies is withdrawn, the descent goes on, and says why when it cannot") {
  Scripted system;
  const Stationarity denied{.promised = 1e-3, .allowed = 1e-8};
  system.evidence = {denied};
  Run done = run(system, 5.0);
  CHECK(done.ending.status == Status::converged);
  CHECK(system.calls.find("measure ") != system.calls.rfind("measure "));

  Scripted hopeless;
  hopeless.evidence.assign(100, denied);
  done = run(hopeless, 5.0);
  CHECK(done.ending.status == Status::stalled);
  CHECK(done.ending.reason.ends_with("but a Gauss-Newton step promises to lower it by 1.0e-03 of itself, > 1e-08"));
}

TEST_CASE("ten steps that gain together less than noise are an end, of which the promise says which") {
  const auto slow = [] {
    Scripted system;
    system.reach = 0.01;  // each step gains a fiftieth of what is left
    system.sigma2 = 4.0;
    return system;
  };
  const Options options{.noise_tolerance = 0.01};
  Scripted system = slow();
  Run done = run(system, 5.0, options);
  CHECK(done.ending.status == Status::converged);
  CHECK(done.ending.down_to_noise);
  CHECK(done.ending.reason.starts_with("10 steps lowered the cost by "));
  const double left = done.ending.cost - 0.5, part = 1.0 - std::pow(0.99, 20);
  CHECK(left <= 0.04 / part);
  CHECK(left >= 0.8 * 0.04 / part);

  Scripted open = slow();
  open.evidence.assign(100, {.promised = 1.0, .allowed = 1e-8});
  done = run(open, 5.0, options);
  CHECK(done.ending.status == Status::stalled);
  CHECK(!done.ending.down_to_noise);

  Scripted unknown = slow();
  unknown.sigma2 = IterationRecord::unset;
  CHECK(!run(unknown, 5.0, options).ending.down_to_noise);
}

TEST_CASE("undamped steps may climb; the lowest point is reported") {
  Scripted system;
  system.script = {{2.0}, {7.0}};
  system.reach = 0.5;
  Options options{.method = Method::gauss_newton, .globalization = Globalization::none, .max_iterations = 2};
  const Run done = run(system, 5.0, options);
  CHECK(outcomes(done.result) == std::vector{Outcome::accepted, Outcome::accepted});
  CHECK(done.ending.cost == 2.0);
}

TEST_CASE("a buffer of the loop serves one descent after another") {
  Scripted system;
  Stopwatch clock;
  const Options options;
  Result result;
  Journal journal(options, clock, result);
  TrustRegion loop(system);
  for (const double start : {5.0, -7.0}) {
    const auto strategy = make_strategy(options);
    CHECK(loop.run({start}, *strategy, journal).x[0] == doctest::Approx(1.0));
  }
}

TEST_CASE("a system of one's own is minimised, its claims verified") {
  Scripted system;
  const Result result = minimize(system, {5.0});
  CHECK(result.converged());
  CHECK(result.x[0] == doctest::Approx(1.0));
  CHECK(result.final_cost == doctest::Approx(0.5));
  CHECK(result.linear_solver == "scripted");
  CHECK(result.linear_solver_reason == "the system's own");
  CHECK(system.calls.find("measure") != std::string::npos);
}

TEST_CASE("options that a system of one's own cannot follow are refused") {
  Scripted system;
  const auto refused = [&](const Options& options) {
    try {
      minimize(system, {5.0}, options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK(refused({.method = Method::bfgs}).starts_with("bfgs takes no System; expected levenberg-marquardt"));
  CHECK(refused({.graduated = true}).find("graduated") != std::string::npos);
  CHECK(refused({.linear_solver = LinearSolverKind::dense_qr}).find("expected automatic") != std::string::npos);
}

TEST_CASE("a system is a minimum where an undamped step promises nothing, by its steps alone") {
  class Plain : public Scripted {
    Stationarity measure(double allowed) override { return System::measure(allowed); }
  } system;
  Run done = run(system, 1.5, {.max_iterations = 0});
  const Stationarity beside = static_cast<System&>(system).measure(1e-8);
  // ½(x − 1)² of ½(x − 1)² + ½ at x = 1.5.
  CHECK(beside.promised == doctest::Approx(0.125 / 0.625));
  CHECK_FALSE(beside.holds());
  done = run(system, 1.0, {.max_iterations = 0});
  CHECK(static_cast<System&>(system).measure(1e-8).holds());
}

TEST_CASE("a small promise that no part of its step keeps does not withdraw a claim; one that is kept does") {
  struct Hidden : Scripted {
    bool flat = false;
    Stationarity measure(double allowed) override { return System::measure(allowed); }
    double cost_beside(const double* step) override { return flat ? cost() : Scripted::cost_beside(step); }
  } system;
  // ½(x − 1)² + ½: a step promises (x − 1)² of the cost, nearly.
  run(system, 1.0 + 3e-4, {.max_iterations = 0});
  const Stationarity kept = system.measure(1e-8);
  CHECK(kept.promised == doctest::Approx(9e-8).epsilon(1e-3));
  CHECK_FALSE(kept.holds());
  system.flat = true;
  CHECK(system.measure(1e-8).promised == 0.0);
  CHECK(system.measure(1e-8).holds());
  // What is promised beyond a hundred times what is allowed is believed.
  run(system, 1.0 + 3e-3, {.max_iterations = 0});
  CHECK_FALSE(system.measure(1e-8).holds());
}
