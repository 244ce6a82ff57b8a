#include <thalweg/math/special.hpp>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace thalweg::inline v0_1 {
namespace {

namespace policies = boost::math::policies;

// Boost throws by default; here every trouble becomes the value that Boost would have attached to
// it.
using Quiet =
    policies::policy<policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
                     policies::overflow_error<policies::ignore_error>,
                     policies::underflow_error<policies::ignore_error>, policies::denorm_error<policies::ignore_error>,
                     policies::rounding_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool is_pole(double x) { return x <= 0.0 && x == std::floor(x); }

}  // namespace

double digamma(double x) {
  if (std::isnan(x) || is_pole(x)) return nan;
  if (std::isinf(x)) return x;
  return boost::math::digamma(x, Quiet());
}

double polygamma(int n, double x) {
  if (n < 0 || std::isnan(x) || is_pole(x)) return nan;
  if (n == 0) return digamma(x);
  if (std::isinf(x)) return 0.0;
  return boost::math::polygamma(n, x, Quiet());
}

double normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return nan;
  if (p == 0.0 || p == 1.0)
    return p == 0.0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2.0 * p, Quiet());
}

}  // namespace thalweg::inline v0_1
