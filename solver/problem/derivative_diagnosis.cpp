#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <problem/derivative_comparison.hpp>
#include <problem/derivative_finding.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Cause = DerivativeFault::Cause;

constexpr double same = 1e-4;       // relative: what one explanation predicts
constexpr double different = 1e-3;  // relative: what two points or two residuals must differ by to be evidence

bool agree(double a, double b, double slack) {
  return std::abs(a - b) <= slack + same * std::max(std::abs(a), std::abs(b));
}
bool differ(double a, double b) { return std::abs(a - b) > different * std::max(std::abs(a), std::abs(b)); }

/// A factor that nobody has by chance: a small whole number or its inverse, degrees for radians or the reverse.
bool is_telling(double factor) {
  const double size = std::max(std::abs(factor), 1.0 / std::abs(factor));
  return (size < 10.5 && agree(size, std::round(size), 0.0)) || agree(size, 57.295779513082321 /* 180/π */, 0.0);
}

/// Keeps the ratio of the entry that is known best.
class BestRatio {
 public:
  void offer(double numerator, double denominator, double error) {
    const double relative = error / std::max(std::abs(numerator), std::abs(denominator));
    if (!(relative < best_) || denominator == 0.0) return;
    best_ = relative;
    ratio_ = numerator / denominator;
  }
  std::optional<double> get() const { return std::isfinite(ratio_) ? std::optional(ratio_) : std::nullopt; }

 private:
  double best_ = std::numeric_limits<double>::infinity(), ratio_ = std::numeric_limits<double>::quiet_NaN();
};

/// A missing factor that differs from residual to residual, by its extremes.
class Extremes {
 public:
  void offer(double q, std::int64_t site) {
    if (empty() || std::abs(q) < std::abs(low_.first)) low_ = {q, site};
    if (empty() || std::abs(q) > std::abs(high_.first)) high_ = {q, site};
    any_ = true;
  }
  bool empty() const { return !any_; }
  bool apart() const { return any_ && differ(low_.first, high_.first); }
  std::string text(const ComparedGroup& g) const {
    const auto& [first, second] = low_.second < high_.second ? std::pair(low_, high_) : std::pair(high_, low_);
    const auto name = [&](std::int64_t site) { return g.group().residual_name(g.item(site), g.component(site)); };
    return fmt::format("a factor of {:.6g} for {} and of {:.6g} for {}", first.first, name(first.second), second.first,
                       name(second.second));
  }

 private:
  bool any_ = false;
  std::pair<double, std::int64_t> low_{}, high_{};
};

class Diagnosis {
 public:
  Diagnosis(const Problem& problem, const ComparedGroup& compared)
      : problem_(problem), g_(compared), open_(static_cast<std::size_t>(compared.columns())) {}

  std::vector<DerivativeFault> faults() {
    find_not_finite();
    find_transposed();
    find_swapped();
    for (int c = 0; c < g_.columns(); ++c)
      if (open(c)) find_in_column(c);
    find_outer_derivative();
    for (int c = 0; c < g_.columns(); ++c)
      if (open(c)) close(DerivativeFinding(Cause::wrong, {c}));
    std::vector<DerivativeFault> result;
    for (const DerivativeFinding& finding : findings_) result.push_back(tell(problem_, g_, finding));
    return result;
  }

 private:
  bool open(int c) const { return open_[static_cast<std::size_t>(c)] != 0; }

  /// Takes the finding up, joined with one that says the same of other columns.
  void close(DerivativeFinding finding) {
    for (const int c : finding.columns) open_[static_cast<std::size_t>(c)] = 0;
    for (DerivativeFinding& other : findings_) {
      const bool joins = finding.cause == Cause::sign || finding.cause == Cause::missing ||
                         (finding.cause == Cause::factor && agree(finding.factor, other.factor, 0.0));
      if (other.cause != finding.cause || !joins) continue;
      other.columns.insert(other.columns.end(), finding.columns.begin(), finding.columns.end());
      return;
    }
    findings_.push_back(std::move(finding));
  }

  /// Calls what(point, site, entry) for the column's judged entries that are finite, until it returns false.
  template <class What>
  bool all(int c, What what) const {
    for (int p = 0; p < g_.points(); ++p)
      for (std::int64_t s = 0; s < g_.sites(); ++s) {
        const ComparedEntry& e = g_.at(p, s, c);
        if (e.judged() && std::isfinite(e.given) && !what(p, s, e)) return false;
      }
    return true;
  }

