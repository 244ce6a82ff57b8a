// Logarithms and exponentials of similarities, beside those of their 4 × 4 matrices.
#include <cmath>
#include <random>

#include <doctest/doctest.h>
#include <Eigen/Geometry>
#include <unsupported/Eigen/MatrixFunctions>

#include "models/camera_graph/similarity.hpp"

using namespace thalweg;

namespace {

Eigen::Matrix4d generator(const Eigen::Matrix<double, 7, 1>& log) {
  Eigen::Matrix4d G = Eigen::Matrix4d::Zero();
  G.topLeftCorner<3, 3>() << log[6], -log[2], log[1], log[2], log[6], -log[0], -log[1], log[0], log[6];
  G.topRightCorner<3, 1>() = log.segment<3>(3);
  return G;
}

Eigen::Matrix4d matrix(const double* x) {
  Eigen::Matrix4d M = Eigen::Matrix4d::Identity();
  M.topLeftCorner<3, 3>() = x[7] * Eigen::Quaterniond(x[6], x[3], x[4], x[5]).toRotationMatrix();
  M.topRightCorner<3, 1>() << x[0], x[1], x[2];
  return M;
}

Eigen::Matrix<double, 7, 1> log_of(const double* x) {
  return camera::logarithm<double>(Vec<double, 3>(x[0], x[1], x[2]), Vec<double, 4>(x[3], x[4], x[5], x[6]),
                                   std::log(x[7]));
}

}  // namespace

TEST_CASE("similarities: exponentials are those of matrices, logarithms lead back, whatever is small") {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> within(-1.0, 1.0);
  for (int i = 0; i < 400; ++i) {
    Eigen::Matrix<double, 7, 1> log;
    for (double& v : log) v = within(random);
    log.head<3>() *= std::pow(10.0, -(i % 13)) * 1.8;  // angles up to 3.1
    log[6] *= 6.0 * std::pow(10.0, -((i / 13) % 13));  // scales from 1/400 to 400
    double x[8];
    camera::exponential(log.data(), x);
    const Eigen::Matrix4d expected = generator(log).exp();
    CHECK((matrix(x) - expected).norm() < 1e-13 * expected.norm());
    CHECK((log_of(x) - log).norm() < 1e-12 * (1.0 + log.norm()));
  }
}

TEST_CASE("similarities: logarithms are those of matrices") {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> within(-1.0, 1.0);
  for (int i = 0; i < 200; ++i) {
    const Eigen::Quaterniond q =
        Eigen::Quaterniond(within(random), within(random), within(random), within(random)).normalized();
    const double x[8] = {within(random), within(random), within(random), q.x(),
                         q.y(),          q.z(),          q.w(),          std::exp(2.0 * within(random))};
    const Eigen::Matrix4d expected = matrix(x).log();
    CHECK((generator(log_of(x)) - expected).norm() < 1e-11 * expected.norm());
  }
}

TEST_CASE("similarities: long rotation vectors and large scales") {
  Eigen::Matrix<double, 7, 1> log;
  log << 20.0, -30.0, 10.0, 1.0, 2.0, 3.0, -40.0;
  double x[8];
  camera::exponential(log.data(), x);
  const Eigen::Matrix4d expected = generator(log).exp();
  CHECK((matrix(x) - expected).norm() < 1e-11 * expected.norm());
}
