#include "formula/special/bessel.hpp"

#include <boost/math/special_functions/bessel.hpp>
#include <boost/math/special_functions/cos_pi.hpp>
#include <cmath>
#include <limits>

#include "formula/special/quiet.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
constexpr double largest_order = 1e4;
// From here on the phase of the waves is lost, and with it every digit.
constexpr double largest_argument = 1e15;

bool is_known(double order, double x) {
  return std::abs(order) <= largest_order && !std::isnan(x) && (x >= 0.0 || order == std::floor(order));
}

/// Whether a series of powers from the order on begins with an infinite term: (x/2)^order, order < 0 and not whole.
bool has_pole(double order) { return order < 0.0 && order != std::floor(order); }

/// Of J and I there: the sign is that of Γ(order + 1), which changes from one whole number to the next.
double at_pole(double order) { return std::fmod(std::floor(order), 2.0) == 0.0 ? -infinity : infinity; }

}  // namespace

double bessel_j(double order, double x) {
  if (!is_known(order, x)) return nan;
  if (std::abs(x) > largest_argument) return std::isinf(x) ? 0.0 : nan;
  if (x == 0.0 && has_pole(order)) return at_pole(order);
  return quietly([&] { return boost::math::cyl_bessel_j(order, x, Quiet()); });
}

double bessel_y(double order, double x) {
  if (!is_known(order, x) || x < 0.0) return nan;
  if (x > largest_argument) return std::isinf(x) ? 0.0 : nan;
  // At 0: Y₋ᵥ = Yᵥ cos πv + Jᵥ sin πv
  const double share = order < 0.0 ? boost::math::cos_pi(order, Quiet()) : 1.0;
  const double limit = share == 0.0 ? 0.0 : share > 0.0 ? -infinity : infinity;
  return x == 0.0 ? limit : quietly([&] { return boost::math::cyl_neumann(order, x, Quiet()); }, limit);
}

double bessel_i(double order, double x) {
  if (!is_known(order, x)) return nan;
  if (std::isinf(x)) return x < 0.0 && std::fmod(order, 2.0) != 0.0 ? -infinity : infinity;
  if (x == 0.0 && has_pole(order)) return at_pole(order);
  return quietly([&] { return boost::math::cyl_bessel_i(order, x, Quiet()); }, infinity);
}

double bessel_k(double order, double x) {
  if (!is_known(order, x) || x < 0.0) return nan;
  if (std::isinf(x)) return 0.0;
  if (x == 0.0) return infinity;
  return quietly([&] { return boost::math::cyl_bessel_k(std::abs(order), x, Quiet()); }, infinity);
}

}  // namespace thalweg::inline v0_1::formula