  /// Also opens the columns that are wrong otherwise.
  void find_not_finite() {
    DerivativeFinding finding(Cause::not_finite);
    for (int c = 0; c < g_.columns(); ++c) {
      bool here = false;
      for (int p = 0; p < g_.points(); ++p)
        for (std::int64_t s = 0; s < g_.sites(); ++s) {
          if (!g_.at(p, s, c).wrong()) continue;
          if (std::isfinite(g_.at(p, s, c).given))
            open_[static_cast<std::size_t>(c)] = 1;
          else
            here = true;
        }
      if (here) finding.columns.push_back(c);
    }
    if (!finding.columns.empty()) findings_.push_back(std::move(finding));
  }

  bool sign(int c) const {
    return all(c, [](int, std::int64_t, const ComparedEntry& e) {
      return !e.wrong() || agree(e.given, -e.expected, e.slack);
    });
  }
  /// Every entry that is not zero has the wrong sign: a simpler reading than a transposition or an exchange.
  bool whole_sign(int c) const {
    return sign(c) && all(c, [](int, std::int64_t, const ComparedEntry& e) { return e.wrong() || !e.significant(); });
  }

  void find_transposed() {
    const int m = g_.group().dimension();
    if (m < 2) return;
    std::set<int> blocks;  // first columns
    int column = 0;
    for (const Slot& slot : g_.group().slots()) {
      if (slot.dimension == m) blocks.insert(column);
      column += slot.dimension;
    }
    if (g_.columns() == m) blocks.insert(0);
    for (const int first : blocks) {
      if (!transposed(first)) continue;
      DerivativeFinding finding(Cause::transposed);
      for (int c = first; c < first + m; ++c) finding.columns.push_back(c);
      close(std::move(finding));
    }
  }
  bool transposed(int first) const {
    const int m = g_.group().dimension();
    bool wrong = false, signs = true;
    for (int c = first; c < first + m; ++c) {
      wrong = wrong || open(c);
      signs = signs && (!open(c) || whole_sign(c));
      const bool fits = all(c, [&](int p, std::int64_t s, const ComparedEntry& e) {
        const int k = g_.component(s);
        const ComparedEntry& mirror = g_.at(p, s - k + (c - first), first + k);
        return mirror.judged() ? agree(e.given, mirror.expected, std::max(e.slack, mirror.slack)) : !e.wrong();
      });
      if (!fits) return false;
    }
    return wrong && !signs;
  }

  void find_swapped() {
    for (int a = 0; a < g_.columns(); ++a) {
      CancellationProbe::poll();
      for (int b = a + 1; b < g_.columns() && open(a); ++b)
        if (open(b) && given_as(a, b) && given_as(b, a) && !(whole_sign(a) && whole_sign(b)))
          close(DerivativeFinding(Cause::swapped_columns, {a, b}));
    }
  }
  /// Column a holds the derivatives by b.
  bool given_as(int a, int b) const {
    return all(a, [&](int p, std::int64_t s, const ComparedEntry& e) {
      const ComparedEntry& other = g_.at(p, s, b);
      return other.judged() ? agree(e.given, other.expected, std::max(e.slack, other.slack)) : !e.wrong();
    });
  }

  void find_in_column(int c) {
    const bool zero = all(c, [](int, std::int64_t, const ComparedEntry& e) { return !e.wrong() || e.given == 0.0; });
    if (zero) return close(DerivativeFinding(Cause::missing, {c}));
    if (sign(c)) return close(DerivativeFinding(Cause::sign, {c}));
    if (const auto f = factor(c)) {
      DerivativeFinding finding(Cause::factor, {c});
      finding.factor = *f;
      return close(std::move(finding));
    }
    DerivativeFinding finding(Cause::chain_rule, {c});
    finding.detail = inner_derivative_of_parameter(c);
    if (finding.detail.empty()) finding.detail = inner_derivative_of_data(c);
    if (!finding.detail.empty()) close(std::move(finding));
  }

  /// Sites where the column is wrong, at any point.
  std::vector<char> wrong_sites(int c) const {
    std::vector<char> wrong(static_cast<std::size_t>(g_.sites()));
    all(c, [&](int, std::int64_t s, const ComparedEntry& e) {
      if (e.wrong()) wrong[static_cast<std::size_t>(s)] = 1;
      return true;
    });
    return wrong;
  }

