// linear_systems: the automatic choice beside every method that succeeds, and sparse Cholesky factors of three
// libraries.
//
//   linear_systems [--only NAME] [--seconds 0.3]
//
// Times are the least of the runs that fit the seconds, in milliseconds, of whole solves: factor, condition number,
// refinement and backward error. A method succeeds with a backward error of 1e-14; iterative ones have a tolerance of
// 1e-14.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <Eigen/Sparse>
#include <thalweg/base/error.hpp>
#include <thalweg/linear/linear_system.hpp>

#include "support/linear_systems.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Settings {
  std::string only;
  double seconds = 0.3;
};

/// Of a solution that is nowhere special.
std::vector<double> right_hand_side(const SparseMatrix& A) {
  std::vector<double> x, b(static_cast<std::size_t>(A.rows));
  for (std::int64_t i = 0; i < A.columns; ++i) x.push_back(1.0 + 0.5 * std::sin(static_cast<double>(i)));
  A.multiply(x.data(), b.data());
  return b;
}

double least_time(const Settings& settings, const std::function<void()>& run) {
  double least = INFINITY;
  const auto start = Clock::now();
  do {
    const auto begin = Clock::now();
    run();
    least = std::min(least, 1e3 * seconds_since(begin));
  } while (seconds_since(start) < settings.seconds);
  return least;
}

/// Milliseconds of a method that reaches a backward error of 1e-14, and finds a rank that is not full; else nothing.
std::optional<double> time_of(const SparseMatrix& A, const std::vector<double>& b, LinearMethod method,
                              std::int64_t rank, const Settings& settings) {
  LinearOptions options;
  options.method = method;
  options.threads = 1;
  options.iterations.tolerance = 1e-14;
  options.iterations.max_iterations = 5000;
  options.iterations.record = false;
  try {
    LinearSolution found;
    const double time = least_time(settings, [&] { found = solve_linear(A, b, options); });
    if (found.backward_error <= 1e-14 && (rank < 0 || found.rank == rank)) return time;
  } catch (const Error&) {  // the method does not take this matrix
  }
  return {};
}

/// Dense methods of sparse matrices of this order would take minutes.
bool worth_a_try(LinearMethod method, const SparseMatrix& A) {
  const bool large = A.columns > 20000, general = method == LinearMethod::lu || method == LinearMethod::qr;
  const bool slow = method == LinearMethod::jacobi || method == LinearMethod::gauss_seidel ||
                    method == LinearMethod::sor || method == LinearMethod::gradient_descent;
  return !(large && (general || slow)) && !(method == LinearMethod::qr && A.columns > 3500);
}

void choice(const NamedSystem& system, const Settings& settings) {
  const SparseMatrix A = system.matrix();
  const std::vector<double> b = right_hand_side(A);
  LinearOptions options;
  options.threads = 1;
  LinearSolution chosen;
  const double time = least_time(settings, [&] { chosen = solve_linear(A, b, options); });
  double least = INFINITY;
  LinearMethod fastest = chosen.method;
  for (const LinearMethod method : all_linear_methods()) {
    if (method == LinearMethod::cholmod || !worth_a_try(method, A)) continue;
    const std::optional<double> took = time_of(A, b, method, system.rank, settings);
    if (took && *took < least) {
      least = *took;
      fastest = method;
    }
  }
  fmt::print("| {} | {} | {:.3g} | {} | {:.3g} | {:.2f} | {:.1e} |\n", system.name, to_string(chosen.method), time,
             to_string(fastest), least, time / least, chosen.backward_error);
  std::fflush(stdout);
}

void cholesky(const NamedSystem& system, const Settings& settings) {
  const SparseMatrix A = system.matrix();
  const std::vector<double> b = right_hand_side(A);
  const auto whole = [&](LinearMethod method) {
    LinearOptions options;
    options.method = method;
    options.threads = 1;
    return least_time(settings, [&] { solve_linear(A, b, options); });
  };
  std::vector<Eigen::Triplet<double>> entries;
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      entries.emplace_back(static_cast<int>(A.row[static_cast<std::size_t>(k)]), static_cast<int>(c),
                           A.value[static_cast<std::size_t>(k)]);
  Eigen::SparseMatrix<double> M(static_cast<int>(A.rows), static_cast<int>(A.columns));
  M.setFromTriplets(entries.begin(), entries.end());
  const Eigen::Map<const Eigen::VectorXd> rhs(b.data(), A.rows);
  double checked = 0.0;
  const double eigen = least_time(settings, [&] {
    const Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factors(M);
    checked = factors.solve(rhs)(0);
  });
  LinearOptions options;
  options.method = LinearMethod::cholesky;
  options.threads = 1;
  const LinearSolution ours = solve_linear(A, b, options);
  const double own = whole(LinearMethod::cholesky), theirs = whole(LinearMethod::cholmod);
  fmt::print("| {} | {} | {} | {:.3g} | {:.3g} | {:.3g} | {:.2f} | {:.2f} |{}\n", system.name, A.rows,
             ours.factor_nonzeros, own, theirs, eigen, theirs / own, eigen / own,
             std::abs(checked - 1.0) < 1e-6 ? "" : " (Eigen's answer is wrong)");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Linear systems: the automatic choice, and sparse Cholesky of three libraries");
  app.add_option("--only", settings.only, "only systems whose names contain this");
  app.add_option("--seconds", settings.seconds, "of each time (0.3)");
  CLI11_PARSE(app, argc, argv);
  std::vector<NamedSystem> systems = linear_systems(), large;
  for (const std::int64_t n : {100, 200, 400})
    large.push_back({"Poisson 2-D, " + std::to_string(n), [n] { return poisson_2d(n); }});
  for (const std::int64_t n : {20, 30, 40})
    large.push_back({"Poisson 3-D, " + std::to_string(n), [n] { return poisson_3d(n); }});
  for (const std::int64_t n : {5000, 20000})
    large.push_back({"graph Laplacian + 0.1, " + std::to_string(n), [n] { return graph_laplacian(n, 1.0, 0.1, 7); }});
  const auto wanted = [&](const NamedSystem& s) { return s.name.find(settings.only) != std::string::npos; };
  fmt::print("| system | chosen | ms | fastest | ms | ratio | backward error |\n|---|---|--:|---|--:|--:|--:|\n");
  for (const NamedSystem& system : systems)
    if (wanted(system)) choice(system, settings);
  fmt::print(
      "\n| system | n | numbers of L | ours, ms | CHOLMOD | Eigen, factor and solve alone | CHOLMOD / ours | Eigen / "
      "ours |\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
  for (const NamedSystem& system : large)
    if (wanted(system)) cholesky(system, settings);
}
