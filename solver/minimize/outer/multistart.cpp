#include <thalweg/minimize/multistart.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <numeric>
#include <random>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/loop/watch.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/math/special.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/same_group.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double logarithmic_span = 1e3;  // from here on the magnitude, not the value, is what is unknown
constexpr double same_value = 1e-4;       // of the parameter itself
constexpr double no_influence = 1e-6;     // of ‖Dx‖
constexpr double same_cost = 1e-6;        // of the cost
constexpr double same_residuals = 1e-4;   // of their norm
// Residuals below this part of ‖Dx‖ are rounding: costs made of them are equal.
constexpr double rounding = 100.0 * std::numeric_limits<double>::epsilon();

/// In (0, 1), both ends excluded.
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; }

/// Where the fraction u of a component's distribution lies.
double draw(double start, double lower, double upper, double spread, double u) {
  if (std::isfinite(lower) && std::isfinite(upper)) {
    if (lower > 0.0 && upper / lower >= logarithmic_span)
      return std::exp(std::lerp(std::log(lower), std::log(upper), u));
    return (1.0 - u) * lower + u * upper;
  }
  const double deviate = spread * normal_quantile(u);
  const double value = start != 0.0 ? start * std::exp(deviate) : deviate;
  const double bound = std::clamp(value, lower, upper);
  if (bound == value) return value;
  // Reflected, not put on the bound, where a model often loses a parameter; in the logarithm if it was drawn there.
  const double reflected = start != 0.0 ? bound * (bound / value) : bound + (bound - value);
  return std::clamp(reflected, lower, upper);
}

/// All starts, the problem's own first.
std::vector<std::vector<double>> draw_starts(const Problem& problem, std::uint64_t seed, const MultistartOptions& o) {
  std::vector<double> own = problem.start();
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = std::clamp(own[i], problem.lower()[i], problem.upper()[i]);
  std::vector<std::vector<double>> starts(static_cast<std::size_t>(o.starts), own);
  starts[0] = problem.start();
  std::vector<std::size_t> slices(starts.size() - 1);
  std::mt19937_64 random(seed);
  const std::vector<double> size = problem.sizes(own);
  std::vector<std::vector<double>> steps(problem.is_curved() ? starts.size() : 0, std::vector<double>(own.size()));
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!problem.moves(static_cast<std::int64_t>(i))) continue;
    const bool curved = problem.is_curved() && problem.set_of(static_cast<std::int64_t>(i)).manifold;
    std::iota(slices.begin(), slices.end(), std::size_t{0});
    std::shuffle(slices.begin(), slices.end(), random);
    for (std::size_t k = 0; k < slices.size(); ++k) {
      const double u = (static_cast<double>(slices[k]) + uniform(random)) / static_cast<double>(slices.size());
      if (curved)
        steps[k + 1][i] = o.spread * normal_quantile(u) * (size[i] != 0.0 ? std::abs(size[i]) : 1.0);
      else
        starts[k + 1][i] = draw(own[i], problem.lower()[i], problem.upper()[i], o.spread, u);
    }
  }
  for (std::size_t k = 1; k < steps.size(); ++k) problem.retract_curved(steps[k], starts[k]);
  return starts;
}

/// How one start ended.
struct End {
  bool run = false;
  Status status = Status::failed;
  double cost = 0.0;
  std::vector<double> x;
};

/// The cost; NaN, which is lower than none, where constraints may not hold.
double comparable_cost(const Result& r) {
  return r.constrained && !r.converged() ? std::numeric_limits<double>::quiet_NaN() : r.final_cost;
}

/// Whether a cost is lower than another by more than equal costs may differ; NaN is higher than any.
bool lower(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b - same_cost * std::abs(b); }

/// The results that may turn out to be the best: those that converged, as low as the lowest of them, and the lowest of
/// the others. Whoever comes first, the same ones are left when all have come.
class Best {
 public:
  void offer(std::size_t start, Result result) {
    const std::lock_guard guard(mutex_);
    auto& kept = result.converged() ? converged_ : others_;
    kept.emplace(start, std::move(result));
    double least = std::numeric_limits<double>::quiet_NaN();
    for (const auto& [k, each] : kept) least = std::fmin(least, comparable_cost(each));
    std::erase_if(kept, [&](const auto& each) { return lower(least, comparable_cost(each.second)); });
    if (&kept == &others_)
      while (others_.size() > 1) {  // of equals the lower, then the earlier
        const auto first = others_.begin(), second = std::next(first);
        others_.erase(second->second.final_cost < first->second.final_cost ? first : second);
      }
  }
  /// Whether the end of this start converged, and is as low as the lowest.
  bool empty() const { return converged_.empty() && others_.empty(); }
  bool keeps(std::size_t start) const { return converged_.count(start) > 0; }
  /// Of the start; it converged, and is as low as the lowest.
  Result take_converged(std::size_t start) { return std::move(converged_.at(start)); }
  /// The lowest of those that did not converge; null: there is none.
  Result* other() { return others_.empty() ? nullptr : &others_.begin()->second; }

