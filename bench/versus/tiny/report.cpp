#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "summary.hpp"
#include "tiny/tiny.hpp"

namespace versus {
namespace {

/// The run that the ratios of its problem refer to: the first.
const TinyRun& reference(const std::vector<TinyRun>& runs, const TinyRun& run) {
  for (const TinyRun& r : runs)
    if (r.problem == run.problem) return r;
  return run;
}

}  // namespace

std::string tiny_table(const std::vector<TinyRun>& runs) {
  std::string out = fmt::format("{:14} {:13} {:17} {:>10} {:>8} {:>11} {:>8} {:>11}\n", "problem", "solver", "setting",
                                "iterations", "ns/fit", "evaluating", "besides", "within 1e-6");
  for (const TinyRun& r : runs)
    out +=
        fmt::format("{:14} {:13} {:17} {:10.2f} {:8.0f} {:11.0f} {:8.0f} {:9.2f} %\n", r.problem, r.solver, r.setting,
                    r.iterations, r.ns_per_fit(), r.ns_per_fit() - r.ns_besides(), r.ns_besides(), 100.0 * r.within);
  return out;
}

std::string tiny_json(const std::vector<TinyRun>& runs) {
  using Json = nlohmann::ordered_json;
  Json out = {{"suite", "tiny"},          {"threads", 1},           {"machine", machine()}, {"rows", Json::array()},
              {"summary", Json::array()}, {"ratios", Json::array()}};
  for (const TinyRun& r : runs) {
    out["rows"].push_back({{"problem", r.problem},
                           {"solver", r.solver},
                           {"setting", r.setting},
                           {"threads", 1},
                           {"fits", r.fits},
                           {"iterations", r.iterations},
                           {"seconds", r.seconds},
                           {"ns_per_fit", r.ns_per_fit()},
                           {"ns_besides_evaluations", r.ns_besides()},
                           {"within_1e-6", r.within}});
    if (r.solver == "thalweg tiny") continue;
    const TinyRun& ours = reference(runs, r);
    out["ratios"].push_back({{"problem", r.problem},
                             {"what", "ns_per_fit"},
                             {"peer", r.solver},
                             {"peer_best", r.ns_per_fit()},
                             {"ours", ours.ns_per_fit()},
                             {"ratio", r.ns_per_fit() / ours.ns_per_fit()}});
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
