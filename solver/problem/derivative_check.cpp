#include <thalweg/problem/derivative_check.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include <fmt/format.h>
#include <problem/derivative_comparison.hpp>
#include <problem/ridders.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/math/manifold.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double error_weight = 20.0;     // how many times its error estimate differences may be off
constexpr double relative_slack = 1e-5;   // of the entry
constexpr double column_slack = 1e-9;     // of the largest entry of the same column and component
constexpr double judgeable_error = 1e-2;  // of the entry
constexpr double convincing_error = 1e-5;
constexpr double unnoticed_error = 1e-6;   // that moves no residual by more than this part of the largest
constexpr double nearly_infinite = 1e300;  // where a right derivative may overflow on the way

/// Evenly spaced items, the first and the last among them.
std::vector<std::int64_t> sample(std::int64_t items, std::int64_t wanted) {
  const std::int64_t n = std::min(items, wanted);
  std::vector<std::int64_t> sampled;
  for (std::int64_t i = 0; i < n; ++i) sampled.push_back(n == 1 ? 0 : i * (items - 1) / (n - 1));
  return sampled;
}

/// Evaluates one group, one item at a time.
class ItemEvaluation {
 public:
  explicit ItemEvaluation(const ResidualGroup& group)
      : group_(group),
        residual_(static_cast<std::size_t>(group.dimension())),
        jacobian_(static_cast<std::size_t>(group.dimension() * group.columns())) {
    for (double& r : residual_) residual_pointers_.push_back(&r);
    for (double& d : jacobian_) jacobian_pointers_.push_back(&d);
  }
  const std::vector<double>& residual(const std::vector<double>& x, std::int64_t item) {
    group_.evaluate(x.data(), {item, item + 1, residual_pointers_.data(), nullptr});
    return residual_;
  }
  const std::vector<double>& residual() const { return residual_; }  ///< of the last evaluation
  /// dimension × columns, by rows; NaN what the group leaves unwritten.
  const std::vector<double>& jacobian(const std::vector<double>& x, std::int64_t item) {
    std::ranges::fill(jacobian_, std::numeric_limits<double>::quiet_NaN());
    group_.evaluate(x.data(), {item, item + 1, residual_pointers_.data(), jacobian_pointers_.data()});
    return jacobian_;
  }

 private:
  const ResidualGroup& group_;
  std::vector<double> residual_, jacobian_;
  std::vector<double*> residual_pointers_, jacobian_pointers_;
};

/// Fills a ComparedGroup, point after point.
class Comparison {
 public:
  Comparison(const Problem& problem, ComparedGroup& compared)
      : problem_(problem),
        compared_(compared),
        dimension_(compared.group().dimension()),
        columns_(compared.columns()),
        evaluation_(compared.group()) {}

  void compare(int point, std::vector<double> x) {
    point_ = point;
    x_ = std::move(x);
    magnitude_.assign(static_cast<std::size_t>(dimension_), 0.0);
    for (std::int64_t first = 0; first < compared_.sites(); first += dimension_) load_given(first);
    const std::vector<double> largest = largest_given();
    for (std::int64_t first = 0; first < compared_.sites(); first += dimension_) {
      const std::vector<int> readings = first_readings(compared_.item(first));
      for (int c = 0; c < columns_; ++c) {
        CancellationProbe::poll();
        if (readings[static_cast<std::size_t>(c)] == c) judge(first, c, largest);
      }
    }
  }

 private:
  ComparedEntry& entry(std::int64_t site, int c) { return compared_.at(point_, site, c); }

  /// For each local column the first one that reads the same tangent component.
  std::vector<int> first_readings(std::int64_t item) const {
    std::vector<std::pair<std::int64_t, int>> readings;
    int column = 0;
    for (const Slot& slot : compared_.group().slots())
      for (int d = 0; d < slot.dimension; ++d) readings.emplace_back(slot.offset(item) + d, column++);
    std::ranges::sort(readings);
    std::vector<int> first(readings.size());
    for (std::size_t i = 0, leader = 0; i < readings.size(); ++i) {
      if (readings[i].first != readings[leader].first) leader = i;
      first[static_cast<std::size_t>(readings[i].second)] = readings[leader].second;
    }
    return first;
  }

  void load_given(std::int64_t first) {
    const std::vector<double>& J = evaluation_.jacobian(x_, compared_.item(first));
    const std::vector<int> readings = first_readings(compared_.item(first));
    for (int c = 0; c < columns_; ++c)
      for (int k = 0; k < dimension_; ++k)
        entry(first + k, readings[static_cast<std::size_t>(c)]).given += J[static_cast<std::size_t>(k * columns_ + c)];
    for (std::size_t k = 0; k < magnitude_.size(); ++k)
      if (const double r = std::abs(evaluation_.residual()[k]); std::isfinite(r))
        magnitude_[k] = std::max(magnitude_[k], r);
  }

