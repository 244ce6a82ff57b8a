#include "models/pose_graph/certificate/minorant.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace thalweg::inline v0_1::graph {
namespace {

constexpr double rounding = 1e-12;  // of information that is the same in all directions, or couples nothing
constexpr double singular = 1e-12;  // smallest eigenvalue beside the largest
constexpr double pi = std::numbers::pi;

template <class Matrix>
bool is_zero(const Matrix& M, double beside) {
  return M.size() == 0 || M.cwiseAbs().maxCoeff() <= rounding * beside;
}

/// The smallest and the largest eigenvalue.
std::pair<double, double> extreme_eigenvalues(const Eigen::Matrix2d& A) {
  const double mean = 0.5 * (A(0, 0) + A(1, 1)), off = std::hypot(0.5 * (A(0, 0) - A(1, 1)), A(0, 1));
  return {mean - off, mean + off};
}
std::pair<double, double> extreme_eigenvalues(const Eigen::Matrix3d& A) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(A, Eigen::EigenvaluesOnly);
  return {eigen.eigenvalues()[0], eigen.eigenvalues()[2]};
}

/// log det (B + 1e-12 · size · I), −∞ where that is not positive definite.
double log_determinant(const Eigen::Matrix<double, 1, 1>& B, double size) {
  const double b = B(0, 0) + singular * size;
  return b > 0.0 ? std::log(b) : -std::numeric_limits<double>::infinity();
}
double log_determinant(const Eigen::Matrix3d& B, double size) {
  const Eigen::Matrix3d A = B + singular * size * Eigen::Matrix3d::Identity();
  const double minor = A(0, 0) * A(1, 1) - A(0, 1) * A(1, 0), all = A.determinant();
  return A(0, 0) > 0.0 && minor > 0.0 && all > 0.0 ? std::log(all) : -std::numeric_limits<double>::infinity();
}

/// Of coupled information: τ below the smallest eigenvalue λ of the translations, B what that leaves of the rotations.
template <class Pose>
void choose_split(double lambda, SplitInformation<Pose>& split) {
  using Split = SplitInformation<Pose>;
  constexpr int d = Split::d, turns = Split::turns;
  constexpr int steps = 40;
  const auto Ott = split.omega.template topLeftCorner<d, d>().eval();
  const auto Otq = split.omega.template topRightCorner<d, turns>().eval();
  const auto Oqq = split.omega.template bottomRightCorner<turns, turns>().eval();
  double best = -std::numeric_limits<double>::infinity();
  for (int k = 1; k <= steps; ++k) {
    // Denser near λ, where weakly coupled information has its best split.
    const double part = static_cast<double>(k) / (steps + 1), tau = lambda * (1.0 - (1.0 - part) * (1.0 - part));
    const typename Split::Turning B =
        Oqq - Otq.transpose() * (Ott - tau * Eigen::Matrix<double, d, d>::Identity()).inverse() * Otq;
    const double value = d * std::log(tau) + log_determinant(B, Oqq.trace());
    if (value <= best) continue;
    best = value;
    split.tau = tau;
    split.B = 0.5 * (B + B.transpose());
  }
  if (std::isfinite(best)) return;
  split.tau = 0.0;  // rotations that are known by the coupling alone
  split.partial = true;
}

/// u − sin u.
double sine_defect(double u) {
  return std::abs(u) < 0.05 ? u * u * u / 6.0 * (1.0 - u * u / 20.0 * (1.0 - u * u / 42.0)) : u - std::sin(u);
}

/// The largest p with a u + ½ b u² ≥ a sin u + p (1 − cos u) for −π − θ₀ ≤ u ≤ π − θ₀, b > 0. The quotient's minimum
/// is on the side where a u < 0: a scan, then golden section. Less what both leave.
double largest_curvature(double a, double b, double theta) {
  constexpr int scan = 24, sections = 40;
  constexpr double golden = 0.6180339887498949, margin = 1e-9;
  if (a < 0.0) {
    a = -a;
    theta = -theta;
  }
  const double end = -pi - theta;
  const auto quotient = [&](double u) {
    const double s = std::sin(0.5 * u);
    return (0.5 * b * u * u + a * sine_defect(u)) / (2.0 * s * s);
  };
  const double step = end / scan;
  double least = b, at = 0.0;  // b is the limit at 0
  for (int k = 1; k <= scan; ++k)
    if (const double q = quotient(k * step); q < least) {
      least = q;
      at = k * step;
    }
  double low = std::max(end, at + step), high = std::min(at - step, 0.01 * step);
  double x = high - golden * (high - low), y = low + golden * (high - low), fx = quotient(x), fy = quotient(y);
  for (int k = 0; k < sections; ++k) {
    if (fx < fy) {
      high = y;
      y = x;
      fy = fx;
      x = high - golden * (high - low);
      fx = quotient(x);
    } else {
      low = x;
      x = y;
      fx = fy;
      y = low + golden * (high - low);
      fy = quotient(y);
    }
  }
  least = std::min({least, fx, fy});
  return least - margin * (b + a);
}

Eigen::Matrix2d turned_by(double angle) { return Eigen::Rotation2Dd(angle).toRotationMatrix(); }

Eigen::Matrix3d cross_matrix(const Eigen::Vector3d& v) {
  Eigen::Matrix3d M;
  M << 0.0, -v[2], v[1], v[2], 0.0, -v[0], -v[1], v[0], 0.0;
  return M;
}

/// The rotation's part: a_θ u + ½ B u².
void turn_part(const SplitInformation<Pose2>& split, const Pose2&, const Pose2& relative, const Pose2& E,
               const Eigen::Matrix<double, 3, 1>& a, Minorant<Pose2>& m) {
  const double b = split.B(0, 0), slope = a[2], phi = relative.angle;
  if (!(b > 0.0)) return;  // the angle is not measured, and the slope is 0, too
  const double p = largest_curvature(slope, b, E.angle);
  m.turn = p * turned_by(phi) - slope * turned_by(phi + 0.5 * pi);
  m.constant += p;
}

