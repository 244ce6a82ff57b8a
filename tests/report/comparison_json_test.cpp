#include <thalweg/report/comparison.hpp>

#include <doctest/doctest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "support/example_reports.hpp"
#include "support/invented_comparison.hpp"

using nlohmann::json;

TEST_CASE("the JSON of a comparison holds every run") {
  const json j = json::parse(to_json(invented_comparison()));
  CHECK(j["rule"]["distance"] == 1e-6);
  CHECK(j["methods"] == json({"newton", "adam", "lm"}));
  CHECK(j["tuned"] == true);
  const json& problem = j["problems"][0];
  CHECK(problem["best_known"] == 0.5);
  CHECK(problem["landscape"].is_null());
  const json& newton = problem["methods"][0];
  CHECK(newton["refused"].is_null());
  CHECK(newton["tuning"].is_null());
  CHECK(newton["runs"][1]["start"] == 2);
  CHECK(newton["runs"][1]["evaluations"] == 12.0);
  CHECK(newton["runs"][1]["rate"].is_null());
  CHECK(newton["runs"][1]["evaluations_spent"]["hessian_products"] == 2);
  CHECK(newton["runs"][1]["x"] == json({1.0, 2.0}));
  const json& adam = problem["methods"][1];
  CHECK(adam["tuning"]["trials"].size() == 2);
  CHECK(adam["tuning"]["trials"][1]["rate"] == 0.01);
  CHECK(adam["tuning"]["evaluations"] == 4321.0);
  CHECK(adam["runs"][1]["reached"] == false);
  CHECK(adam["runs"][1]["seconds"].is_null());
  CHECK(adam["runs"][1]["status"] == "time_limit");
  CHECK(adam["runs"][0]["evaluations_spent"]["batch_gradients"] == 61728);
  CHECK(problem["methods"][2]["refused"] == "it needs residuals");
  CHECK(j["summary"][1]["reached"] == 1);
  CHECK(j["summary"][1]["median_evaluations"] == 1001.0);
}

TEST_CASE("the JSON of a comparison names lowest costs, runs that diverged and rates at the edge") {
  thalweg::Comparison comparison = invented_comparison();
  thalweg::ComparedMethod& adam = comparison.problems[0].methods[1];
  adam.rate_edge = thalweg::RateEdge::largest;
  adam.tuning[0].diverged = 2;
  adam.runs[1].lowest_cost = 6.5;
  adam.runs[1].lowest_iteration = 17.0;
  adam.runs[1].diverged = true;
  const json j = json::parse(to_json(comparison)), shown = j["problems"][0]["methods"][1];
  CHECK(shown["tuning"]["edge"] == "largest");
  CHECK(shown["tuning"]["trials"][0]["diverged"] == 2);
  CHECK(shown["runs"][0]["lowest_cost"].is_null());
  CHECK(shown["runs"][1]["final_cost"] == 7.0);
  CHECK(shown["runs"][1]["lowest_cost"] == 6.5);
  CHECK(shown["runs"][1]["lowest_iteration"] == 17.0);
  CHECK(shown["runs"][0]["diverged"] == false);
  CHECK(shown["runs"][1]["diverged"] == true);
  CHECK(j["summary"][1]["diverged"] == 1);
}

TEST_CASE("traces hold their points, and no more than can be used") {
  thalweg::Comparison comparison = example_reports::valley();
  const json small = json::parse(to_json(comparison));
  const auto& run = comparison.problems[0].methods[3].runs[0].result;
  const json& trace = small["problems"][0]["methods"][3]["runs"][0]["trace"];
  REQUIRE(trace.size() == run.trace.size());
  CHECK(trace.back()["cost"].get<double>() == run.trace.back().cost);
  CHECK(trace.back()["evaluations"].get<double>() == run.trace.back().evaluations);
  CHECK(trace.back()["x"].get<std::vector<double>>() == run.trace.back().x);
  CHECK(small["problems"][0]["landscape"]["cost"].size() == 121 * 81);

  auto& long_trace = comparison.problems[0].methods[0].runs[0].result.trace;
  long_trace.resize(50000, long_trace.back());
  const json large = json::parse(to_json(comparison));
  CHECK(large["problems"][0]["methods"][0]["runs"][0]["trace"].size() <= 2000);
}
