// Tiny solves of every number of parameters.
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include <thalweg/tiny/solve.hpp>

using namespace thalweg;
using tiny::Reduction;

namespace {

/// r = Σⱼ (pⱼ + pⱼ³/10) cos(j xᵢ) − yᵢ with residuals that vanish at the truth.
template <int N>
struct Cosines {
  static constexpr int rows = 2 * N + 3;
  static double cosine(int i, int j) { return std::cos(0.37 * j * (i + 0.5)); }
  static std::array<double, N> truth() {
    std::array<double, N> p;
    for (std::size_t j = 0; j < N; ++j) p[j] = 0.5 + 0.1 * static_cast<double>(j);
    return p;
  }
  static double model(const std::array<double, N>& p, int i, std::array<double, N>& derivative) {
    double sum = 0.0;
    for (std::size_t j = 0; j < N; ++j) {
      const double c = cosine(i, static_cast<int>(j));
      derivative[j] = (1.0 + 0.3 * p[j] * p[j]) * c;
      sum += (p[j] + 0.1 * p[j] * p[j] * p[j]) * c;
    }
    return sum;
  }
};

template <Reduction reduction, int N>
void finds_cosines() {
  using C = Cosines<N>;
  CAPTURE(N);
  std::array<double, C::rows> y;
  std::array<double, N> unused;
  for (int i = 0; i < C::rows; ++i) y[static_cast<std::size_t>(i)] = C::model(C::truth(), i, unused);
  // Derivatives of its own: compilers take long over twelve sizes of duals.
  const auto residual = [&](const auto& p, int i, auto& derivative) {
    return C::model(p, i, derivative) - y[static_cast<std::size_t>(i)];
  };
  std::array<double, N> start;
  start.fill(0.3);
  const auto found = tiny::solve<reduction>(residual, C::rows, start);
  REQUIRE(found.converged());
  for (std::size_t j = 0; j < N; ++j) CHECK(std::abs(found.parameters[j] - C::truth()[j]) <= 1e-10);
  if constexpr (N < tiny::most_parameters) finds_cosines<reduction, N + 1>();
}

}  // namespace

TEST_CASE("tiny: 1 to 12 parameters") {
  finds_cosines<Reduction::normal_equations, 1>();
  finds_cosines<Reduction::rotations, 1>();
}
