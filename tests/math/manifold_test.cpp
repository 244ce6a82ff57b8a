#include <thalweg/math/manifold.hpp>

#include <cmath>
#include <numbers>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Geometry>

using namespace thalweg;
using doctest::Approx;

namespace {

/// One of a user's own: the circle x² + y² = 1, with nothing but what must be there.
struct Circle {
  static constexpr int ambient = 2, tangent = 1;
  template <class T>
  static void plus(const T* x, const T* delta, T* y) {
    using std::sin, std::cos;
    const T c = cos(delta[0]), s = sin(delta[0]), first = c * x[0] - s * x[1];
    y[1] = s * x[0] + c * x[1];
    y[0] = first;
  }
  template <class T>
  static void minus(const T* y, const T* x, T* delta) {
    using std::atan2;
    delta[0] = atan2(T(x[0] * y[1] - x[1] * y[0]), T(x[0] * y[0] + x[1] * y[1]));
  }
};

struct Draw {
  std::mt19937_64 random{7};
  double uniform(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random); }
  std::vector<double> step(int n, double size) {
    std::vector<double> d(static_cast<std::size_t>(n));
    for (double& v : d) v = uniform(-1.0, 1.0) * size;
    return d;
  }
};

/// A random point: the identity moved a few times.
template <class M>
std::vector<double> random_point(Draw& draw) {
  std::vector<double> x(static_cast<std::size_t>(M::ambient));
  detail::manifold_identity<M>(x.data());
  if constexpr (std::is_same_v<M, Circle>) x[0] = 1.0;
  for (int i = 0; i < 3; ++i) {
    std::vector<double> y = x;
    M::template plus<double>(x.data(), draw.step(M::tangent, 1.2).data(), y.data());
    x = y;
  }
  detail::manifold_settle<M>(x.data());
  return x;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double d = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) d = std::max(d, std::abs(a[i] - b[i]));
  return d;
}

template <class M>
std::vector<double> plus(const std::vector<double>& x, const std::vector<double>& delta) {
  std::vector<double> y(x.size());
  M::template plus<double>(x.data(), delta.data(), y.data());
  return y;
}
template <class M>
std::vector<double> minus(const std::vector<double>& y, const std::vector<double>& x) {
  std::vector<double> delta(static_cast<std::size_t>(M::tangent));
  M::template minus<double>(y.data(), x.data(), delta.data());
  return delta;
}

template <class M>
void check_axioms(const char* name) {
  CAPTURE(name);
  Draw draw;
  const std::vector<double> zero(static_cast<std::size_t>(M::tangent));
  for (const double size : {1e-12, 1e-8, 1e-4, 0.0099, 0.0101, 0.3, 1.0}) {
    CAPTURE(size);
    for (int trial = 0; trial < 40; ++trial) {
      const std::vector<double> x = random_point<M>(draw), delta = draw.step(M::tangent, size);
      CHECK(distance(plus<M>(x, zero), x) <= 1e-15);
      CHECK(distance(minus<M>(x, x), zero) <= 1e-15);
      const std::vector<double> y = plus<M>(x, delta);
      // δ comes back to the rounding of x, or of δ itself.
      CHECK(distance(minus<M>(y, x), delta) <= 4e-15 * (1.0 + std::abs(x[0])));
      // Still on the manifold, without any help.
      std::vector<double> settled = y;
      CHECK(detail::manifold_settle<M>(settled.data()).empty());
      if constexpr (!std::is_same_v<M, SO2> && !std::is_same_v<M, SE2>) CHECK(distance(settled, y) <= 1e-15);
      // From any point to any other.
      const std::vector<double> far = random_point<M>(draw);
      const std::vector<double> reached = plus<M>(x, minus<M>(far, x));
      CHECK(distance(minus<M>(far, reached), zero) <= 1e-13);
    }
  }
}

