#include <thalweg/problem/problem.hpp>

#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <thalweg/problem/block_program.hpp>
#include <thalweg/problem/derivative_check.hpp>
#include <thalweg/problem/program.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// Where a camera sees a point: pose, an ordinary block, a direction that is added; an observation.
const auto seen = [](const auto& pose, const auto& point, const auto& shift, const auto& u, const auto& v) {
  using T = std::decay_t<decltype(pose[0])>;
  const Vec<T, 3> t(pose[0], pose[1], pose[2]);
  const Vec<T, 4> q(pose[3], pose[4], pose[5], pose[6]);
  const Vec<T, 3> p = rotate_back(q, Vec<T, 3>(point - t)) + 0.3 * shift;
  const T depth = 3.0 + p[2];
  return std::array<T, 2>{T(p[0] / depth - u), T(p[1] / depth - v)};
};
const auto seen_by_numbers = [](const Vec<double, 7>& pose, const Vec<double, 3>& point, const Vec<double, 3>& shift,
                                double u, double v) { return seen(pose, point, shift, u, v); };

/// The same with derivatives of its own, in tangent coordinates.
struct Analytic {
  std::array<double, 2> operator()(const Vec<double, 7>& pose, const Vec<double, 3>& point, const Vec<double, 3>& shift,
                                   double u, double v) const {
    return seen(pose, point, shift, u, v);
  }
  Mat<double, 2, 11> jacobian(const Vec<double, 7>& pose, const Vec<double, 3>& point, const Vec<double, 3>& shift,
                              double, double) const {
    const Vec<double, 4> q = pose.tail<4>();
    const Vec<double, 3> turned = rotate_back(q, Vec<double, 3>(point - pose.head<3>())), p = turned + 0.3 * shift;
    const double depth = 3.0 + p[2];
    Mat<double, 2, 3> by_p;
    by_p << 1 / depth, 0, -p[0] / (depth * depth), 0, 1 / depth, -p[1] / (depth * depth);
    Mat<double, 3, 3> cross;  // exp(−δr) p ≈ p + p × δr
    cross << 0, -turned[2], turned[1], turned[2], 0, -turned[0], -turned[1], turned[0], 0;
    Mat<double, 3, 2> basis;
    UnitSphere<3>::columns(shift.data(), basis.data());
    Mat<double, 2, 11> J;
    J << by_p * -Mat<double, 3, 3>::Identity(), by_p * cross, by_p * rotation_matrix(q).transpose(), 0.3 * by_p * basis;
    return J;
  }
};

Vec<double, 7> pose_of(double a, double b, double c) {
  Vec<double, 7> pose;
  pose << 0.3, -0.2, 0.5, quaternion_of_vector(Vec<double, 3>(a, b, c));
  return pose;
}

struct Scene {
  Problem problem;
  Parameters<7, SE3> poses = problem.add_parameters("pose", SE3{}, 3);
  Parameters<3> points = problem.add_parameters("point", Vec<double, 3>{0.1, 0.2, 0.4}, 4);
  Parameters<3, UnitSphere<3>> shift =
      problem.add_parameters("shift", UnitSphere<3>{}, Vec<double, 3>(Vec<double, 3>(0.3, -0.4, 0.8).normalized()));
  std::vector<int> pose_of_item, point_of_item;
  std::vector<double> us, vs;

  Scene() {
    problem.set_start(poses[0], pose_of(0.1, 0.5, -0.4));
    problem.set_start(poses[1], pose_of(-0.7, 0.1, 0.9));
    problem.set_start(poses[2], pose_of(0.0, 0.0, 2.9));
    problem.set_start(points[2], Vec<double, 3>{-0.5, 0.7, 0.1});
    for (int i = 0; i < 11; ++i) {
      pose_of_item.push_back(i % 3);
      point_of_item.push_back((i * i) % 4);
      us.push_back(0.1 * i);
      vs.push_back(0.3 - 0.05 * i);
    }
  }
  template <class F>
  ResidualGroup& add(const char* name, F f) {
    return problem.add_residuals(name, f, poses[pose_of_item], points[point_of_item], shift, us, vs);
  }
};

struct Evaluated {
  double cost;
  AlignedArray r;
  DenseMatrix J;
  explicit Evaluated(const Program& program, const std::vector<double>& x)
      : r(program.rows()), J(program.rows(), program.columns()) {
    cost = program.evaluate(x.data(), r.data(), J, 1);
  }
};

