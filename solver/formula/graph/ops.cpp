#include "formula/graph/ops.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <thalweg/math/special.hpp>

#include "formula/special/special.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

// "if" is known to the parser, for its first argument is a condition; it is listed so that messages
// name it.
constexpr std::array functions = {
    Function{"exp", Op::exp, 1},
    Function{"log", Op::log, 1},
    Function{"ln", Op::log, 1},
    Function{"log10", Op::log10, 1},
    Function{"sqrt", Op::sqrt, 1},
    Function{"abs", Op::abs, 1},
    Function{"sin", Op::sin, 1},
    Function{"cos", Op::cos, 1},
    Function{"tan", Op::tan, 1},
    Function{"asin", Op::asin, 1},
    Function{"acos", Op::acos, 1},
    Function{"atan", Op::atan, 1},
    Function{"arcsin", Op::asin, 1},
    Function{"arccos", Op::acos, 1},
    Function{"arctan", Op::atan, 1},
    Function{"atan2", Op::atan2, 2},
    Function{"sinh", Op::sinh, 1},
    Function{"cosh", Op::cosh, 1},
    Function{"tanh", Op::tanh, 1},
    Function{"erf", Op::erf, 1},
    Function{"erfc", Op::erfc, 1},
    Function{"gamma", Op::gamma, 1},
    Function{"lgamma", Op::lgamma, 1},
    Function{"min", Op::min, 2, true},
    Function{"max", Op::max, 2, true},
    Function{"pow", Op::power, 2},
    Function{"expm1", Op::expm1, 1},
    Function{"log1p", Op::log1p, 1},
    Function{"cbrt", Op::cbrt, 1},
    Function{"hypot", Op::hypot, 2, true},
    Function{"norm", Op::hypot, 2, true},
    Function{"sign", Op::sign, 1},
    Function{"if", Op::select, 3},
    Function{"log2", Op::log2, 1},
    Function{"exp2", Op::exp2, 1},
    Function{"floor", Op::floor, 1},
    Function{"ceil", Op::ceil, 1},
    Function{"round", Op::round, 1},
    Function{"mod", Op::mod, 2},
    Function{"step", Op::step, 1},
    Function{"expit", Op::expit, 1},
    Function{"softplus", Op::softplus, 1},
    Function{"sinc", Op::sinc, 1},
    Function{"normcdf", Op::normcdf, 1},
    Function{"normpdf", Op::normpdf, 1},
    Function{"erfcx", Op::erfcx, 1},
    Function{"dawson", Op::dawson, 1},
    Function{"voigt", Op::voigt_re, 3},
    Function{"wofz_re", Op::wofz_re, 2},
    Function{"wofz_im", Op::wofz_im, 2},
    Function{"besselj", Op::bessel_j, 2},
    Function{"bessely", Op::bessel_y, 2},
    Function{"besseli", Op::bessel_i, 2},
    Function{"besselk", Op::bessel_k, 2},
    Function{"beta", Op::beta, 2},
    Function{"lbeta", Op::lbeta, 2},
    Function{"betainc", Op::beta_i, 3},
    Function{"gammap", Op::gamma_p, 2},
    Function{"gammaq", Op::gamma_q, 2},
    Function{"digamma", Op::polygamma, 1},
    Function{"trigamma", Op::polygamma, 1, false, 1},
};

constexpr auto names = [] {
  std::array<std::string_view, functions.size()> list{};
  for (std::size_t i = 0; i < functions.size(); ++i) list[i] = functions[i].name;
  return list;
}();

double sign_of(double a) { return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : a == 0.0 ? 0.0 : a; }

bool unordered(double a, double b) { return std::isnan(a) || std::isnan(b); }

double log_gamma(double a) {
#if defined(__GLIBC__)
  // lgamma writes the global signgam: a race between threads.
  int sign = 0;
  return ::lgamma_r(a, &sign);
#else
  return std::lgamma(a);
#endif
}

double all_of(double a, double b) {
  if (a == 0.0 || b == 0.0) return 0.0;
  return unordered(a, b) ? a + b : 1.0;
}

double any_of(double a, double b) {
  const auto holds = [](double c) { return c < 0.0 || c > 0.0; };
  if (holds(a) || holds(b)) return 1.0;
  return unordered(a, b) ? a + b : 0.0;
}

