#include <thalweg/report/json.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <thalweg/minimize/solve.hpp>

using nlohmann::json;
using thalweg::Report;

namespace {

Report solved(int parameters = 2) {
  thalweg::Problem problem;
  const auto p = problem.add_parameters("p", std::vector<double>(static_cast<std::size_t>(parameters), 0.5));
  const std::vector<double> x = {0, 1, 2, 3}, y = {1, 3, 4, 6};
  problem.add_residuals(
      "data", [](auto q, double xi, double yi) { return q[0] + q[1] * xi - yi; }, p, x, y);
  problem.set_bounds(p, 1, 0.0, std::numeric_limits<double>::infinity());
  for (int i = 2; i < parameters; ++i) problem.fix(p, i);
  Report report;
  report.problem = {"line", "A line", "line.toml", "curve fit", 1, parameters, 4, 4, 0};
  report.result = thalweg::solve(problem);
  report.statistics = thalweg::statistics(problem, report.result);
  return report;
}

bool has(const json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!object.contains(name)) {
      MESSAGE("no key " << name);
      return false;
    }
  return true;
}

}  // namespace

TEST_CASE("the JSON holds every key of the contract") {
  Report report = solved();
  report.certified = {10.5, "p[0]"};
  const json j = json::parse(thalweg::to_json(report));
  CHECK(has(
      j, {"problem", "method", "linear_solver", "threads", "status", "reason", "initial_cost", "final_cost",
          "iterations", "accepted_steps", "evaluations", "seconds", "parameters", "statistics", "certified", "trace"}));
  CHECK(
      has(j["problem"], {"name", "kind", "parameter_blocks", "parameters", "residual_blocks", "residuals", "priors"}));
  CHECK(has(j["linear_solver"], {"requested", "used", "reason"}));
  CHECK(has(j["evaluations"], {"cost", "jacobian", "hessian"}));
  CHECK(has(j["seconds"], {"total", "read", "setup", "evaluate", "linear_solve", "other"}));
  REQUIRE(j["parameters"].size() == 2);
  CHECK(has(j["parameters"][0],
            {"name", "value", "standard_error", "one_sided_error", "interval", "lower", "upper", "at_bound", "fixed"}));
  CHECK(has(j["statistics"], {"degrees_of_freedom", "residual_standard_deviation", "r_squared", "aic", "bic"}));
  CHECK(has(j["certified"], {"digits", "worst_parameter"}));
  REQUIRE(j["trace"].size() > 1);
  CHECK(has(j["trace"][0], {"iteration", "cost", "gradient_norm", "step_norm", "gain_ratio", "damping", "accepted",
                            "seconds", "outcome"}));
  CHECK(j["method"] == "levenberg-marquardt");
  CHECK(j["linear_solver"]["requested"] == "auto");
  CHECK(j["status"] == "converged");
  CHECK(j["certified"]["digits"] == 10.5);
  CHECK_FALSE(json::parse(thalweg::to_json(solved())).contains("certified"));
}

TEST_CASE("unset numbers are null, and the rest reads back bit for bit") {
  const Report report = solved();
  const json j = json::parse(thalweg::to_json(report));
  const auto& p = report.statistics.parameters;
  CHECK(j["parameters"][0]["value"].get<double>() == p[0].value);
  CHECK(j["parameters"][1]["standard_error"].get<double>() == p[1].standard_error);
  CHECK(j["parameters"][1]["interval"][0].get<double>() == p[1].lower_interval);
  CHECK(j["final_cost"].get<double>() == report.result.final_cost);
  CHECK(j["parameters"][0]["lower"].is_null());
  CHECK(j["parameters"][1]["lower"] == 0.0);
  CHECK(j["statistics"]["r_squared"].is_null());
  CHECK(j["trace"][0]["gain_ratio"].is_null());
  CHECK(j["correlations"]["matrix"][0][1].get<double>() == report.statistics.correlation[1]);
}

TEST_CASE("keys come in the order of the contract") {
  const std::string text = thalweg::to_json(solved());
  const auto parsed = nlohmann::ordered_json::parse(text);
  std::vector<std::string> order;
  for (const auto& [key, value] : parsed.items()) order.push_back(key);
  CHECK(order.front() == "problem");
  CHECK(order[1] == "method");
  CHECK(order.back() == "trace");
  CHECK(text.back() == '\n');
}

TEST_CASE("a long list of parameters is left out unless asked for") {
  const Report report = solved(1001);
  CHECK(json::parse(thalweg::to_json(report))["parameters"].is_null());
  CHECK(json::parse(thalweg::to_json(report, true))["parameters"].size() == 1001);
}

TEST_CASE("what the data cannot determine, as JSON") {
  Report report = solved();
  report.statistics.undetermined = {{{{"a", 1.0}, {"b", -0.5}}}};
  report.labels = {{"m", ""}, {}};
  const json j = json::parse(thalweg::to_json(report));
  CHECK(j["undetermined"][0][1]["parameter"] == "b");
  CHECK(j["undetermined"][0][1]["coefficient"] == -0.5);
  CHECK(j["parameters"][0]["unit"] == "m");
  CHECK_FALSE(j["parameters"][1].contains("unit"));
}

TEST_CASE("a name that is no UTF-8 does not spoil the JSON") {
  Report report = solved();
  report.problem.source = "caf\xE9.toml";
  CHECK(json::parse(thalweg::to_json(report))["problem"]["source"] == "caf\uFFFD.toml");
}

