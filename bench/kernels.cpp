// The pieces of one iteration: residuals and Jacobian of a few NIST models (items are rows), and
// the dense linear solvers on matrices of small fits.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/problem/program.hpp>

#include "cases.hpp"

namespace {

enum class Form { scalar, simd, formula };

const versus::Case& find_case(const std::string& name) {
  static const std::vector<versus::Case> cases = versus::nist_cases(THALWEG_NIST_FOLDER);
  for (const versus::Case& c : cases)
    if (c.name == name) return c;
  throw std::invalid_argument("no such problem: " + name);
}

thalweg::Problem build(const versus::Case& c, Form form) {
  if (form == Form::formula) return std::move(thalweg::build_problem(c.file).problem);
  return c.problem(form == Form::simd);
}

void evaluate(benchmark::State& state, const std::string& name, Form form, bool jacobian) {
  const versus::Case& c = find_case(name);
  const thalweg::Problem problem = build(c, form);
  const thalweg::Program program(problem);
  thalweg::AlignedArray r(program.rows());
  thalweg::DenseMatrix J(program.rows(), program.columns());
  const std::vector<double>& x = c.certified;
  for (auto _ : state) {
    benchmark::DoNotOptimize(jacobian ? program.evaluate(x.data(), r.data(), J, 1)
                                      : program.evaluate(x.data(), r.data(), 1));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * problem.residual_count());
}

/// The same with Ceres's dual numbers, by row.
void evaluate_jets(benchmark::State& state, const std::string& name, bool jacobian) {
  const versus::Case& c = find_case(name);
  const auto f = c.function();
  const auto m = static_cast<std::size_t>(f->rows()), n = static_cast<std::size_t>(f->parameters());
  std::vector<double> r(m), J(m * n);
  for (auto _ : state) {
    if (jacobian) {
      f->jacobian(c.certified.data(), r.data(), J.data(), versus::Order::by_row);
    } else {
      f->residuals(c.certified.data(), r.data());
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(m));
}

/// One linearisation and one damped step. The matrix is copied back each time: a solver may use it
/// up.
template <class Solver>
void linear_step(benchmark::State& state) {
  const std::int64_t n = state.range(0), m = state.range(1);
  thalweg::DenseMatrix model(m, n), J(m, n);
  std::vector<double> model_r(static_cast<std::size_t>(J.stride())), r, step(static_cast<std::size_t>(n));
  const std::vector<double> D(static_cast<std::size_t>(n), 1.0);
  for (std::int64_t i = 0; i < m; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(m);
    for (std::int64_t j = 0; j < n; ++j) model(i, j) = std::cos(static_cast<double>(j + 1) * 3.0 * t);
    model_r[static_cast<std::size_t>(i)] = std::exp(-t);
  }
  Solver solver;
  for (auto _ : state) {
    for (std::int64_t j = 0; j < n; ++j) std::copy_n(model.column(j), model.stride(), J.column(j));
    r = model_r;
    benchmark::DoNotOptimize(solver.linearize(J, r.data(), {}));
    benchmark::DoNotOptimize(solver.solve(1e-3, D.data(), step.data()));
    benchmark::ClobberMemory();
  }
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"n", "m"})->UseRealTime();
  for (const int n : {2, 3, 4, 5, 6, 7, 8, 9})
    for (const int m : {14, 50, 250}) b->Args({n, m});
}

void register_models() {
  for (const char* name : {"misra1a", "thurber", "mgh17", "gauss1", "enso"})
    for (const bool jacobian : {false, true}) {
      const std::string prefix = std::string(name) + (jacobian ? "/jacobian/" : "/residuals/");
      const auto add = [&](const char* form, auto run) {
        benchmark::RegisterBenchmark((prefix + form).c_str(), run)->UseRealTime();
      };
      const std::string problem = name;
      add("scalar", [=](benchmark::State& s) { evaluate(s, problem, Form::scalar, jacobian); });
      add("simd", [=](benchmark::State& s) { evaluate(s, problem, Form::simd, jacobian); });
      add("formula", [=](benchmark::State& s) { evaluate(s, problem, Form::formula, jacobian); });
      add("jets", [=](benchmark::State& s) { evaluate_jets(s, problem, jacobian); });
    }
}

}  // namespace

BENCHMARK(linear_step<thalweg::DenseQr>)->Name("dense_qr")->Apply(sizes);
BENCHMARK(linear_step<thalweg::DenseCholesky>)->Name("dense_cholesky")->Apply(sizes);

int main(int argc, char** argv) {
  register_models();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
