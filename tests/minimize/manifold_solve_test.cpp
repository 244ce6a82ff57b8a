#include <thalweg/minimize/solve.hpp>

#include <cmath>
#include <numbers>
#include <random>

#include <doctest/doctest.h>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/problem/program.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

constexpr double pi = std::numbers::pi;

template <class P>
auto rotation_part(const P& pose) {
  using T = std::decay_t<decltype(pose[0])>;
  return Vec<T, 4>(pose[3], pose[4], pose[5], pose[6]);
}
template <class P>
auto translation_part(const P& pose) {
  using T = std::decay_t<decltype(pose[0])>;
  return Vec<T, 3>(pose[0], pose[1], pose[2]);
}

/// What a measured relative pose of b in a's frame leaves over.
const auto between = [](const auto& a, const auto& b, const Vec<double, 7>& measured) {
  const auto t = rotate_back(rotation_part(a), (translation_part(b) - translation_part(a)).eval());
  const auto q = quaternion_product(conjugate(rotation_part(measured)),
                                    quaternion_product(conjugate(rotation_part(a)), rotation_part(b)));
  const auto w = vector_of_quaternion(q);
  using T = std::decay_t<decltype(t[0])>;
  return std::array<T, 6>{T(t[0] - measured[0]), T(t[1] - measured[1]), T(t[2] - measured[2]), w[0], w[1], w[2]};
};
const auto between_in_plane = [](const auto& a, const auto& b, const Vec<double, 3>& measured) {
  using T = std::decay_t<decltype(a[0])>;
  const Vec<T, 2> apart(T(b[0] - a[0]), T(b[1] - a[1])), t = rotate_in_plane(T(-a[2]), apart);
  return std::array<T, 3>{T(t[0] - measured[0]), T(t[1] - measured[1]), wrap_angle(T(b[2] - a[2] - measured[2]))};
};
const auto apart = [](const auto& q, const Vec<double, 4>& measured) {
  const auto w = vector_of_quaternion(quaternion_product(conjugate(measured), q));
  using T = std::decay_t<decltype(w[0])>;
  return std::array<T, 3>{w[0], w[1], w[2]};
};

Vec<double, 4> quaternion(double a, double b, double c) { return quaternion_of_vector(Vec<double, 3>(a, b, c)); }

double uniform(std::mt19937_64& random, double size) {
  return std::uniform_real_distribution<double>(-size, size)(random);
}

/// A ring of poses in space with noisy measurements of neighbours and of pairs across.
struct Ring {
  Problem problem;
  Parameters<7, SE3> poses;
  explicit Ring(int n, double error) : poses(problem.add_parameters("pose", SE3{}, n)) {
    std::mt19937_64 random(3);
    std::vector<Vec<double, 7>> truth, measured;
    std::vector<double> starts;
    const Manifold& se3 = *manifold_of<SE3>();
    const auto moved = [&](const Vec<double, 7>& pose, double size) {
      Vec<double, 7> y;
      Vec<double, 6> step;
      for (double& s : step) s = uniform(random, size);
      se3.plus(pose.data(), step.data(), y.data());
      return y;
    };
    for (int i = 0; i < n; ++i) {
      const double angle = 2.0 * pi * i / n;
      Vec<double, 7>& pose = truth.emplace_back();
      pose << 5.0 * std::cos(angle), 5.0 * std::sin(angle), std::sin(3.0 * angle), quaternion(0.3, 0.2, angle);
      const Vec<double, 7> start = i == 0 ? pose : moved(pose, error);
      starts.insert(starts.end(), start.begin(), start.end());
    }
    std::vector<int> from, to;
    const auto measure = [&](int i, int k) {
      from.push_back(i);
      to.push_back(k);
      const Vec<double, 4> back = conjugate(rotation_part(truth[static_cast<std::size_t>(i)]));
      Vec<double, 7> relative;
      relative << rotate(back, (truth[static_cast<std::size_t>(k)] - truth[static_cast<std::size_t>(i)]).head<3>()),
          quaternion_product(back, rotation_part(truth[static_cast<std::size_t>(k)]));
      measured.push_back(moved(relative, 0.02));
    };
    for (int i = 0; i < n; ++i) measure(i, (i + 1) % n);
    for (int i = 0; i < n; i += 3) measure(i, (i + n / 3) % n);
    problem.set_starts(poses, starts);
    problem.fix(poses[0]);
    problem.add_residuals("between", between, poses[from], poses[to], measured);
  }
};

}  // namespace

