#include <algorithm>
#include <cmath>
#include <set>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/train/train.hpp>

#include "support/line_samples.hpp"
#include "support/valleys.hpp"

using namespace thalweg;
using doctest::Approx;
using line_samples::Line;

namespace {

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

const std::vector<double> origin = {0.0, 0.0};

}  // namespace

TEST_CASE("on all samples every rule takes the steps that it takes by itself, with the gradient of the mean") {
  for (const Rule rule : all_rules()) {
    if (rule == Rule::proximal_gradient || rule == Rule::fista || rule == Rule::proxprop) continue;
    CAPTURE(to_string(rule));
    const Line line(7);
    const Result result =
        train(line, origin, {.rule = rule, .rate = 0.05, .max_iterations = 10, .record_points = true});
    CHECK(result.status == Status::iteration_limit);
    CHECK(result.iterations == 10);
    CHECK(result.epochs == 10);
    CHECK(line.gradients == 11);
    CHECK(result.evaluations.jacobian == 11);
    CHECK(result.evaluations.cost == 0);
    REQUIRE(result.trace.size() == 11);

    const auto alone = make_rule(rule, {}, 2);
    alone->set_rate(0.05);
    std::vector<double> theta = origin, g(2), at(2);
    for (std::size_t k = 0; k <= 10; ++k) {
      if (alone->looks_ahead())
        alone->ahead(theta, at);
      else
        at = theta;
      CHECK(largest_difference(at, result.trace[k].x) <= 1e-15);
      CHECK(result.trace[k].cost == Approx(line.value(at)).epsilon(1e-14));
      CHECK(result.trace[k].evaluations == static_cast<double>(k + 1));
      line.gradient(at, g);
      for (double& v : g) v /= 7.0;
      alone->step(theta, g);
    }
  }
}

TEST_CASE("the result is the best point that was recorded, and its cost") {
  const auto f = objective(2, valleys::rosenbrock);
  const Result result = train(f, {-1.2, 1.0}, {.rule = Rule::adam, .rate = 0.5, .max_iterations = 300});
  double lowest = std::numeric_limits<double>::infinity();
  for (const IterationRecord& record : result.trace) lowest = std::min(lowest, record.cost);
  CHECK(result.final_cost == lowest);
  CHECK(f.value(result.x) == Approx(lowest).epsilon(1e-14));
  CHECK(result.epochs == 0);  // no sum over samples
}

TEST_CASE("the lowest point is reported with a note where the last is higher, or the last where that is wanted") {
  // The heavy ball swings through the minimum after some 20 steps.
  const auto f = objective(1, [](const auto& x) { return 0.5 * x[0] * x[0]; });
  TrainOptions options{.rule = Rule::momentum, .rate = 1e-2, .max_iterations = 36};
  const Result lowest = train(f, {10.0}, options);
  options.keep_lowest = false;
  const Result last = train(f, {10.0}, options);
  CHECK(lowest.trace.size() == last.trace.size());
  CHECK(last.final_cost == last.trace.back().cost);
  CHECK(f.value(last.x) == Approx(last.final_cost).epsilon(1e-14));
  CHECK(last.notes.empty());
  CHECK(lowest.final_cost < 0.1 * last.final_cost);
  REQUIRE(lowest.notes.size() == 1);
  CHECK(lowest.notes[0].find("whose parameters are reported; the last was") != std::string::npos);
}

TEST_CASE("minibatches: every sample once per epoch, the last batch kept, epochs and iterations apart") {
  const Line line(10);
  const Result result = train(line, origin, {.rule = Rule::sgd, .rate = 0.1, .batch_size = 4, .max_epochs = 3});
  CHECK(result.status == Status::iteration_limit);
  CHECK(result.reason == "the limit of 3 epochs is reached");
  CHECK(result.epochs == 3);
  CHECK(result.iterations == 9);
  CHECK(result.evaluations.batch_gradients == 9);
  CHECK(result.evaluations.jacobian == 4);
  CHECK(result.trace.size() == 4);
  CHECK(result.trace.back().evaluations == Approx(3.0 + 4.0));
  REQUIRE(line.batches.size() == 9);
  for (std::size_t epoch = 0; epoch < 3; ++epoch) {
    std::set<std::int64_t> met;
    for (std::size_t b = 0; b < 3; ++b) {
      const auto& batch = line.batches[3 * epoch + b];
      CHECK(batch.size() == (b < 2 ? 4 : 2));
      met.insert(batch.begin(), batch.end());
    }
    CHECK(met.size() == 10);
  }
  CHECK(line.batches[0] != line.batches[3]);
}

