// factor: sparse Cholesky factorisation alone, ours beside CHOLMOD's two methods, on the systems of pose graphs.
//
//   factor [--seconds 1] [--only NAME] [--data FOLDER]
//
// Times are the least of the runs that fit the seconds. GF/s count the flops of the same ordering's L without zeros,
// Σ over columns of (nonzeros)², for every contender.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/minimize/solve.hpp>

#include "pose_graph_systems.hpp"

using namespace thalweg;
using namespace thalweg::bench;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// The least of repeated runs, in milliseconds.
double least_time(double seconds, const std::function<void()>& run) {
  double least = INFINITY;
  const auto start = Clock::now();
  for (int runs = 0; runs < 3 || seconds_since(start) < seconds; ++runs) {
    const auto begin = Clock::now();
    run();
    least = std::min(least, 1e3 * seconds_since(begin));
  }
  return least;
}

template <class Cholesky>
void set_blocks(Cholesky& cholesky, const BlockPattern& pattern, const std::vector<double>& blocks) {
  std::size_t at = 0;
  for (std::int32_t c = 0; c < pattern.block_columns(); ++c)
    for (std::int64_t k = pattern.column_start[static_cast<std::size_t>(c)];
         k < pattern.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const int rows = pattern.dimension[static_cast<std::size_t>(pattern.row[static_cast<std::size_t>(k)])];
      cholesky.set_block(k, blocks.data() + at, rows);
      at += static_cast<std::size_t>(rows * pattern.dimension[static_cast<std::size_t>(c)]);
    }
}

void check(LinearStatus status) {
  if (status != LinearStatus::ok) throw std::runtime_error("a factorisation failed");
}

/// CHOLMOD with one of its methods forced, called as directly as it allows.
double time_reference(const BlockPattern& pattern, const std::vector<double>& blocks, Ordering ordering, int method,
                      double seconds) {
  SparseCholesky cholesky;
  check(cholesky.analyze(pattern, ordering, static_cast<SparseCholesky::Method>(method)));
  set_blocks(cholesky, pattern, blocks);
  return least_time(seconds, [&] { check(cholesky.factor()); });
}

struct Timed {
  double factor, solve, analysis;
  BlockCholesky::Facts facts;
};

Timed time_ours(const BlockPattern& pattern, const std::vector<double>& blocks, const BlockCholeskyOptions& options,
                double seconds) {
  Timed timed;
  BlockCholesky cholesky;
  timed.analysis = least_time(0.1, [&] { check(cholesky.analyze(pattern, options)); });
  set_blocks(cholesky, pattern, blocks);
  timed.factor = least_time(seconds, [&] { check(cholesky.factor()); });
  std::vector<double> b(static_cast<std::size_t>(pattern.order()), 1.0), x(b.size());
  timed.solve = least_time(0.1, [&] { check(cholesky.solve(b.data(), x.data())); });
  timed.facts = cholesky.facts();
  return timed;
}

void show_ours(const std::string& name, const BlockPattern& pattern, double seconds) {
  const std::vector<double> blocks = random_blocks(pattern, 1);
  const Timed one = time_ours(pattern, blocks, {.ordering = Ordering::amd}, seconds),
              two = time_ours(pattern, blocks, {.ordering = Ordering::amd, .threads = 2}, seconds);
  fmt::print(
      "{:<11} {:>8.3f} ms {:>5.1f} GF/s, two threads {:>8.3f} ms x{:.2f}; solve {:.3f} ms, analysis {:.2f} ms; {} "
      "supernodes\n",
      name, one.factor, 1e-6 * one.facts.flops / one.factor, two.factor, one.factor / two.factor, one.solve,
      one.analysis, one.facts.supernodes);
}

void compare(const std::string& name, const BlockPattern& pattern, double seconds) {
  const std::vector<double> blocks = random_blocks(pattern, 1);
  for (const Ordering ordering : {Ordering::amd, Ordering::metis}) {
    const Timed one = time_ours(pattern, blocks, {.ordering = ordering, .threads = 1}, seconds),
                two = time_ours(pattern, blocks, {.ordering = ordering, .threads = 2}, seconds),
                half =
                    time_ours(pattern, blocks, {.ordering = ordering, .threads = 1, .single_precision = true}, seconds);
    const double simplicial = time_reference(pattern, blocks, ordering, 1, seconds),
                 supernodal = time_reference(pattern, blocks, ordering, 2, seconds);
    const double mf = 1e-6 * one.facts.flops, best = std::min(simplicial, supernodal);
    fmt::print(
        "{:<10} {:<5} {:7.1f} {:5.2f} | {:8.2f} {:4.1f} {:8.2f} {:4.1f} | {:8.3f} {:4.1f} {:5.2f}x | {:8.3f} {:4.2f}x "
        "| "
        "{:8.3f} | {:6.3f} {:6.3f} | {:6.2f}\n",
        name, ordering == Ordering::amd ? "amd" : "metis", mf, 1e-6 * static_cast<double>(one.facts.factor_nonzeros),
        simplicial, mf / simplicial, supernodal, mf / supernodal, one.factor, mf / one.factor, best / one.factor,
        two.factor, one.factor / two.factor, half.factor, one.solve, half.solve, one.analysis);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app("Sparse Cholesky factorisation alone, beside CHOLMOD");
  double seconds = 0.3;
  std::string only, data = THALWEG_SHARED_DATA "/g2o";
  app.add_option("--seconds", seconds, "for each measurement");
  app.add_option("--only", only, "systems whose name contains this");
  app.add_option("--data", data, "folder of the g2o files");
  bool ours = false;
  app.add_flag("--ours", ours, "ours alone, on one thread and on two");
  CLI11_PARSE(app, argc, argv);
  const std::vector<std::pair<std::string, std::function<BlockPattern()>>> systems = {
      {"intel", [&] { return g2o_pattern(data + "/intel.g2o"); }},
      {"manhattan", [&] { return g2o_pattern(data + "/manhattan.g2o"); }},
      {"city", [] { return city_pattern(10000, 100, 7); }},
      {"sphere2500", [&] { return g2o_pattern(data + "/sphere2500.g2o"); }},
      {"torus3D", [&] { return g2o_pattern(data + "/torus3D.g2o"); }},
      {"lattice", [] { return lattice_pattern(14, 6); }}};
  if (!ours)
    fmt::print(
        "system     order      MF   M(L) | CHOLMOD simplicial, supernodal: ms, GF/s | ours: ms, GF/s, ratio to the "
        "better | two "
        "threads | single | solve: double, refined | analysis\n");
  for (const auto& [name, make] : systems)
    if (name.find(only) != std::string::npos) (ours ? show_ours : compare)(name, make(), seconds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "factor: %s\n", error.what());
  return 1;
}
