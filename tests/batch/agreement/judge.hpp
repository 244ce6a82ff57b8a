// One fit of a batch beside solve() of the same problem.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/base/aligned.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/poisson_residuals.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

#include "batch/agreement/drawn_batch.hpp"

namespace thalweg_tests {

enum class Verdict {
  agrees,   ///< cost and parameters to 1e-8
  rounded,  ///< the costs agree to 1e-8, the parameters less well: the data determine them no better in doubles
  twin,     ///< the costs agree to 1e-8 at another point: a symmetry of the model, or an undetermined parameter
  lower,    ///< than solve(): another minimum, whose gradient is verified
  higher,
  alone,        ///< solve() does not converge, and the point of the batch is stationary
  flagged,      ///< the batch does not claim convergence
  false_claim,  ///< the batch claims convergence where the cost can still fall
};
inline constexpr const char* verdict_names[] = {"agrees", "rounded", "twin",    "lower",
                                                "higher", "alone",   "flagged", "false claim"};

struct Judgement {
  Verdict verdict = Verdict::flagged;
  double cost = 0.0, other_cost = 0.0;  ///< of the batch, and of solve()
  double difference = 0.0;              ///< of the parameters, relative to value and standard error
  double slope = 0.0;                   ///< what is left of the gradient in the batch: see Stationarity
};

/// The same fit as a Problem of its own, by another route: the formula's own residuals.
class FitAlone {
 public:
  FitAlone(const DrawnBatch& drawn, std::int64_t fit) : n_(drawn.names.size()) {
    const auto points = static_cast<std::size_t>(drawn.points), first = static_cast<std::size_t>(fit) * points;
    const auto of_fit = [&](const std::vector<double>& all, std::size_t i) {
      return all[all.size() == points ? i : first + i];
    };
    std::vector<double> x, y, sigma;
    for (std::size_t i = 0; i < points; ++i) {
      if (!drawn.sigma.empty() && std::isinf(of_fit(drawn.sigma, i))) continue;
      x.push_back(of_fit(drawn.x, i));
      y.push_back(drawn.y[first + i]);
      if (!drawn.sigma.empty()) sigma.push_back(of_fit(drawn.sigma, i));
    }
    points_ = static_cast<int>(x.size());
    if (points_ == 0) return;
    std::vector<double> start(
        drawn.starts.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(fit) * n_),
        drawn.starts.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(fit + 1) * n_));
    const auto block = problem_.add_parameters("p", start);
    const thalweg::BatchOptions& o = drawn.options;
    for (std::size_t j = 0; j < n_; ++j) {
      const int component = static_cast<int>(j);
      if (!o.fixed.empty() && o.fixed[j])
        problem_.fix(block, component);
      else if (!o.lower.empty())
        problem_.set_bounds(block, component, o.lower[j], o.upper[j]);
    }
    const thalweg::Equation equation{"", thalweg::Formula::parse("y"), thalweg::Formula::parse(drawn.family().formula)};
    auto model = std::make_shared<const thalweg::FormulaModel>(equation, thalweg::Symbols{drawn.names, {"x", "y"}},
                                                               std::vector<std::vector<double>>{x, y});
    auto group = std::make_unique<thalweg::FormulaResiduals>("fit", std::move(model), 0);
    for (std::size_t i = 0; i < y.size(); ++i) squares_ += std::pow(y[i] / (sigma.empty() ? 1.0 : sigma[i]), 2);
    if (drawn.counts()) {
      problem_.add_group(std::make_unique<thalweg::PoissonResiduals>(std::move(group), y));
    } else {
      if (!sigma.empty()) group->set_sigma(sigma);
      problem_.add_group(std::move(group));
    }
  }

  const thalweg::Problem& problem() const { return problem_; }
  /// Those that count; without any there is no problem to solve.
  int points() const { return points_; }

  struct Stationarity {
    double cost = 0.0;
    /// The largest |gⱼ|/(‖Jⱼ‖ ‖r‖) of the parameters that may move downhill: a cosine.
    double slope = 0.0;
    /// Of the cost, and of the slope: residuals are differences of y and values, whose terms are of the size ‖Jⱼ‖ |xⱼ|.
    double rounding_of_cost = 0.0, rounding_of_slope = 0.0;
    std::vector<double> error;   ///< of each parameter: √(2 cost/m) over its part of J alone
    std::vector<double> step;    ///< −gⱼ/‖Jⱼ‖², of those that may move downhill
    std::vector<double> slopes;  ///< of each
    double squares = 0.0;        ///< ‖r‖²
  };
  Stationarity at(const std::vector<double>& x) const {
    const thalweg::Program program(problem_);
    thalweg::AlignedArray residual(program.rows());
    thalweg::DenseMatrix J(program.rows(), program.columns());
    Stationarity found;
    found.cost = program.evaluate(x.data(), residual.data(), J, 1);
    found.error.assign(n_, 0.0);
    found.step.assign(n_, 0.0);
    found.slopes.assign(n_, 0.0);
    double size = 0.0, terms = std::sqrt(squares_);
    for (std::int64_t i = 0; i < program.rows(); ++i) size = std::hypot(size, residual[i]);
    for (std::size_t j = 0; j < n_; ++j) {
      const std::int64_t column = program.column_of(static_cast<std::int64_t>(j));
      if (column < 0) continue;
      double length = 0.0, slope = 0.0;
      for (std::int64_t i = 0; i < program.rows(); ++i) length = std::hypot(length, J(i, column));
      terms = std::hypot(terms, length * x[j]);
      if (length == 0.0 || size == 0.0) continue;
      for (std::int64_t i = 0; i < program.rows(); ++i) slope += J(i, column) / length * (residual[i] / size);
      found.error[j] = size / std::sqrt(points_) / length;
      const bool held = (x[j] <= problem_.lower()[j] && slope > 0.0) || (x[j] >= problem_.upper()[j] && slope < 0.0);
      if (held) continue;
      found.slope = std::max(found.slope, std::abs(slope));
      found.slopes[j] = slope;
      found.step[j] = -slope * (size / length);
    }
    constexpr double unit = 64.0 * std::numeric_limits<double>::epsilon();
    found.squares = size * size;
    // Likelihoods that differ by less than 1e-12 are the same, and a count of 0 has its largest at no finite point.
    if (problem_.groups()[0]->has_cost()) found.rounding_of_cost = 1e-12;
    found.rounding_of_cost += size * (unit * terms) + 0.5 * (unit * terms) * (unit * terms);
    found.rounding_of_slope = size > 0.0 ? unit * terms / size : 1.0;
    return found;
  }

  /// Whether a part of one of those steps lowers the cost by more than `decrease`, and about as much as the gradient
  /// says. Where a parameter has left the residuals its step means nothing, however steep the slope is beside what is
  /// left of its column.
  bool can_fall(const std::vector<double>& x, const Stationarity& here, double decrease) const {
    const thalweg::Program program(problem_);
    thalweg::AlignedArray residual(program.rows());
    for (std::size_t j = 0; j < n_; ++j)
      for (double part = 1.0; part > 1e-7 && here.step[j] != 0.0; part *= 0.25) {
        std::vector<double> trial = x;
        trial[j] = std::clamp(x[j] + part * here.step[j], problem_.lower()[j], problem_.upper()[j]);
        // ½‖r‖² − ½‖r + t J s‖² with J s = −(slope) ‖r‖ along r; the same of a likelihood, to first order.
        const double length = (trial[j] - x[j]) / here.step[j];
        const double promised = here.slopes[j] * here.slopes[j] * here.squares * (length - 0.5 * length * length);
        const double fallen = here.cost - program.evaluate(trial.data(), residual.data(), 1);
        if (fallen > decrease && fallen > 0.1 * promised && fallen < 10.0 * promised) return true;
      }
    return false;
  }

 private:
  std::size_t n_;
  int points_ = 0;
  double squares_ = 0.0;
  thalweg::Problem problem_;
};

