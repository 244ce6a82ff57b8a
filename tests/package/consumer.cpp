// An application that embeds the installed library in each way that the documentation names. Exits 0 when every
// answer is right, and says which is not.
#include <cmath>
#include <cstdio>
#include <vector>

#include <thalweg/linear/block_cholesky.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/thalweg.hpp>

namespace {

const std::vector<double> t = {0, 1, 2, 3, 4, 5, 6, 7}, y = {9.1, 7.2, 5.1, 4.3, 3.2, 2.1, 1.9, 1.4};

/// A residual as a struct, generic in its scalar.
struct Decay {
  template <class P, class X>
  auto operator()(const P& p, const X& ti, const X& yi) const {
    return p[0] * exp(-p[1] * ti) - yi;
  }
};

/// A residual that brings its own Jacobian.
struct DecayByHand {
  double operator()(const thalweg::Vec<double, 2>& p, double ti, double yi) const {
    return p[0] * std::exp(-p[1] * ti) - yi;
  }
  thalweg::Vec<double, 2> jacobian(const thalweg::Vec<double, 2>& p, double ti, double) const {
    const double e = std::exp(-p[1] * ti);
    return {e, -ti * p[0] * e};
  }
};

int failures = 0;
void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("wrong: %s\n", what);
  ++failures;
}

template <class F>
thalweg::Vec<double, 2> fit(F residual) {
  thalweg::Problem problem;
  const auto p = problem.add_parameters("p", thalweg::Vec<double, 2>{1.0, 1.0});
  problem.add_residuals("decay", residual, p, t, y);
  const thalweg::Result result = thalweg::solve(problem);
  check(result.converged(), "a fit converges");
  return result[p];
}

}  // namespace

int main() {
  const auto by_struct = fit(Decay{});
  const auto by_lambda = fit([](const auto& p, double ti, double yi) { return p[0] * exp(-p[1] * ti) - yi; });
  const auto by_lanes = fit(thalweg::simd(Decay{}));
  const auto by_hand = fit(DecayByHand{});
  const auto by_differences = fit(thalweg::numeric(
      [](const thalweg::Vec<double, 2>& p, double ti, double yi) { return p[0] * std::exp(-p[1] * ti) - yi; }));
  for (const auto& p : {by_lambda, by_lanes, by_hand, by_differences})
    check((p - by_struct).norm() < 1e-8, "all ways to state a residual agree");

  // A solve that its callback stops, and the same solver used again from another start.
  thalweg::Problem problem;
  const auto p = problem.add_parameters("p", thalweg::Vec<double, 2>{1.0, 1.0});
  problem.add_residuals("decay", Decay{}, p, t, y);
  thalweg::Solver solver(problem);
  const auto stopped = solver.solve({.callback = [](const thalweg::IterationRecord& record) {
    return record.accepted ? thalweg::Action::stop : thalweg::Action::proceed;
  }});
  check(stopped.status == thalweg::Status::interrupted, "the callback stops the solve");
  problem.set_start(p, thalweg::Vec<double, 2>{20.0, 0.1});
  const auto again = solver.solve();
  check(again.converged() && (again[p] - by_struct).norm() < 1e-9, "a repeated solve finds the same minimum");

  const auto statistics = thalweg::statistics(problem, again);
  check(statistics.degrees_of_freedom == 6 && statistics.parameters[1].standard_error > 0.0, "statistics");

  const double A[4] = {4, 2, 2, 5}, b[2] = {8, 12};
  double x[2] = {};
  thalweg::BlockCholesky blocks;
  check(blocks.analyze(thalweg::block_pattern({2}, {})) == thalweg::LinearStatus::ok, "a sparse analysis");
  blocks.set_block(0, A, 2);
  check(blocks.factor() == thalweg::LinearStatus::ok && blocks.solve(b, x) == thalweg::LinearStatus::ok &&
            std::abs(x[0] - 1) < 1e-14 && std::abs(x[1] - 2) < 1e-14,
        "a sparse factorisation");
#if THALWEG_CHOLMOD
  thalweg::SparseCholesky cholesky;
  check(cholesky.analyze(thalweg::block_pattern({2}, {})) == thalweg::LinearStatus::ok, "a sparse analysis by CHOLMOD");
  cholesky.set_block(0, A, 2);
  check(cholesky.factor() == thalweg::LinearStatus::ok && cholesky.solve(b, x) == thalweg::LinearStatus::ok &&
            std::abs(x[0] - 1) < 1e-14 && std::abs(x[1] - 2) < 1e-14,
        "CHOLMOD is loaded");
#else
  check(!thalweg::sparse_cholesky_available(), "built without CHOLMOD");
#endif

  // Misuse is an exception that can be caught across the library's boundary.
  try {
    solver.solve({.max_iterations = -1});
    check(false, "a bad option is refused");
  } catch (const thalweg::Error&) {
  }
  return failures;
}
