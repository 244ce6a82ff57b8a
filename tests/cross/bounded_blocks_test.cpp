// Bounds on problems of many blocks, beside Ceres, which projects its steps on them.
#include <cmath>
#include <random>
#include <vector>

#include <ceres/ceres.h>
#include <glog/logging.h>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>

using namespace thalweg;

namespace {

struct Data {
  double s, t;
  template <class T>
  bool operator()(const T* x, T* r) const {
    using std::exp;
    r[0] = x[0] + 0.1 * x[0] * x[0] * x[0] - s;
    r[1] = x[1] * exp(0.2 * x[0]) - t;
    return true;
  }
};

struct Smooth {
  template <class T>
  bool operator()(const T* a, const T* b, T* r) const {
    r[0] = 10.0 * (a[0] - b[0]);
    r[1] = 10.0 * (a[1] - b[1]);
    return true;
  }
};

struct Chain {
  std::vector<double> s, t;
  std::vector<char> bounded;
  static constexpr double bound = 0.2;
};

Chain chain(int n, int bounds) {
  Chain c;
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  c.bounded.resize(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) {
    c.s.push_back(std::sin(0.01 * i) + 0.1 * normal(random));
    c.t.push_back(std::cos(0.013 * i) + 0.1 * normal(random));
  }
  for (int k = 0; k < bounds; ++k) c.bounded[static_cast<std::size_t>((n / 2 + 7 * k) % n)] = 1;
  return c;
}

Result ours(const Chain& c, LinearSolverKind kind) {
  Problem problem;
  const int n = static_cast<int>(c.s.size());
  const auto p = problem.add_parameters("p", Vec<double, 2>{0.0, 0.0}, n);
  std::vector<int> all, from, to;
  for (int i = 0; i < n; ++i) all.push_back(i);
  for (int i = 0; i + 1 < n; ++i) {
    from.push_back(i);
    to.push_back(i + 1);
  }
  problem.add_residuals(
      "data",
      [](const auto& x, double s, double t) {
        std::array<std::decay_t<decltype(x[0] + 0.0)>, 2> r;
        Data{s, t}(&x[0], r.data());
        return r;
      },
      p[all], c.s, c.t);
  problem.add_residuals(
      "smooth",
      [](const auto& a, const auto& b) {
        std::array<std::decay_t<decltype(a[0] + b[0])>, 2> r;
        r[0] = 10.0 * (a[0] - b[0]);
        r[1] = 10.0 * (a[1] - b[1]);
        return r;
      },
      p[from], p[to]);
  for (int i = 0; i < n; ++i)
    if (c.bounded[static_cast<std::size_t>(i)]) problem.set_bounds(p[i], 0, -Chain::bound, Chain::bound);
  return solve(problem, {.linear_solver = kind, .function_tolerance = 1e-14});
}

struct Theirs {
  std::vector<double> x;
  double cost;
};

/// Where Ceres ends from x. `by_bounds`: it is told the bounds; otherwise the components that are on one at x stay
/// there, and the others know of none.
Theirs by_ceres(const Chain& c, std::vector<double> x, bool by_bounds) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  Theirs end{std::move(x), 0.0};
  ceres::Problem problem;
  for (std::size_t i = 0; i < c.s.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Data, 2, 2>(new Data{c.s[i], c.t[i]}), nullptr,
                             &end.x[2 * i]);
  for (std::size_t i = 0; i + 1 < c.s.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Smooth, 2, 2, 2>(new Smooth), nullptr, &end.x[2 * i],
                             &end.x[2 * i + 2]);
  for (std::size_t i = 0; i < c.s.size(); ++i) {
    if (!c.bounded[i]) continue;
    if (by_bounds) {
      problem.SetParameterLowerBound(&end.x[2 * i], 0, -Chain::bound);
      problem.SetParameterUpperBound(&end.x[2 * i], 0, Chain::bound);
    } else if (std::abs(end.x[2 * i]) == Chain::bound) {
      problem.SetManifold(&end.x[2 * i], new ceres::SubsetManifold(2, {0}));
    }
  }
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::SPARSE_NORMAL_CHOLESKY;
  options.max_num_iterations = 500;
  options.function_tolerance = 1e-16;
  options.gradient_tolerance = 1e-13;
  options.parameter_tolerance = 1e-16;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  end.cost = summary.final_cost;
  return end;
}

