#include <cmath>

#include <nlohmann/json.hpp>

#include "report.hpp"
#include "summary.hpp"

namespace versus {

namespace {

using Json = nlohmann::ordered_json;

Json number(double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); }

std::string_view to_string(Verdict::Minimum minimum) {
  return minimum == Verdict::Minimum::global ? "global" : minimum == Verdict::Minimum::local ? "local" : "none";
}

/// Small fits are over before their way down is worth a clock, and before their memory is worth a count: null.
Json row(const Suite& suite, const Run& run) {
  const Contender& c = suite.contenders[run.contender];
  const Outcome& outcome = run.outcome;
  Json row = {{"problem", run.problem},
              {"start", run.start},
              {"solver", c.solver},
              {"setting", c.setting},
              {"threads", suite.settings.threads},
              {"final_cost", number(0.5 * run.squares)},
              {"iterations", outcome.iterations},
              {"residual_evaluations", outcome.residual_evaluations},
              {"jacobian_evaluations", outcome.jacobian_evaluations},
              {"seconds", run.us * 1e-6},
              {"ms_per_iteration", number(run.us * 1e-3 / outcome.iterations)},
              {"seconds_to_1e-3", nullptr},
              {"seconds_to_1e-6", nullptr},
              {"peak_bytes", nullptr},
              {"digits", number(run.verdict.digits)},
              {"minimum", to_string(run.verdict.minimum)},
              {"success", run.success()}};
  if (run.draw > 0) row["draw"] = run.draw;
  if (suite.name == "mgh") row["factor"] = run.factor;
  return row;
}

Json summary(const Suite& suite, std::size_t contender, const Summary& v, int factor) {
  const Contender& c = suite.contenders[contender];
  const bool judged = std::isfinite(v.mean_digits);
  const auto count = [&](int solved) { return judged ? Json(solved) : Json(nullptr); };
  Json summary = {{"solver", c.solver},
                  {"setting", c.setting},
                  {"starts", v.runs},
                  {"solved_4", count(v.solved_4)},
                  {"solved_6", count(v.solved_6)},
                  {"solved_8", count(v.solved_8)},
                  {"solved_10", count(v.solved_10)},
                  {"mean_digits", number(v.mean_digits)},
                  {"success_rate", v.success_rate()},
                  {"evaluations", v.evaluations()},
                  {"residual_evaluations", v.residual_evaluations},
                  {"jacobian_evaluations", v.jacobian_evaluations},
                  {"total_us", v.total_us},
                  {"median_us", v.median_us}};
  if (suite.name == "mgh")
    summary.update({{"factor", factor}, {"global", v.global}, {"local", v.local}, {"failed", v.failed()}});
  return summary;
}

}  // namespace

std::string json(const Suite& suite) {
  Json out = {{"suite", suite.name},   {"threads", suite.settings.threads}, {"machine", machine()},
              {"rows", Json::array()}, {"summary", Json::array()},          {"ratios", Json::array()}};
  for (const Run& run : suite.runs) out["rows"].push_back(row(suite, run));
  for (const int factor : factors_of(suite)) {
    const auto all = summarize(suite, factor);
    for (std::size_t s = 0; s < all.size(); ++s) {
      out["summary"].push_back(summary(suite, s, all[s], factor));
      const Contender& c = suite.contenders[s];
      if (c.ours) continue;
      Json ratio = {
          {"problem", suite.name},        {"what", "total_us"},      {"peer", c.solver + ", " + c.setting},
          {"peer_best", all[s].total_us}, {"ours", all[0].total_us}, {"ratio", all[s].total_us / all[0].total_us}};
      if (suite.name == "mgh") ratio["factor"] = factor;
      out["ratios"].push_back(std::move(ratio));
    }
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