std::vector<double> moved(const Program& program, const std::vector<double>& x, const std::vector<double>& step) {
  std::vector<double> y = x;
  for (std::int64_t j = 0; j < program.columns(); ++j)
    y[static_cast<std::size_t>(program.component_of(j))] += step[static_cast<std::size_t>(j)];
  program.retract_curved(x.data(), step.data(), y.data());
  return y;
}

}  // namespace

TEST_CASE("the Jacobian is the one along the retraction, whichever way it is made") {
  Scene scene;
  scene.add("scalar", seen);
  scene.add("simd", simd(seen));
  scene.add("analytic", Analytic{});
  scene.add("numeric", numeric(seen_by_numbers));
  const Program program(scene.problem);
  CHECK(program.size() == 3 * 7 + 4 * 3 + 3);
  REQUIRE(program.columns() == 3 * 6 + 4 * 3 + 2);
  const std::vector<double>& x = scene.problem.start();
  const Evaluated e(program, x);
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    std::vector<double> step(static_cast<std::size_t>(program.columns()));
    const double h = 1e-5;
    step[static_cast<std::size_t>(j)] = h;
    const Evaluated above(program, moved(program, x, step));
    step[static_cast<std::size_t>(j)] = -h;
    const Evaluated below(program, moved(program, x, step));
    for (std::int64_t row = 0; row < program.rows(); ++row)
      CHECK(e.J(row, j) == Approx((above.r[row] - below.r[row]) / (2.0 * h)).epsilon(1e-7).scale(1.0));
  }
  for (std::size_t g = 1; g < 4; ++g)
    for (int k = 0; k < 2; ++k)
      for (std::int64_t i = 0; i < 11; ++i)
        for (std::int64_t j = 0; j < program.columns(); ++j) {
          const double tolerance = g == 3 ? 1e-9 : 1e-14;
          const double reference = e.J(program.row_of(0, k) + i, j);
          CHECK(e.J(program.row_of(g, k) + i, j) == Approx(reference).epsilon(tolerance).scale(1.0));
        }
  Scene checked;
  checked.add("scalar", seen);
  checked.add("analytic", Analytic{});
  const DerivativeCheck check = check_derivatives(checked.problem);
  CHECK(check.entries > 400);  // of 484; some zeros drown in rounding
  for (const DerivativeFault& fault : check.faults) FAIL_CHECK(fault.sentence);
}

TEST_CASE("the Jacobian of a block sparse program is the dense one") {
  Scene scene;
  scene.add("scalar", seen);
  scene.add("simd", simd(seen));
  scene.problem.fix(scene.poses[1]);
  scene.problem.fix(scene.poses[2], 4);
  scene.problem.eliminate(scene.points);
  const Program dense(scene.problem);
  BlockProgram sparse(scene.problem);
  CHECK(dense.columns() == 5 + 6 + 4 * 3 + 2);
  CHECK(sparse.columns() == 6 + 6 + 4 * 3 + 2);  // the held component keeps its column
  const std::vector<double>& x = scene.problem.start();
  const Evaluated e(dense, x);
  CHECK(sparse.cost(x.data(), 1) == Approx(e.cost).epsilon(1e-14));
  BlockProgram::Scratch scratch(sparse);
  ResidualStrip strip;
  sparse.linearize(0, 0, 11, x.data(), scratch, strip);
  const ResidualPattern& pattern = sparse.structure().groups[0];
  for (std::int64_t i = 0; i < 11; ++i)
    for (int k = 0; k < 2; ++k) {
      int local = 0;
      for (const ResidualPattern::Slot& slot : pattern.slots)
        for (int d = 0; d < slot.dimension; ++d, ++local) {
          const std::int32_t block = slot.block[static_cast<std::size_t>(i)];
          if (block < 0) continue;
          const std::string name = sparse.column_name(sparse.structure().first[static_cast<std::size_t>(block)] + d);
          double expected = 0.0;
          for (std::int64_t j = 0; j < dense.columns(); ++j)
            if (dense.column_name(j) == name) expected = e.J(dense.row_of(0, k) + i, j);
          CHECK(strip.jacobian[k * pattern.columns() + local][i] == Approx(expected).epsilon(1e-14));
        }
    }
  // The same step leads to the same point.
  std::vector<double> step(static_cast<std::size_t>(sparse.columns())),
      from_dense(static_cast<std::size_t>(dense.columns()));
  for (std::size_t j = 0; j < step.size(); ++j) step[j] = 0.1 * std::sin(static_cast<double>(j));
  for (std::size_t j = 0; j < from_dense.size(); ++j)
    for (std::size_t k = 0; k < step.size(); ++k)
      if (sparse.column_name(static_cast<std::int64_t>(k)) == dense.column_name(static_cast<std::int64_t>(j)))
        from_dense[j] = step[k];
  for (std::size_t k = 0; k < step.size(); ++k)
    if (sparse.column_name(static_cast<std::int64_t>(k)) == "pose[2].rotation[1]") step[k] = 0.0;
  std::vector<double> y(x.size());
  sparse.retract(x.data(), step.data(), y.data());
  CHECK(y == moved(dense, x, from_dense));
}