TEST_CASE("rotation averaging: every method reaches the mean") {
  const std::vector<Vec<double, 4>> measured = {quaternion(0.1, 0.2, 0.3), quaternion(0.3, 0.1, 0.2),
                                                quaternion(-0.2, 0.4, 0.1), quaternion(0.2, 0.3, 0.6)};
  std::vector<double> best;
  for (const Method method : {Method::levenberg_marquardt, Method::levenberg, Method::gauss_newton, Method::dogleg,
                              Method::subspace_dogleg, Method::newton, Method::newton_cg, Method::bfgs, Method::lbfgs,
                              Method::nonlinear_cg, Method::gradient_descent}) {
    CAPTURE(to_string(method));
    Problem problem;
    const auto q = problem.add_parameters("q", SO3{}, quaternion(1.5, -1.0, 0.5));
    problem.add_residuals("apart", apart, q, measured);
    Options options;
    options.method = method;
    options.record_points = true;
    const Result result = solve(problem, options);
    CAPTURE(result.reason);
    CHECK(result.status == Status::converged);
    CHECK(result[q].norm() == Approx(1.0).epsilon(1e-15));
    if (best.empty()) best = result.x;
    Vec<double, 3> off;
    SO3::minus(result.x.data(), best.data(), off.data());
    CHECK(off.norm() <= 1e-7);
    for (const IterationRecord& record : result.trace) {
      REQUIRE(record.x.size() == 4);
      CHECK(Eigen::Map<const Vec<double, 4>>(record.x.data()).norm() == Approx(1.0).epsilon(1e-15));
    }
    // At the mean the rotation vectors to the measurements cancel.
    Vec<double, 3> sum = Vec<double, 3>::Zero();
    for (const Vec<double, 4>& m : measured) {
      const auto w = apart(result[q], m);
      sum += Vec<double, 3>(w[0], w[1], w[2]);
    }
    CHECK(sum.norm() <= 1e-6);
  }
}

TEST_CASE("Newton's method converges quadratically along the retraction") {
  Problem problem;
  const auto x =
      problem.add_parameters("x", UnitSphere<3>{}, Vec<double, 3>(Vec<double, 3>(0.8, 0.3, 0.5).normalized()));
  const auto y = problem.add_parameters("y", Vec<double, 2>{0.7, -0.1});
  // Large residuals: Gauss-Newton is slow.
  problem.add_residuals(
      "r",
      [](const auto& p, const auto& q) {
        using T = std::decay_t<decltype(p[0])>;
        return std::array<T, 4>{T(p[0] * p[1] - 2.0 * q[0]), T(p[2] * p[2] + q[1] - 3.0), T(p[0] - exp(q[1])),
                                T(q[0] + p[1] * q[1] + 1.0)};
      },
      x, y);
  Options options;
  options.method = Method::newton;
  options.polish = false;
  options.function_tolerance = 0.0;
  options.gradient_tolerance = 1e-13;
  const Result newton = solve(problem, options);
  REQUIRE(newton.converged());
  // Of the last gradients each is about the square of the one before, up to a constant.
  std::vector<double> g;
  for (const IterationRecord& record : newton.trace) g.push_back(record.gradient_norm);
  bool squared = false;
  for (std::size_t i = 2; i < g.size(); ++i)
    squared = squared || (g[i - 1] < 1e-2 && g[i - 1] > 1e-8 && g[i] < 30.0 * g[i - 1] * g[i - 1]);
  CHECK(squared);
  const Result lm = solve(problem);
  REQUIRE(lm.converged());
  CHECK(lm.final_cost == Approx(newton.final_cost).epsilon(1e-12));
  for (std::size_t i = 0; i < lm.x.size(); ++i) CHECK(lm.x[i] == Approx(newton.x[i]).epsilon(1e-7));
}

