// bundle_scaling: the pieces of one iteration of generated bundle adjustments, from 1e5 to 1e7 observations and from 50
// to 5,000 cameras, beside the least time that their flops and bytes take on this machine.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <linear/normal/elimination_choice.hpp>
#include <linear/schur/schur_solver.hpp>
#include <minimize/system/blocks/block_assembly.hpp>
#include <minimize/system/blocks/block_plan.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/math/pack.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/problem/problem.hpp>

namespace {

using namespace thalweg;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// The least time of a few calls.
template <class Body>
double fastest(int repeat, const Body& body) {
  double best = 1e300;
  for (int i = 0; i < repeat; ++i) {
    const double begin = now();
    body();
    best = std::min(best, now() - begin);
  }
  return best;
}

/// What all threads do together, in a second.
struct Machine {
  double flops = 0.0, bytes = 0.0;  ///< multiplications and additions in double precision; bytes read from memory
};

Machine measure(int threads) {
  constexpr std::int64_t chains = 12, steps = 4'000'000, numbers = 32'000'000;
  std::vector<double> sums(static_cast<std::size_t>(threads));
  Machine machine;
  const double multiply = fastest(3, [&] {
    parallel_chunks(threads, 1, threads, [&](std::int64_t t, std::int64_t, std::int64_t) {
      NativePack a[chains];
      const NativePack b(0.999999), c(1e-9);
      for (std::int64_t k = 0; k < steps; ++k)
        for (auto& each : a) each = each * b + c;
      for (const auto& each : a) sums[static_cast<std::size_t>(t)] += each[0];
    });
  });
  machine.flops = 2.0 * static_cast<double>(chains * steps * native_lanes * threads) / multiply;
  AlignedArray memory(numbers);
  const double read = fastest(3, [&] {
    parallel_chunks(threads, 1, threads, [&](std::int64_t t, std::int64_t, std::int64_t) {
      const double* const begin = memory.data() + t * numbers / threads / 64 * 64;
      const double* const end = memory.data() + (t + 1) * numbers / threads / 64 * 64;
      NativePack lanes[8];
      for (const double* p = begin; p != end; p += 8 * native_lanes)
        for (int k = 0; k < 8; ++k) lanes[k] += NativePack::load(p + k * native_lanes);
      for (const NativePack& each : lanes) sums[static_cast<std::size_t>(t)] += each[0];
    });
  });
  machine.bytes = 8.0 * static_cast<double>(numbers) / read;
  if (std::isnan(sums[0])) std::puts("");  // the sums are used
  return machine;
}

/// In a process of its own: threads that have run do not outlive a fork.
Machine measure_apart(int threads) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const Machine machine = measure(threads);
    _exit(write(ends[1], &machine, sizeof machine) == sizeof machine ? 0 : 1);
  }
  Machine machine;
  const bool whole = read(ends[0], &machine, sizeof machine) == sizeof machine;
  close(ends[0]);
  close(ends[1]);
  waitpid(child, nullptr, 0);
  if (!whole) throw std::runtime_error("the machine was not measured");
  return machine;
}

/// Flops and bytes that a piece cannot do without.
struct Work {
  double flops = 0.0, bytes = 0.0;
  double least(const Machine& m) const { return std::max(flops / m.flops, bytes / m.bytes); }
};

struct Piece {
  std::string name;
  double seconds = 0.0;
  Work work;
};

struct Size {
  int cameras = 0;
  std::int64_t observations = 0;
};

struct Pieces {
  std::string solver;
  double setup = 0.0;
  std::vector<Piece> pieces;
};

std::unique_ptr<ReducedSolver> reduced_solver(LinearSolverKind kind) {
  switch (kind) {
    case LinearSolverKind::dense_schur:
      return make_dense_reduced();
    case LinearSolverKind::sparse_schur:
      return make_sparse_reduced();
    case LinearSolverKind::iterative_schur:
      return make_iterative_reduced({true});
    default:
      return make_iterative_reduced({false});
  }
}