/// `alone`: what solve() finds.
inline Judgement judge(const thalweg::BatchResult& result, std::int64_t fit, const FitAlone& one,
                       const thalweg::Result& alone) {
  constexpr double agreed = 1e-8;
  // Of a cosine: a gradient that is more is none of rounding, where the residuals are more than rounding themselves.
  constexpr double sloping = 1e-6;
  Judgement judgement;
  const auto at = static_cast<std::size_t>(fit);
  judgement.other_cost = alone.final_cost;
  const auto p = result.parameters_of(fit);
  if (result.status[at] != thalweg::BatchStatus::converged) {
    judgement.cost = result.cost[at];
    return judgement;
  }
  const std::vector<double> x(p.begin(), p.end());
  const FitAlone::Stationarity here = one.at(x);
  judgement.cost = here.cost;
  judgement.slope = here.slope;
  const double allowed = agreed * here.cost + here.rounding_of_cost;
  const bool steep = here.slope > sloping + here.rounding_of_slope;
  if (!std::isfinite(here.cost) || (steep && one.can_fall(x, here, allowed))) {
    judgement.verdict = Verdict::false_claim;
    return judgement;
  }
  if (!alone.converged()) {
    judgement.verdict = Verdict::alone;
    return judgement;
  }
  const FitAlone::Stationarity there = one.at(alone.x);
  for (std::size_t j = 0; j < p.size(); ++j)
    judgement.difference =
        std::max(judgement.difference, std::abs(p[j] - alone.x[j]) / std::max(std::abs(alone.x[j]), there.error[j]));
  const double apart = here.cost - there.cost;
  if (std::abs(apart) > allowed) {
    judgement.verdict = apart < 0.0 ? Verdict::lower : Verdict::higher;
  } else {
    judgement.verdict = judgement.difference <= agreed ? Verdict::agrees
                        : judgement.difference < 1e-3  ? Verdict::rounded
                                                       : Verdict::twin;
  }
  return judgement;
}

}  // namespace thalweg_tests
