// One problem, all contenders, fit after fit. Each differentiates the same model by its own dual numbers.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <ceres/jet.h>
#include <ceres/tiny_solver.h>
#include <ceres/tiny_solver_autodiff_function.h>
#include <thalweg/tiny/solve.hpp>

#include "batch/batch.hpp"
#include "tiny/tiny.hpp"

namespace versus {

struct TinyFits {
  std::string name;
  std::int64_t fits = 0;
  std::vector<double> y, starts;  ///< fit after fit
};

/// How often a fit called its function.
struct Evaluations {
  int values = 0;     ///< residuals alone
  int jacobians = 0;  ///< residuals and derivatives
};

/// The compiler may not leave out what was computed into this memory.
inline void keep(const void* memory) { asm volatile("" : : "r"(memory) : "memory"); }

template <class Model, thalweg::tiny::Reduction reduction>
class ThalwegTiny {
  static constexpr int n = Model::parameters, m = Model::points;

 public:
  explicit ThalwegTiny(const TinyFits&) {}
  int solve(const double* y, std::array<double, n>& x) const {
    const auto residual = [y](const auto& p, int i) { return Model::value(p, i) - y[i]; };
    const auto result = thalweg::tiny::solve<reduction>(
        residual, m, x, {.tolerance = batch_tolerance, .max_iterations = batch_iterations});
    x = result.parameters;
    return result.iterations;
  }
  Evaluations count(const double* y, std::array<double, n> x) const { return {0, solve(y, x)}; }
  void values(const double*, const std::array<double, n>&, double*) const {}
  void jacobian(const double* y, const std::array<double, n>& x, double* r, double* J) const {
    const auto v = thalweg::tiny::detail::variables<n>(x);
    for (int i = 0; i < m; ++i) {
      const thalweg::Dual<double, n> d = Model::value(v, i) - y[i];
      r[i] = d.value;
      for (int j = 0; j < n; ++j) J[i * n + j] = d.tangent[j];
    }
  }
};

template <class Model>
class CeresTiny {
  static constexpr int n = Model::parameters, m = Model::points;
  struct Residuals {
    const double* y = nullptr;
    template <class T>
    bool operator()(const T* p, T* r) const {
      for (int i = 0; i < m; ++i) r[i] = Model::value(p, i) - y[i];
      return true;
    }
  };
  using Automatic = ceres::TinySolverAutoDiffFunction<Residuals, m, n>;
  struct Counting {
    using Scalar = double;
    enum { NUM_RESIDUALS = m, NUM_PARAMETERS = n };
    const Automatic& f;
    Evaluations& count;
    bool operator()(const double* p, double* r, double* J) const {
      ++(J ? count.jacobians : count.values);
      return f(p, r, J);
    }
  };

 public:
  /// TinySolver's function tolerance is absolute: that of a typical cost.
  CeresTiny(const TinyFits&, double typical_squares) : automatic_(residuals_) {
    set(solver_.options, typical_squares);
    set(counted_.options, typical_squares);
  }
  int solve(const double* y, std::array<double, n>& x) {
    residuals_.y = y;
    Eigen::Matrix<double, n, 1> b = Eigen::Map<Eigen::Matrix<double, n, 1>>(x.data());
    solver_.Solve(automatic_, &b);
    std::copy_n(b.data(), n, x.begin());
    return solver_.summary.iterations;
  }
  Evaluations count(const double* y, std::array<double, n> x) {
    residuals_.y = y;
    Evaluations all;
    Eigen::Matrix<double, n, 1> b = Eigen::Map<Eigen::Matrix<double, n, 1>>(x.data());
    counted_.Solve(Counting{automatic_, all}, &b);
    return all;
  }
  void values(const double* y, const std::array<double, n>& x, double* r) {
    residuals_.y = y;
    automatic_(x.data(), r, nullptr);
  }
  void jacobian(const double* y, const std::array<double, n>& x, double* r, double* J) {
    residuals_.y = y;
    automatic_(x.data(), r, J);
  }

