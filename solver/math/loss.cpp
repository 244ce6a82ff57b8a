#include <thalweg/math/loss.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = Loss::Kind;
using Value = Loss::Value;

// Squares of scales within these, and their reciprocals, are ordinary doubles.
constexpr double least_scale = 1e-150, most_scale = 1e150;
constexpr double least_square = 1e-300, most_square = 1e300;

constexpr std::array<std::pair<Kind, LossInfo>, 10> kinds = {{
    {Kind::trivial, {"trivial", "", "least squares: ρ = s, s = r²; the default"}},
    {Kind::huber, {"huber", "SCALE", "squares up to the scale, absolute values beyond; convex"}},
    {Kind::soft_l1, {"soft-l1", "SCALE", "Huber's, smooth: 2c²(√(1 + s/c²) − 1); convex"}},
    {Kind::cauchy, {"cauchy", "SCALE", "c² ln(1 + s/c²): grows slowly"}},
    {Kind::arctan, {"arctan", "SCALE", "a atan(s/a), its scale a in units of r²: bounded"}},
    {Kind::tukey, {"tukey", "SCALE", "biweight: residuals beyond the scale do not count at all"}},
    {Kind::geman_mcclure, {"geman-mcclure", "SCALE", "s/(1 + s/c²): bounded"}},
    {Kind::welsch, {"welsch", "SCALE", "c²(1 − exp(−s/c²)): bounded, forgets outliers fast"}},
    {Kind::tolerant, {"tolerant", "A:B", "free up to about s = A, r² beyond, B the width of the bend; convex"}},
    {Kind::barron,
     {"barron", "SHAPE:SCALE", "general: shape 2 least squares, 1 soft-l1, 0 cauchy, −2 geman-mcclure, −inf welsch"}},
}};

std::string text_of(double v) {
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v).ptr;
  return {buffer.data(), end};
}

std::string_view name_of(Kind kind) {
  for (const auto& [each, info] : kinds)
    if (each == kind) return info.name;
  return "custom";
}

[[noreturn]] void refuse(Kind kind, const std::string& what, double value, const std::string& expected) {
  throw Error("loss " + std::string(name_of(kind)) + " has the " + what + " " + text_of(value) + "; expected " +
              expected);
}

double checked_scale(Kind kind, double scale) {
  if (!(scale >= least_scale && scale <= most_scale)) refuse(kind, "scale", scale, "a number from 1e-150 to 1e150");
  return scale;
}

double checked_square(Kind kind, const std::string& what, double v) {
  if (!(v >= least_square && v <= most_square)) refuse(kind, what, v, "a number from 1e-300 to 1e300");
  return v;
}

/// ln(1 + s/b), where the quotient may leave the range.
double log1p_of_ratio(double s, double b) {
  const double z = s / b;
  return std::isfinite(z) ? std::log1p(z) : std::log(s) - std::log(b);
}

Value huber(double s, double c, double b) {
  if (s <= b) return {s, 1.0, 0.0};
  const double root = std::sqrt(s), first = c / root;
  return {c * (2.0 * root - c), first, -0.5 * first / s};
}

Value soft_l1(double s, double c, double b) {
  const double q = std::hypot(1.0, std::sqrt(s) / c), first = 1.0 / q;
  return {s / (0.5 + 0.5 * q), first, -0.5 * first * first * (first / b)};
}

Value cauchy(double s, double b) {
  const double first = 1.0 / (1.0 + s / b);
  return {b * log1p_of_ratio(s, b), first, -first * (first / b)};
}

Value arctan(double s, double a) {
  const double q = s / a;
  if (q <= 1.0) {
    const double first = 1.0 / (1.0 + q * q);
    return {a * std::atan(q), first, -2.0 * q / a * first * first};
  }
  const double p = a / s, t = 1.0 + p * p;  // the same in 1/q, whose powers cannot overflow
  return {a * std::atan(q), p * p / t, -2.0 * p / a * (p / t) * (p / t)};
}

Value tukey(double s, double b) {
  if (s >= b) return {b / 3.0, 0.0, 0.0};
  const double z = s / b, u = 1.0 - z;
  return {s * (1.0 - z + z * z / 3.0), u * u, -2.0 * u / b};
}

Value geman_mcclure(double s, double b) {
  const double z = s / b, t = 1.0 / (1.0 + z);
  return {z <= 1.0 ? s * t : b / (1.0 + b / s), t * t, -2.0 * t * t * (t / b)};
}

