#include "races.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "summary.hpp"

namespace versus {
namespace {

/// The peer's best setting with at most so many threads; NaN where it never arrived.
struct Best {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string setting;
};
template <class Measure>
Best best_of_peers(const Race& run, int threads, Measure measure) {
  Best best;
  for (const Descent& d : run.descents) {
    if (d.solver == "Thalweg" || d.threads > threads || !d.failure.empty()) continue;
    const double value = measure(d);
    if (std::isnan(value) || value >= best.value) continue;
    best = {value, fmt::format("{}, {} thread{}", d.setting, d.threads, d.threads > 1 ? "s" : "")};
  }
  return best;
}

struct Ratio {
  int threads;
  const char* what;
  Best peer;
  double ours, ratio;
  double at_least;  ///< where no peer arrived: the longest that one tried, over ours
};

std::vector<Ratio> ratios(const Race& run) {
  std::vector<Ratio> result;
  for (const Descent& own : run.descents) {
    if (own.solver != "Thalweg" || !own.failure.empty()) continue;
    const auto add = [&](const char* what, auto measure) {
      const Best best = best_of_peers(run, own.threads, measure);
      double longest = 0.0;
      for (const Descent& d : run.descents)
        if (d.solver != "Thalweg" && d.threads <= own.threads && !d.course.empty())
          longest = std::max(longest, d.course.back().seconds);
      const double mine = measure(own);
      result.push_back({own.threads, what, best, mine, best.value / mine, longest / mine});
    };
    add("ms_per_iteration", [](const Descent& d) { return d.ms_per_iteration(); });
    add("seconds_to_1e-2", [&](const Descent& d) { return d.seconds_to(run.best_cost * (1.0 + 1e-2)); });
    add("seconds_to_1e-3", [&](const Descent& d) { return d.seconds_to(run.best_cost * (1.0 + 1e-3)); });
    add("seconds_to_1e-6", [&](const Descent& d) { return d.seconds_to(run.best_cost * (1.0 + 1e-6)); });
  }
  return result;
}

}  // namespace

std::string race_table(const std::vector<Race>& runs) {
  std::string out;
  const auto seconds = [](double s) { return std::isnan(s) ? std::string("-") : fmt::format("{:.3f}", s); };
  for (const Race& run : runs) {
    out += fmt::format("{}: best cost {:.6f}\n", run.problem, run.best_cost);
    out +=
        fmt::format("  {:<10} {:<34} {:>7} {:>14} {:>10} {:>8} {:>9} {:>9} {:>9} {:>8}\n", "solver", "setting",
                    "threads", "final cost", "iterations", "ms/it", "s to 1e-2", "s to 1e-3", "s to 1e-6", "peak MB");
    for (const Descent& d : run.descents) {
      if (!d.failure.empty() || d.course.empty()) {
        out += fmt::format("  {:<10} {:<34} {:>7} failed: {}\n", d.solver, d.setting, d.threads, d.failure);
        continue;
      }
      out += fmt::format("  {:<10} {:<34} {:>7} {:>14.4f} {:>10} {:>8.2f} {:>9} {:>9} {:>9} {:>8.1f}\n", d.solver,
                         d.setting, d.threads, d.final_cost(), d.iterations(), d.ms_per_iteration(),
                         seconds(d.seconds_to(run.best_cost * (1.0 + 1e-2))),
                         seconds(d.seconds_to(run.best_cost * (1.0 + 1e-3))),
                         seconds(d.seconds_to(run.best_cost * (1.0 + 1e-6))), 1e-6 * d.peak_bytes);
    }
    for (const Ratio& r : ratios(run))
      out += std::isnan(r.ours) ? fmt::format("  {}, {} thread(s): ours never arrived\n", r.what, r.threads)
             : std::isnan(r.peer.value)
                 ? fmt::format("  {}, {} thread(s): Ceres never arrived; its longest try took {:.1f} times ours\n",
                               r.what, r.threads, r.at_least)
                 : fmt::format("  {}, {} thread(s): Ceres's best ({}) takes {:.1f} times ours\n", r.what, r.threads,
                               r.peer.setting, r.ratio);
    out += "\n";
  }
  return out;
}

std::string race_json(const std::vector<Race>& runs, const std::string& suite, int threads) {
  using Json = nlohmann::ordered_json;
  const auto number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
  Json out = {{"suite", suite},        {"threads", threads},       {"machine", machine()},
              {"rows", Json::array()}, {"summary", Json::array()}, {"ratios", Json::array()}};
  for (const Race& run : runs) {
    for (const Descent& d : run.descents) {
      Json row = {{"problem", run.problem}, {"solver", d.solver}, {"setting", d.setting}, {"threads", d.threads}};
      if (d.course.empty()) {
        row["failure"] = d.failure;
      } else {
        row["final_cost"] = d.final_cost();
        row["iterations"] = d.iterations();
        row["seconds"] = d.course.back().seconds;
        row["ms_per_iteration"] = number(d.ms_per_iteration());
        row["seconds_to_1e-2"] = number(d.seconds_to(run.best_cost * (1.0 + 1e-2)));
        row["seconds_to_1e-3"] = number(d.seconds_to(run.best_cost * (1.0 + 1e-3)));
        row["seconds_to_1e-6"] = number(d.seconds_to(run.best_cost * (1.0 + 1e-6)));
        row["peak_bytes"] = d.peak_bytes;
        row["digits"] = nullptr;
      }
      out["rows"].push_back(std::move(row));
    }
    for (const Ratio& r : ratios(run))
      out["ratios"].push_back({{"problem", run.problem},
                               {"what", r.what},
                               {"threads", r.threads},
                               {"peer", "Ceres, " + r.peer.setting},
                               {"peer_best", number(r.peer.value)},
                               {"ours", number(r.ours)},
                               {"ratio", number(r.ratio)},
                               {"at_least", std::isnan(r.peer.value) ? Json(r.at_least) : Json(nullptr)}});
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
