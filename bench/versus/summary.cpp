#include "summary.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <thalweg/math/pack.hpp>

namespace versus {

namespace {

Summary summarize(const Suite& suite, std::size_t contender, int factor) {
  Summary s;
  std::vector<double> times;
  for (const Run& run : suite.runs) {
    if (run.contender != contender || run.factor != factor) continue;
    ++s.runs;
    s.solved_4 += run.verdict.digits >= 4;
    s.solved_6 += run.verdict.digits >= 6;
    s.solved_8 += run.verdict.digits >= 8;
    s.solved_10 += run.verdict.digits >= 10;
    s.global += run.success();
    s.local += run.verdict.minimum == Verdict::Minimum::local;
    s.mean_digits += run.verdict.digits;
    s.residual_evaluations += run.outcome.residual_evaluations;
    s.jacobian_evaluations += run.outcome.jacobian_evaluations;
    s.total_us += run.us;
    times.push_back(run.us);
    if (run.verdict.digits < 4) s.missed += fmt::format(" {}/{}", run.problem, run.start);
  }
  s.mean_digits /= s.runs;
  std::sort(times.begin(), times.end());
  const std::size_t half = times.size() / 2;
  s.median_us = times.size() % 2 ? times[half] : 0.5 * (times[half - 1] + times[half]);
  return s;
}

}  // namespace

std::vector<Summary> summarize(const Suite& suite, int factor) {
  std::vector<Summary> all;
  for (std::size_t s = 0; s < suite.contenders.size(); ++s) all.push_back(summarize(suite, s, factor));
  return all;
}

std::vector<int> factors_of(const Suite& suite) {
  return suite.name == "mgh" ? suite.settings.factors : std::vector<int>{1};
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

}  // namespace versus
