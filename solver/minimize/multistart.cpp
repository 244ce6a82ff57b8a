#include <thalweg/minimize/multistart.hpp>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>
#include <random>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/watch.hpp>
#include <thalweg/math/parallel.hpp>
#include <thalweg/math/special.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg {
namespace {

constexpr double logarithmic_span = 1e3;  // from here on the magnitude, not the value, is what is unknown
constexpr double same_value = 1e-4;       // of the parameter itself
constexpr double no_influence = 1e-6;     // of ‖Dx‖
constexpr double same_cost = 1e-6;        // of the cost

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

/// Converged before not converged, then by cost; ends without a cost last.
bool precedes(Status a_status, double a_cost, Status b_status, double b_cost) {
  const bool a = a_status == Status::converged, b = b_status == Status::converged;
  if (a != b) return a;
  return std::isnan(b_cost) ? !std::isnan(a_cost) : a_cost < b_cost;
}

/// The best so far, whoever comes first: of equals the earlier start.
class Best {
 public:
  void offer(std::size_t start, Result result) {
    const std::lock_guard guard(mutex_);
    const bool better = precedes(result.status, result.final_cost, result_.status, result_.final_cost);
    const bool worse = precedes(result_.status, result_.final_cost, result.status, result.final_cost);
    if (any_ && (worse || (!better && start > start_))) return;
    any_ = true;
    start_ = start;
    result_ = std::move(result);
  }
  Result take() { return std::move(result_); }
  bool empty() const { return !any_; }

 private:
  std::mutex mutex_;
  bool any_ = false;
  std::size_t start_ = 0;
  Result result_;
};

/// Whether two points are one minimum.
class Sameness {
 public:
  explicit Sameness(const Problem& problem)
      : program_(problem), residual_(program_.rows()), jacobian_(program_.rows(), program_.columns()) {}

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
    for (std::size_t j = 0; j < D_.size(); ++j) squares += std::pow(D_[j] * sizes_[j], 2);
    size_ = std::sqrt(squares);
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
  Program program_;
  AlignedArray residual_;
  DenseMatrix jacobian_;
  std::vector<double> D_, sizes_;
  double size_ = 0.0;
  const Minimum* center_ = nullptr;
};

/// Each end joins the lowest minimum that it belongs to, or founds its own.
std::vector<Minimum> distinct(const Problem& problem, const std::vector<End>& ends) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < ends.size(); ++k)
    if (ends[k].run && ends[k].status == Status::converged) order.push_back(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ends[a].cost < ends[b].cost; });
  std::vector<Minimum> minima;
  Sameness same(problem);
  while (!order.empty()) {
    Minimum minimum{ends[order[0]].cost, ends[order[0]].x, 0, static_cast<int>(ends.size())};
    same.center(minimum);
    std::erase_if(order, [&](std::size_t k) {
      if (!same.holds(ends[k]) && k != order[0]) return false;
      ++minimum.found;
      minimum.start = std::min(minimum.start, static_cast<int>(k) + 1);
      return true;
    });
    minima.push_back(std::move(minimum));
  }
  return minima;
}

Minima summary(const Problem& problem, const std::vector<End>& ends) {
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
  minima.list = distinct(problem, ends);
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
      ends[k] = {true, result.status, result.final_cost, result.x};
      best.offer(k, std::move(result));
    });
  });
  if (best.empty()) best.offer(0, thalweg::solve(problem, starts[0], watch.for_one_solve()));

  const auto verdict = watch.verdict();
  const LimitsLifted lifted;
  MultistartResult all{best.take(), summary(problem, ends)};
  Result& result = all.best;
  result.threads = resolve_threads(options.threads);
  result.seconds.total = watch.elapsed();
  if (all.minima.stopped + all.minima.not_run > 0)
    if (verdict) {
      result.status = verdict->status;
      result.reason = fmt::format("{}; of {} starts {} ended before", verdict->reason, all.minima.starts,
                                  all.minima.starts - all.minima.stopped - all.minima.not_run);
    }
  if (result.converged() && all.minima.lowest_unconverged_cost < result.final_cost * (1.0 - same_cost))
    result.notes.push_back(
        fmt::format("a start that did not converge came lower, to the cost {:.6g}: it may be on its "
                    "way to infinity, or need more iterations",
                    all.minima.lowest_unconverged_cost));
  return all;
}

}  // namespace thalweg
