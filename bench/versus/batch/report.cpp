#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "batch/batch.hpp"
#include "summary.hpp"

namespace versus {
namespace {

/// The run that the ratios of its problem refer to: the first.
const BatchRun& reference(const std::vector<BatchRun>& runs, const BatchRun& run) {
  for (const BatchRun& r : runs)
    if (r.problem == run.problem) return r;
  return run;
}

}  // namespace

std::string batch_table(const std::vector<BatchRun>& runs) {
  std::string out = fmt::format("{:15} {:11} {:17} {:>9} {:>12} {:>10} {:>11} {:>8}\n", "problem", "solver", "setting",
                                "fits", "fits/s", "iterations", "within 1e-6", "of ours");
  for (const BatchRun& r : runs)
    out += fmt::format("{:15} {:11} {:17} {:9} {:12.0f} {:10.2f} {:9.2f} % {:8.4f}\n", r.problem, r.solver, r.setting,
                       r.fits, r.rate(), r.iterations, 100.0 * r.within, r.rate() / reference(runs, r).rate());
  return out;
}

std::string batch_json(const std::vector<BatchRun>& runs, int threads) {
  using Json = nlohmann::ordered_json;
  Json out = {{"suite", "batch"},      {"threads", threads},       {"machine", machine()},
              {"rows", Json::array()}, {"summary", Json::array()}, {"ratios", Json::array()}};
  for (const BatchRun& r : runs) {
    out["rows"].push_back({{"problem", r.problem},
                           {"solver", r.solver},
                           {"setting", r.setting},
                           {"threads", threads},
                           {"fits", r.fits},
                           {"iterations", r.iterations},
                           {"seconds", r.seconds},
                           {"fits_per_second", r.rate()},
                           {"within_1e-6", r.within}});
    if (r.solver == "thalweg") continue;
    const BatchRun& ours = reference(runs, r);
    out["ratios"].push_back({{"problem", r.problem},
                             {"what", "fits_per_second"},
                             {"peer", r.solver},
                             {"peer_best", r.rate()},
                             {"ours", ours.rate()},
                             {"ratio", ours.rate() / r.rate()}});
  }
  return out.dump(2) + "\n";
}

}  // namespace versus
