#include <thalweg/minimize/solve.hpp>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/count_allocations.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>

using namespace thalweg;
using namespace thalweg::test;

namespace {

using Kind = LinearSolverKind;

/// A pinhole camera (rotation by small angles, translation, focal length) and a point, and where it was seen, in units
/// of which the length between image points has `unit`.
struct Pinhole {
  double unit = 1.0;
  template <class Camera, class Point>
  auto operator()(const Camera& c, const Point& X, double u, double v) const {
    using T = std::decay_t<decltype(c[0] + X[0])>;
    const T x = X[0] - c[2] * X[1] + c[1] * X[2] + c[3];
    const T y = X[1] + c[2] * X[0] - c[0] * X[2] + c[4];
    const T z = X[2] - c[1] * X[0] + c[0] * X[1] + c[5] + 6.0;
    return Vec<T, 2>(unit * (c[6] * x / z - u), unit * (c[6] * y / z - v));
  }
};

struct Scene {
  Problem problem;
  ResidualGroup* seen = nullptr;
};

/// `cameras` around a cloud of points, each seen by some of them; the start is the truth, disturbed. Every camera has a
/// prior, so that the optimum is unique.
/// With `lies` some points that are seen five times are once seen elsewhere.
Scene scene(int cameras, int points, unsigned seed, bool named = true, bool lies = false, double unit = 1.0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> camera_truth, point_truth;
  for (int i = 0; i < cameras; ++i)
    for (const double value : {0.1 * normal(random), 0.1 * normal(random), 0.1 * normal(random), normal(random),
                               normal(random), 0.3 * normal(random), 1.0 + 0.1 * normal(random)})
      camera_truth.push_back(value);
  for (int i = 0; i < 3 * points; ++i) point_truth.push_back(normal(random));

  std::vector<int> camera_of, point_of;
  std::vector<double> u, v;
  for (int p = 0; p < points; ++p) {
    const int first = static_cast<int>(random() % static_cast<unsigned>(cameras));
    for (int k = 0; k < 3 + p % 3; ++k) {
      const int c = (first + k) % cameras;
      const auto r = Pinhole()(&camera_truth[static_cast<std::size_t>(7 * c)],
                               &point_truth[static_cast<std::size_t>(3 * p)], 0.0, 0.0);
      camera_of.push_back(c);
      point_of.push_back(p);
      u.push_back(r[0] + 1e-2 * normal(random));
      v.push_back(r[1] + 1e-2 * normal(random));
      if (lies && p % 6 == 2 && k == 1) u.back() += 0.5;
    }
  }
  Scene s;
  const auto camera = s.problem.add_parameters("camera", Vec<double, 7>::Zero().eval(), cameras);
  const auto point = s.problem.add_parameters("point", Vec<double, 3>::Zero().eval(), points);
  std::vector<double> prior;
  for (const double value : camera_truth) prior.push_back(value + 0.02 * normal(random));
  s.problem.set_starts(camera, prior);
  for (double& value : point_truth) value += 0.05 * normal(random);
  s.problem.set_starts(point, point_truth);
  if (named) s.problem.eliminate(point);
  s.seen = &s.problem.add_residuals("seen", Pinhole{unit}, camera[camera_of], point[point_of], u, v);
  std::vector<int> all;
  std::vector<Vec<double, 7>> where;
  for (int i = 0; i < cameras; ++i) {
    all.push_back(i);
    where.emplace_back(Eigen::Map<const Vec<double, 7>>(&prior[static_cast<std::size_t>(7 * i)]));
  }
  s.problem.add_residuals(
      "prior",
      [unit](const auto& c, const Vec<double, 7>& p) {
        Vec<std::decay_t<decltype(c[0] * 1.0)>, 7> r;
        for (int i = 0; i < 7; ++i) r[i] = 0.5 * unit * (c[i] - p[i]);
        return r;
      },
      camera[all], where);
  return s;
}

Options precise(Kind kind) {
  Options options;
  options.linear_solver = kind;
  options.function_tolerance = 1e-15;
  options.gradient_tolerance = 1e-11;
  options.step_tolerance = 1e-15;
  options.max_iterations = 300;
  options.threads = 1;
  return options;
}

std::vector<Kind> sparse_kinds() {
  std::vector<Kind> kinds = {Kind::dense_schur,
                             Kind::sparse_schur,
                             Kind::sparse_cholesky,
                             Kind::iterative_schur,
                             Kind::implicit_schur,
                             Kind::conjugate_gradient,
                             Kind::lsqr,
                             Kind::lsmr,
                             Kind::minres};
  if (sparse_cholesky_available()) kinds.push_back(Kind::cholmod);
  return kinds;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

void check_against_dense(const Problem& problem) {
  const Result dense = solve(problem, precise(Kind::dense_qr));
  for (const Kind kind : sparse_kinds()) {
    CAPTURE(to_string(kind));
    const Result sparse = solve(problem, precise(kind));
    CHECK(sparse.linear_solver == to_string(kind));
    CHECK(sparse.final_cost == doctest::Approx(dense.final_cost).epsilon(1e-12));
    CHECK(distance(sparse.x, dense.x) < 1e-6);
  }
}

}  // namespace

// More couplings than stay in a cache: their rows are kept in single precision.
TEST_CASE("a large bundle adjustment ends where the factor of all its blocks leads") {
  const Problem problem = scene(12, 13000, 8).problem;
  const Result whole = solve(problem, precise(Kind::sparse_cholesky));
  for (const Kind kind : {Kind::dense_schur, Kind::implicit_schur}) {
    CAPTURE(to_string(kind));
    const Result reduced = solve(problem, precise(kind));
    CHECK(reduced.status == Status::converged);
    CHECK(reduced.final_cost == doctest::Approx(whole.final_cost).epsilon(1e-12));
    CHECK(distance(reduced.x, whole.x) < 1e-6);
  }
}

TEST_CASE("a large bundle adjustment in units that single precision does not have") {
  constexpr double unit = 1e-45;
  Options options = precise(Kind::dense_schur);
  options.gradient_tolerance = 0.0;
  const Result usual = solve(scene(12, 13000, 8).problem, options);
  const Result small = solve(scene(12, 13000, 8, true, false, unit).problem, options);
  CHECK(small.status == Status::converged);
  CHECK(small.final_cost == doctest::Approx(unit * unit * usual.final_cost).epsilon(1e-12));
  CHECK(distance(small.x, usual.x) < 1e-6);
}

TEST_CASE("every sparse linear solver ends where dense QR ends") { check_against_dense(scene(6, 40, 1).problem); }

TEST_CASE("with bounds, some of which hold, some of which the way runs along") {
  Scene s = scene(6, 40, 1);
  const Result free = solve(s.problem, precise(Kind::dense_qr));
  // Of cameras the focal length, of points a coordinate: bounds beyond the free minimum, beside it, and none.
  const auto bound = [&](Parameters<7> camera, double low, double high) {
    const double at = free.x[static_cast<std::size_t>(camera.offset() + 6)];
    s.problem.set_bounds(camera, 6, at + low, at + high);
  };
  const Parameters<7> cameras(0, 7, 6);
  bound(cameras[0], 0.01, 1.0);
  bound(cameras[2], -1.0, -0.02);
  bound(cameras[3], -1e-6, 1e-6);
  const Parameters<3> points(42, 3, 40);
  for (const int i : {1, 5, 9}) {
    const double at = free.x[static_cast<std::size_t>(points[i].offset())];
    s.problem.set_bounds(points[i], 0, at - 1.0, at - 0.01);
  }
  check_against_dense(s.problem);
  const Result held = solve(s.problem, precise(Kind::sparse_schur));
  CHECK(held.x[6] == s.problem.lower()[6]);
  CHECK(held.x[20] == s.problem.upper()[20]);
  CHECK(held.final_cost > free.final_cost);
}

TEST_CASE("with robust losses too") {
  for (const Loss& loss : {Loss::huber(0.01), Loss::cauchy(0.01), Loss::soft_l1(0.02)}) {
    Scene s = scene(6, 40, 2);
    s.seen->set_loss(loss);
    check_against_dense(s.problem);
  }
}

TEST_CASE("graduated non-convexity takes the same road by blocks") {
  Scene s = scene(6, 40, 2, true, true);
  s.seen->set_loss(Loss::geman_mcclure(0.05));
  Options options = precise(Kind::dense_qr);
  options.graduated = true;
  options.acceleration = false;
  // What the engines choose differently.
  options.initial_damping = 1e-4;
  options.damping_exponent = 1;
  options.scaling = Scaling::current;
  const Result dense = solve(s.problem, options);
  s.seen->set_loss(Loss::trivial());
  const double squares = solve(s.problem, precise(Kind::dense_qr)).final_cost;
  s.seen->set_loss(Loss::geman_mcclure(0.05));
  CHECK(dense.final_cost < 0.1 * squares);
  for (const Kind kind : sparse_kinds()) {
    CAPTURE(to_string(kind));
    options.linear_solver = kind;
    const Result sparse = solve(s.problem, options);
    CHECK(sparse.initial_cost == doctest::Approx(dense.initial_cost).epsilon(1e-14));
    CHECK(sparse.final_cost == doctest::Approx(dense.final_cost).epsilon(1e-12));
    CHECK(distance(sparse.x, dense.x) < 1e-6);
    CHECK(std::isinf(sparse.trace.front().loss_scale));
    CHECK(sparse.trace.back().loss_scale == 1.0);
  }
  // A solve stopped on its way reports what it would cost with the losses as they are.
  options.linear_solver = Kind::dense_schur;
  options.max_iterations = 3;
  const Result stopped = solve(s.problem, options);
  CHECK(stopped.status == Status::iteration_limit);
  options.graduated = false;
  options.max_iterations = 0;
  CHECK(Solver(s.problem).solve_from(stopped.x, options).final_cost ==
        doctest::Approx(stopped.final_cost).epsilon(1e-12));
}

TEST_CASE("with fixed blocks and fixed components") {
  Scene s = scene(6, 40, 3);
  const Parameters<7> cameras(0, 7, 6);
  const Parameters<3> points(42, 3, 40);
  s.problem.fix(cameras[0]);
  s.problem.fix(cameras[2], 6);
  s.problem.fix(points[5]);
  s.problem.fix(points[7], 2);
  check_against_dense(s.problem);
  const Result result = solve(s.problem, precise(Kind::dense_schur));
  for (const std::int64_t i : {0, 6, 2 * 7 + 6, 42 + 15, 42 + 17, 42 + 21 + 2})
    CHECK(result.x[static_cast<std::size_t>(i)] == s.problem.start()[static_cast<std::size_t>(i)]);
}

TEST_CASE("other methods run on the sparse solvers too") {
  const Scene s = scene(6, 40, 4);
  const double best = solve(s.problem, precise(Kind::dense_qr)).final_cost;
  for (const Method method : {Method::gauss_newton, Method::levenberg, Method::dogleg, Method::subspace_dogleg}) {
    CAPTURE(to_string(method));
    Options options = precise(Kind::dense_schur);
    options.method = method;
    CHECK(solve(s.problem, options).final_cost == doctest::Approx(best).epsilon(1e-10));
  }
}

TEST_CASE("a problem of many blocks goes to a sparse solver by itself, which says why") {
  Scene s = scene(30, 200, 5, false);
  const Result result = solve(s.problem);
  CHECK(result.linear_solver == "dense-schur");
  CHECK(result.linear_solver_reason == "200 eliminated blocks leave 210 columns: few enough for a dense factor");
  CHECK(result.converged());

  // With bounds, too.
  const Parameters<7> cameras(0, 7, 30);
  s.problem.set_bounds(cameras[0], 6, result.x[6] + 0.01, 10.0);
  const Result bounded = solve(s.problem, {.threads = 1});
  CHECK(bounded.linear_solver == result.linear_solver);
  CHECK(bounded.status == Status::converged);
  CHECK(bounded.x[6] == s.problem.lower()[6]);
  CHECK(bounded.final_cost > result.final_cost);
}

TEST_CASE("a sparse solve gives the same bits with one thread and with two") {
  const Scene s = scene(40, 3000, 6);
  REQUIRE(s.problem.residual_count() > 20000);  // smaller ones take one thread
  for (const Kind kind : sparse_kinds()) {
    CAPTURE(to_string(kind));
    Options options;
    options.linear_solver = kind;
    options.max_iterations = 5;
    options.threads = 1;
    const Result one = solve(s.problem, options);
    options.threads = 2;
    const Result two = solve(s.problem, options);
    CHECK(one.x == two.x);
    CHECK(one.final_cost == two.final_cost);
  }
  CHECK(solve(scene(6, 40, 6).problem, {.linear_solver = Kind::dense_schur, .threads = 2}).threads == 1);
}

TEST_CASE("iterations after the first allocate nothing, but for the sentence of the one that ends") {
  if (!can_count_allocations()) return;
  const Scene s = scene(20, 1000, 7);
  for (const Kind kind : {Kind::dense_schur, Kind::sparse_schur, Kind::sparse_cholesky, Kind::iterative_schur,
                          Kind::implicit_schur, Kind::conjugate_gradient}) {
    CAPTURE(to_string(kind));
    Options options = precise(kind);
    options.max_iterations = 12;
    options.function_tolerance = 0.0;
    std::int64_t after_first = 0, last = 0, before_last = 0;
    options.callback = [&](const IterationRecord& record) {
      before_last = last;
      last = allocations();
      if (record.iteration == 1) after_first = last;
      return Action::proceed;
    };
    const Result result = solve(s.problem, options);
    REQUIRE(result.iterations > 4);
    CHECK(before_last == after_first);
  }
}

TEST_CASE("what a sparse solver cannot do is refused in words") {
  Scene s = scene(6, 40, 8);
  Options options = precise(Kind::dense_schur);
  options.memory_limit = 1000.0;
  CHECK_THROWS_WITH_AS(solve(s.problem, options), doctest::Contains("linear solver dense-schur would need"), Error);
  CHECK_THROWS_WITH_AS(solve(s.problem, options), doctest::Contains("and the limit is 1 kB; expected"), Error);

  Problem chain;
  const auto p = chain.add_parameters("p", Vec<double, 4>{1.0, 2.0, 3.0, 4.0}, 30);
  std::vector<int> from, to;
  for (int i = 0; i + 1 < 30; ++i) {
    from.push_back(i);
    to.push_back(i + 1);
  }
  chain.add_residuals(
      "link", [](const auto& a, const auto& b) { return (a - b).eval(); }, p[from], p[to]);
  CHECK_THROWS_WITH_AS(
      solve(chain, precise(Kind::dense_schur)),
      doctest::Contains("linear solver dense-schur eliminates blocks, and no blocks of at most 6 components "
                        "were found that share no residual"),
      Error);
}
