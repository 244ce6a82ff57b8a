// Ours beside Ceres on manifolds: one function, Ceres given its derivatives by all numbers of a block and its own
// manifolds to project them with.
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>

#include <array>
#include <cmath>
#include <random>
#include <vector>

#include <ceres/ceres.h>
#include <doctest/doctest.h>

using namespace thalweg;
using doctest::Approx;

namespace {

using Pose = Vec<double, 7>;
using Point = Vec<double, 3>;

template <class P>
auto quaternion_in(const P& pose) {
  using T = std::decay_t<decltype(pose[0])>;
  return Vec<T, 4>(pose[3], pose[4], pose[5], pose[6]);
}
template <class P>
auto position_in(const P& pose) {
  using T = std::decay_t<decltype(pose[0])>;
  return Vec<T, 3>(pose[0], pose[1], pose[2]);
}

struct Between {
  static constexpr int residuals = 6, first = 7, second = 7;
  template <class A, class B>
  auto operator()(const A& a, const B& b, const Pose& measured) const {
    using T = std::decay_t<decltype(a[0])>;
    const Vec<T, 3> t = rotate_back(quaternion_in(a), Vec<T, 3>(position_in(b) - position_in(a)));
    const Vec<T, 4> q = quaternion_product(conjugate(quaternion_in(measured)),
                                           quaternion_product(conjugate(quaternion_in(a)), quaternion_in(b)));
    const Vec<T, 3> w = vector_of_quaternion(q);
    return std::array<T, 6>{T(t[0] - measured[0]), T(t[1] - measured[1]), T(t[2] - measured[2]), w[0], w[1], w[2]};
  }
};

/// A direction in the world, seen in a pose's frame.
struct Sighting {
  static constexpr int residuals = 3, first = 7, second = 3;
  template <class A, class B>
  auto operator()(const A& pose, const B& direction, const Point& seen) const {
    using T = std::decay_t<decltype(pose[0])>;
    const Vec<T, 3> d = rotate_back(quaternion_in(pose), direction);
    return std::array<T, 3>{T(3.0 * (d[0] - seen[0])), T(3.0 * (d[1] - seen[1])), T(3.0 * (d[2] - seen[2]))};
  }
};

/// One residual for Ceres: values, and derivatives by the numbers of its two blocks.
template <class F, class Datum>
class CeresResidual final : public ceres::SizedCostFunction<F::residuals, F::first, F::second> {
 public:
  explicit CeresResidual(Datum datum) : datum_(std::move(datum)) {}
  bool Evaluate(const double* const* x, double* r, double** J) const override {
    using T = Dual<double, F::first + F::second>;
    Vec<T, F::first> a;
    Vec<T, F::second> b;
    for (int i = 0; i < F::first; ++i) a[i] = T::variable(x[0][i], i);
    for (int i = 0; i < F::second; ++i) b[i] = T::variable(x[1][i], F::first + i);
    const auto result = F()(a, b, datum_);
    for (int k = 0; k < F::residuals; ++k) {
      const T& value = result[static_cast<std::size_t>(k)];
      r[k] = value.value;
      if (J && J[0])
        for (int i = 0; i < F::first; ++i) J[0][k * F::first + i] = value.tangent[i];
      if (J && J[1])
        for (int i = 0; i < F::second; ++i) J[1][k * F::second + i] = value.tangent[F::first + i];
    }
    return true;
  }

 private:
  Datum datum_;
};

struct World {
  std::vector<Pose> starts, measured;
  std::vector<Point> directions, seen;
  std::vector<int> from, to, by, of;