double lowered_power(double a, double b, double c) {
  if (b != 0.0) return a / b;
  return c > 0.0 ? 0.0 : c == 0.0 ? 1.0 : std::numeric_limits<double>::infinity();
}

double apply_function(Op op, double a, double b, double c, int order) {
  switch (op) {
    case Op::exp:
      return std::exp(a);
    case Op::expm1:
      return std::expm1(a);
    case Op::log:
      return std::log(a);
    case Op::log10:
      return std::log10(a);
    case Op::log1p:
      return std::log1p(a);
    case Op::sqrt:
      return std::sqrt(a);
    case Op::cbrt:
      return std::cbrt(a);
    case Op::abs:
      return std::abs(a);
    case Op::sign:
      return sign_of(a);
    case Op::sin:
      return std::sin(a);
    case Op::cos:
      return std::cos(a);
    case Op::tan:
      return std::tan(a);
    case Op::asin:
      return std::asin(a);
    case Op::acos:
      return std::acos(a);
    case Op::atan:
      return std::atan(a);
    case Op::sinh:
      return std::sinh(a);
    case Op::cosh:
      return std::cosh(a);
    case Op::tanh:
      return std::tanh(a);
    case Op::sech_squared:
      return sech_squared(a);
    case Op::erf:
      return std::erf(a);
    case Op::erfc:
      return std::erfc(a);
    case Op::gamma:
      return std::tgamma(a);
    case Op::lgamma:
      return log_gamma(a);
    case Op::atan2:
      return std::atan2(a, b);
    case Op::hypot:
      return unordered(a, b) ? a + b : std::hypot(a, b);
    case Op::min:
      return b < a || std::isnan(b) ? b : a;
    case Op::max:
      return a < b || std::isnan(b) ? b : a;
    default:
      return apply_special(op, order, a, b, c);
  }
}

}  // namespace

int arity(Op op) {
  switch (op) {
    case Op::constant:
    case Op::parameter:
    case Op::column:
    case Op::name:
      return 0;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::power:
    case Op::atan2:
    case Op::hypot:
    case Op::min:
    case Op::max:
    case Op::mod:
    case Op::beta:
    case Op::lbeta:
    case Op::bessel_j:
    case Op::bessel_y:
    case Op::bessel_i:
    case Op::bessel_k:
    case Op::gamma_p:
    case Op::gamma_q:
    case Op::polygamma_rise:
    case Op::gamma_density:
    case Op::wofz_re:
    case Op::wofz_im:
    case Op::less:
    case Op::less_equal:
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
    case Op::guarded_multiply:
    case Op::exp_product:
    case Op::accumulate:
      return 2;
    case Op::select:
    case Op::choose:
    case Op::lower_power:
    case Op::beta_i:
    case Op::beta_density:
    case Op::voigt_re:
    case Op::voigt_im:
    case Op::multiply_add:
    case Op::multiply_subtract:
    case Op::subtract_product:
      return 3;
    default:
      return 1;
  }
}

double apply(Op op, double a, double b, double c, int order) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::subtract:
      return a - b;
    case Op::multiply:
      return a * b;
    case Op::divide:
      return a / b;
    case Op::negate:
      return -a;
    case Op::power:
      return unordered(a, b) ? a + b : std::pow(a, b);
    case Op::less:
      return unordered(a, b) ? a + b : a < b;
    case Op::less_equal:
      return unordered(a, b) ? a + b : a <= b;
    case Op::equal:
      return unordered(a, b) ? a + b : a == b;
    case Op::not_equal:
      return unordered(a, b) ? a + b : a != b;
    case Op::logical_and:
      return all_of(a, b);
    case Op::logical_or:
      return any_of(a, b);
    case Op::logical_not:
      return std::isnan(a) ? a : a == 0.0;
    case Op::select:
      return std::isnan(a) ? a : a != 0.0 ? b : c;
    case Op::choose:
      return a != 0.0 ? b : c;
    case Op::guarded_multiply:
      return a == 0.0 || b == 0.0 ? 0.0 : a * b;
    case Op::lower_power:
      return lowered_power(a, b, c);
    default:
      return apply_function(op, a, b, c, order);
  }
}

const Function* find_function(std::string_view name) {
  const auto* it = std::find_if(functions.begin(), functions.end(), [&](const Function& f) { return f.name == name; });
  return it == functions.end() ? nullptr : it;
}

NameList function_names() { return {names.data(), names.data() + names.size()}; }

}  // namespace thalweg::inline v0_1::formula