TEST_CASE("the same seed gives the same bits, another seed others; a batch of all samples is the whole gradient") {
  const auto run = [](std::uint64_t seed, std::int64_t batch) {
    const Line line(10);
    return train(line, origin,
                 {.rule = Rule::momentum, .rate = 0.1, .batch_size = batch, .seed = seed, .max_epochs = 5})
        .x;
  };
  CHECK(run(1, 3) == run(1, 3));
  CHECK(run(1, 3) != run(2, 3));
  CHECK(run(1, 10) == run(2, 0));
}

TEST_CASE("a limit within an epoch ends with a record of where training stands") {
  const Line line(10);
  const Result result = train(
      line, origin, {.rule = Rule::sgd, .rate = 0.01, .batch_size = 2, .max_iterations = 7, .record_points = true});
  CHECK(result.iterations == 7);
  CHECK(result.epochs == 1);
  REQUIRE(result.trace.size() == 3);
  CHECK(result.trace.back().iteration == 7);
  CHECK(result.x == result.trace.back().x);
  CHECK(result.reason == "the limit of 7 iterations is reached");
}

TEST_CASE("schedules move the rate, and the end of a cosine ends training") {
  const Line line(5);
  const Result step = train(
      line, origin, {.rule = Rule::sgd, .rate = 0.1, .schedule = parse_schedule("step:3:0.5"), .max_iterations = 7});
  for (const int k : {1, 2, 3}) CHECK(step.trace[static_cast<std::size_t>(k)].rate == Approx(0.1));
  for (const int k : {4, 5, 6}) CHECK(step.trace[static_cast<std::size_t>(k)].rate == Approx(0.05));
  CHECK(step.trace[7].rate == Approx(0.025));
  const Result cosine = train(line, origin, {.rule = Rule::sgd, .rate = 0.1, .schedule = parse_schedule("cosine:20")});
  CHECK(cosine.iterations == 20);
  CHECK(cosine.status == Status::iteration_limit);
  CHECK(cosine.reason == "the schedule cosine:20 is at its end");
  const Result plateau =
      train(line, origin,
            {.rule = Rule::sgd, .rate = 1.0, .schedule = parse_schedule("plateau:5:0.5"), .max_iterations = 400});
  CHECK(plateau.trace.back().rate < 0.1);
}

TEST_CASE("a rate found by line search is that of steepest descent") {
  // ½ (x² + 10 y²) from (10, 1): g = (10, 10), the best rate gᵀg / gᵀAg = 2 / 11.
  const auto f = objective(2, [](const auto& x) { return 0.5 * (x[0] * x[0] + 10.0 * x[1] * x[1]); });
  const Result result = train(
      f, {10.0, 1.0}, {.rule = Rule::gradient_descent, .schedule = parse_schedule("search"), .max_iterations = 30});
  CHECK(result.trace[1].rate == Approx(2.0 / 11.0).epsilon(1e-9));
  for (std::size_t k = 1; k < result.trace.size(); ++k) CHECK(result.trace[k].cost < result.trace[k - 1].cost);
  // Each step divides the cost by ((10 + 1) / (10 − 1))² here (Nocedal & Wright 2006, theorem 3.3, its worst case).
  CHECK(result.trace[10].cost / result.trace[9].cost == Approx(81.0 / 121.0).epsilon(1e-6));

  const Line line(12);
  const Result batches =
      train(line, origin,
            {.rule = Rule::sgd, .schedule = parse_schedule("search:backtracking"), .batch_size = 4, .max_epochs = 6});
  CHECK(batches.final_cost < 0.05 * batches.initial_cost);
  CHECK(batches.evaluations.batch_gradients > 2 * batches.iterations);  // the search is counted
}