TEST_CASE("after a failed start there are no statistics") {
  Report report = solved();
  CHECK(json::parse(thalweg::to_json(report))["parameters"][0]["determined"] == true);
  report.statistics = {};
  report.statistics.parameters.resize(2);
  const json j = json::parse(thalweg::to_json(report));
  CHECK(j["statistics"].is_null());
  CHECK(j["correlations"].is_null());
  CHECK(j["undetermined"].is_null());
  CHECK(j["parameters"].size() == 2);
  CHECK(j["parameters"][0]["determined"].is_null());
}

TEST_CASE("the trace as CSV") {
  thalweg::Result result;
  result.trace.resize(2);
  result.trace[0].cost = 0.1;
  result.trace[1].iteration = 1;
  result.trace[1].accepted = false;
  result.trace[1].outcome = thalweg::IterationRecord::Outcome::no_decrease;
  result.trace[1].damping = 1e-3;
  result.trace[1].phase = thalweg::IterationRecord::Phase::polish;
  CHECK(thalweg::trace_to_csv(result) ==
        "iteration,phase,cost,trial_cost,gradient_norm,step_norm,gain_ratio,damping,accepted,"
        "seconds,outcome,loss_scale\n"
        "0,descent,0.1,,,,,,1,0,accepted,1\n"
        "1,polish,,,,,,0.001,0,0,no_decrease,1\n");
}

TEST_CASE("the minima of many starts") {
  Report report = solved();
  CHECK_FALSE(json::parse(thalweg::to_json(report)).contains("multistart"));
  report.multistart = thalweg::Minima{{{0.5, {1.0, 2.0}, 3, 1}, {0.75, {-1.0, NAN}, 1, 4}}, 7, 4, 1, 1, 1, 0, 0.25};
  const json m = json::parse(thalweg::to_json(report))["multistart"];
  CHECK(m["starts"] == 7);
  CHECK(m["converged"] == 4);
  CHECK(m["stalled"] == 1);
  CHECK(m["stopped"] == 1);
  CHECK(m["failed"] == 1);
  CHECK(m["not_run"] == 0);
  REQUIRE(m["minima"].size() == 2);
  CHECK(m["minima"][0] == json::parse(R"({"cost": 0.5, "found": 3, "start": 1, "alias_of": null, "relation": null,
                                             "parameters": [1.0, 2.0]})"));
  CHECK(m["minima"][1]["parameters"][1].is_null());
}

TEST_CASE("intervals by profile") {
  Report report = solved();
  const json linear = json::parse(thalweg::to_json(report));
  CHECK(linear["parameters"][0]["interval_kind"] == "linear");
  CHECK_FALSE(linear.contains("profile"));
  CHECK_FALSE(linear["parameters"][0].contains("interval_ends"));
  report.profile.emplace();
  report.profile->reason = "the fit is exact";
  CHECK(json::parse(thalweg::to_json(report))["parameters"] == linear["parameters"]);
  report.profile->reason = "";
  report.profile->intervals = {{{0.25, thalweg::ProfileEnd::threshold}, {HUGE_VAL, thalweg::ProfileEnd::infinite}},
                               {{0.0, thalweg::ProfileEnd::bound}, {2.0, thalweg::ProfileEnd::edge}}};
  report.profile->lower_point = {"p[1]", 0.5, {1.0, 2.0}};
  const json j = json::parse(thalweg::to_json(report));
  CHECK(j["parameters"][0]["interval"] == json::parse("[0.25, null]"));
  CHECK(j["parameters"][0]["interval_kind"] == "profile");
  CHECK(j["parameters"][0]["interval_ends"] == json::parse(R"(["threshold", "infinite"])"));
  CHECK(j["parameters"][0]["linear_interval"] == linear["parameters"][0]["interval"]);
  CHECK(j["parameters"][1]["interval_ends"] == json::parse(R"(["bound", "edge"])"));
  CHECK(has(j["profile"], {"level", "threshold", "status", "reason", "solves"}));
  CHECK(j["profile"]["lower_point"] == json::parse(R"({"cost": 0.5, "parameter": "p[1]", "parameters": [1.0, 2.0]})"));
}

TEST_CASE("an objective, and the known minimum") {
  const auto bowl = thalweg::objective(2, [](const auto& x) { return x[0] * x[0] + x[1] * x[1] - 2.0; });
  Report report;
  report.problem = {"bowl", "", "", "objective", 1, 2, 0, 0, 0};
  report.method = thalweg::Method::newton_cg;
  report.result = thalweg::minimize(bowl, {1.0, 2.0}, {.method = thalweg::Method::newton_cg});
  report.statistics = thalweg::statistics(bowl, report.result);
  CHECK_FALSE(json::parse(thalweg::to_json(report)).contains("known_minimum"));
  report.known_minimum = {-2.0, true, true};
  const json j = json::parse(thalweg::to_json(report));
  CHECK(j["problem"]["kind"] == "objective");
  CHECK(j["problem"]["residuals"] == 0);
  CHECK(j["final_cost"] == -2.0);
  CHECK(j["evaluations"]["hessian_products"] == report.result.evaluations.hessian_products);
  CHECK(report.result.evaluations.hessian_products > 0);
  CHECK(j["parameters"][1]["name"] == "x[1]");
  CHECK(j["parameters"][1]["lower"].is_null());
  CHECK(j["parameters"][1]["standard_error"].is_null());
  CHECK(j["parameters"][1]["determined"].is_null());
  CHECK(j["statistics"].is_null());
  CHECK(j["correlations"].is_null());
  CHECK(j["known_minimum"] == json::parse(R"({"value": -2.0, "global": true, "reached": "global"})"));
  report.known_minimum = {-1.0, false, true};
  CHECK(json::parse(thalweg::to_json(report))["known_minimum"]["reached"] == "local");
  report.known_minimum = {-1.0, true, false};
  CHECK(json::parse(thalweg::to_json(report))["known_minimum"]["reached"] == "none");
}
