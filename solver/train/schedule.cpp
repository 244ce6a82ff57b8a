#include <thalweg/train/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = Schedule::Kind;

// A cost that falls by less than this part of itself stays on its plateau.
constexpr double plateau_fall = 1e-4;

double counted(Schedule::Unit unit, std::int64_t iterations, std::int64_t epochs) {
  return static_cast<double>(unit == Schedule::Unit::iterations ? iterations : epochs);
}

double factor_after(const Schedule& s, double k) {
  const auto length = static_cast<double>(s.length);
  switch (s.kind) {
    case Kind::step:
      return std::pow(s.factor, std::floor(k / length));
    case Kind::exponential:
      return std::pow(s.factor, k);
    case Kind::inverse:
      return 1.0 / (1.0 + k / length);
    case Kind::cosine:
      return k < length ? 0.5 * (1.0 + std::cos(std::numbers::pi * k / length)) : 0.0;
    case Kind::constant:
    case Kind::plateau:
    case Kind::search:
      break;
  }
  return 1.0;
}

}  // namespace

double schedule_factor(const Schedule& s, std::int64_t iterations, std::int64_t epochs) {
  const double warm = counted(s.warmup_unit, iterations, epochs) + 1.0, all = static_cast<double>(s.warmup);
  return (warm < all ? warm / all : 1.0) * factor_after(s, counted(s.unit, iterations, epochs));
}

bool schedule_ended(const Schedule& s, std::int64_t iterations, std::int64_t epochs) {
  return s.kind == Kind::cosine && (s.unit == Schedule::Unit::iterations ? iterations : epochs) >= s.length;
}

void Schedule::validate() const {
  if (length < 1) throw Error(fmt::format("schedule length is {}; expected a number >= 1", length));
  if (!(factor > 0.0 && factor <= 1.0))
    throw Error(fmt::format("schedule factor is {}; expected a number > 0 and <= 1", factor));
  if (warmup < 0) throw Error(fmt::format("schedule warmup is {}; expected a number >= 0", warmup));
  if (warmup > 0 && kind == Kind::search)
    throw Error("schedule search has a warm-up; expected none, since it finds every rate itself");
}

double Plateau::observe(double cost) {
  if (cost < best_ - plateau_fall * std::abs(best_) || !std::isfinite(best_)) {
    waited_ = 0;
  } else if (++waited_ >= patience_) {
    factor_ *= cut_;
    waited_ = 0;
  }
  best_ = std::min(best_, cost);
  return factor_;
}

}  // namespace thalweg::inline v0_1
