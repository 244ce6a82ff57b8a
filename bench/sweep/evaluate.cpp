#include <algorithm>
#include <cmath>
#include <numbers>

#include "expression.hpp"

namespace sweep {
namespace {

constexpr Real unit_roundoff = 0x1p-53L;

/// Shift to x ≥ 20, then the asymptotic series (Abramowitz & Stegun 6.3.18); reflection below ½ (6.3.7).
Real digamma(Real x) {
  if (x < 0.5L) return digamma(1.0L - x) - std::numbers::pi_v<Real> / std::tan(std::numbers::pi_v<Real> * x);
  Real shift = 0.0L;
  for (; x < 20.0L; x += 1.0L) shift -= 1.0L / x;
  const Real u = 1.0L / (x * x);
  return shift + std::log(x) - 0.5L / x -
         u * (1.0L / 12 -
              u * (1.0L / 120 - u * (1.0L / 252 - u * (1.0L / 240 - u * (1.0L / 132 - u * 691.0L / 32760)))));
}

/// The same for ψ′ (6.4.12, 6.4.7).
Real trigamma(Real x) {
  if (x < 0.5L) {
    const Real s = std::sin(std::numbers::pi_v<Real> * x);
    return std::numbers::pi_v<Real> * std::numbers::pi_v<Real> / (s * s) - trigamma(1.0L - x);
  }
  Real shift = 0.0L;
  for (; x < 20.0L; x += 1.0L) shift += 1.0L / (x * x);
  const Real u = 1.0L / (x * x);
  return shift + 1.0L / x + 0.5L * u +
         u / x * (1.0L / 6 - u * (1.0L / 30 - u * (1.0L / 42 - u * (1.0L / 30 - u * (5.0L / 66 - u * 691.0L / 2730)))));
}

/// f, f′ and f″.
struct Unary {
  Real f, d, dd;
};

Unary unary(Op op, Real a) {
  switch (op) {
    case Op::negate:
      return {-a, -1.0L, 0.0L};
    case Op::exp: {
      const Real f = std::exp(a);
      return {f, f, f};
    }
    case Op::expm1: {
      const Real e = std::exp(a);
      return {std::expm1(a), e, e};
    }
    case Op::log:
      return {std::log(a), 1.0L / a, -1.0L / (a * a)};
    case Op::log10:
      return {std::log10(a), 1.0L / (a * std::numbers::ln10_v<Real>), -1.0L / (a * a * std::numbers::ln10_v<Real>)};
    case Op::log1p:
      return {std::log1p(a), 1.0L / (1.0L + a), -1.0L / ((1.0L + a) * (1.0L + a))};
    case Op::sqrt: {
      const Real f = std::sqrt(a);
      return {f, 0.5L / f, -0.25L / (f * a)};
    }
    case Op::cbrt: {
      const Real f = std::cbrt(a);
      return {f, f / (3.0L * a), -2.0L * f / (9.0L * a * a)};
    }
    case Op::abs:
      return {std::abs(a), a < 0.0L ? -1.0L : 1.0L, 0.0L};
    case Op::sin: {
      const Real s = std::sin(a);
      return {s, std::cos(a), -s};
    }
    case Op::cos: {
      const Real c = std::cos(a);
      return {c, -std::sin(a), -c};
    }
    case Op::tan: {
      const Real t = std::tan(a), d = 1.0L + t * t;
      return {t, d, 2.0L * t * d};
    }
    case Op::asin: {
      const Real w = 1.0L - a * a, s = std::sqrt(w);
      return {std::asin(a), 1.0L / s, a / (w * s)};
    }
    case Op::acos: {
      const Real w = 1.0L - a * a, s = std::sqrt(w);
      return {std::acos(a), -1.0L / s, -a / (w * s)};
    }
    case Op::atan: {
      const Real w = 1.0L + a * a;
      return {std::atan(a), 1.0L / w, -2.0L * a / (w * w)};
    }
    case Op::sinh: {
      const Real s = std::sinh(a);
      return {s, std::cosh(a), s};
    }
    case Op::cosh: {
      const Real c = std::cosh(a);
      return {c, std::sinh(a), c};
    }
    case Op::tanh: {
      const Real t = std::tanh(a), c = std::cosh(a), d = 1.0L / (c * c);
      return {t, d, -2.0L * t * d};
    }
    case Op::erf: {
      const Real d = 2.0L * std::numbers::inv_sqrtpi_v<Real> * std::exp(-a * a);
      return {std::erf(a), d, -2.0L * a * d};
    }
    case Op::erfc: {
      const Real d = -2.0L * std::numbers::inv_sqrtpi_v<Real> * std::exp(-a * a);
      return {std::erfc(a), d, -2.0L * a * d};
    }
    case Op::gamma: {
      const Real f = std::tgamma(a), p = digamma(a);
      return {f, f * p, f * (p * p + trigamma(a))};
    }
    default: {
      int sign = 0;  // lgammal writes a global.
      return {lgammal_r(a, &sign), digamma(a), trigamma(a)};
    }
  }
}

/// f, ∂a, ∂b, ∂aa, ∂ab, ∂bb; the derivatives of a power by its exponent only where the exponent varies.
struct Binary {
  Real f, d[5];
};

Binary power(Real a, Real b, bool exponent_varies) {
  const Real f = std::pow(a, b);
  Binary r{f,
           {b == 0.0L ? 0.0L : b * std::pow(a, b - 1.0L), 0.0L,
            b == 0.0L || b == 1.0L ? 0.0L : b * (b - 1.0L) * std::pow(a, b - 2.0L), 0.0L, 0.0L}};
  if (exponent_varies) {
    // 0^b is zero for every b > 0.
    const bool flat = a == 0.0L && b > 0.0L;
    const Real log = std::log(a);
    r.d[1] = flat ? 0.0L : f * log;
    r.d[3] = flat ? 0.0L : std::pow(a, b - 1.0L) * (1.0L + b * log);
    r.d[4] = flat ? 0.0L : f * log * log;
  }
  return r;
}

Binary binary(Op op, Real a, Real b, bool b_varies) {
  const Real nan = std::nanl("");
  switch (op) {
    case Op::add:
      return {a + b, {1, 1, 0, 0, 0}};
    case Op::subtract:
      return {a - b, {1, -1, 0, 0, 0}};
    case Op::multiply:
      return {a * b, {b, a, 0, 1, 0}};
    case Op::divide: {
      const Real f = a / b;
      return {f, {1.0L / b, -f / b, 0, -1.0L / (b * b), 2.0L * f / (b * b)}};
    }
    case Op::power:
      return power(a, b, b_varies);
    case Op::atan2: {
      const Real s = a * a + b * b, q = s * s;
      return {std::atan2(a, b), {b / s, -a / s, -2.0L * a * b / q, (a * a - b * b) / q, 2.0L * a * b / q}};
    }
    case Op::hypot: {
      const Real h = std::hypot(a, b), c = h * h * h;
      return {h, {a / h, b / h, b * b / c, -a * b / c, a * a / c}};
    }
    case Op::minimum:
    case Op::maximum: {
      if (std::isnan(a) || std::isnan(b)) return {nan, {nan, nan, 0, 0, 0}};
      const bool first = op == Op::minimum ? a <= b : a >= b;
      return {first ? a : b, {first ? 1.0L : 0.0L, first ? 0.0L : 1.0L, 0, 0, 0}};
    }
    default: {
      if (std::isnan(a) || std::isnan(b)) return {nan, {0, 0, 0, 0, 0}};
      return {(op == Op::less ? a < b : a <= b) ? 1.0L : 0.0L, {0, 0, 0, 0, 0}};
    }
  }
}

}  // namespace

Evaluator::Evaluator(const Expression& expression, int parameters)
    : expression_(&expression), n_(parameters), jets_(expression.nodes.size()) {
  for (const Node& node : expression.nodes) {
    bool depends = node.op == Op::parameter;
    if (node.op > Op::column)
      for (const int operand : {node.a, node.b, node.c})
        depends |= operand >= 0 && depends_[static_cast<std::size_t>(operand)];
    depends_.push_back(depends);
  }
}

const Jet& Evaluator::operator()(const Real* x, const double* row, int order) {
  const auto n = static_cast<std::size_t>(n_);
  for (std::size_t k = 0; k < jets_.size(); ++k) {
    const Node& node = expression_->nodes[k];
    Jet& out = jets_[k];
    out.gradient.assign(depends_[k] && order >= 1 ? n : 0, 0.0L);
    out.hessian.assign(depends_[k] && order >= 2 && node.op > Op::column ? n * (n + 1) / 2 : 0, 0.0L);
    out.error = 0.0L;
    switch (node.op) {
      case Op::constant:
        out.value = node.value;
        break;
      case Op::column:
        out.value = row[node.a];
        break;
      case Op::parameter:
        out.value = x[node.a];
        if (order >= 1) out.gradient[static_cast<std::size_t>(node.a)] = 1.0L;
        break;
      default:
        apply(node, out, order);
    }
  }
  return jets_.back();
}

void Evaluator::apply(const Node& node, Jet& out, int order) {
  const Jet& a = jets_[static_cast<std::size_t>(node.a)];
  if (node.op == Op::choose) {
    const Jet& chosen = jets_[static_cast<std::size_t>(a.value != 0.0L ? node.b : node.c)];
    out.value = std::isnan(a.value) ? a.value : chosen.value;
    out.error = chosen.error;
    std::copy(chosen.gradient.begin(), chosen.gradient.end(), out.gradient.begin());
    std::copy(chosen.hessian.begin(), chosen.hessian.end(), out.hessian.begin());
    return;
  }
  if (node.b < 0) {
    const Unary u = unary(node.op, a.value);
    out.value = u.f;
    const Real spread = a.error > 0.0L ? std::abs(u.d) * a.error : 0.0L;
    const Real own = node.op == Op::negate || node.op == Op::abs ? 0.0L : 2.0L * unit_roundoff * std::abs(u.f);
    // At the edge of a domain (√0) the bound by a derivative is infinite: half the digits are left there.
    out.error = (std::isfinite(spread) ? spread : 0x1p-26L * std::abs(u.f)) + own;
    chain_one(out, a, u.d, u.dd, order);
    return;
  }
  const Jet& b = jets_[static_cast<std::size_t>(node.b)];
  const Binary f = binary(node.op, a.value, b.value, depends_[static_cast<std::size_t>(node.b)] || b.error > 0.0L);
  out.value = f.f;
  const Real spread =
      (a.error > 0.0L ? std::abs(f.d[0]) * a.error : 0.0L) + (b.error > 0.0L ? std::abs(f.d[1]) * b.error : 0.0L);
  const bool exact = node.op >= Op::minimum && node.op <= Op::less_equal;
  out.error = (std::isfinite(spread) ? spread : 0x1p-26L * std::abs(f.f)) +
              (exact ? 0.0L : (node.op == Op::power ? 2.0L : 1.0L) * unit_roundoff * std::abs(f.f));
  chain_two(out, a, b, f.d, order);
}

void Evaluator::chain_one(Jet& out, const Jet& a, Real fa, Real faa, int order) {
  if (order < 1 || a.gradient.empty() || (fa == 0.0L && faa == 0.0L)) return;
  // A factor that is not finite leaves the entries alone that do not depend on the operand.
  for (std::size_t i = 0; i < a.gradient.size(); ++i)
    if (a.gradient[i] != 0.0L) out.gradient[i] += fa * a.gradient[i];
  if (order < 2) return;
  std::size_t k = 0;
  for (std::size_t i = 0; i < a.gradient.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j, ++k) {
      const Real product = a.gradient[i] * a.gradient[j];
      if (product != 0.0L) out.hessian[k] += faa * product;
      if (!a.hessian.empty() && a.hessian[k] != 0.0L) out.hessian[k] += fa * a.hessian[k];
    }
}

void Evaluator::chain_two(Jet& out, const Jet& a, const Jet& b, const Real (&f)[5], int order) {
  chain_one(out, a, f[0], f[2], order);
  chain_one(out, b, f[1], f[4], order);
  if (order < 2 || a.gradient.empty() || b.gradient.empty() || f[3] == 0.0L) return;
  std::size_t k = 0;
  for (std::size_t i = 0; i < a.gradient.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j, ++k) {
      const Real product = a.gradient[i] * b.gradient[j] + a.gradient[j] * b.gradient[i];
      if (product != 0.0L) out.hessian[k] += f[3] * product;
    }
}

}  // namespace sweep