TEST_CASE("gradients are clipped by value, then by norm") {
  const auto f = objective(2, [](const auto& x) { return 3.0 * x[0] + 4.0 * x[1]; });
  const auto first = [&](double norm, double value) {
    return train(f, {1.0, 1.0},
                 {.rule = Rule::sgd,
                  .rate = 1.0,
                  .clip_norm = norm,
                  .clip_value = value,
                  .max_iterations = 1,
                  .record_points = true})
        .trace[1]
        .x;
  };
  constexpr double none = std::numeric_limits<double>::infinity();
  CHECK(first(none, none) == std::vector{-2.0, -3.0});
  CHECK(largest_difference(first(1.0, none), {1.0 - 0.6, 1.0 - 0.8}) < 1e-15);
  CHECK(first(none, 3.5) == std::vector{-2.0, -2.5});
  CHECK(first(10.0, none) == std::vector{-2.0, -3.0});
}

TEST_CASE("bounds are kept by projection") {
  const Line line(9);
  const Result result =
      train(line, origin, {.rule = Rule::adam, .rate = 0.05, .max_iterations = 500, .record_points = true},
            {.lower = {-1.0, -1.0}, .upper = {0.5, 5.0}});
  for (const IterationRecord& record : result.trace) {
    CHECK(record.x[0] <= 0.5);
    CHECK(record.x[1] >= -1.0);
  }
  CHECK(result.x[0] == 0.5);
  CHECK(result.x[1] == -1.0);
}

TEST_CASE("early stopping returns the best by validation, and says so") {
  const Line line(20);
  int calls = 0;
  TrainOptions options{.rule = Rule::sgd, .rate = 0.1, .batch_size = 5, .patience = 4};
  // Best after six epochs, whatever the training does.
  options.validation = [&](std::span<const double>) { return std::abs(6.0 - calls++); };
  const Result result = train(line, origin, options);
  CHECK(result.status == Status::converged);
  CHECK(result.reason == "the validation cost has not fallen for 4 epochs, since epoch 6");
  CHECK(result.epochs == 10);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] ==
        "early stopping: the validation cost was lowest, 0, after epoch 6; its parameters are reported");
  CHECK(result.final_cost == Approx(line.value(result.x)).epsilon(1e-14));
  CHECK(result.final_cost == result.trace[6].cost);
}

TEST_CASE("a rate too large ends the run, at the best point, with a hint") {
  const Line line(10);
  for (const std::int64_t batch : {0, 3}) {
    const Result result = train(line, origin, {.rule = Rule::sgd, .rate = 50.0, .batch_size = batch});
    CAPTURE(result.reason);
    CHECK(result.status == Status::failed);
    CHECK(result.reason.starts_with("diverged at iteration "));
    CHECK(result.reason.ends_with("; the learning rate 50 is too large: try 5"));
    CHECK(result.x == origin);
    CHECK(result.final_cost == result.initial_cost);
  }
  const auto f = objective(1, [](const auto& x) { return log(x[0]); });
  const Result undefined = train(f, {1.0}, {.rule = Rule::sgd, .rate = 2.0});
  CHECK(undefined.reason ==
        "diverged at iteration 1: the cost was 0 and is no number any more; the learning rate 2 is too "
        "large: try 0.2");
}

TEST_CASE("a start that is not finite is said as minimize says it") {
  const auto f = objective(1, [](const auto& x) { return sqrt(x[0]); });
  const Result result = train(f, {-1.0});
  CHECK(result.status == Status::non_finite_start);
  CHECK(result.reason == "the cost is nan at the start");
  CHECK(result.iterations == 0);
}