 private:
  std::mutex mutex_;
  std::map<std::size_t, Result> converged_, others_;
};

/// Whether two points are one minimum.
class Sameness {
 public:
  explicit Sameness(const Problem& problem)
      : problem_(relaxed(problem)),
        program_(problem_),
        residual_(program_.rows()),
        jacobian_(program_.rows(), program_.columns()) {}

  /// Measures from x on.
  void center(const Minimum& minimum) {
    center_ = &minimum;
    program_.evaluate(minimum.x.data(), residual_.data(), jacobian_, 1);
    double squares = 0.0;
    D_.clear();
    for (std::int64_t j = 0; j < program_.columns(); ++j) {
      D_.push_back(std::sqrt(kernels::dot(jacobian_.column(j), jacobian_.column(j), jacobian_.stride())));
    }
    sizes_.resize(D_.size());
    program_.coordinates(minimum.x.data(), sizes_.data());
    double largest = 0.0;
    for (std::size_t j = 0; j < D_.size(); ++j) largest = std::max(largest, D_[j] * std::abs(sizes_[j]));
    for (std::size_t j = 0; j < D_.size() && largest > 0.0; ++j) squares += std::pow(D_[j] * sizes_[j] / largest, 2);
    size_ = largest * std::sqrt(squares);
  }
  /// Whether another cost is that of the centre, to `same_cost` or to rounding.
  bool equal_cost(double cost) const {
    const double noise = rounding * size_;
    return std::abs(cost - center_->cost) <= same_cost * center_->cost + 0.5 * noise * noise;
  }
  /// Whether the residuals at another minimum are those at the centre: not so where parameters differ in effect.
  bool same_curve(const Minimum& other) {
    AlignedArray there(program_.rows());
    program_.evaluate(other.x.data(), there.data(), 1);
    double apart = 0.0, size = 0.0;
    for (std::int64_t i = 0; i < there.size(); ++i) {
      apart = std::max(apart, std::abs(there[i] - residual_[i]));
      size = std::max(size, std::abs(residual_[i]));
    }
    return apart <= same_residuals * size + rounding * size_;
  }
  /// The cost of a point nearby exceeds the minimum's by ½‖Jδ‖² ≤ ½n‖Dδ‖²; twice that is granted.
  bool holds(const End& end) const {
    double squares = 0.0;
    std::vector<double> apart(D_.size()), there(D_.size());
    program_.difference(end.x.data(), center_->x.data(), apart.data());
    program_.coordinates(end.x.data(), there.data());
    for (std::size_t j = 0; j < D_.size(); ++j) {
      const double moved = D_[j] * std::abs(apart[j]), size = std::max(std::abs(sizes_[j]), std::abs(there[j]));
      if (std::abs(apart[j]) > same_value * size && moved > no_influence * size_) return false;
      squares += moved * moved;
    }
    if (program_.held_parts_differ(end.x.data(), center_->x.data(), same_value)) return false;
    const double explained = static_cast<double>(program_.columns()) * squares;
    return std::abs(end.cost - center_->cost) <= same_cost * center_->cost + explained;
  }

 private:
  Problem problem_;  // its residuals alone
  Program program_;
  AlignedArray residual_;
  DenseMatrix jacobian_;
  std::vector<double> D_, sizes_;
  double size_ = 0.0;
  const Minimum* center_ = nullptr;
};

/// A minimum, and the end that it is taken from.
struct Found {
  Minimum minimum;
  std::size_t end;
};

/// Those of equal cost: the most often found first, but before it those whose results are kept, where costs are equal
/// to rounding only. Aliases point to the first of their kind.
void order_equals(const Problem& problem, const Best& best, std::vector<Found>& found) {
  Sameness same(problem);
  for (std::size_t first = 0, last = 0; first < found.size(); first = last) {
    same.center(found[first].minimum);
    for (last = first + 1; last < found.size() && same.equal_cost(found[last].minimum.cost);) ++last;
    std::stable_sort(found.begin() + static_cast<std::ptrdiff_t>(first),
                     found.begin() + static_cast<std::ptrdiff_t>(last), [&](const Found& a, const Found& b) {
                       const bool first_kept = best.keeps(a.end), second_kept = best.keeps(b.end);
                       return first_kept != second_kept ? first_kept : a.minimum.found > b.minimum.found;
                     });
    for (std::size_t i = first; i < last; ++i) {
      if (found[i].minimum.alias_of > 0) continue;
      same.center(found[i].minimum);
      for (std::size_t k = i + 1; k < last; ++k)
        if (found[k].minimum.alias_of == 0 && same.same_curve(found[k].minimum))
          found[k].minimum.alias_of = static_cast<int>(i) + 1;
    }
  }
}

