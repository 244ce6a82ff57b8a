#include "report.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "summary.hpp"

namespace versus {

namespace {

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
                       suite.contenders[s].setting, v.global, v.runs, 100.0 * v.success_rate(), v.evaluations_per_fit(),
                       v.total_us / v.runs, v.total_us / all[0].total_us);
  }
  return out + fmt::format(
                   "\nEvery start coordinate × exp(0.3·N(0,1)), 20 draws of each of the 54 starts, "
                   "seed {}.\n"
                   "Success: Σr² within 1e-6 of the certified one; for lanczos1, whose certified "
                   "1.4e-25 is\n"
                   "rounding, Σr² ≤ 1e-20. evals/fit: residual and Jacobian evaluations.\n",
                   suite.settings.seed);
}

std::string mgh_table(const Suite& suite, int factor) {
  std::string out =
      factor == 1 ? "from the standard starts\n" : fmt::format("\nfrom {} × the standard starts\n", factor);
  out += fmt::format("{:<12} {:<11} {:>6} {:>6} {:>6} {:>8} {:>8} {:>9} {:>6}\n", "solver", "setting", "global",
                     "local", "failed", "r", "J", "total ms", "ratio");
  const auto all = summarize(suite, factor);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const Summary& v = all[s];
    out += fmt::format("{:<12} {:<11} {:>6} {:>6} {:>6} {:>8} {:>8} {:>9.2f} {:>6.2f}\n", suite.contenders[s].solver,
                       suite.contenders[s].setting, v.global, v.local, v.failed(), v.residual_evaluations,
                       v.jacobian_evaluations, v.total_us * 1e-3, v.total_us / all[0].total_us);
  }
  return out;
}

std::string mgh_tables(const Suite& suite) {
  std::string out;
  for (const int factor : factors_of(suite)) out += mgh_table(suite, factor);
  return out + fmt::format(
                   "\nHow the 43 fits end. global: Σr² <= f* (1 + 1e-6) + 1e-12, f* the least value known; local: "
                   "as close to\nanother known minimum. Of a start of all zeros every number becomes the factor. r: "
                   "residual evaluations,\nJ: Jacobian evaluations. ms: wall clock of the solve calls on prepared "
                   "problems, least of {}. ratio: total ms\nover that of the first line. lmaccel takes its second "
                   "derivatives by differences.\n",
                   suite.settings.repeat);
}

/// One line per instance and one column per contender: G, L or nothing, and the evaluations.
std::string mgh_details(const Suite& suite, int factor) {
  std::string out = fmt::format("\n{:<28}", factor == 1 ? "standard start" : fmt::format("{} × the start", factor));
  for (std::size_t s = 0; s < suite.contenders.size(); ++s) out += fmt::format(" {:>9}", s + 1);
  out += "   (columns: the solvers in the order above)";
  for (const Run& run : suite.runs) {
    if (run.factor != factor) continue;
    if (run.contender == 0) out += fmt::format("\n{:<28}", run.problem);
    const bool local = run.verdict.minimum == Verdict::Minimum::local;
    out += fmt::format(" {} {:>7}", run.success() ? 'G' : local ? 'L' : '-', run.outcome.evaluations());
  }
  return out + "\n";
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
    cell->second[run.contender] += digits ? run.verdict.digits : run.success();
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
  if (suite.name == "mgh") {
    out += mgh_tables(suite);
    for (const int factor : verbose ? factors_of(suite) : std::vector<int>{}) out += mgh_details(suite, factor);
    return out;
  }
  out += suite.name == "nist" ? nist_table(suite) : perturbed_table(suite);
  if (verbose) out += detail_table(suite);
  return out;
}

}  // namespace versus
