#include <array>
#include <cstdio>
#include <thalweg/models/bundle.hpp>
#include <thalweg/thalweg.hpp>

/// A camera is (ω, t, f, k₁, k₂), ω an angle-axis vector; it looks along −z. Where it sees X, less where X was seen.
struct Seen {
  template <class Camera, class Point>
  auto operator()(const Camera& c, const Point& X, double u, double v) const {
    const auto angle = sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + 1e-30);
    const auto a = cos(angle), b = sin(angle) / angle;
    const auto d = (1.0 - a) / (angle * angle) * (c[0] * X[0] + c[1] * X[1] + c[2] * X[2]);
    const auto x = a * X[0] + b * (c[1] * X[2] - c[2] * X[1]) + d * c[0] + c[3];
    const auto y = a * X[1] + b * (c[2] * X[0] - c[0] * X[2]) + d * c[1] + c[4];
    const auto z = a * X[2] + b * (c[0] * X[1] - c[1] * X[0]) + d * c[2] + c[5];
    const auto n = (x * x + y * y) / (z * z);
    const auto scale = -c[6] * (1.0 + n * (c[7] + n * c[8])) / z;
    return std::array{scale * x - u, scale * y - v};
  }
};

int main() {
  const thalweg::Bundle b = thalweg::generate_bundle({.cameras = 20, .points = 400, .observations_per_point = 4.0});
  thalweg::Problem problem;
  auto cameras = problem.add_parameters("camera", thalweg::Vec<double, 9>::Zero().eval(), 20);
  auto points = problem.add_parameters("point", thalweg::Vec<double, 3>::Zero().eval(), 400);
  problem.set_starts(cameras, b.cameras);
  problem.set_starts(points, b.points);
  problem.add_residuals("seen", Seen{}, cameras[b.camera_of], points[b.point_of], b.u, b.v)
      .set_loss(thalweg::Loss::huber(1.0));
  const auto result = thalweg::solve(problem);
  std::printf("%s by %s, cost %g\n", result.reason.c_str(), result.linear_solver.c_str(), result.final_cost);
  return result.converged() ? 0 : 1;
}