/// Columns by their formula, by duals, and by central differences of plus.
template <class M>
void check_columns(const char* name) {
  CAPTURE(name);
  Draw draw;
  constexpr auto m = static_cast<std::size_t>(M::ambient), n = static_cast<std::size_t>(M::tangent);
  std::vector<double> given(m * n), by_duals(m * n);
  for (int trial = 0; trial < 40; ++trial) {
    const std::vector<double> x = random_point<M>(draw);
    std::vector<double> zero(n);
    detail::manifold_columns<M, double>(x.data(), given.data());
    detail::plus_jacobian<M, double>(x.data(), zero.data(), by_duals.data());
    CHECK(distance(given, by_duals) <= 4e-15);
    for (const double around : {0.0, 1.0}) {
      std::vector<double> delta = draw.step(M::tangent, around);
      detail::plus_jacobian<M, double>(x.data(), delta.data(), by_duals.data());
      for (std::size_t d = 0; d < n; ++d) {
        const double h = 1e-5, at = delta[d];
        delta[d] = at + h;
        const std::vector<double> above = plus<M>(x, delta);
        delta[d] = at - h;
        const std::vector<double> below = plus<M>(x, delta);
        delta[d] = at;
        for (std::size_t a = 0; a < m; ++a)
          CHECK(by_duals[d * m + a] == Approx((above[a] - below[a]) / (2.0 * h)).epsilon(1e-7).scale(1.0));
      }
    }
  }
}

/// Second derivatives of plus at 0 by nested duals and by differences of first ones.
template <class M>
void check_second_derivatives(const char* name) {
  CAPTURE(name);
  Draw draw;
  using Inner = Dual<double, 1>;
  using T = Dual<Inner, M::tangent>;
  constexpr auto m = static_cast<std::size_t>(M::ambient), n = static_cast<std::size_t>(M::tangent);
  for (int trial = 0; trial < 10; ++trial) {
    const std::vector<double> x = random_point<M>(draw);
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<T> at, step, moved(m);
      for (const double v : x) at.push_back(T(Inner(v)));
      for (std::size_t d = 0; d < n; ++d)
        step.push_back(T::variable(d == j ? Inner::variable(0.0, 0) : Inner(0.0), static_cast<int>(d)));
      M::template plus<T>(at.data(), step.data(), moved.data());
      std::vector<double> delta(n), above(m * n), below(m * n);
      const double h = 1e-5;
      delta[j] = h;
      detail::plus_jacobian<M, double>(x.data(), delta.data(), above.data());
      delta[j] = -h;
      detail::plus_jacobian<M, double>(x.data(), delta.data(), below.data());
      for (std::size_t d = 0; d < n; ++d)
        for (std::size_t a = 0; a < m; ++a) {
          const double second = moved[a].tangent[static_cast<int>(d)].tangent[0];
          CHECK(second == Approx((above[d * m + a] - below[d * m + a]) / (2.0 * h)).epsilon(1e-7).scale(1.0));
        }
    }
  }
}

/// Packs give what their lanes give.
template <class M>
void check_packs(const char* name) {
  CAPTURE(name);
  Draw draw;
  constexpr auto m = static_cast<std::size_t>(M::ambient), n = static_cast<std::size_t>(M::tangent);
  std::vector<std::vector<double>> xs, ds;
  std::vector<NativePack> x(m), d(n), y(m), back(n), J(m * n);
  for (int lane = 0; lane < native_lanes; ++lane) {
    xs.push_back(random_point<M>(draw));
    ds.push_back(draw.step(M::tangent, lane == 0 ? 0.0 : lane == 1 ? 1e-6 : 1.0));  // both branches at once
    for (std::size_t a = 0; a < m; ++a) x[a].v[lane] = xs.back()[a];
    for (std::size_t k = 0; k < n; ++k) d[k].v[lane] = ds.back()[k];
  }
  M::template plus<NativePack>(x.data(), d.data(), y.data());
  M::template minus<NativePack>(y.data(), x.data(), back.data());
  detail::manifold_columns<M, NativePack>(x.data(), J.data());
  for (std::size_t lane = 0; lane < xs.size(); ++lane) {
    const std::vector<double> expected = plus<M>(xs[lane], ds[lane]);
    std::vector<double> columns(m * n);
    detail::manifold_columns<M, double>(xs[lane].data(), columns.data());
    const int l = static_cast<int>(lane);
    for (std::size_t a = 0; a < m; ++a) CHECK(y[a][l] == Approx(expected[a]).epsilon(1e-14).scale(1.0));
    for (std::size_t k = 0; k < n; ++k) CHECK(back[k][l] == Approx(ds[lane][k]).epsilon(1e-14).scale(1.0));
    for (std::size_t k = 0; k < m * n; ++k) CHECK(J[k][l] == Approx(columns[k]).epsilon(1e-14).scale(1.0));
  }
}

