// Problems of many rows and few columns, whose rows are reduced as they are evaluated.
#include <thalweg/minimize/solve.hpp>

#include <cmath>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <minimize/system/dense/dense_system.hpp>
#include <minimize/system/plan.hpp>
#include <minimize/system/tall/tall_system.hpp>

using namespace thalweg;

namespace {

struct Decay {
  template <class P, class T>
  auto operator()(const P& p, T t, T y) const {
    return p[0] * exp(-p[1] * t) + p[2] - y;
  }
};

struct Table {
  std::vector<double> t, y;
};
Table table(std::size_t rows, double outliers = 0.0) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  Table data;
  for (std::size_t i = 0; i < rows; ++i) {
    data.t.push_back(5.0 * uniform(random));
    data.y.push_back(3.0 * std::exp(-0.7 * data.t.back()) + 0.5 + 0.05 * normal(random));
    if (uniform(random) < outliers) data.y.back() += 10.0;
  }
  return data;
}

/// As the dense system would, and as the tall one does, from the same start.
struct Both {
  Result dense, tall;
};
Both solve_both(const Problem& problem, const Options& options = {}) {
  Both both;
  Options alike = options;
  alike.acceleration = false;
  alike.variable_projection = false;
  DenseSystem dense(problem);
  both.dense = minimize(dense, problem.start(), alike);
  TallSystem tall(problem);
  both.tall = minimize(tall, problem.start(), alike);
  return both;
}

void expect_same(const Both& both) {
  CHECK_MESSAGE(both.tall.converged(), both.tall.reason);
  CHECK(both.dense.converged());
  CHECK(both.tall.final_cost == doctest::Approx(both.dense.final_cost).epsilon(1e-12));
  for (std::size_t j = 0; j < both.dense.x.size(); ++j)
    CHECK(both.tall.x[j] == doctest::Approx(both.dense.x[j]).epsilon(1e-8));
}

}  // namespace

TEST_CASE("rows reduced by ranges are the rows") {
  const Table data = table(10007);
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.1});
  problem.add_residuals("data", Decay{}, p, data.t, data.y).set_loss(Loss::huber(0.1));
  // Another group, which reads one of the columns, with rows that fill no cache line.
  problem.add_residuals(
      "prior", [](const auto& q, double mean) { return q[2] - mean; }, p, std::vector<double>{0.4, 0.6, 0.5});
  const Program program(problem);
  for (const auto losses : {Program::Losses::applied, Program::Losses::ignored}) {
    AlignedArray r(program.rows());
    DenseMatrix J(program.rows(), 3);
    const double cost = losses == Program::Losses::applied
                            ? program.evaluate(problem.start().data(), r.data(), J, 1)
                            : program.evaluate_without_loss(problem.start().data(), r.data(), J, 1);
    const ReducedRows rows = RowReduction(program).reduce(problem.start().data(), 1, losses);
    CHECK(rows.cost == doctest::Approx(cost).epsilon(1e-13));
    double squares = 0.0;
    for (std::int64_t i = 0; i < r.size(); ++i) squares += r[i] * r[i];
    CHECK(rows.residual_squares == doctest::Approx(squares).epsilon(1e-13));
    for (std::int64_t a = 0; a < 3; ++a) {
      double g = 0.0, Rc = 0.0;
      for (std::int64_t i = 0; i < r.size(); ++i) g += J(i, a) * r[i];
      for (std::int64_t k = 0; k <= a; ++k) Rc += rows.R(k, a) * rows.c[k];
      CHECK(Rc == doctest::Approx(g).epsilon(1e-11));
      for (std::int64_t b = 0; b <= a; ++b) {
        double normal = 0.0, RtR = 0.0;
        for (std::int64_t i = 0; i < r.size(); ++i) normal += J(i, a) * J(i, b);
        for (std::int64_t k = 0; k <= b; ++k) RtR += rows.R(k, a) * rows.R(k, b);
        CHECK(RtR == doctest::Approx(normal).epsilon(1e-12));
      }
    }
    const ReducedRows threads = RowReduction(program).reduce(problem.start().data(), 3, losses);
    for (std::int64_t k = 0; k < 3; ++k) CHECK(threads.c[k] == rows.c[k]);
    CHECK(threads.cost == rows.cost);
  }
  CHECK(RowReduction(program).cost(problem.start().data(), 2) ==
        doctest::Approx(RowReduction(program).reduce(problem.start().data(), 1).cost).epsilon(1e-13));
}

TEST_CASE(
    "the tall system finds what the dense one finds: free, on a bound, with a loss, by every method of residuals") {
  const Table data = table(3000, 0.05);
  for (const bool robust : {false, true})
    for (const bool bounded : {false, true})
      for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::gauss_newton, Method::dogleg,
                                  Method::subspace_dogleg}) {
        CAPTURE(robust);
        CAPTURE(bounded);
        CAPTURE(to_string(method));
        Problem problem;
        const auto p = problem.add_parameters("p", Vec<double, 3>{2.0, 0.5, 0.2});
        auto& group = problem.add_residuals("data", Decay{}, p, data.t, data.y);
        if (robust) group.set_loss(Loss::huber(0.1));
        if (bounded) problem.set_bounds(p, 1, 0.0, 0.6);
        Options options;
        options.method = method;
        expect_same(solve_both(problem, options));
      }
}

TEST_CASE("the tall system says what is wrong as the dense one does") {
  Table data = table(5000);
  data.y[4567] = std::nan("");
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{2.0, 0.5, 0.2});
  problem.add_residuals("data", Decay{}, p, data.t, data.y);
  const Both both = solve_both(problem);
  CHECK(both.tall.status == Status::non_finite_start);
  CHECK(both.tall.reason == both.dense.reason);
  CHECK(both.tall.reason.find("data[4567]") != std::string::npos);
}

TEST_CASE("a problem of very many rows is solved without holding its Jacobian") {
  const Table data = table(2'100'000);
  Problem problem;
  const auto p = problem.add_parameters("p", Vec<double, 3>{1.0, 1.0, 0.1});
  problem.add_residuals("data", simd(Decay{}), p, data.t, data.y);
  CHECK(shape_of(problem) == SystemKind::tall);
  const Result found = solve(problem);
  CHECK(found.converged());
  CHECK(found.linear_solver_reason.find("reduced to a triangle") != std::string::npos);
  Options dense;
  dense.linear_solver = LinearSolverKind::dense_cholesky;
  const Result other = solve(problem, dense);
  for (std::size_t j = 0; j < 3; ++j) CHECK(found.x[j] == doctest::Approx(other.x[j]).epsilon(1e-9));
}