TEST_CASE("a small gradient, a callback, a flag and the time end training") {
  const auto f = objective(2, [](const auto& x) { return x[0] * x[0] + x[1] * x[1]; });
  const Result small = train(f, {1.0, 1.0}, {.rule = Rule::sgd, .rate = 0.4, .gradient_tolerance = 1e-6});
  CHECK(small.status == Status::converged);
  CHECK(small.reason.ends_with(" <= 1e-06"));
  TrainOptions options{.rule = Rule::sgd, .rate = 1e-3};
  options.callback = [](const IterationRecord& r) { return r.iteration == 5 ? Action::stop : Action::proceed; };
  const Result stopped = train(f, {1.0, 1.0}, options);
  CHECK(stopped.status == Status::interrupted);
  CHECK(stopped.iterations == 5);
  const std::atomic<bool> flag = true;
  const Result interrupted = train(f, {1.0, 1.0}, {.rule = Rule::sgd, .rate = 1e-3, .interrupt = &flag});
  CHECK(interrupted.status == Status::interrupted);
  const Result late = train(f, {1.0, 1.0}, {.rule = Rule::sgd, .rate = 1e-9, .time_limit = 0.01});
  CHECK(late.status == Status::time_limit);
  CHECK(late.seconds.total < 1.0);
}

TEST_CASE("a long trace is thinned, its first and last record kept") {
  const auto f = objective(1, [](const auto& x) { return x[0] * x[0]; });
  const Result result = train(f, {1.0}, {.rule = Rule::sgd, .rate = 1e-6, .max_iterations = 100000});
  CHECK(result.trace.size() > 2000);
  CHECK(result.trace.size() < 4000);
  CHECK(result.trace.front().iteration == 0);
  CHECK(result.trace.back().iteration == 100000);
  CHECK(std::is_sorted(result.trace.begin(), result.trace.end(),
                       [](const auto& a, const auto& b) { return a.iteration < b.iteration; }));
}

TEST_CASE("misuse of training is an error that says what was expected") {
  const Line line(10);
  const auto refused = [&](TrainOptions options) -> std::string {
    try {
      train(line, origin, options);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refused({.batch_size = 11}) == "batch_size is 11; expected 1 to 10, the number of samples, or 0 for all");
  CHECK(refused({.batch_size = -1}) == "batch_size is -1; expected 1 to 10, the number of samples, or 0 for all");
  CHECK(refused({.rate = 0.0}) == "rate is 0; expected a number > 0");
  CHECK(refused({.clip_norm = 0.0}) == "clip_norm is 0; expected a number > 0");
  CHECK(refused({.patience = 3}) == "patience needs a validation cost to watch; expected one, or patience 0");
  CHECK(refused({.constants = {.beta2 = 1.0}}) == "beta2 is 1; expected a number >= 0 and < 1");
  CHECK(refused({.rule = Rule::adam, .schedule = parse_schedule("search")}) ==
        "a rate found by line search is for sgd and gradient-descent, and adam does not step along its gradient; "
        "expected "
        "another schedule");
  CHECK(refused({.rule = Rule::sgd, .schedule = parse_schedule("search"), .clip_norm = 1.0}) ==
        "clipping means nothing to a rate found by line search; expected another schedule, or no clipping");
  CHECK(refused({.rule = Rule::fista, .batch_size = 3}) ==
        "fista needs the whole gradient; leave out the batch size, or take sgd, momentum, adam, ...");
  CHECK(refused({.rule = Rule::fista, .schedule = parse_schedule("inverse:10")}) ==
        "fista keeps its rate; expected the schedule constant");
  CHECK(refused({.rule = Rule::proxprop}) ==
        "proxprop takes implicit steps in the layers of a network, and this is none; expected another rule");
  CHECK_THROWS_WITH(train(line, {1.0}), "a start of 1 numbers; expected 2");
  const auto f = objective(2, valleys::rosenbrock);
  CHECK_THROWS_WITH(train(f, {0.0, 0.0}, {.batch_size = 2}),
                    "batch_size is 2; expected 1 to 1, the number of samples, or 0 for all");
}
