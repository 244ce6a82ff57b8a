// Special functions that the C++ standard library lacks.
#pragma once

#include <cmath>

namespace thalweg::inline v0_1 {

/// ψ(x), the logarithmic derivative of the gamma function. NaN at its poles 0, −1, −2, …
double digamma(double x);

/// The n-th derivative of digamma, n ≥ 0 (n = 1: trigamma). NaN at the poles and for n < 0.
double polygamma(int n, double x);

/// 1/cosh²(x), the slope of tanh. 1 − tanh² cancels: it is 0 from x = 19 on.
inline double sech_squared(double x) {
  const double e = std::exp(-2.0 * std::abs(x)), sum = 1.0 + e;
  return 4.0 * e / (sum * sum);
}

/// The x below which the standard normal distribution has the probability p. Infinite at 0 and 1, NaN outside.
double normal_quantile(double p);

}  // namespace thalweg::inline v0_1
