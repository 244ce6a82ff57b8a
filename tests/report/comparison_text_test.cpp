#include <thalweg/report/comparison.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "report/comparison_summary.hpp"
#include "report/text/table.hpp"
#include "support/example_reports.hpp"
#include "support/invented_comparison.hpp"

using thalweg::Comparison;
using thalweg::to_text;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t widest(const std::string& text) {
  std::size_t most = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) most = std::max(most, thalweg::text::width(line));
  return most;
}

}  // namespace

TEST_CASE("a comparison on one problem, whole") {
  const std::string text = to_text(invented_comparison());
  CHECK(text ==
        R"(Two valleys
two.toml: 3 residuals, 2 parameters, 2 starts; F* = 0.5 (certified)

  method  reached  seconds  iterations  evaluations  F/∇F/∇²F  final cost  digits
  newton      2/2    0.002           4            9    10/8/6         0.5    10.5
  adam        1/2      0.5        1000         1001  4/2000/0           7     0.2
  lm      refused

  learning rate        minibatches  tuning
  adam           0.01         123k  best of 2 tried: 4321 evaluations, 1.5 s more

adam did not reach it: 1 at a limit
lm: it needs residuals

Seconds, iterations and evaluations count up to the target, medians of the runs that reached it; final costs
and digits are medians of all runs. F/∇F/∇²F are the costs, gradients or Jacobians, and Hessians or products
that all runs took to their ends, reached or not.
A run has reached the target when F ≤ F* + 1e-06 max(|F*|, 1e-06 (F₀ − F*)): F* is the best known cost, F₀
that at the start. It is given up after 10000 evaluations or 60 s. The same holds for every method.
Learning rates were chosen for each method and problem; the figures above are those of the best.
)");
}

TEST_CASE("a run that ended above its lowest cost, one that diverged and a rate at the edge are named") {
  Comparison comparison = invented_comparison();
  thalweg::ComparedMethod& adam = comparison.problems[0].methods[1];
  adam.rate_edge = thalweg::RateEdge::largest;
  adam.runs[0].lowest_cost = 0.75;
  adam.runs[1].lowest_cost = 0.75;
  adam.runs[1].diverged = true;
  const std::string text = to_text(comparison);
  CHECK(contains(text, "final cost  lowest met  digits"));
  CHECK(contains(text, "         0.5                10.5\n"));
  CHECK(contains(text, "           7        0.75     0.2\n"));
  CHECK(contains(text, "best of 2 tried, the largest of them: "));
  CHECK(contains(text, "adam did not reach it: 1 diverged\n"));
  CHECK(widest(text) <= 110);
}

TEST_CASE("methods that ended alike, or were refused for the same reason, share a line") {
  Comparison comparison = invented_comparison();
  auto& methods = comparison.problems[0].methods;
  for (const char* name : {"sgd", "momentum"}) {
    methods.push_back(methods[1]);
    methods.back().name = name;
  }
  for (const char* name : {"gn", "levenberg"}) {
    methods.push_back(methods[2]);
    methods.back().name = name;
    methods.back().refused = std::string(name) + " needs residuals";
  }
  methods[1].runs[1].diverged = true;
  const std::string text = to_text(comparison);
  CHECK(contains(text,
                 "\n\nadam did not reach it: 1 diverged; sgd and momentum: 1 at a limit each\n"
                 "lm: it needs residuals\ngn and levenberg: needs residuals\n\n"));
}

TEST_CASE("a single run that did not reach the target is not counted") {
  Comparison comparison = invented_comparison();
  auto& methods = comparison.problems[0].methods;
  methods[1].runs.erase(methods[1].runs.begin());
  methods.push_back(methods[1]);
  methods.back().name = "sgd";
  const std::string text = to_text(comparison);
  CHECK(contains(text, "\n\nadam and sgd did not reach it: at a limit\n"));
}

TEST_CASE("with one start, reached is yes or no") {
  Comparison comparison = invented_comparison();
  comparison.problems[0].initial_costs.resize(1);
  for (auto& method : comparison.problems[0].methods)
    if (!method.runs.empty()) method.runs.erase(method.runs.begin());
  const std::string text = to_text(comparison);
  CHECK(contains(text, "newton      yes"));
  CHECK(contains(text, "adam         no        -           -            -"));
  CHECK(!contains(text, "medians"));
}

TEST_CASE("several problems are taken together, and one by one when verbose") {
  Comparison comparison = invented_comparison();
  comparison.problems.push_back(comparison.problems[0]);
  comparison.problems[1].title = "Another";
  const std::string text = to_text(comparison);
  CHECK(text.starts_with("2 problems, 3 methods\n"));
  CHECK(contains(text, "newton      4/4       2/2"));
  CHECK(contains(text, "adam        2/4       0/2"));
  CHECK(contains(text, "lm          0/0       0/2        2"));
  CHECK(!contains(text, "Another"));
  CHECK(contains(to_text(comparison, true), "Another\n"));
  comparison.interrupted = true;
  comparison.problems[1].methods.resize(1);
  CHECK(contains(to_text(comparison), "interrupted"));
}

TEST_CASE("no line is wider than 110 columns") {
  CHECK(widest(to_text(example_reports::valley())) <= 110);
  CHECK(widest(to_text(example_reports::several_problems(), true)) <= 110);
  Comparison comparison = invented_comparison();
  comparison.problems[0].methods[0].name = "levenberg-marquardt";
  for (auto& run : comparison.problems[0].methods[0].runs) {
    run.result.evaluations = {123456, 1234567, 99999, 0, 0};
    run.result.final_cost = 1.23456e-123;
    run.seconds = 0.000123456;
    run.iterations = run.evaluations = 1234567;
  }
  CHECK(widest(to_text(comparison)) <= 110);
}

TEST_CASE("names cannot move the terminal's cursor") {
  Comparison comparison = invented_comparison();
  comparison.problems[0].title = comparison.problems[0].methods[0].name = comparison.problems[0].source = "a\x1b[2Jb";
  comparison.problems[0].methods[2].refused = "c\x1b[2J";
  CHECK(!contains(to_text(comparison), "\x1b"));
}

TEST_CASE("the median is a value that was met") {
  using thalweg::median;
  const double nan = thalweg::IterationRecord::unset;
  CHECK(median({3.0, 1.0, 2.0}) == 2.0);
  CHECK(median({4.0, 1.0, 2.0, 3.0}) == 2.0);
  CHECK(median({nan, 5.0}) == 5.0);
  CHECK(std::isnan(median({nan})));
}