/// Each end joins the lowest minimum that it belongs to, or founds its own.
std::vector<Found> distinct(const Problem& problem, const std::vector<End>& ends, const Best& best) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < ends.size(); ++k)
    if (ends[k].run && ends[k].status == Status::converged) order.push_back(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a].cost < ends[b].cost; });
  std::vector<Found> found;
  Sameness same(problem);
  while (!order.empty()) {
    const std::size_t lowest = order[0];
    Minimum minimum{ends[lowest].cost, ends[lowest].x, 0, static_cast<int>(ends.size())};
    same.center(minimum);
    std::erase_if(order, [&](std::size_t k) {
      if (!same.holds(ends[k]) && k != lowest) return false;
      ++minimum.found;
      minimum.start = std::min(minimum.start, static_cast<int>(k) + 1);
      return true;
    });
    found.push_back({std::move(minimum), lowest});
  }
  order_equals(problem, best, found);
  return found;
}

/// What became of the starts; the list is left to be filled.
Minima tally(const std::vector<End>& ends) {
  Minima minima;
  minima.starts = static_cast<int>(ends.size());
  for (const End& end : ends) {
    const bool failed = end.status == Status::non_finite_start || end.status == Status::failed;
    int& count = !end.run                          ? minima.not_run
                 : end.status == Status::converged ? minima.converged
                 : end.status == Status::stalled   ? minima.stalled
                 : failed                          ? minima.failed
                                                   : minima.stopped;
    ++count;
    if (end.run && end.status != Status::converged && !failed)
      minima.lowest_unconverged_cost = std::fmin(minima.lowest_unconverged_cost, end.cost);
  }
  return minima;
}

}  // namespace

void MultistartOptions::validate() const {
  if (starts < 1) throw Error(fmt::format("option starts is {}; expected a number >= 1", starts));
  if (!(spread > 0.0 && std::isfinite(spread)))
    throw Error(fmt::format("option spread is {}; expected a number > 0", spread));
}

MultistartResult multistart(const Problem& problem, const Options& options, const MultistartOptions& o) {
  options.validate();
  o.validate();
  const std::vector<std::vector<double>> starts = draw_starts(problem, options.seed, o);
  std::vector<End> ends(starts.size());
  Watch watch(options);
  Best best;
  unless_cancelled([&] {
    parallel_chunks(o.starts, 1, options.threads, [&](std::int64_t chunk, std::int64_t, std::int64_t) {
      const auto k = static_cast<std::size_t>(chunk);
      if (k > 0 && watch.verdict()) return;  // the first always runs: there must be something to report
      Options one = watch.for_one_solve();
      if (k > 0) one.restarts = 0;
      Result result = thalweg::solve(problem, starts[k], one);
      ends[k] = {true, result.status, comparable_cost(result), result.x};
      best.offer(k, std::move(result));
    });
  });
  if (best.empty()) best.offer(0, thalweg::solve(problem, starts[0], watch.for_one_solve()));

  Result* other = best.other();
  const double converged_cost = [&] {
    double least = std::numeric_limits<double>::quiet_NaN();
    for (const End& end : ends)
      if (end.run && end.status == Status::converged) least = std::fmin(least, end.cost);
    return least;
  }();
  // A lower end that did not converge is given a second solve: it may have needed more iterations.
  if (other && !std::isnan(converged_cost) && lower(comparable_cost(*other), converged_cost) && !watch.verdict()) {
    const auto k = static_cast<std::size_t>(
        std::find_if(ends.begin(), ends.end(), [&](const End& end) { return end.run && end.x == other->x; }) -
        ends.begin());
    Result second = thalweg::solve(problem, other->x, watch.for_one_solve());
    if (second.converged() && !lower(other->final_cost, second.final_cost)) {
      ends[k] = {true, second.status, second.final_cost, second.x};
      best.offer(k, std::move(second));
      other = nullptr;
    }
  }

  const auto verdict = watch.verdict();
  const LimitsLifted lifted;
  MultistartResult all{{}, tally(ends)};
  const std::vector<Found> found = distinct(problem, ends, best);
  for (const Found& each : found) all.minima.list.push_back(each.minimum);
  Result& result = all.best;
  if (found.empty() || (other && lower(comparable_cost(*other), found[0].minimum.cost))) {
    result = std::move(*other);
    if (!found.empty())
      result.notes.push_back(fmt::format(
          "the lowest point that was met is no minimum: the solve that came there did not converge, and may be on its "
          "way to infinity; the lowest minimum found has the cost {:.6g}",
          found[0].minimum.cost));
  } else {
    result = best.take_converged(found[0].end);
  }
  result.threads = resolve_threads(options.threads);
  result.seconds.total = watch.elapsed();
  if (all.minima.stopped + all.minima.not_run > 0)
    if (verdict) {
      result.status = verdict->status;
      result.reason = fmt::format("{}; of {} starts {} ended before", verdict->reason, all.minima.starts,
                                  all.minima.starts - all.minima.stopped - all.minima.not_run);
    }
  return all;
}

}  // namespace thalweg::inline v0_1