 private:
  template <class Options>
  static void set(Options& options, double typical_squares) {
    options.function_tolerance = batch_tolerance * typical_squares;
    options.gradient_tolerance = 0.0;
    options.parameter_tolerance = 1e-12;
    options.cost_threshold = 0.0;
    options.max_num_iterations = batch_iterations;
  }
  Residuals residuals_;
  Automatic automatic_;
  ceres::TinySolver<Automatic> solver_;
  ceres::TinySolver<Counting> counted_;
};

/// Calls body(begin, end) for chunks of [0, count) and adds up the least seconds of each chunk: on a busy machine some
/// of the repeats of a short chunk are undisturbed.
template <class Body>
double least_seconds_in_chunks(std::int64_t count, int repeat, const Body& body) {
  constexpr std::int64_t chunk = 50;  // fractions of a millisecond
  double sum = 0.0;
  for (std::int64_t begin = 0; begin < count; begin += chunk) {
    double least = std::numeric_limits<double>::infinity();
    for (int k = 0; k < repeat; ++k) {
      const auto from = std::chrono::steady_clock::now();
      body(begin, std::min(count, begin + chunk));
      least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
    }
    sum += least;
  }
  return sum;
}

template <class Model>
std::array<double, Model::parameters> point(const std::vector<double>& all, std::int64_t fit) {
  std::array<double, Model::parameters> x;
  std::copy_n(all.data() + fit * Model::parameters, Model::parameters, x.data());
  return x;
}

template <class Model, class Contender>
TinyRun tiny_run(const TinyFits& all, Contender&& contender, const std::string& solver, const std::string& setting,
                 int repeat) {
  constexpr int n = Model::parameters, m = Model::points;
  TinyRun run{all.name, solver, setting, all.fits};
  std::vector<double> solution(all.starts.size());
  std::vector<int> iterations(static_cast<std::size_t>(all.fits));
  run.seconds = least_seconds_in_chunks(all.fits, repeat, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t fit = begin; fit < end; ++fit) {
      auto x = point<Model>(all.starts, fit);
      iterations[static_cast<std::size_t>(fit)] = contender.solve(all.y.data() + fit * m, x);
      std::copy_n(x.data(), n, solution.data() + fit * n);
    }
  });
  for (const int k : iterations) run.iterations += k / static_cast<double>(all.fits);
  std::vector<Evaluations> called;
  for (std::int64_t fit = 0; fit < all.fits; ++fit)
    called.push_back(contender.count(all.y.data() + fit * m, point<Model>(all.starts, fit)));
  alignas(64) std::array<double, m> r;
  alignas(64) std::array<double, std::size_t{m} * n> J;
  run.evaluating = least_seconds_in_chunks(all.fits, repeat, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t fit = begin; fit < end; ++fit) {
      const double* const y = all.y.data() + fit * m;
      auto x = point<Model>(solution, fit);
      const Evaluations& wanted = called[static_cast<std::size_t>(fit)];
      for (int k = 0; k < wanted.values; ++k) {
        keep(x.data());
        contender.values(y, x, r.data());
        keep(r.data());
      }
      for (int k = 0; k < wanted.jacobians; ++k) {
        keep(x.data());
        contender.jacobian(y, x, r.data(), J.data());
        keep(r.data());
        keep(J.data());
      }
    }
  });
  for (std::int64_t fit = 0; fit < all.fits; ++fit) {
    double sum = 0.0;
    for (int i = 0; i < m; ++i) {
      const double v = Model::value(point<Model>(solution, fit), i) - all.y[static_cast<std::size_t>(fit * m + i)];
      sum += v * v;
    }
    run.squares.push_back(sum);
  }
  return run;
}

template <class Model>
void tiny_contest(const TinyFits& all, int repeat, std::vector<TinyRun>& runs) {
  using thalweg::tiny::Reduction;
  const std::size_t first = runs.size();
  const ThalwegTiny<Model, Reduction::normal_equations> normal(all);
  const ThalwegTiny<Model, Reduction::rotations> rotations(all);
  runs.push_back(tiny_run<Model>(all, normal, "thalweg tiny", "normal equations", repeat));
  runs.push_back(tiny_run<Model>(all, rotations, "thalweg tiny", "rotations", repeat));
  std::vector<double> costs = runs[first].squares;
  std::nth_element(costs.begin(), costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 2), costs.end());
  runs.push_back(
      tiny_run<Model>(all, CeresTiny<Model>(all, costs[costs.size() / 2]), "TinySolver", "autodiff", repeat));
  for (std::size_t r = first; r < runs.size(); ++r) {
    std::int64_t reached = 0;
    for (std::size_t fit = 0; fit < runs[r].squares.size(); ++fit) {
      double least = std::numeric_limits<double>::infinity();
      for (std::size_t other = first; other < runs.size(); ++other) least = std::min(least, runs[other].squares[fit]);
      reached += runs[r].squares[fit] <= least * (1.0 + 1e-6);
    }
    runs[r].within = static_cast<double>(reached) / static_cast<double>(all.fits);
  }
}

}  // namespace versus
