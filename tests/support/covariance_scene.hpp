// Cameras and points whose Jacobian is given number by number, some points hardly determined, and what long double
// makes of it.
#pragma once

#include <random>
#include <type_traits>
#include <vector>

#include <Eigen/Dense>

#include <thalweg/problem/problem.hpp>

namespace covariance_scene {

using namespace thalweg;

/// r = A camera + B point − d, whose derivatives are the given numbers themselves.
struct Line {
  template <class C, class P>
  auto operator()(const C& c, const P& p, const Vec<double, 3>& a, const Vec<double, 3>& a2, const Vec<double, 4>& b,
                  const Vec<double, 2>& d) const {
    using T = std::decay_t<decltype(c[0] + p[0])>;
    return Vec<T, 2>(a[0] * c[0] + a[1] * c[1] + a[2] * c[2] + b[0] * p[0] + b[1] * p[1] - d[0],
                     a2[0] * c[0] + a2[1] * c[1] + a2[2] * c[2] + b[2] * p[0] + b[3] * p[1] - d[1]);
  }
};

using Exact = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

struct Scene {
  Problem problem;
  Parameters<3> camera{0, 3, 0};
  Parameters<2> point{0, 2, 0};
  Exact J;
};

/// Points from `sound` on have rays that are parallel to 1e-8. With `floating`, cameras and points may move together.
/// `prior`: the weight of a measurement of the first camera's first component; 0: there is none.
inline Scene scene(unsigned seed, int cameras, int points, int sound, bool floating, double prior) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  Scene s;
  s.problem.set_noise(Noise::known);
  s.camera = s.problem.add_parameters("camera", Vec<double, 3>::Zero().eval(), cameras);
  s.point = s.problem.add_parameters("point", Vec<double, 2>::Zero().eval(), points);
  std::vector<int> from, to;
  std::vector<Vec<double, 3>> a, a2;
  std::vector<Vec<double, 4>> b;
  std::vector<Vec<double, 2>> d;
  for (int p = 0; p < points; ++p) {
    const Vec<double, 4> ray(normal(random), normal(random), 0.0, 0.0);
    for (int k = 0; k < 6; ++k) {
      const auto three = [&] { return Vec<double, 3>(normal(random), normal(random), normal(random)); };
      from.push_back((p * cameras / points + k) % cameras);
      to.push_back(p);
      a.push_back(three());
      a2.push_back(three());
      Vec<double, 4> own(normal(random), normal(random), normal(random), normal(random));
      if (floating) own = Vec<double, 4>(-a.back()[0], -a.back()[1], -a2.back()[0], -a2.back()[1]);
      if (p >= sound) {
        const double f = normal(random), g = normal(random);
        own = Vec<double, 4>(f * ray[0], f * ray[1], g * ray[0], g * ray[1]) + 1e-8 * own;
      }
      b.push_back(own);
      d.emplace_back(normal(random), normal(random));
    }
  }
  s.problem.add_residuals("line", Line{}, s.camera[from], s.point[to], a, a2, b, d);
  if (prior > 0.0)
    s.problem.add_residuals(
        "prior", [](const auto& c, double w) { return w * c[0]; }, s.camera[0], std::vector<double>{prior});
  const auto rows = static_cast<Eigen::Index>(2 * from.size());
  s.J = Exact::Zero(rows + (prior > 0.0), 3 * cameras + 2 * points);
  for (std::size_t i = 0; i < from.size(); ++i)
    for (Eigen::Index k = 0; k < 2; ++k) {
      const auto row = static_cast<Eigen::Index>(2 * i) + k;
      for (int c = 0; c < 3; ++c) s.J(row, 3 * from[i] + c) = (k == 0 ? a : a2)[i][c];
      for (int c = 0; c < 2; ++c) s.J(row, 3 * cameras + 2 * to[i] + c) = b[i][2 * k + c];
    }
  if (prior > 0.0) s.J(rows, 0) = prior;
  return s;
}

/// What (JᵀJ)⁻¹ has on its diagonal, by QR in long double: the two columns of each point are brought to the top
/// of its own rows first, which leaves rows of the cameras alone, and those are brought to a triangle. Columns
/// are of length 1 throughout.
inline Eigen::Matrix<long double, Eigen::Dynamic, 1> exact_variances(const Scene& s, int cameras, int points) {
  using Vector = Eigen::Matrix<long double, Eigen::Dynamic, 1>;
  const Eigen::Index kept = 3 * cameras, rows = s.J.rows(), own = 12;  // rows of a point
  const Vector length = s.J.colwise().norm().transpose();
  const Exact J = s.J * length.cwiseInverse().asDiagonal();
  Exact left(rows - 2 * points, kept);
  std::vector<Exact> triangle, coupling;
  for (int p = 0; p < points; ++p) {
    const Exact both = J.block(own * p, kept + 2 * p, own, 2);
    const Eigen::HouseholderQR<Exact> qr(both);
    Exact turned = J.block(own * p, 0, own, kept);
    turned.applyOnTheLeft(qr.householderQ().adjoint());
    triangle.emplace_back(qr.matrixQR().topRows(2).triangularView<Eigen::Upper>());
    coupling.emplace_back(turned.topRows(2));
    left.middleRows((own - 2) * p, own - 2) = turned.bottomRows(own - 2);
  }
  if (rows > own * points) left.bottomRows(rows - own * points) = J.bottomRows(rows - own * points).leftCols(kept);
  const Eigen::HouseholderQR<Exact> qr(left);
  const Exact R = qr.matrixQR().topRows(kept).triangularView<Eigen::Upper>();
  Vector variances(J.cols());
  const Exact root = R.triangularView<Eigen::Upper>().solve(Exact(Exact::Identity(kept, kept)));
  variances.head(kept) = root.rowwise().squaredNorm();
  for (int p = 0; p < points; ++p) {
    const auto T = triangle[static_cast<std::size_t>(p)].triangularView<Eigen::Upper>();
    const Exact alone = T.solve(Exact(Exact::Identity(2, 2)));
    const Exact shared = T.solve(Exact(coupling[static_cast<std::size_t>(p)] * root));
    variances.segment(kept + 2 * p, 2) = alone.rowwise().squaredNorm() + shared.rowwise().squaredNorm();
  }
  return variances.cwiseQuotient(length.cwiseAbs2());
}

}  // namespace covariance_scene
