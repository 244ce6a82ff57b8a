#include <limits>
#include <utility>

#include <minimize/line_search/searches.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Status = LineSearchResult::Status;

// Hager & Zhang (2005), section 4: θ of the update, γ of the decay, ρ of the expansion.
constexpr double theta = 0.5, decay = 0.66, expansion = 5.0;

/// Names as in the paper: a has a negative slope and a value of at most φ(0) + ε, b a slope that is not negative.
class HagerZhang {
 public:
  HagerZhang(LineFunction& phi, const LinePoint& origin, const LineSearchSettings& settings)
      : phi_(phi), origin_(origin), settings_(settings), best_(origin) {}

  LineSearchResult run(double first);

 private:
  struct Bracket {
    LinePoint a, b;
    double width() const { return b.alpha - a.alpha; }
  };
  bool bracket(double first, Bracket& found);
  Bracket update(const Bracket& old, double c);
  Bracket shrink(LinePoint a, LinePoint b);
  Bracket secant_squared(const Bracket& old);
  LinePoint evaluate(double alpha);
  bool low(const LinePoint& p) const { return p.value <= origin_.value + settings_.noise; }
  bool done() const { return ended_ || evaluations_ >= settings_.max_evaluations; }

  LineFunction& phi_;
  const LinePoint origin_;
  const LineSearchSettings& settings_;
  LinePoint best_;  ///< decreases enough; the last such one, or the accepted one
  Status status_ = Status::no_decrease;
  bool ended_ = false;
  int evaluations_ = 0;
};

LinePoint HagerZhang::evaluate(double alpha) {
  ++evaluations_;
  const LinePoint p = phi_.evaluate(alpha);
  if (ended_ || !line::finite(p)) return p;
  if (satisfies_wolfe(origin_, p, settings_)) {
    best_ = p;
    status_ = Status::found;
    ended_ = true;
  } else if (decreases_enough(origin_, p, settings_) && (status_ == Status::no_decrease || p.value < best_.value)) {
    best_ = p;
    status_ = Status::incomplete;
  }
  return p;
}

LineSearchResult HagerZhang::run(double first) {
  Bracket now;
  if (bracket(first, now))
    while (!done() && now.width() > std::numeric_limits<double>::epsilon() * now.b.alpha) {
      Bracket next = secant_squared(now);
      if (!done() && next.width() > decay * now.width()) next = update(next, 0.5 * (next.a.alpha + next.b.alpha));
      now = next;
    }
  return {status_, best_, evaluations_};
}

/// Steps B0 to B3. False when the search ended, with or without success.
bool HagerZhang::bracket(double first, Bracket& found) {
  LinePoint a = origin_;
  double c = std::min(first, settings_.longest), wall = std::numeric_limits<double>::infinity();
  while (!done() && c > a.alpha) {
    const LinePoint p = evaluate(c);
    if (ended_) return false;
    if (!line::finite(p)) {
      wall = c;
      c = a.alpha + 0.25 * (c - a.alpha);
      continue;
    }
    if (p.slope >= 0.0) {
      found = {a, p};
      return true;
    }
    if (!low(p)) {
      found = shrink(a, p);
      return !done();
    }
    if (c >= settings_.longest) {
      if (status_ != Status::no_decrease) {
        best_ = p;
        status_ = Status::longest;
      }
      return false;
    }
    a = p;
    c = std::min(expansion * c, settings_.longest);
    if (c >= wall) c = 0.5 * (a.alpha + wall);
  }
  return false;
}

/// Step U3: between a low falling a and a high falling b there is a rising slope.
HagerZhang::Bracket HagerZhang::shrink(LinePoint a, LinePoint b) {
  while (!done() && b.alpha - a.alpha > std::numeric_limits<double>::epsilon() * b.alpha) {
    const LinePoint d = evaluate((1.0 - theta) * a.alpha + theta * b.alpha);
    if (line::finite(d) && d.slope >= 0.0) return {a, d};
    (line::finite(d) && low(d) ? a : b) = d;
  }
  return {a, b};
}

/// Steps U0 to U3.
HagerZhang::Bracket HagerZhang::update(const Bracket& old, double c) {
  if (!(c > old.a.alpha && c < old.b.alpha)) return old;
  const LinePoint p = evaluate(c);
  if (done()) return old;
  if (line::finite(p) && p.slope >= 0.0) return {old.a, p};
  if (line::finite(p) && low(p)) return {p, old.b};
  return shrink(old.a, p);
}

/// Steps S1 to S4.
HagerZhang::Bracket HagerZhang::secant_squared(const Bracket& old) {
  const double c = line::secant(old.a, old.b);
  const Bracket next = update(old, c);
  if (done()) return next;
  if (c == next.b.alpha) return update(next, line::secant(old.b, next.b));
  if (c == next.a.alpha) return update(next, line::secant(old.a, next.a));
  return next;
}

}  // namespace

LineSearchResult search_by_hager_zhang(LineFunction& phi, const LinePoint& origin, double first,
                                       const LineSearchSettings& settings) {
  return HagerZhang(phi, origin, settings).run(first);
}

}  // namespace thalweg::inline v0_1