Value welsch(double s, double b) {
  const double first = std::exp(-s / b);
  return {-b * std::expm1(-s / b), first, -first / b};
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

Value tolerant(double s, double a, double b) {
  const double x = (s - a) / b, e = std::exp(-std::abs(x));
  const double rising = 1.0 / (1.0 + e), falling = e / (1.0 + e);
  const double first = x >= 0.0 ? rising : falling;
  // Near zero the two logarithms would cancel.
  const double near = std::log1p(std::expm1(std::min(s / b, 1.0)) / (1.0 + std::exp(a / b)));
  if (s < b) return {b * near, first, rising * falling / b};
  // (s − a) + B ln(…) in place of B (x + ln(…)): s/b may leave the range where s does not.
  const double grown = std::max(s - a, 0.0) + b * std::log1p(e);
  return {grown - b * softplus(-a / b), first, rising * falling / b};
}

/// With δ = 2 − α, L = ln(1 + s/(bδ)) and t = αL/2, ρ = bδL · (eᵗ − 1)/t, free of cancellation at α = 0 and α = 2.
Value barron(double s, double b, double shape) {
  if (shape == 2.0) return {s, 1.0, 0.0};
  if (std::isinf(shape)) {
    const Value v = welsch(0.5 * s, b);
    return {2.0 * v.rho, v.first, 0.5 * v.second};
  }
  const double delta = 2.0 - shape, ratio = s / b, z = std::isfinite(ratio) ? ratio / delta : s / delta / b;
  const double L = std::isfinite(z) ? std::log1p(z) : log1p_of_ratio(s, b) - std::log(delta);
  const double t = 0.5 * shape * L, growth = b * (delta * L);
  double rho = growth;
  if (t < -40.0)
    rho = -2.0 * b * (delta / shape);  // eᵗ is nothing beside 1
  else if (t > 700.0)
    rho = std::exp(std::log(growth) + t - std::log(t));
  else if (t != 0.0)
    rho = growth * (std::expm1(t) / t);
  const double first = std::exp(t - L);
  return {std::min(rho, s), first, -0.5 * std::exp(t - 2.0 * L) / b};
}

Loss make_loss(Kind kind, double first, double second) {
  switch (kind) {
    case Kind::huber:
      return Loss::huber(first);
    case Kind::soft_l1:
      return Loss::soft_l1(first);
    case Kind::cauchy:
      return Loss::cauchy(first);
    case Kind::arctan:
      return Loss::arctan(first);
    case Kind::tukey:
      return Loss::tukey(first);
    case Kind::geman_mcclure:
      return Loss::geman_mcclure(first);
    case Kind::welsch:
      return Loss::welsch(first);
    case Kind::tolerant:
      return Loss::tolerant(first, second);
    case Kind::barron:
      return Loss::barron(first, second);
    default:
      return Loss::trivial();
  }
}

std::optional<double> number_from(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Loss::Loss(Kind kind, double first, double second) : kind_(kind), first_(first), second_(second) {}

Loss Loss::huber(double scale) { return {Kind::huber, checked_scale(Kind::huber, scale), scale * scale}; }
Loss Loss::soft_l1(double scale) { return {Kind::soft_l1, checked_scale(Kind::soft_l1, scale), scale * scale}; }
Loss Loss::cauchy(double scale) { return {Kind::cauchy, checked_scale(Kind::cauchy, scale), scale * scale}; }
Loss Loss::arctan(double scale_of_square) {
  return {Kind::arctan, checked_square(Kind::arctan, "scale", scale_of_square), 1.0};
}
Loss Loss::tukey(double scale) { return {Kind::tukey, checked_scale(Kind::tukey, scale), scale * scale}; }
Loss Loss::geman_mcclure(double scale) {
  return {Kind::geman_mcclure, checked_scale(Kind::geman_mcclure, scale), scale * scale};
}
Loss Loss::welsch(double scale) { return {Kind::welsch, checked_scale(Kind::welsch, scale), scale * scale}; }

Loss Loss::tolerant(double a, double b) {
  if (!(a >= 0.0 && a <= most_square)) refuse(Kind::tolerant, "threshold", a, "a number from 0 to 1e300");
  return {Kind::tolerant, a, checked_square(Kind::tolerant, "width", b)};
}

Loss Loss::barron(double shape, double scale) {
  if (!(shape <= 2.0)) refuse(Kind::barron, "shape", shape, "a number <= 2, or -inf");
  Loss loss(Kind::barron, checked_scale(Kind::barron, scale), scale * scale);
  loss.shape_ = shape;
  return loss;
}

Loss Loss::custom(std::function<Value(double)> rho, std::string name, double scale) {
  if (!rho) throw Error("loss '" + name + "' has no function; expected one of s");
  checked_scale(Kind::custom, scale);
  Loss loss(Kind::custom, 1.0, 1.0);
  loss.custom_ = std::make_shared<const Custom>(Custom{std::move(rho), std::move(name), scale});
  return loss;
}

Loss Loss::scaled(double factor) const {
  Loss result = *this;
  result.factor_ *= factor;
  if (!(factor > 0.0 && result.factor_ > 0.0 && std::isfinite(result.factor_)))
    refuse(kind_, "factor", factor, "a positive number");
  return result;
}

Loss Loss::with_scale_times(double m) const {
  if (!(m > 0.0)) refuse(kind_, "scale multiplied by", m, "a positive number");
  if (kind_ == Kind::trivial || m == 1.0) return *this;
  const Loss squares_only = Loss().scaled((*this)(0.0).first);
  if (std::isinf(m)) return squares_only;
  Loss result = *this;
  const bool squares = kind_ == Kind::arctan || kind_ == Kind::tolerant;
  const double by = squares ? m * m : m;
  result.first_ *= by;
  result.second_ = kind_ == Kind::tolerant ? second_ * by : result.first_ * result.first_;
  const double size = kind_ == Kind::tolerant ? std::max(result.first_, result.second_) : result.first_;
  if (!(size >= (squares ? least_square : least_scale))) refuse(kind_, "scale", size, "a number that is not so small");
  if (size <= (squares ? most_square : most_scale)) return result;
  return squares_only;
}

double Loss::scale() const {
  switch (kind_) {
    case Kind::trivial:
      return std::numeric_limits<double>::infinity();
    case Kind::arctan:
      return std::sqrt(first_);
    case Kind::tolerant:
      return std::sqrt(std::max(first_, second_));
    case Kind::custom:
      return first_ * custom_->scale;
    default:
      return first_;
  }
}

bool Loss::is_convex() const {
  switch (kind_) {
    case Kind::trivial:
    case Kind::huber:
    case Kind::soft_l1:
    case Kind::tolerant:
      return true;
    case Kind::barron:
      return shape_ >= 1.0;
    default:
      return false;
  }
}

Loss::Value Loss::plain(double s) const {
  switch (kind_) {
    case Kind::trivial:
      break;
    case Kind::huber:
      return thalweg::huber(s, first_, second_);
    case Kind::soft_l1:
      return thalweg::soft_l1(s, first_, second_);
    case Kind::cauchy:
      return thalweg::cauchy(s, second_);
    case Kind::arctan:
      return thalweg::arctan(s, first_);
    case Kind::tukey:
      return thalweg::tukey(s, second_);
    case Kind::geman_mcclure:
      return thalweg::geman_mcclure(s, second_);
    case Kind::welsch:
      return thalweg::welsch(s, second_);
    case Kind::tolerant:
      return thalweg::tolerant(s, first_, second_);
    case Kind::barron:
      return thalweg::barron(s, second_, shape_);
    case Kind::custom: {
      const double square = first_ * first_;
      const Value v = custom_->rho(s / square);
      return {square * v.rho, v.first, v.second / square};
    }
  }
  return {s, 1.0, 0.0};
}

Loss::Value Loss::operator()(double s) const {
  const Value v = plain(s);
  return factor_ == 1.0 ? v : Value{factor_ * v.rho, factor_ * v.first, factor_ * v.second};
}

std::string to_string(const Loss& loss) {
  std::string out = loss.factor_ == 1.0 ? "" : text_of(loss.factor_) + "*";
  out += loss.kind_ == Kind::custom ? loss.custom_->name : std::string(name_of(loss.kind_));
  if (loss.kind_ == Kind::trivial || loss.kind_ == Kind::custom) return out;
  if (loss.kind_ == Kind::barron) out += ":" + text_of(loss.shape_);
  out += ":" + text_of(loss.first_);
  if (loss.kind_ == Kind::tolerant) out += ":" + text_of(loss.second_);
  return out;
}

Loss parse_loss(std::string_view text) {
  const std::string whole(text);
  const auto number = [&](std::string_view piece, const std::string& expected) {
    const auto value = number_from(piece);
    if (!value) throw Error("loss '" + whole + "' has '" + std::string(piece) + "' for a number; expected " + expected);
    return *value;
  };
  double factor = 1.0;
  if (const auto star = text.find('*'); star != std::string_view::npos) {
    factor = number(text.substr(0, star), "FACTOR*NAME:SCALE, such as 0.5*huber:1.5");
    text.remove_prefix(star + 1);
  }
  const std::string_view name = text.substr(0, text.find(':'));
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.second.name == name; });
  if (found == kinds.end()) {
    std::string known;
    for (const auto& k : kinds) known += (known.empty() ? "" : ", ") + std::string(k.second.name);
    throw Error("unknown loss '" + std::string(name) + "'; expected one of " + known);
  }
  const auto& [kind, info] = *found;
  std::string form(name);
  if (!info.parameters.empty()) form += ":" + std::string(info.parameters);
  std::vector<double> given;
  for (text.remove_prefix(name.size()); !text.empty();) {
    text.remove_prefix(1);
    const std::string_view piece = text.substr(0, text.find(':'));
    given.push_back(number(piece, form));
    text.remove_prefix(piece.size());
  }
  const bool two = kind == Kind::tolerant || kind == Kind::barron;
  const std::size_t most = kind == Kind::trivial ? 0 : two ? 2 : 1;
  const std::size_t least = kind == Kind::tolerant ? 2 : kind == Kind::barron ? 1 : 0;
  if (given.size() < least || given.size() > most)
    throw Error("loss '" + whole + "' has " + std::to_string(given.size()) +
                (given.size() == 1 ? " number" : " numbers") + "; expected " + form);
  given.resize(2, 1.0);
  return make_loss(kind, given[0], given[1]).scaled(factor);
}

std::span<const LossInfo> known_losses() {
  static const auto infos = [] {
    std::array<LossInfo, kinds.size()> result;
    std::transform(kinds.begin(), kinds.end(), result.begin(), [](const auto& k) { return k.second; });
    return result;
  }();
  return infos;
}

}  // namespace thalweg::inline v0_1
