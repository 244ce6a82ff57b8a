#include <minimize/outer/graduated.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <thalweg/base/error.hpp>
#include <thalweg/problem/problem.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double shrinkage = 1.4;  // of μ from descent to descent (Yang et al. 2020, remark 4)
// Of the rough descents: the next one moves the minimum anyway.
constexpr double rough_tolerance = 1e-3;

/// Sets the losses' scales back however the solve ends: a callback may throw.
class LossScale {
 public:
  explicit LossScale(const GraduatedCost& cost) : cost_(cost) {}
  ~LossScale() { cost_.set_loss_scale(1.0); }
  LossScale(const LossScale&) = delete;
  LossScale& operator=(const LossScale&) = delete;
  void set_square(double mu) { cost_.set_loss_scale(std::sqrt(mu)); }

 private:
  const GraduatedCost& cost_;
};

void expect_something_to_graduate(const Problem& problem) {
  const auto& groups = problem.groups();
  if (std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !group->loss().is_convex(); })) return;
  throw Error(
      "graduated non-convexity without a loss that needs it; expected one that is not convex, such as "
      "geman-mcclure, welsch, tukey or cauchy");
}

/// The largest ‖r‖² of a group at x.
double largest_square(const ResidualGroup& group, const std::vector<double>& x) {
  constexpr std::int64_t at_once = 1024;
  const int dimension = group.dimension();
  std::vector<double> residual(static_cast<std::size_t>(dimension * at_once)),
      table(static_cast<std::size_t>(group.table_size()));
  std::vector<double*> component;
  for (int k = 0; k < dimension; ++k) component.push_back(residual.data() + k * at_once);
  if (!table.empty()) group.fill_table(x.data(), table.data());
  double largest = 0.0;
  for (std::int64_t begin = 0; begin < group.items(); begin += at_once) {
    const std::int64_t end = std::min(group.items(), begin + at_once);
    group.evaluate(
        x.data(),
        {.begin = begin, .end = end, .residual = component.data(), .table = table.empty() ? nullptr : table.data()});
    for (std::int64_t i = 0; i < end - begin; ++i) {
      double s = 0.0;
      for (const double* r : component) s += r[i] * r[i];
      largest = std::max(largest, s);
    }
  }
  return largest;
}

/// The first μ: from 2 r²max/c² on (Yang et al. 2020, remark 5), where ½ρ(r²) is convex in r up to the largest residual
/// of each group, so that ρ' + 2sρ'' ≥ 0 there.
double first_square(const Problem& problem, const std::vector<double>& x) {
  constexpr double most = 1e30;  // a loss of the caller's own may never become convex
  double mu = 1.0;
  for (const auto& group : problem.groups()) {
    const Loss& loss = group->loss();
    if (loss.is_convex()) continue;
    const double s = largest_square(*group, x), c = loss.scale();
    mu = std::max(mu, 2.0 * (s / c / c));
    for (; mu < most; mu *= shrinkage) {
      const Loss::Value v = loss.with_scale_times(std::sqrt(mu))(s);
      if (v.first > 0.0 && v.first + 2.0 * s * v.second >= 0.0) break;
    }
  }
  return std::min(mu, most);
}

/// Whether a descent on the way ended for good: by a limit, a request, or a failure.
bool is_final(Status status) { return status != Status::converged && status != Status::stalled; }

}  // namespace

Ending graduate(const GraduatedCost& cost, std::vector<double> x, Journal& journal,
                const std::function<Ending(std::vector<double>, Journal&)>& descend) {
  const Options& options = journal.options;
  Result& result = journal.result;
  expect_something_to_graduate(cost.problem);
  const auto true_cost = [&](const std::vector<double>& at) {
    cost.set_loss_scale(1.0);
    ++result.evaluations.cost;
    return cost.evaluate(at);
  };
  result.initial_cost = true_cost(x);
  Options rough = options;
  rough.function_tolerance = std::max(options.function_tolerance, rough_tolerance);
  rough.polish = false;
  rough.restarts = 0;

  LossScale scale(cost);
  for (double mu = std::numeric_limits<double>::infinity();;) {
    scale.set_square(mu);
    const bool last = mu == 1.0;
    Journal stage(last ? options : rough, journal.clock, result);
    const std::size_t begin = result.trace.size();
    Ending ending = descend(std::move(x), stage);
    for (std::size_t i = begin; i < result.trace.size(); ++i) result.trace[i].loss_scale = std::sqrt(mu);
    if (last) return ending;
    if (is_final(ending.status)) {
      ending.cost = true_cost(ending.x);
      return ending;
    }
    x = std::move(ending.x);
    mu = std::isinf(mu) ? first_square(cost.problem, x) : mu / shrinkage;
    if (!(mu > 1.0)) mu = 1.0;
  }
}

}  // namespace thalweg::inline v0_1
