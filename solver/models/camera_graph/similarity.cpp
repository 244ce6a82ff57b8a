#include "models/camera_graph/similarity.hpp"

namespace thalweg::inline v0_1::camera {

void exponential(const double* log, double* to) {
  const Vec<double, 3> omega(log[0], log[1], log[2]), upsilon(log[3], log[4], log[5]);
  const Flow<double> w = flow(omega, log[6]);
  const Vec<double, 3> turned = cross_product(omega, upsilon), twice = cross_product(omega, turned);
  const Vec<double, 4> q = quaternion_of_vector(omega);
  for (int k = 0; k < 3; ++k) to[k] = w.c * upsilon[k] + w.a * turned[k] + w.b * twice[k];
  for (int k = 0; k < 4; ++k) to[3 + k] = q[k];
  to[7] = std::exp(log[6]);
}

}  // namespace thalweg::inline v0_1::camera