  World() {
    std::mt19937_64 random(11);
    const auto draw = [&random](double size) { return std::uniform_real_distribution<double>(-size, size)(random); };
    const auto moved = [&](const Pose& pose, double size) {
      Vec<double, 6> step;
      for (double& s : step) s = draw(size);
      Pose y;
      manifold_of<SE3>()->plus(pose.data(), step.data(), y.data());
      return y;
    };
    std::vector<Pose> truth(10);
    for (Pose& pose : truth) {
      pose << draw(4.0), draw(4.0), draw(4.0), quaternion_of_vector(Point(draw(1.5), draw(1.5), draw(1.5)));
      starts.push_back(starts.empty() ? pose : moved(pose, 0.3));
    }
    for (int i = 0; i < 10; ++i)
      for (const int k : {(i + 1) % 10, (i + 4) % 10}) {
        const auto &a = truth[static_cast<std::size_t>(i)], &b = truth[static_cast<std::size_t>(k)];
        Pose relative;
        relative << rotate_back(quaternion_in(a), Point(position_in(b) - position_in(a))),
            quaternion_product(conjugate(quaternion_in(a)), quaternion_in(b));
        from.push_back(i);
        to.push_back(k);
        measured.push_back(moved(relative, 0.1));
      }
    for (int d = 0; d < 4; ++d) {
      const Point direction = Point(draw(1.0), draw(1.0), draw(1.0)).normalized();
      directions.push_back((direction + 0.3 * Point(draw(1.0), draw(1.0), draw(1.0))).normalized());
      for (int i = d; i < 10; i += 2) {
        by.push_back(i);
        of.push_back(d);
        seen.push_back(rotate_back(quaternion_in(truth[static_cast<std::size_t>(i)]), direction) +
                       0.1 * Point(draw(1.0), draw(1.0), draw(1.0)));
      }
    }
  }
};

struct End {
  double cost;
  std::vector<double> x;
};

End by_thalweg(const World& world, LinearSolverKind kind) {
  Problem problem;
  const auto poses = problem.add_parameters("pose", SE3{}, static_cast<int>(world.starts.size()));
  const auto directions =
      problem.add_parameters("direction", UnitSphere<3>{}, static_cast<int>(world.directions.size()));
  for (std::size_t i = 0; i < world.starts.size(); ++i) problem.set_start(poses[static_cast<int>(i)], world.starts[i]);
  for (std::size_t i = 0; i < world.directions.size(); ++i)
    problem.set_start(directions[static_cast<int>(i)], world.directions[i]);
  problem.fix(poses[0]);
  problem.eliminate(directions);
  problem.add_residuals("between", Between{}, poses[world.from], poses[world.to], world.measured);
  problem.add_residuals("sighting", Sighting{}, poses[world.by], directions[world.of], world.seen);
  Options options;
  options.linear_solver = kind;
  options.function_tolerance = 1e-12;
  options.max_iterations = 300;
  const Result result = solve(problem, options);
  CAPTURE(result.reason);
  CHECK(result.converged());
  return {result.final_cost, result.x};
}

End by_ceres(const World& world) {
  std::vector<double> x;
  for (const Pose& pose : world.starts) x.insert(x.end(), pose.begin(), pose.end());
  for (const Point& d : world.directions) x.insert(x.end(), d.begin(), d.end());
  const auto pose = [&](int i) { return x.data() + 7 * i; };
  const auto direction = [&](int i) { return x.data() + 7 * static_cast<int>(world.starts.size()) + 3 * i; };
  ceres::Problem problem;
  for (std::size_t k = 0; k < world.measured.size(); ++k)
    problem.AddResidualBlock(new CeresResidual<Between, Pose>(world.measured[k]), nullptr, pose(world.from[k]),
                             pose(world.to[k]));
  for (std::size_t k = 0; k < world.seen.size(); ++k)
    problem.AddResidualBlock(new CeresResidual<Sighting, Point>(world.seen[k]), nullptr, pose(world.by[k]),
                             direction(world.of[k]));
  for (int i = 0; i < static_cast<int>(world.starts.size()); ++i)
    problem.SetManifold(pose(i),
                        new ceres::ProductManifold<ceres::EuclideanManifold<3>, ceres::EigenQuaternionManifold>);
  for (int i = 0; i < static_cast<int>(world.directions.size()); ++i)
    problem.SetManifold(direction(i), new ceres::SphereManifold<3>);
  problem.SetParameterBlockConstant(pose(0));
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 300;
  options.function_tolerance = 1e-16;
  options.gradient_tolerance = 1e-14;
  options.parameter_tolerance = 1e-14;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  CHECK(summary.IsSolutionUsable());
  return {summary.final_cost, x};
}

}  // namespace

TEST_CASE("poses and directions end where Ceres ends, by dense and by sparse engines") {
  const World world;
  const End reference = by_ceres(world);
  CHECK(reference.cost > 1e-3);
  for (const LinearSolverKind kind :
       {LinearSolverKind::dense_qr, LinearSolverKind::dense_schur, LinearSolverKind::sparse_schur}) {
    CAPTURE(to_string(kind));
    const End ours = by_thalweg(world, kind);
    CHECK(ours.cost == Approx(reference.cost).epsilon(1e-8));
    for (std::size_t i = 0; i < world.starts.size(); ++i) {
      Vec<double, 6> off;
      SE3::minus(ours.x.data() + 7 * i, reference.x.data() + 7 * i, off.data());
      CHECK(off.norm() <= 1e-4);
    }
  }
}
