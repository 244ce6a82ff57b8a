// Random small problems as batches, each beside solve(): which agree to 1e-8, which are flagged, and which claim
// wrongly.
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <thalweg/base/parallel.hpp>

#include "batch/agreement/judge.hpp"

using namespace thalweg_tests;
using thalweg::BatchResult;

namespace {

constexpr std::size_t verdicts = std::size(verdict_names);

struct Kept {
  std::uint64_t seed;
  std::int64_t fit;
  Judgement judgement;
  std::string setting;
};

struct Tally {
  std::array<std::int64_t, verdicts> all{};
  std::map<std::string, std::array<std::int64_t, verdicts>> by_family;
  std::array<std::int64_t, thalweg::batch_statuses> flags{};
  std::int64_t solve_too = 0;  // of those that are flagged: solve() does not converge either
  std::vector<Kept> kept;
};

void add(const DrawnBatch& drawn, const BatchResult& result, std::uint64_t seed, Tally& tally) {
  for (std::int64_t fit = 0; fit < result.fits; ++fit) {
    const FitAlone one(drawn, fit);
    const bool can = one.points() >= 1;
    const thalweg::Result alone = can ? thalweg::solve(one.problem(), {.threads = 1}) : thalweg::Result{};
    const Judgement judgement = judge(result, fit, one, alone);
    const auto v = static_cast<std::size_t>(judgement.verdict);
    ++tally.all[v];
    ++tally.by_family[drawn.family().formula][v];
    if (judgement.verdict == Verdict::flagged) {
      ++tally.flags[static_cast<std::size_t>(result.status[static_cast<std::size_t>(fit)])];
      tally.solve_too += !alone.converged();
    }
    if (judgement.verdict != Verdict::agrees) tally.kept.push_back({seed, fit, judgement, drawn.setting});
  }
}

void print(const Tally& tally, int listed) {
  const auto line = [](const std::string& name, const std::array<std::int64_t, verdicts>& counts) {
    fmt::print("{:52}", name.substr(0, 51));
    for (const std::int64_t n : counts) fmt::print("{:>12}", n);
    fmt::print("\n");
  };
  fmt::print("{:52}", "");
  for (const char* const name : verdict_names) fmt::print("{:>12}", name);
  fmt::print("\n");
  for (const auto& [family, counts] : tally.by_family) line(family, counts);
  line("all", tally.all);
  fmt::print("\nflagged as");
  for (std::size_t s = 0; s < tally.flags.size(); ++s)
    if (tally.flags[s] > 0) fmt::print(" {} {}", to_string(static_cast<thalweg::BatchStatus>(s)), tally.flags[s]);
  fmt::print("; of {} solve() does not converge either\n", tally.solve_too);
  for (std::size_t v = 1; v < verdicts; ++v) {
    std::vector<const Kept*> some;
    for (const Kept& each : tally.kept)
      if (static_cast<std::size_t>(each.judgement.verdict) == v) some.push_back(&each);
    const auto badness = [](const Kept* k) {
      return k->judgement.verdict == Verdict::rounded || k->judgement.verdict == Verdict::twin ? k->judgement.difference
                                                                                               : k->judgement.slope;
    };
    std::stable_sort(some.begin(), some.end(), [&](const Kept* a, const Kept* b) { return badness(a) > badness(b); });
    for (std::size_t i = 0; i < std::min(some.size(), static_cast<std::size_t>(listed)); ++i)
      fmt::print("{}: seed {} fit {}: cost {:.12g}, of solve() {:.12g}, difference {:.1e}, slope {:.1e}; {}\n",
                 verdict_names[v], some[i]->seed, some[i]->fit, some[i]->judgement.cost, some[i]->judgement.other_cost,
                 some[i]->judgement.difference, some[i]->judgement.slope, some[i]->setting);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::int64_t fits = 100'000, in_a_batch = 50;
  std::uint64_t seed = 1;
  int listed = 5, threads = 0;
  double tolerance = 1e-20;
  bool hand_over = true;
  CLI::App app("batches of random problems beside solve()");
  app.add_option("--fits", fits, "how many");
  app.add_option("--seed", seed, "of the first batch; the others follow");
  app.add_option("--tolerance", tolerance, "of the batch");
  app.add_option("--list", listed, "cases of each kind");
  app.add_option("--threads", threads, "at most; 0: all");
  app.add_flag("!--no-hand-over", hand_over, "fits that do not converge in lanes stay so");
  CLI11_PARSE(app, argc, argv);

  const std::int64_t batches = (fits + in_a_batch - 1) / in_a_batch;
  std::vector<Tally> parts(static_cast<std::size_t>(batches));
  thalweg::parallel_chunks(batches, 1, threads, [&](std::int64_t b, std::int64_t, std::int64_t) {
    const std::uint64_t own = seed + static_cast<std::uint64_t>(b);
    DrawnBatch drawn(own, in_a_batch);
    drawn.options.tolerance = tolerance;
    drawn.options.hand_over = hand_over;
    add(drawn, fit_batch(*drawn.model, drawn.data, drawn.options), own, parts[static_cast<std::size_t>(b)]);
  });
  Tally all;
  for (Tally& part : parts) {
    for (std::size_t v = 0; v < verdicts; ++v) all.all[v] += part.all[v];
    for (std::size_t s = 0; s < all.flags.size(); ++s) all.flags[s] += part.flags[s];
    for (const auto& [family, counts] : part.by_family)
      for (std::size_t v = 0; v < verdicts; ++v) all.by_family[family][v] += counts[v];
    all.solve_too += part.solve_too;
    all.kept.insert(all.kept.end(), part.kept.begin(), part.kept.end());
  }
  print(all, listed);
  return all.all[static_cast<std::size_t>(Verdict::false_claim)] == 0 ? 0 : 1;
}
