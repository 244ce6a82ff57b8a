#include "report.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thalweg/math/pack.hpp>

namespace versus {

namespace {

/// The runs of one contender, added up.
struct Summary {
  int runs = 0, solved_4 = 0, solved_6 = 0, solved_8 = 0, solved_10 = 0, successes = 0;
  double mean_digits = 0.0, total_us = 0.0, median_us = 0.0;
  long residual_evaluations = 0, jacobian_evaluations = 0;
  std::string missed;

  double success_rate() const { return static_cast<double>(successes) / runs; }
  long evaluations() const { return residual_evaluations + jacobian_evaluations; }
  double evaluations_per_fit() const { return static_cast<double>(evaluations()) / runs; }
};

Summary summarize(const Suite& suite, std::size_t contender) {
  Summary s;
  std::vector<double> times;
  for (const Run& run : suite.runs) {
    if (run.contender != contender) continue;
    ++s.runs;
    s.solved_4 += run.digits >= 4;
    s.solved_6 += run.digits >= 6;
    s.solved_8 += run.digits >= 8;
    s.solved_10 += run.digits >= 10;
    s.successes += run.success;
    s.mean_digits += run.digits;
    s.residual_evaluations += run.residual_evaluations;
    s.jacobian_evaluations += run.jacobian_evaluations;
    s.total_us += run.us;
    times.push_back(run.us);
    if (run.digits < 4) s.missed += fmt::format(" {}/{}", run.problem, run.start);
  }
  s.mean_digits /= s.runs;
  std::sort(times.begin(), times.end());
  const std::size_t half = times.size() / 2;
  s.median_us = times.size() % 2 ? times[half] : 0.5 * (times[half - 1] + times[half]);
  return s;
}

std::vector<Summary> summarize(const Suite& suite) {
  std::vector<Summary> all;
  for (std::size_t s = 0; s < suite.contenders.size(); ++s) all.push_back(summarize(suite, s));
  return all;
}

std::string machine() {
  std::string processor = "unknown processor";
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    processor = line.substr(line.find(':') + 2);
    break;
  }
  return fmt::format("{}, {} cores, gcc {}.{}, {} doubles per vector", processor, std::thread::hardware_concurrency(),
                     __GNUC__, __GNUC_MINOR__, thalweg::native_lanes);
}

std::string nist_table(const Suite& suite) {
  std::string out = fmt::format(
      "{:<12} {:<11} {:>3} {:>3} {:>3} {:>3} {:>6} {:>6} {:>6} {:>9} "
      "{:>9} {:>6}  {}\n",
      "solver", "setting", "≥4", "≥6", "≥8", "≥10", "LRE", "r", "J", "total µs", "median µs", "ratio",
      "missed (<4 digits)");
  const auto all = summarize(suite);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const Summary& v = all[s];
    std::string missed = v.missed.empty() ? " –" : v.missed;
    if (std::count(missed.begin(), missed.end(), '/') > 8) missed = fmt::format(" {} starts", v.runs - v.solved_4);
    out += fmt::format(
        "{:<12} {:<11} {:>3} {:>3} {:>3} {:>3} {:>6.2f} {:>6} {:>6} {:>9.0f} "
        "{:>9.1f} {:>6.2f} {}\n",
        suite.contenders[s].solver, suite.contenders[s].setting, v.solved_4, v.solved_6, v.solved_8, v.solved_10,
        v.mean_digits, v.residual_evaluations, v.jacobian_evaluations, v.total_us, v.median_us,
        v.total_us / all[0].total_us, missed);
  }
  return out + fmt::format(
                   "\nStarts solved to so many digits, of {}: log relative error of the worst "
                   "parameter, at most "
                   "11.\nr: residual evaluations, J: Jacobian evaluations. µs: wall clock of the "
                   "solve call on a "
                   "prepared\nproblem, least of {}. ratio: total µs over that of the first line.\n",
                   all[0].runs, suite.settings.repeat);
}