  /// One factor that holds, at every point, wherever the column is wrong.
  std::optional<double> factor(int c) const {
    const std::vector<char> wrong = wrong_sites(c);
    BestRatio best;
    std::set<std::int64_t> sites;
    bool changes = false;  // the derivative, from point to point
    all(c, [&](int p, std::int64_t s, const ComparedEntry& e) {
      if (!wrong[static_cast<std::size_t>(s)]) return true;
      if (e.significant()) sites.insert(s);
      if (p > 0 && g_.at(0, s, c).judged()) changes = changes || differ(e.expected, g_.at(0, s, c).expected);
      best.offer(e.given, e.expected, e.error);
      return true;
    });
    const std::optional<double> f = best.get();
    if (!f || !(sites.size() > 1 || changes || is_telling(*f))) return std::nullopt;
    const bool fits = all(c, [&](int, std::int64_t s, const ComparedEntry& e) {
      return !wrong[static_cast<std::size_t>(s)] ||
             agree(e.given, *f * e.expected, e.slack * std::max(1.0, std::abs(*f)));
    });
    return fits ? f : std::nullopt;
  }

  /// expected = q · given, q the same for all residuals but not at both points: of p = g(u), g′(u) was left out.
  std::string inner_derivative_of_parameter(int c) const {
    if (g_.points() < 2) return {};
    BestRatio best[2];
    int sites[2] = {0, 0};
    all(c, [&](int p, std::int64_t, const ComparedEntry& e) {
      best[p].offer(e.expected, e.given, e.error);
      sites[p] += e.significant() ? 1 : 0;
      return true;
    });
    const auto here = best[0].get(), there = best[1].get();
    if (!here || !there || sites[0] < 2 || sites[1] < 2 || !differ(*here, *there)) return {};
    const bool fits = all(c, [&](int p, std::int64_t, const ComparedEntry& e) {
      return agree(e.expected, (p == 0 ? *here : *there) * e.given, e.slack);
    });
    if (!fits) return {};
    return fmt::format("inner derivative, a factor of {:.6g} for every residual at the start and of {:.6g} near it",
                       *here, *there);
  }

  /// expected = q · given, q the same at both points but not for all residuals: the inner derivative left out is of
  /// data. Linear residuals would satisfy that whatever they are given; they say nothing.
  std::string inner_derivative_of_data(int c) const {
    if (g_.points() < 2) return {};
    const std::vector<char> wrong = wrong_sites(c);
    Extremes q;
    int changes = 0, constant = 0;
    for (std::int64_t s = 0; s < g_.sites(); ++s) {
      const ComparedEntry &a = g_.at(0, s, c), &b = g_.at(1, s, c);
      if (!wrong[static_cast<std::size_t>(s)] || !a.judged() || !b.judged()) continue;
      if (a.given == 0.0 || !std::isfinite(a.given) || !std::isfinite(b.given)) return {};
      const double ratio = a.expected / a.given;
      if (!agree(b.expected, ratio * b.given, b.slack + a.slack * std::abs(b.given / a.given))) return {};
      ++(differ(a.given, b.given) ? changes : constant);
      q.offer(ratio, s);
    }
    if (changes < 2 || changes < constant || !q.apart()) return {};
    return fmt::format("inner derivative, {}, the same at the start and near it", q.text(g_));
  }

  /// expected = q · given, q for each residual the same by all parameters: of g(f(x)), g′ was left out.
  void find_outer_derivative() {
    DerivativeFinding finding(Cause::chain_rule);
    for (int c = 0; c < g_.columns(); ++c)
      if (open(c)) finding.columns.push_back(c);
    if (finding.columns.size() < 2) return;
    Extremes extremes;
    int evidence = 0;
    for (int p = 0; p < g_.points(); ++p)
      for (std::int64_t s = 0; s < g_.sites(); ++s) {
        BestRatio best;
        int significant = 0;
        for (const int c : finding.columns)
          if (const ComparedEntry& e = g_.at(p, s, c); e.significant() && std::isfinite(e.given)) {
            best.offer(e.expected, e.given, e.error);
            ++significant;
          }
        if (significant == 0) continue;
        const std::optional<double> q = best.get();
        if (!q) return;
        for (const int c : finding.columns)
          if (const ComparedEntry& e = g_.at(p, s, c); e.judged() && std::isfinite(e.given))
            if (!agree(e.expected, *q * e.given, e.slack)) return;
        evidence += significant > 1 ? 1 : 0;
        if (p == 0) extremes.offer(*q, s);
      }
    if (evidence < 2 || !extremes.apart()) return;
    finding.detail = fmt::format("outer derivative, {}, by whichever parameter", extremes.text(g_));
    close(std::move(finding));
  }

  const Problem& problem_;
  const ComparedGroup& g_;
  std::vector<char> open_;  // of each column: wrong in a way not yet explained
  std::vector<DerivativeFinding> findings_;
};

}  // namespace

std::vector<DerivativeFault> diagnose(const Problem& problem, const ComparedGroup& compared) {
  return Diagnosis(problem, compared).faults();
}

}  // namespace thalweg::inline v0_1