TEST_CASE("second derivatives are those of the residuals along the retraction") {
  Scene scene;
  SUBCASE("by duals of duals") { scene.add("scalar", seen); }
  SUBCASE("by packs of them") { scene.add("simd", simd(seen)); }
  SUBCASE("by differences of given ones, carried back") { scene.add("analytic", Analytic{}); }
  const bool exact = scene.problem.groups()[0]->name() != "analytic";
  const Program program(scene.problem);
  const auto n = static_cast<std::size_t>(program.columns());
  const std::vector<double>& x = scene.problem.start();
  const Evaluated e(program, x);
  std::vector<double> S(n * n);
  program.curvature(x.data(), e.r.data(), S.data());
  // JᵀJ + S is the Hessian of the cost along x ⊞ δ: beside fourth-order differences of the cost itself.
  const auto cost = [&](std::size_t a, double ha, std::size_t b, double hb) {
    std::vector<double> step(n);
    step[a] += ha;
    step[b] += hb;
    return Evaluated(program, moved(program, x, step)).cost;
  };
  const double h = 2e-3;
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      double product = S[a * n + b];
      for (std::int64_t row = 0; row < program.rows(); ++row)
        product += e.J(row, static_cast<std::int64_t>(a)) * e.J(row, static_cast<std::int64_t>(b));
      const auto mixed = [&](double s) {
        return (cost(a, s, b, s) - cost(a, s, b, -s) - cost(a, -s, b, s) + cost(a, -s, b, -s)) / (4.0 * s * s);
      };
      const double differences = (4.0 * mixed(h) - mixed(2.0 * h)) / 3.0;
      CHECK(product == Approx(differences).epsilon(2e-7).scale(1.0));
      CHECK(S[a * n + b] == Approx(S[b * n + a]).epsilon(exact ? 1e-13 : 1e-9).scale(1.0));
    }
}

TEST_CASE("given and exact second derivatives of manifold blocks agree, a block read twice included") {
  // The angle between a direction and itself seen by two slots: x·Ax with x on the sphere.
  struct Given {
    double operator()(const Vec<double, 3>& a, const Vec<double, 3>& b) const {
      return a[0] * b[1] + 2.0 * a[1] * b[2] + 0.5 * a[2] * b[0] * b[0];
    }
    Vec<double, 4> jacobian(const Vec<double, 3>& a, const Vec<double, 3>& b) const {
      Mat<double, 3, 2> A, B;
      UnitSphere<3>::columns(a.data(), A.data());
      UnitSphere<3>::columns(b.data(), B.data());
      const Vec<double, 3> by_a(b[1], 2.0 * b[2], 0.5 * b[0] * b[0]), by_b(a[2] * b[0], a[0], 2.0 * a[1]);
      Vec<double, 4> J;
      J << A.transpose() * by_a, B.transpose() * by_b;
      return J;
    }
  };
  const auto generic = [](const auto& a, const auto& b) {
    return a[0] * b[1] + 2.0 * a[1] * b[2] + 0.5 * a[2] * b[0] * b[0];
  };
  std::vector<std::vector<double>> all;
  for (const bool given : {false, true}) {
    Problem problem;
    const auto x =
        problem.add_parameters("x", UnitSphere<3>{}, Vec<double, 3>(Vec<double, 3>(0.5, 0.3, -0.7).normalized()));
    given ? problem.add_residuals("r", Given{}, x, x) : problem.add_residuals("r", generic, x, x);
    const Program program(problem);
    REQUIRE(program.columns() == 2);
    const Evaluated e(program, problem.start());
    std::vector<double>& S = all.emplace_back(4);
    program.curvature(problem.start().data(), e.r.data(), S.data());
    CHECK(check_derivatives(problem).clean());
  }
  for (std::size_t i = 0; i < 4; ++i) CHECK(all[1][i] == Approx(all[0][i]).epsilon(1e-8));
}