/// dF/dx₀ of block i.
double slope(const Chain& c, const std::vector<double>& x, std::size_t i) {
  const double a = x[2 * i], b = x[2 * i + 1], e = std::exp(0.2 * a);
  double g = (a + 0.1 * a * a * a - c.s[i]) * (1.0 + 0.3 * a * a) + (b * e - c.t[i]) * 0.2 * b * e;
  if (i > 0) g += 100.0 * (a - x[2 * i - 2]);
  if (i + 1 < c.s.size()) g += 100.0 * (a - x[2 * i + 2]);
  return g;
}

}  // namespace

TEST_CASE("bounded blocks end at a minimum in their box, which Ceres does not lower") {
  for (const int bounds : {1, 10, 100, 1000}) {
    CAPTURE(bounds);
    const Chain c = chain(1000, bounds);
    const Theirs cold = by_ceres(c, std::vector<double>(2 * c.s.size()), true);
    for (const LinearSolverKind kind : {LinearSolverKind::sparse_cholesky, LinearSolverKind::cholmod}) {
      CAPTURE(to_string(kind));
      const Result found = ours(c, kind);
      CHECK(found.converged());
      CHECK(found.final_cost <= cold.cost * (1.0 + 1e-8));
      CHECK(by_ceres(c, found.x, true).cost >= found.final_cost * (1.0 - 1e-8));
      const Theirs same = by_ceres(c, found.x, false);
      CHECK(found.final_cost == doctest::Approx(same.cost).epsilon(1e-8));
      double apart = 0.0, outside = 0.0, inwards = 0.0;
      for (std::size_t i = 0; i < c.s.size(); ++i) {
        for (std::size_t k = 2 * i; k < 2 * i + 2; ++k) apart = std::max(apart, std::abs(found.x[k] - same.x[k]));
        if (!c.bounded[i]) continue;
        const double x = found.x[2 * i];
        outside = std::max(outside, std::abs(x) - Chain::bound);
        if (std::abs(x) == Chain::bound)
          inwards = std::max(inwards, x > 0.0 ? slope(c, found.x, i) : -slope(c, found.x, i));
      }
      CHECK(apart <= 1e-6);
      CHECK(outside <= 0.0);
      CHECK(inwards <= 1e-6);
    }
  }
}

TEST_CASE("a chain of twenty thousand blocks with bounds takes no more steps than one without") {
  const Result without = ours(chain(20000, 0), LinearSolverKind::automatic);
  for (const int bounds : {1, 1000}) {
    CAPTURE(bounds);
    const Result with = ours(chain(20000, bounds), LinearSolverKind::automatic);
    CHECK(with.converged());
    CHECK(with.linear_solver == without.linear_solver);
    CHECK(with.iterations <= without.iterations + 4);
  }
}

TEST_CASE("the cost of residuals whose blocks are all fixed counts, in every form of a block system") {
  for (const LinearSolverKind kind :
       {LinearSolverKind::dense_qr, LinearSolverKind::sparse_cholesky, LinearSolverKind::conjugate_gradient}) {
    CAPTURE(to_string(kind));
    Problem problem;
    const auto fixed = problem.add_parameters("fixed", Vec<double, 2>{1.0, 2.0}, 3);
    const auto free = problem.add_parameters("free", Vec<double, 2>{0.0, 0.0}, 4);
    problem.add_residuals(
        "prior", [](const auto& x, double m) { return 10.0 * (x[0] - m); }, fixed[std::vector<int>{0, 1, 2}],
        std::vector<double>{4.0, 5.0, 6.0});
    problem.add_residuals(
        "tie",
        [](const auto& x, const auto& y) {
          return std::array{x[0] - y[0], x[1] * x[1] - y[1]};
        },
        fixed[std::vector<int>{0, 1, 2, 0}], free[std::vector<int>{0, 1, 2, 3}]);
    problem.fix(fixed);
    const Result result = solve(problem, {.linear_solver = kind});
    CHECK(result.converged());
    CHECK(result.initial_cost == doctest::Approx(0.5 * (900.0 + 1600.0 + 2500.0 + 4.0 * 17.0)));
    CHECK(result.final_cost == doctest::Approx(2500.0));
    CHECK(result.x[6] == doctest::Approx(1.0));
  }
}