  /// Of each component and column, over the items.
  std::vector<double> largest_given() {
    std::vector<double> largest(static_cast<std::size_t>(dimension_ * columns_));
    for (std::int64_t site = 0; site < compared_.sites(); ++site)
      for (int c = 0; c < columns_; ++c) {
        double& l = largest[static_cast<std::size_t>(compared_.component(site) * columns_ + c)];
        const double given = std::abs(entry(site, c).given);
        if (std::isfinite(given)) l = std::max(l, given);
      }
    return largest;
  }

  /// Column c of one item, whose sites begin at `first`.
  void judge(std::int64_t first, int c, const std::vector<double>& largest) {
    const Curve curve = along(compared_.item(first), c);
    const double at = curve.at;
    const std::vector<DifferenceEstimate> quick = differentiate_quickly(curve);
    std::vector<DifferenceEstimate> careful;
    for (int k = 0; k < dimension_; ++k) {
      const auto i = static_cast<std::size_t>(k);
      ComparedEntry& e = entry(first + k, c);
      const double floor = column_slack * largest[static_cast<std::size_t>(k * columns_ + c)];
      const double unnoticed = unnoticed_error * magnitude_[i] / std::max(std::abs(at), 1.0);
      assess(e, quick[i], floor, unnoticed);
      const bool convincing = e.given == e.expected || e.error <= convincing_error * std::abs(e.expected) + floor;
      if (e.state == ComparedEntry::State::right && convincing) continue;
      if (careful.empty()) careful = differentiate_carefully(curve);
      assess(e, careful[i], floor, unnoticed);
    }
  }

  /// The residuals of an item as functions of the number that its local column c reads, or on a manifold of a step from
  /// x along the retraction.
  Curve along(std::int64_t item, int c) {
    const auto [slot, d] = compared_.reading(c);
    const auto number = static_cast<std::size_t>(slot->offset(item) + d);
    if (!slot->manifold) {
      const auto evaluate = [this, item, number](double p, double* r) {
        const double at = std::exchange(x_[number], p);
        std::ranges::copy(evaluation_.residual(x_, item), r);
        x_[number] = at;
      };
      return {evaluate, dimension_, x_[number], magnitude_, problem_.lower()[number], problem_.upper()[number]};
    }
    double* const block = x_.data() + slot->offset(item);
    const std::vector<double> from(block, block + slot->numbers());
    const auto evaluate = [this, item, block, from, on = slot, step = static_cast<std::size_t>(d)](double p,
                                                                                                   double* r) {
      std::vector<double> delta(static_cast<std::size_t>(on->dimension));
      delta[step] = p;
      on->manifold->plus(from.data(), delta.data(), block);
      std::ranges::copy(evaluation_.residual(x_, item), r);
      std::ranges::copy(from, block);
    };
    return {evaluate, dimension_, 0.0, magnitude_};
  }

  static void assess(ComparedEntry& e, const DifferenceEstimate& differences, double floor, double unnoticed) {
    e.expected = differences.derivative;
    e.error = differences.error;
    e.slack = error_weight * e.error + floor;
    e.state = ComparedEntry::State::unjudged;
    if (!std::isfinite(e.error) || !std::isfinite(e.expected)) return;
    if (e.given == e.expected) {
      e.state = ComparedEntry::State::right;
      return;
    }
    if (!std::isfinite(e.given)) {
      const bool known = e.error <= std::max(judgeable_error * std::abs(e.expected) + floor, unnoticed);
      if (known && std::abs(e.expected) < nearly_infinite) e.state = ComparedEntry::State::wrong;
      return;
    }
    const double size = std::max(std::abs(e.given), std::abs(e.expected));
    if (e.error > judgeable_error * size + floor) return;
    const bool right = std::abs(e.given - e.expected) <= e.slack + relative_slack * size;
    e.state = right ? ComparedEntry::State::right : ComparedEntry::State::wrong;
  }

  const Problem& problem_;
  ComparedGroup& compared_;
  int dimension_, columns_, point_ = 0;
  ItemEvaluation evaluation_;
  std::vector<double> x_;
  std::vector<double> magnitude_;  // of each component, the largest residual: what small ones are differences of
};