/// ½ qᵀ B q + cᵀ q, less the same at q₀.
void turn_part(const SplitInformation<Pose3>& split, const Pose3& Z, const Pose3&, const Pose3& E,
               const Eigen::Matrix<double, 6, 1>& a, Minorant<Pose3>& m) {
  const Eigen::Vector3d q0 = E.q.vec(), c = a.tail<3>() - split.B * q0;
  const Eigen::Matrix3d W = 0.25 * split.B.trace() * Eigen::Matrix3d::Identity() - 0.5 * split.B, R = Z.rotation();
  m.turn = R * W;
  m.constant += 0.5 * W.trace() - 0.5 * q0.dot(split.B * q0);
  if (is_zero(c, a.tail<3>().norm())) return;
  constexpr double overturned = 0.999;  // ‖q₀‖ of half a turn is 1, where κ is infinite
  const double l = c.dot(q0);
  if (q0.norm() > overturned) {
    m.constant -= c.norm() + l;  // cᵀ q ≥ −‖c‖
    m.slack += c.norm() + l;
    return;
  }
  // y = (v, s) is the quaternion of D = E E₀ᵀ: cᵀ q = l s + mᵀ v ≥ l s² + s mᵀ v − κ ‖v‖², entries of D.
  const double kappa = c.norm() / (1.0 - q0.norm());
  const Eigen::Vector3d slope = E.q.w() * c + q0.cross(c);
  const Eigen::Matrix3d K = 0.25 * ((l + kappa) * Eigen::Matrix3d::Identity() + cross_matrix(slope));
  m.turn -= 2.0 * R * K * E.rotation();
  m.constant += 0.25 * l - 0.75 * kappa - l;
}

Pose2 upright(Pose2 E) { return E; }
Pose3 upright(Pose3 E) {
  if (E.q.w() < 0.0) E.q.coeffs() = -E.q.coeffs();
  return E;
}
Eigen::Matrix<double, 3, 1> error_of(const Pose2& E) { return {E.t[0], E.t[1], E.angle}; }
Eigen::Matrix<double, 6, 1> error_of(const Pose3& E) {
  Eigen::Matrix<double, 6, 1> e;
  e << E.t, E.q.vec();
  return e;
}

}  // namespace

template <class Pose>
SplitInformation<Pose> split_information(const double* root) {
  using Split = SplitInformation<Pose>;
  constexpr int d = Split::d, n = Split::n, turns = Split::turns;
  Eigen::Matrix<double, n, n> U = Eigen::Matrix<double, n, n>::Zero();
  for (int i = 0; i < n; ++i)
    for (int j = i; j < n; ++j) U(i, j) = root[place(n, i, j)];
  Split split;
  split.omega = U.transpose() * U;
  const Eigen::Matrix<double, d, d> places = split.omega.template topLeftCorner<d, d>();
  const auto coupling = split.omega.template topRightCorner<d, turns>().eval();
  split.B = split.omega.template bottomRightCorner<turns, turns>();
  const auto [least, most] = extreme_eigenvalues(places);
  const bool coupled = !is_zero(coupling, std::sqrt(most * split.B.trace()));
  if (!(most > 0.0)) {
    split.equal = d == 3;
    return split;
  }
  if (least > singular * most) {
    split.tau = least;
    split.equal = d == 3 && !coupled && most - least <= rounding * most;
    if (coupled) choose_split(least, split);
  } else {
    split.partial = true;
  }
  if (split.partial) split.B -= coupling.transpose() * pseudo_inverse<d>(places) * coupling;
  return split;
}

template <class Pose>
Minorant<Pose> minorant(const SplitInformation<Pose>& split, const Pose& Z, const Pose& from, const Pose& to) {
  using Split = SplitInformation<Pose>;
  constexpr int d = Split::d, n = Split::n, turns = Split::turns;
  const Pose relative = from.inverse() * to, E = upright(Z.inverse() * relative);
  const Eigen::Matrix<double, n, 1> e = error_of(E);
  Eigen::Matrix<double, n, n> omega = split.omega;
  if (split.partial) {
    omega.setZero();
    omega.template bottomRightCorner<turns, turns>() = split.B;
  }
  const Eigen::Matrix<double, n, 1> a = omega * e;
  Minorant<Pose> m;
  m.equal = split.equal;
  const double cost = 0.5 * e.dot(a);
  if (split.partial) m.slack = std::max(0.0, 0.5 * e.dot(split.omega * e) - cost);
  m.constant = cost;
  m.offset = Z.t;
  if (split.tau > 0.0) {
    const typename Pose::Point slope = a.template head<d>() / split.tau;
    m.tau = split.tau;
    if (split.equal)
      m.constant -= 0.5 * split.tau * e.template head<d>().squaredNorm();
    else {
      m.offset = Z * typename Pose::Point(e.template head<d>() - slope);
      m.constant -= 0.5 * split.tau * slope.squaredNorm();
    }
  }
  turn_part(split, Z, relative, E, a, m);
  return m;
}

template SplitInformation<Pose2> split_information<Pose2>(const double*);
template SplitInformation<Pose3> split_information<Pose3>(const double*);
template Minorant<Pose2> minorant<Pose2>(const SplitInformation<Pose2>&, const Pose2&, const Pose2&, const Pose2&);
template Minorant<Pose3> minorant<Pose3>(const SplitInformation<Pose3>&, const Pose3&, const Pose3&, const Pose3&);

}  // namespace thalweg::inline v0_1::graph