TEST_CASE("wrong derivatives are found in tangent coordinates, and named") {
  struct Wrong : Analytic {
    Mat<double, 2, 11> jacobian(const Vec<double, 7>& pose, const Vec<double, 3>& point, const Vec<double, 3>& shift,
                                double u, double v) const {
      Mat<double, 2, 11> J = Analytic::jacobian(pose, point, shift, u, v);
      J.col(4) = -J.col(4);
      return J;
    }
  };
  Scene scene;
  scene.add("wrong", Wrong{});
  const DerivativeCheck check = check_derivatives(scene.problem);
  REQUIRE(check.faults.size() == 1);
  CHECK(check.faults[0].cause == DerivativeFault::Cause::sign);
  CHECK(check.faults[0].parameter.find(".rotation[1]") != std::string::npos);
  CHECK_THROWS_WITH_AS(
      check_derivatives(scene.problem, std::vector<double>(scene.problem.start().size(), 0.5)),
      "the start of 'shift' is not on its manifold: its vector has length 0.866025; expected 1, within "
      "0.001",
      Error);
}

TEST_CASE("names, fixed components and misuse of blocks on manifolds") {
  Scene scene;
  Problem& p = scene.problem;
  CHECK(p.parameter_name(7 + 6) == "pose[1][6]");
  CHECK(p.tangent_name(7 + 5) == "pose[1].rotation[2]");
  CHECK(p.tangent_name(21 + 3 + 1) == "point[1][1]");
  CHECK(p.tangent_name(33 + 1) == "shift.tangent[1]");
  CHECK(p.is_curved());
  p.fix(scene.poses, 5);
  CHECK_FALSE(p.moves(5));
  CHECK(p.moves(4));
  CHECK_FALSE(p.moves(6));  // the block has six tangent components only
  CHECK_THROWS_WITH_AS(p.fix(scene.poses, 6), "parameter 'pose' has 6 tangent components, no component 6", Error);
  CHECK_THROWS_WITH_AS(
      p.set_bounds(scene.poses, 0, -1.0, 1.0),
      "'pose' is on a manifold, whose numbers cannot move one by one, and cannot have bounds; expected "
      "an ordinary block",
      Error);
  CHECK_THROWS_WITH_AS(p.mark_linear(scene.shift, 0),
                       "'shift' is on a manifold, whose numbers cannot move one by one, and cannot be marked linear; "
                       "expected an ordinary block",
                       Error);
  CHECK_THROWS_WITH_AS(p.set_start(scene.poses[2], Vec<double, 7>(Vec<double, 7>::Zero())),
                       "the start of 'pose[2]' is not on its manifold: its quaternion has length 0; expected 1, within "
                       "0.001",
                       Error);
  CHECK_THROWS_WITH_AS(p.set_starts(scene.shift, {0.0, std::nan(""), 1.0}),
                       "the start of 'shift' is not on its manifold: number 1 is nan; expected a finite number", Error);
  p.set_start(scene.shift, Vec<double, 3>{0.0, 0.6004, 0.8003});  // typed with four digits
  CHECK(std::hypot(p.start()[34], p.start()[35]) == Approx(1.0).epsilon(1e-15));
  // Euclidean<N> is an ordinary block, bounds and all.
  const auto flat = p.add_parameters("flat", Euclidean<2>{}, Vec<double, 2>{1.0, 2.0});
  CHECK_NOTHROW(p.set_bounds(flat, 0, 0.0, 3.0));
  CHECK(p.tangent_name(flat.offset() + 1) == "flat[1]");
}

TEST_CASE("a group of one's own must read blocks on manifolds as such") {
  class Own final : public ResidualGroup {
   public:
    explicit Own(std::vector<Slot> slots) : ResidualGroup("own", 1, 1, std::move(slots)) {}

   protected:
    void compute(const double* x, const ResidualOutput& out) const override {
      const double* q = x + slots()[0].offset(0);
      out.residual[0][0] = q[0];
      if (!out.jacobian) return;
      double J[12];
      SO3::columns(q, J);
      for (int c = 0; c < 3; ++c) out.jacobian[c][0] = J[4 * c];
    }
  };
  Problem problem;
  const auto turns = problem.add_parameters("turn", SO3{}, 2);
  CHECK_THROWS_WITH_AS(problem.add_group(std::make_unique<Own>(std::vector<Slot>{{4, turns.offset(), {}}})),
                       "residual group 'own' does not read 'turn' as a block of 4 numbers with 3 tangent components; "
                       "expected slots as slot_for makes them",
                       Error);
  problem.add_group(std::make_unique<Own>(std::vector<Slot>{slot_for("own", turns[1])}));
  CHECK(Program(problem).columns() == 6);
  CHECK(check_derivatives(problem).clean());
}