DerivativeCheck check_at(const Problem& problem, std::vector<std::vector<double>> points, std::int64_t items) {
  DerivativeCheck check;
  check.points = std::move(points);
  for (const auto& group : problem.groups()) {
    if (group->has_cost()) continue;  // J̃ is no derivative of r̃
    ComparedGroup compared(*group, sample(group->items(), items), static_cast<int>(check.points.size()));
    Comparison comparison(problem, compared);
    for (std::size_t p = 0; p < check.points.size(); ++p) comparison.compare(static_cast<int>(p), check.points[p]);
    ++check.groups;
    for (std::int64_t site = 0; site < compared.sites(); ++site)
      for (int c = 0; c < compared.columns(); ++c)
        for (int p = 0; p < compared.points(); ++p)
          if (compared.at(p, site, c).judged()) {
            ++check.entries;
            break;
          }
    for (DerivativeFault& fault : diagnose(problem, compared)) check.faults.push_back(std::move(fault));
  }
  return check;
}

void expect_valid(const Problem& problem, std::span<const double> x, const DerivativeCheckOptions& options) {
  if (options.items < 1)
    throw Error(fmt::format("the derivatives of {} residuals of each group were to be checked; expected at least 1",
                            options.items));
  if (x.size() != problem.start().size())
    throw Error(fmt::format("the point at which to check derivatives has {} numbers; the problem has {}", x.size(),
                            problem.start().size()));
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!std::isfinite(x[i]))
      throw Error(fmt::format("derivatives cannot be checked where '{}' is {}; expected a finite number",
                              problem.parameter_name(static_cast<std::int64_t>(i)), x[i]));
  std::vector<double> settled(x.begin(), x.end());
  problem.settle(settled);
}

/// In (0, 1), both ends excluded; the same on every platform.
double uniform(std::mt19937_64& random) { return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53; }

/// `portion` of 5 to 15 % away from x, within the bounds; on manifolds of the size in each direction.
std::vector<double> nearby(const Problem& problem, std::vector<double> x, std::uint64_t seed, double portion) {
  std::mt19937_64 random(seed);
  const std::vector<double> size = problem.sizes(x);
  std::vector<double> step(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double lower = problem.lower()[i], upper = problem.upper()[i];
    const double side = (random() >> 63) != 0 ? 1.0 : -1.0, u = uniform(random);
    if (!problem.moves(static_cast<std::int64_t>(i))) continue;
    const double move = side * portion * (0.05 + 0.1 * u) * (size[i] != 0.0 ? std::abs(size[i]) : 1.0);
    if (problem.set_of(static_cast<std::int64_t>(i)).manifold) {
      step[i] = move;
      continue;
    }
    const auto inside = [&](double v) { return lower <= v && v <= upper; };
    if (inside(x[i] + move))
      x[i] += move;
    else if (inside(x[i] - move))
      x[i] -= move;
    else
      x[i] = std::lerp(lower, upper, 0.3 + 0.4 * u);
  }
  problem.retract_curved(step, x);
  return x;
}

/// Whether every sampled residual that is finite at `from` is so at `to`.
bool stays_finite(const Problem& problem, const std::vector<double>& from, const std::vector<double>& to,
                  std::int64_t items) {
  for (const auto& group : problem.groups()) {
    ItemEvaluation evaluation(*group);
    for (const std::int64_t item : sample(group->items(), items)) {
      const std::vector<double> before = evaluation.residual(from, item);
      const std::vector<double>& after = evaluation.residual(to, item);
      for (std::size_t k = 0; k < before.size(); ++k)
        if (std::isfinite(before[k]) && !std::isfinite(after[k])) return false;
    }
  }
  return true;
}

}  // namespace

DerivativeCheck check_derivatives(const Problem& problem, std::span<const double> x,
                                  const DerivativeCheckOptions& options) {
  expect_valid(problem, x, options);
  return check_at(problem, {{x.begin(), x.end()}}, options.items);
}

DerivativeCheck check_derivatives(const Problem& problem, const DerivativeCheckOptions& options) {
  std::vector<double> start = problem.start();
  for (std::size_t i = 0; i < start.size(); ++i)
    start[i] = std::clamp(start[i], problem.lower()[i], problem.upper()[i]);
  expect_valid(problem, start, options);
  std::vector<std::vector<double>> points = {start};
  for (const double portion : {1.0, 0.1, 0.01}) {
    std::vector<double> second = nearby(problem, start, options.seed, portion);
    if (second == start) break;
    if (!stays_finite(problem, start, second, options.items)) continue;
    points.push_back(std::move(second));
    break;
  }
  return check_at(problem, std::move(points), options.items);
}

}  // namespace thalweg::inline v0_1