/// As the system of blocks does it, piece by piece.
Pieces measure(const Problem& problem, int threads, int repeat) {
  const double begin = now();
  BlockProgram program(problem);
  EvaluationOrder order = evaluation_order(program.structure(),
                                           choose_eliminated(program.structure(), program.named_for_elimination(),
                                                             least_eliminated(LinearSolverKind::automatic))
                                               .eliminated,
                                           threads);
  program.reorder(order.items);
  const auto layout = std::make_shared<NormalLayout>(program.structure(), order.rank, threads);
  const BlockPlan plan = plan_blocks(*layout, LinearSolverKind::automatic, 0.0, threads);
  const auto reduced = reduced_solver(plan.kind);
  if (reduced->needs_matrix()) layout->reduce(threads);
  const Precision rows = precision_of_steps(*layout);
  const auto equations = NormalEquations::make(layout, rows);
  NormalAssembly assembly(program, *equations);
  Pieces result{std::string(to_string(plan.kind)), now() - begin, {}};

  const std::vector<double>& x = problem.start();
  std::vector<double> D(static_cast<std::size_t>(program.columns())), b(D.size()), step(D.size());
  std::vector<double> right(static_cast<std::size_t>(layout->tiles * layout->width)), kept(right.size());
  constexpr double lambda = 1e-4;
  const auto piece = [&](const char* name, Work work, const auto& body) {
    body();  // memory is touched, structures are analysed
    result.pieces.push_back({name, fastest(repeat, body), work});
  };
  const auto items = static_cast<double>(problem.residual_count() / 2),
             landmarks = static_cast<double>(layout->landmarks);
  const double record = rows == Precision::single_precision ? 96.0 : 192.0, pairs = layout->pairs() - items;
  // Of an observation: two coordinates, two places and a record written; of a point its coordinates and its sums.
  piece("evaluation", {items * 480.0, items * (32.0 + record) + landmarks * (24.0 + 128.0)}, [&] {
    assembly.evaluate(x.data(), threads);
    assembly.close(threads);
  });
  for (std::size_t j = 0; j < D.size(); ++j) {
    D[j] = std::max(equations->column_norms()[j], 1e-12);
    b[j] = -equations->gradient()[j];
  }
  // Of a pair of observations of a point fᵀCf, 9 × 9 with C 2 × 2; of each observation A = e L⁻ᵀ and fᵀMf.
  piece("elimination",
        {pairs * (72.0 + 324.0) + items * (40.0 + 216.0), items * record + landmarks * 128.0 + pairs * 4.0}, [&] {
          if (reduced->needs_matrix())
            equations->eliminate(lambda, D.data(), b.data(), right.data(), threads);
          else
            equations->factor_landmarks(lambda, D.data(), threads), equations->reduce(b.data(), right.data(), threads);
        });
  Work factor;  // of direct ones; in single precision flops are twice as many a second, and bytes half
  if (plan.kind == LinearSolverKind::dense_schur || plan.kind == LinearSolverKind::sparse_schur) {
    BlockCholesky cholesky;
    if (cholesky.analyze(layout->reduced, {.repetitions = 20}) == LinearStatus::ok) {
      const double numbers = cholesky.facts().flops >= heavy_factor ? 0.5 : 1.0;
      factor = {numbers * cholesky.facts().flops,
                numbers * 8.0 * static_cast<double>(cholesky.facts().factor_nonzeros)};
    }
  }
  piece("factor", factor, [&] { reduced->factor(*equations, threads); });
  piece("solution", {2.0 * factor.bytes / 4.0, 2.0 * factor.bytes},
        [&] { reduced->solve(right.data(), kept.data(), threads); });
  piece("substitution", {items * 60.0, items * record + landmarks * 128.0},
        [&] { equations->substitute(b.data(), kept.data(), step.data(), threads); });
  return result;
}

void print(const Size& size, const Pieces& all, const Machine& machine, double bytes, double items) {
  double seconds = 0.0, least = 0.0;
  std::string cells;
  for (const Piece& piece : all.pieces) {
    seconds += piece.seconds;
    least += piece.work.least(machine);
    cells += fmt::format(" {:.3g} / {:.3g} |", 1e3 * piece.seconds, 1e3 * piece.work.least(machine));
  }
  fmt::print("| {} | {:.0f} | {} | {:.2f} | {:.3g} / {:.3g} |{} {:.0f} |\n", size.cameras, items, all.solver, all.setup,
             1e3 * seconds, 1e3 * least, cells, bytes / items);
  std::fflush(stdout);
}

/// In a process of its own, whose peak of memory is that of the problem and its solver.
void run_one(const Size& size, int threads, int repeat, const Machine& machine) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const auto problem = [&] {
      BundleOptions options;
      options.cameras = size.cameras;
      options.points = size.observations / 5;
      options.observations_per_point = 5.0;
      return build_problem(generate_bundle(options));
    }();
    const Pieces all = measure(problem, threads, repeat);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    print(size, all, machine, 1024.0 * static_cast<double>(used.ru_maxrss),
          static_cast<double>(problem.residual_count()) / 2.0);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) fmt::print("| {} | {} | failed |\n", size.cameras, size.observations);
}

int run(int argc, char** argv) {
  CLI::App app{"The pieces of one iteration of generated bundle adjustments, beside their floors."};
  int threads = 1, repeat = 5;
  std::int64_t most = 10'000'000;
  app.add_option("--threads", threads)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--repeat", repeat, "Calls of each piece, of which the fastest counts")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--most", most, "Observations of the largest problem")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const Machine machine = measure_apart(threads);
  fmt::print("{} thread{}: {:.1f} Gflop/s, {:.1f} GB/s; milliseconds measured / least\n\n", threads,
             threads > 1 ? "s" : "", 1e-9 * machine.flops, 1e-9 * machine.bytes);
  fmt::print(
      "| cameras | observations | solver | setup, s | iteration | evaluation | elimination | factor | solution | "
      "substitution | bytes an observation |\n|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  std::vector<Size> sizes;
  for (const std::int64_t n : {100'000, 300'000, 1'000'000, 3'000'000, 10'000'000})
    sizes.push_back({static_cast<int>(n / 2800), n});
  for (const int cameras : {50, 160, 500, 1600, 5000}) sizes.push_back({cameras, 1'000'000});
  for (const Size& size : sizes)
    if (size.observations <= most) run_one(size, threads, repeat, machine);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bundle_scaling: %s\n", e.what());
    return 1;
  }
}