TEST_CASE("a point on a sphere: the eigenvector of a symmetric matrix, and the nearest point") {
  Problem nearest;
  const auto p = nearest.add_parameters("p", UnitSphere<3>{});
  nearest.add_residuals(
      "to target",
      [](const auto& x, const Vec<double, 3>& target) {
        using T = std::decay_t<decltype(x[0])>;
        return std::array<T, 3>{T(x[0] - target[0]), T(x[1] - target[1]), T(x[2] - target[2])};
      },
      p, std::vector<Vec<double, 3>>{Vec<double, 3>(3.0, -4.0, -12.0)});
  const Result result = solve(nearest);
  CHECK(result.converged());
  CHECK((result[p] - Vec<double, 3>(3.0, -4.0, -12.0) / 13.0).norm() <= 1e-9);

  // ½‖Ax‖² over the sphere: half the smallest squared singular value, of A = diag(3, 2, 0.5) turned.
  Problem smallest;
  const auto x =
      smallest.add_parameters("x", UnitSphere<3>{}, Vec<double, 3>(Vec<double, 3>(1.0, 1.0, 1.0).normalized()));
  const Mat<double, 3, 3> R = rotation_matrix(quaternion(0.4, -0.3, 0.8));
  smallest.add_residuals(
      "Ax", [](const auto& v, const Vec<double, 3>& row) { return row[0] * v[0] + row[1] * v[1] + row[2] * v[2]; }, x,
      std::vector<Vec<double, 3>>{3.0 * R.row(0).transpose(), 2.0 * R.row(1).transpose(), 0.5 * R.row(2).transpose()});
  for (const Method method : {Method::levenberg_marquardt, Method::newton, Method::bfgs}) {
    Options options;
    options.method = method;
    const Result end = solve(smallest, options);
    CHECK(end.converged());
    CHECK(end.final_cost == Approx(0.125).epsilon(1e-12));
    CHECK(std::abs(end[x].dot(R.row(2).transpose())) == Approx(1.0).epsilon(1e-9));
  }
}

TEST_CASE("a pose graph in space: dense and sparse engines agree") {
  std::vector<Result> ends;
  for (const LinearSolverKind kind : {LinearSolverKind::dense_qr, LinearSolverKind::dense_cholesky,
                                      LinearSolverKind::sparse_cholesky, LinearSolverKind::conjugate_gradient}) {
    Ring ring(12, 0.4);
    Options options;
    options.linear_solver = kind;
    options.max_iterations = 200;
    options.function_tolerance = 1e-13;
    ends.push_back(solve(ring.problem, options));
    const Result& end = ends.back();
    CAPTURE(to_string(kind));
    CAPTURE(end.reason);
    CHECK(end.converged());
    CHECK(end.final_cost < 0.05);
    CHECK(end.final_cost == Approx(ends[0].final_cost).epsilon(1e-9));
    for (std::size_t i = 0; i < 7; ++i) CHECK(end.x[i] == ring.problem.start()[i]);  // the fixed pose
    for (int i = 0; i < 12; ++i) {
      CHECK(rotation_part(end[ring.poses[i]]).norm() == Approx(1.0).epsilon(1e-15));
      Vec<double, 6> off;
      SE3::minus(end[ring.poses[i]].data(), ends[0][ring.poses[i]].data(), off.data());
      CHECK(off.norm() <= 1e-5);
    }
  }
}

TEST_CASE("a large pose graph goes to a sparse engine by itself, the same bits for any number of threads") {
  Ring ring(60, 0.1);
  const Result one = solve(ring.problem, {.threads = 1}), two = solve(ring.problem, {.threads = 2});
  CHECK(one.converged());
  CHECK(one.linear_solver.find("dense-qr") == std::string::npos);
  CHECK(one.x == two.x);
  Options dense;
  dense.linear_solver = LinearSolverKind::dense_cholesky;
  dense.max_iterations = 100;
  CHECK(one.final_cost == Approx(solve(ring.problem, dense).final_cost).epsilon(1e-6));
}