/// ∂((x ⊞ (δ + ε)) ⊟ (x ⊞ δ))/∂ε by differences.
template <class M>
void check_transition(const char* name) {
  CAPTURE(name);
  Draw draw;
  const Manifold& manifold = *manifold_of<M>();
  constexpr auto n = static_cast<std::size_t>(M::tangent);
  for (int trial = 0; trial < 20; ++trial) {
    const std::vector<double> x = random_point<M>(draw);
    std::vector<double> delta = draw.step(M::tangent, 1.0), T(n * n);
    const std::vector<double> y = plus<M>(x, delta);
    manifold.transition(x.data(), delta.data(), y.data(), T.data());
    for (std::size_t c = 0; c < n; ++c) {
      const double h = 1e-5, at = delta[c];
      delta[c] = at + h;
      const std::vector<double> above = minus<M>(plus<M>(x, delta), y);
      delta[c] = at - h;
      const std::vector<double> below = minus<M>(plus<M>(x, delta), y);
      delta[c] = at;
      for (std::size_t d = 0; d < n; ++d)
        CHECK(T[c * n + d] == Approx((above[d] - below[d]) / (2.0 * h)).epsilon(1e-7).scale(1.0));
    }
  }
}

template <class M>
void check_all(const char* name) {
  check_axioms<M>(name);
  check_columns<M>(name);
  check_second_derivatives<M>(name);
  check_packs<M>(name);
  if constexpr (!detail::is_euclidean<M>) check_transition<M>(name);
}

using Rig = Product<SE3, Euclidean<2>, UnitSphere<3>>;

}  // namespace

TEST_CASE("axioms and derivatives of the flat and the plane manifolds") {
  check_all<Euclidean<3>>("Euclidean<3>");
  check_all<SO2>("SO2");
  check_all<SE2>("SE2");
  check_all<Circle>("Circle");
}

TEST_CASE("axioms and derivatives of rotations, poses and similarities") {
  check_all<SO3>("SO3");
  check_all<SE3>("SE3");
  check_all<Sim3>("Sim3");
}

TEST_CASE("axioms and derivatives of spheres and products") {
  check_all<UnitSphere<2>>("UnitSphere<2>");
  check_all<UnitSphere<3>>("UnitSphere<3>");
  check_all<UnitSphere<5>>("UnitSphere<5>");
  check_all<Rig>("Product");
}

TEST_CASE("a subset moves as its manifold does with the held components at zero") {
  using Sliding = Subset<SE3, 2, 3, 4>;
  static_assert(Sliding::tangent == 3 && Sliding::ambient == 7);
  check_columns<Sliding>("Subset");
  check_second_derivatives<Sliding>("Subset");
  check_packs<Sliding>("Subset");
  Draw draw;
  const std::vector<double> x = random_point<SE3>(draw), delta = {0.3, -0.2, 0.7};
  const std::vector<double> y = plus<Sliding>(x, delta);
  CHECK(y == plus<SE3>(x, {0.3, -0.2, 0.0, 0.0, 0.0, 0.7}));
  CHECK(distance(minus<Sliding>(y, x), delta) <= 1e-14);
  CHECK(Sliding::tangent_name(2) == "rotation[2]");
}

TEST_CASE("quaternions turn vectors as rotation matrices and Eigen do") {
  Draw draw;
  for (int trial = 0; trial < 100; ++trial) {
    const std::vector<double> a = random_point<SO3>(draw), b = random_point<SO3>(draw);
    const Vec<double, 4> p = Eigen::Map<const Vec<double, 4>>(a.data()), q = Eigen::Map<const Vec<double, 4>>(b.data());
    const Eigen::Quaterniond P(p[3], p[0], p[1], p[2]), Q(q[3], q[0], q[1], q[2]);
    const Vec<double, 3> v(0.3, -2.0, 1.1);
    CHECK((quaternion_product(p, q) - (P * Q).coeffs()).norm() <= 1e-15);
    CHECK((rotate(p, v) - P * v).norm() <= 1e-14);
    CHECK((rotate_back(p, rotate(p, v)) - v).norm() <= 1e-14);
    CHECK((rotation_matrix(p) - P.toRotationMatrix()).norm() <= 1e-15);
    const Vec<double, 4> again = quaternion_of_matrix(rotation_matrix(p));
    CHECK((again * (p[3] < 0.0 ? -1.0 : 1.0) - p).norm() <= 1e-15);
    const Eigen::AngleAxisd turn(P);
    const Vec<double, 3> w = vector_of_quaternion(p);
    CHECK(w.norm() <= std::numbers::pi + 1e-15);
    CHECK((quaternion_of_vector(w) * (p[3] < 0.0 ? -1.0 : 1.0) - p).norm() <= 1e-15);
    CHECK((Eigen::AngleAxisd(w.norm(), w.normalized()).toRotationMatrix() - turn.toRotationMatrix()).norm() <= 1e-14);
  }
  // Half turns, where three of the four formulas divide by zero.
  for (int axis = 0; axis < 3; ++axis) {
    Vec<double, 4> half = Vec<double, 4>::Zero();
    half[axis] = 1.0;
    CHECK((quaternion_of_matrix(rotation_matrix(half)) - half).norm() <= 1e-15);
    CHECK(vector_of_quaternion(half)[axis] == Approx(std::numbers::pi));
  }
}