std::string perturbed_table(const Suite& suite) {
  std::string out = fmt::format("{:<12} {:<11} {:>9} {:>13} {:>12} {:>9} {:>6}\n", "solver", "setting", "success",
                                "rate", "evals/fit", "µs/fit", "ratio");
  const auto all = summarize(suite);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const Summary& v = all[s];
    out += fmt::format("{:<12} {:<11} {:>4}/{} {:>11.1f} % {:>12.0f} {:>8.1f} {:>6.2f}\n", suite.contenders[s].solver,
                       suite.contenders[s].setting, v.successes, v.runs, 100.0 * v.success_rate(),
                       v.evaluations_per_fit(), v.total_us / v.runs, v.total_us / all[0].total_us);
  }
  return out + fmt::format(
                   "\nEvery start coordinate × exp(0.3·N(0,1)), 20 draws of each of the 54 starts, "
                   "seed {}.\n"
                   "Success: Σr² within 1e-6 of the certified one; for lanczos1, whose certified "
                   "1.4e-25 is\n"
                   "rounding, Σr² ≤ 1e-20. evals/fit: residual and Jacobian evaluations.\n",
                   suite.settings.seed);
}

/// One line per problem and start, one column per contender: digits, or successes of the draws.
std::string detail_table(const Suite& suite) {
  const bool digits = suite.name == "nist";
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> cells;
  for (const Run& run : suite.runs) {
    const std::string key = fmt::format("{}/{}", run.problem, run.start);
    auto [cell, added] = cells.try_emplace(key, suite.contenders.size(), 0.0);
    if (added) order.push_back(key);
    cell->second[run.contender] += digits ? run.digits : run.success;
  }
  std::string out = fmt::format("\n{:<12}", digits ? "digits" : "successes");
  for (std::size_t s = 0; s < suite.contenders.size(); ++s) out += fmt::format(" {:>5}", s + 1);
  out += "   (columns: the solvers in the order above)\n";
  for (const std::string& key : order) {
    out += fmt::format("{:<12}", key);
    for (const double v : cells[key]) out += digits ? fmt::format(" {:>5.1f}", v) : fmt::format(" {:>5.0f}", v);
    out += '\n';
  }
  return out;
}

}  // namespace

std::string table(const Suite& suite, bool verbose) {
  std::string out = fmt::format("{} · {} thread{} · {}\n\n", suite.name, suite.settings.threads,
                                suite.settings.threads == 1 ? "" : "s", machine());
  out += suite.name == "nist" ? nist_table(suite) : perturbed_table(suite);
  if (verbose) out += detail_table(suite);
  return out;
}

std::string json(const Suite& suite) {
  nlohmann::ordered_json out = {{"suite", suite.name},
                                {"threads", suite.settings.threads},
                                {"machine", machine()},
                                {"rows", nlohmann::ordered_json::array()},
                                {"summary", nlohmann::ordered_json::array()},
                                {"ratios", nlohmann::ordered_json::array()}};
  for (const Run& run : suite.runs) {
    const Contender& c = suite.contenders[run.contender];
    nlohmann::ordered_json row = {{"problem", run.problem},
                                  {"start", run.start},
                                  {"solver", c.solver},
                                  {"setting", c.setting},
                                  {"threads", suite.settings.threads},
                                  {"final_cost", 0.5 * run.rss},
                                  {"residual_evaluations", run.residual_evaluations},
                                  {"jacobian_evaluations", run.jacobian_evaluations},
                                  {"seconds", run.us * 1e-6},
                                  {"digits", run.digits},
                                  {"success", run.success}};
    if (run.draw > 0) row["draw"] = run.draw;
    out["rows"].push_back(std::move(row));
  }
  const auto all = summarize(suite);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const Contender& c = suite.contenders[s];
    const Summary& v = all[s];
    out["summary"].push_back({{"solver", c.solver},
                              {"setting", c.setting},
                              {"starts", v.runs},
                              {"solved_4", v.solved_4},
                              {"solved_6", v.solved_6},
                              {"solved_8", v.solved_8},
                              {"solved_10", v.solved_10},
                              {"mean_digits", v.mean_digits},
                              {"success_rate", v.success_rate()},
                              {"evaluations", v.evaluations()},
                              {"residual_evaluations", v.residual_evaluations},
                              {"jacobian_evaluations", v.jacobian_evaluations},
                              {"total_us", v.total_us},
                              {"median_us", v.median_us}});
    if (c.ours) continue;
    out["ratios"].push_back({{"problem", suite.name},
                             {"what", "total_us"},
                             {"peer", c.solver + ", " + c.setting},
                             {"peer_best", v.total_us},
                             {"ours", all[0].total_us},
                             {"ratio", v.total_us / all[0].total_us}});
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
