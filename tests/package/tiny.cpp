#include <array>
#include <cstdio>
#include <thalweg/tiny/solve.hpp>

namespace tiny = thalweg::tiny;

int main() {
  constexpr std::array t = {0.0, 1.0, 2.0, 3.0, 4.0, 5.0}, y = {5.1, 3.2, 1.9, 1.3, 0.7, 0.5};
  const auto residual = [&](const auto& p, int i) { return p[0] * exp(-p[1] * t[i]) - y[i]; };
  const auto fit = tiny::solve(residual, 6, std::array{1.0, 1.0});
  std::printf("rate %.4f +- %.4f in %d iterations\n", fit.parameters[1], fit.standard_error(1), fit.iterations);

  tiny::Bounds<2> bounds;
  bounds.upper[0] = 5.0;
  const auto bound =
      tiny::solve<tiny::Reduction::rotations>(residual, 6, fit.parameters, {.tolerance = 1e-16}, &bounds);
  std::printf("rate %.4f below a bound\n", bound.parameters[1]);
  return fit.converged() && bound.converged() ? 0 : 1;
}