TEST_CASE("ends of angles and of spheres") {
  constexpr double pi = std::numbers::pi;
  CHECK(wrap_angle(2.0 * pi + 0.25) == Approx(0.25));
  CHECK(wrap_angle(-2.0 * pi - 0.25) == Approx(-0.25));
  CHECK(minus<SO2>({-pi + 0.1}, {pi - 0.1})[0] == Approx(0.2));
  CHECK(minus<SE2>({0, 0, -pi + 0.1}, {0, 0, pi - 0.1})[2] == Approx(0.2));
  double angle = 7.0;
  CHECK(SO2::settle(&angle).empty());
  CHECK(angle == Approx(7.0 - 2.0 * pi));
  // Opposite points of a sphere: some half turn.
  const std::vector<double> north = {0, 0, 1}, south = {0, 0, -1};
  const std::vector<double> step = minus<UnitSphere<3>>(south, north);
  CHECK(std::hypot(step[0], step[1]) == Approx(pi));
  CHECK(distance(plus<UnitSphere<3>>(north, step), south) <= 1e-15);
  CHECK(distance(plus<UnitSphere<3>>(south, minus<UnitSphere<3>>(north, south)), north) <= 1e-15);
}

TEST_CASE("what is not on a manifold is said, what rounding keeps off is brought back") {
  std::vector<double> q = {0, 0, 0, 2};
  CHECK(SO3::settle(q.data()) == "its quaternion has length 2; expected 1, within 0.001");
  q = {0.1, 0.2, 0.3, 0.9274};
  CHECK(SO3::settle(q.data()).empty());
  CHECK(std::hypot(std::hypot(q[0], q[1]), std::hypot(q[2], q[3])) == Approx(1.0).epsilon(1e-15));
  std::vector<double> similarity = {0, 0, 0, 0, 0, 0, 1, -1};
  CHECK(Sim3::settle(similarity.data()) == "the scale is -1; expected a number > 0");
  std::vector<double> pose = {0, std::nan(""), 0, 0, 0, 0, 1};
  CHECK(detail::manifold_settle<SE3>(pose.data()) == "number 1 is nan; expected a finite number");
  std::vector<double> rig = {0, 0, 0, 0, 0, 0, 1, 5, 5, 0, 0, 3};
  CHECK(Rig::settle(rig.data()) == "its vector has length 3; expected 1, within 0.001");
  // A long walk stays on.
  const Manifold& so3 = *manifold_of<SO3>();
  std::vector<double> x = {0, 0, 0, 1};
  Draw draw;
  for (int i = 0; i < 100000; ++i) so3.plus(x.data(), draw.step(3, 1.0).data(), x.data());
  double squares = 0.0;
  for (const double v : x) squares += v * v;
  CHECK(squares == Approx(1.0).epsilon(1e-15));
}

TEST_CASE("tangent components have names") {
  CHECK(SE3::tangent_name(1) == "translation[1]");
  CHECK(SE3::tangent_name(5) == "rotation[2]");
  CHECK(SE2::tangent_name(2) == "rotation");
  CHECK(Sim3::tangent_name(6) == "log scale");
  CHECK(Rig::tangent_name(3) == "part[0].rotation[0]");
  CHECK(Rig::tangent_name(7) == "part[1][1]");
  CHECK(Rig::tangent_name(9) == "part[2].tangent[1]");
}