TEST_CASE("a pose graph in the plane, with headings beyond a half turn") {
  const int n = 9;
  std::vector<double> costs;
  for (const LinearSolverKind kind : {LinearSolverKind::dense_qr, LinearSolverKind::sparse_cholesky}) {
    Problem problem;
    const auto poses = problem.add_parameters("pose", SE2{}, n);
    std::mt19937_64 random(5);
    std::vector<int> from, to;
    std::vector<Vec<double, 3>> measured;
    for (int i = 0; i < n; ++i) {
      problem.set_start(poses[i],
                        Vec<double, 3>{uniform(random, 0.3), uniform(random, 0.3), 2.0 * pi * i * (1.0 + 1.0 / n)});
      CHECK(std::abs(problem.start()[static_cast<std::size_t>(3 * i + 2)]) <= pi);
      from.push_back(i);
      to.push_back((i + 1) % n);
      measured.push_back({1.0 + uniform(random, 0.05), uniform(random, 0.05), 2.0 * pi / n + uniform(random, 0.05)});
    }
    problem.fix(poses[0]);
    problem.add_residuals("between", between_in_plane, poses[from], poses[to], measured);
    Options options;
    options.linear_solver = kind;
    options.max_iterations = 500;
    options.function_tolerance = 1e-13;
    const Result end = solve(problem, options);
    CAPTURE(end.reason);
    CHECK(end.converged());
    for (std::size_t i = 2; i < end.x.size(); i += 3) CHECK(std::abs(end.x[i]) <= pi);
    costs.push_back(end.final_cost);
  }
  CHECK(costs[1] == Approx(costs[0]).epsilon(1e-8));
  CHECK(costs[0] < 0.2);  // the ring has closed
}

TEST_CASE("an angle is followed through a half turn") {
  Problem problem;
  const auto a = problem.add_parameters("a", SO2{}, Vec<double, 1>(3.0));
  problem.add_residuals(
      "r", [](const auto& x, double target) { return wrap_angle(std::decay_t<decltype(x[0])>(x[0] - target)); }, a,
      std::vector<double>{-3.0, -2.9});
  const Result result = solve(problem);
  CHECK(result.converged());
  CHECK(result[a][0] == Approx(-2.95).epsilon(1e-12));
}

TEST_CASE("held tangent components stay, by fix and by Subset alike") {
  // A pose that may only slide in its own xy plane and turn about its own z, drawn towards a target.
  Vec<double, 7> start, target;
  start << 1.0, 2.0, 3.0, quaternion(0.5, -0.2, 0.1);
  target << 2.0, 1.0, 3.5, quaternion(0.2, 0.4, 0.9);
  const auto pull = [](const auto& pose, const Vec<double, 7>& to) {
    using T = std::decay_t<decltype(pose[0])>;
    std::array<T, 7> r;
    for (int i = 0; i < 7; ++i) r[static_cast<std::size_t>(i)] = pose[i] - to[i];
    return r;
  };
  const std::vector<Vec<double, 7>> targets = {target};
  std::vector<Result> ends;
  for (const LinearSolverKind kind : {LinearSolverKind::dense_qr, LinearSolverKind::sparse_cholesky}) {
    Problem fixed, subset;
    const auto a = fixed.add_parameters("pose", SE3{}, start);
    for (const int c : {2, 3, 4}) fixed.fix(a, c);
    fixed.add_residuals("pull", pull, a, targets);
    const auto b = subset.add_parameters("pose", Subset<SE3, 2, 3, 4>{}, start);
    subset.add_residuals("pull", pull, b, targets);
    Options options;
    options.linear_solver = kind;
    options.function_tolerance = 1e-14;
    options.max_iterations = 200;
    for (const Problem* problem : {&fixed, &subset}) {
      ends.push_back(solve(*problem, options));
      CHECK(ends.back().converged());
    }
  }
  for (const Result& end : ends) {
    CHECK(end.final_cost == Approx(ends[0].final_cost).epsilon(1e-10));
    for (std::size_t i = 0; i < 7; ++i) CHECK(end.x[i] == Approx(ends[0].x[i]).epsilon(1e-5));
    Vec<double, 6> step;
    SE3::minus(end.x.data(), start.data(), step.data());
    // Its own z axis, and what is at right angles to it, have not turned, and it has not left its plane.
    CHECK(std::abs(step[2]) <= 1e-12);
    CHECK(std::abs(step[3]) <= 1e-12);
    CHECK(std::abs(step[4]) <= 1e-12);
    CHECK(std::abs(step[5]) > 0.1);
  }
}

