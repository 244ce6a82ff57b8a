#include <minimize/graduated.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <thalweg/math/error.hpp>

namespace thalweg {
namespace {

constexpr double shrinkage = 1.4;  // of μ from descent to descent (Yang et al. 2020, remark 4)
// Of the rough descents: the next one moves the minimum anyway.
constexpr double rough_tolerance = 1e-3;

/// Sets the losses' scales back however the solve ends: a callback may throw.
class LossScale {
 public:
  explicit LossScale(Program& program) : program_(program) {}
  ~LossScale() { program_.set_loss_scale(1.0); }
  LossScale(const LossScale&) = delete;
  LossScale& operator=(const LossScale&) = delete;
  void set_square(double mu) { program_.set_loss_scale(std::sqrt(mu)); }

 private:
  Program& program_;
};

void expect_something_to_graduate(const Program& program) {
  const auto& groups = program.problem().groups();
  if (std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !group->loss().is_convex(); })) return;
  throw Error(
      "graduated non-convexity without a loss that needs it; expected one that is not convex, such as "
      "geman-mcclure, welsch, tukey or cauchy");
}

/// The largest ‖r‖² of each group.
std::vector<double> largest_squares(const Program& program, const std::vector<double>& x, int threads) {
  AlignedArray residual(program.rows());
  DenseMatrix jacobian(program.rows(), program.columns());
  program.evaluate_without_loss(x.data(), residual.data(), jacobian, threads);
  std::vector<double> largest;
  for (std::size_t g = 0; g < program.problem().groups().size(); ++g) {
    const ResidualGroup& group = *program.problem().groups()[g];
    largest.push_back(0.0);
    for (std::int64_t i = 0; i < group.items(); ++i) {
      double s = 0.0;
      for (int k = 0; k < group.dimension(); ++k) {
        const double r = residual[program.row_of(g, k) + i];
        s += r * r;
      }
      largest.back() = std::max(largest.back(), s);
    }
  }
  return largest;
}

/// The first μ: from 2 r²max/c² on (Yang et al. 2020, remark 5), where ½ρ(r²) is convex in r up to the largest residual
/// of each group, so that ρ' + 2sρ'' ≥ 0 there.
double first_square(const Program& program, const std::vector<double>& x, int threads) {
  constexpr double most = 1e30;  // a loss of the caller's own may never become convex
  const std::vector<double> largest = largest_squares(program, x, threads);
  double mu = 1.0;
  for (std::size_t g = 0; g < largest.size(); ++g) {
    const Loss& loss = program.problem().groups()[g]->loss();
    if (loss.is_convex()) continue;
    const double s = largest[g], c = loss.scale();
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

Ending graduate(Program& program, std::vector<double> x, Journal& journal,
                const std::function<Ending(std::vector<double>, Journal&)>& descend) {
  const Options& options = journal.options;
  Result& result = journal.result;
  expect_something_to_graduate(program);
  AlignedArray residual(program.rows());
  const auto true_cost = [&](const std::vector<double>& at) {
    program.set_loss_scale(1.0);
    ++result.evaluations.cost;
    return program.evaluate(at.data(), residual.data(), options.threads);
  };
  result.initial_cost = true_cost(x);
  Options rough = options;
  rough.function_tolerance = std::max(options.function_tolerance, rough_tolerance);
  rough.polish = false;
  rough.restarts = 0;

  LossScale scale(program);
  for (double mu = std::numeric_limits<double>::infinity();;) {
    scale.set_square(mu);
    const bool last = mu == 1.0;
    Journal stage(last ? options : rough, journal.clock, result);
    const std::size_t begin = result.trace.size();
    Ending ending = descend(std::move(x), stage);
    for (std::size_t i = begin; i < result.trace.size(); ++i) result.trace[i].loss_scale = program.loss_scale();
    if (last) return ending;
    if (is_final(ending.status)) {
      ending.cost = true_cost(ending.x);
      return ending;
    }
    x = std::move(ending.x);
    mu = std::isinf(mu) ? first_square(program, x, options.threads) : mu / shrinkage;
    if (!(mu > 1.0)) mu = 1.0;
  }
}

}  // namespace thalweg