TEST_CASE("held components that turn with the point: residual methods solve, others are refused") {
  // Only turns about the own y and z axes: any attitude can be reached, but not in one step.
  struct Given {
    std::array<double, 3> operator()(const Vec<double, 4>& q, const Vec<double, 4>& m) const { return apart(q, m); }
    Mat<double, 3, 2> jacobian(const Vec<double, 4>& q, const Vec<double, 4>& m) const {
      using T = Dual<double, 3>;
      Vec<T, 4> moved;
      const Vec<T, 4> at = q.cast<T>();
      const Vec<T, 3> step(T::variable(0.0, 0), T::variable(0.0, 1), T::variable(0.0, 2));
      SO3::plus(at.data(), step.data(), moved.data());
      const auto r = apart(moved, m);
      Mat<double, 3, 2> J;
      for (int k = 0; k < 3; ++k)
        J.row(k) << r[static_cast<std::size_t>(k)].tangent[1], r[static_cast<std::size_t>(k)].tangent[2];
      return J;
    }
  };
  const std::vector<Vec<double, 4>> measured = {quaternion(0.6, 0.9, -0.3), quaternion(0.7, 0.8, -0.2)};
  const Vec<double, 4> start = quaternion(0.2, 0.3, 0.4);
  Problem fixed, subset, given;
  const auto a = fixed.add_parameters("q", SO3{}, start);
  fixed.fix(a, 0);
  fixed.add_residuals("apart", apart, a, measured);
  subset.add_residuals("apart", apart, subset.add_parameters("q", Subset<SO3, 0>{}, start), measured);
  given.add_residuals("apart", Given{}, given.add_parameters("q", Subset<SO3, 0>{}, start), measured);
  const Result reference = solve(fixed);
  CHECK(reference.converged());
  for (const Problem* problem : {&fixed, &subset, &given}) {
    const Result end = solve(*problem);
    CHECK(end.converged());
    CHECK(end.final_cost == Approx(reference.final_cost).epsilon(1e-9));
    Options newton;
    newton.method = Method::newton;
    CHECK_THROWS_WITH_AS(
        solve(*problem, newton),
        "newton looks ahead along a line, where a block on a manifold of which components are held has "
        "other directions; expected levenberg-marquardt, levenberg, gauss-newton, dogleg or "
        "subspace-dogleg",
        Error);
  }
  // Second derivatives of given first ones, by differences of values.
  std::vector<double> exact(4), differenced(4);
  for (const Problem* problem : {&subset, &given}) {
    const Program program(*problem);
    AlignedArray r(program.rows());
    program.evaluate(problem->start().data(), r.data(), 1);
    program.curvature(problem->start().data(), r.data(), (problem == &subset ? exact : differenced).data());
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(differenced[i] == Approx(exact[i]).epsilon(1e-6).scale(1.0));
}

TEST_CASE("starts are looked at when a solve begins, and scattered along the manifold") {
  Problem problem;
  const auto q = problem.add_parameters("q", SO3{});
  problem.add_residuals("apart", apart, q,
                        std::vector<Vec<double, 4>>{quaternion(0.1, 0.2, 0.3), quaternion(0.5, 0, 0)});
  CHECK_THROWS_WITH_AS(Solver(problem).solve_from({0, 0, 0, 3}),
                       "the start of 'q' is not on its manifold: its quaternion has length 3; expected 1, within 0.001",
                       Error);
  const MultistartResult many = multistart(problem, {}, {.starts = 12});
  CHECK(many.best.converged());
  CHECK(many.minima.converged == 12);
  REQUIRE(many.minima.list.size() >= 1);
  CHECK(many.minima.list[0].found >= 6);
  CHECK(Eigen::Map<const Vec<double, 4>>(many.best.x.data()).norm() == Approx(1.0).epsilon(1e-15));
}
