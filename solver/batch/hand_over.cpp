#include "batch/hand_over.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <thalweg/base/parallel.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/poisson_residuals.hpp>
#include <thalweg/problem/problem.hpp>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1::batch {
namespace {

/// One fit's data, without the points that do not count.
struct FitData {
  std::vector<int> point;  ///< of each residual
  std::vector<double> y, sigma;
};

FitData data_of(const Job& job, std::int64_t fit) {
  const BatchData& data = job.data;
  const auto of_fit = [&](std::span<const double> all, int i) {
    return all[static_cast<std::size_t>(i +
                                        (all.size() == static_cast<std::size_t>(data.points) ? 0 : fit * data.points))];
  };
  FitData result;
  for (int i = 0; i < data.points; ++i) {
    if (!data.sigma.empty() && 1.0 / (of_fit(data.sigma, i) * of_fit(data.sigma, i)) == 0.0) continue;
    result.point.push_back(i);
    result.y.push_back(data.y[static_cast<std::size_t>(fit * data.points + i)]);
    if (!data.sigma.empty()) result.sigma.push_back(of_fit(data.sigma, i));
  }
  return result;
}

/// value − y of one fit, by the batch's model; every lane holds the same fit.
class FitResiduals final : public ResidualGroup {
 public:
  FitResiduals(const Job& job, std::int64_t fit, const FitData& data)
      : ResidualGroup("fit " + std::to_string(fit), 1, static_cast<std::int64_t>(data.y.size()),
                      {{job.model.parameters(), 0, {}}}),
        job_(job),
        point_(data.point),
        y_(data.y) {
    const int points = job.data.points;
    x_.resize(std::int64_t{points} * batch_lanes * job.model.predictors());
    for (int k = 0; k < job.model.predictors(); ++k) {
      const auto& x = job.data.x[static_cast<std::size_t>(k)];
      const double* const from = x.data() + (x.size() == static_cast<std::size_t>(points) ? 0 : fit * points);
      double* const to = x_.data() + std::int64_t{k} * points * batch_lanes;
      for (int i = 0; i < points; ++i) std::fill_n(to + i * batch_lanes, batch_lanes, from[i]);
      lanes_.push_back(to);
    }
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    const int n = job_.model.parameters(), points = job_.data.points;
    const std::int64_t size = std::int64_t{points} * batch_lanes;
    AlignedArray p(n * batch_lanes), memory(size * (n + 1));
    for (int j = 0; j < n; ++j) std::fill_n(p.data() + j * batch_lanes, batch_lanes, x[j]);
    double* const value = memory.data();
    double* const derivative = out.jacobian ? value + size : nullptr;
    job_.evaluator.evaluate({p.data(), lanes_.data(), 0, points, value, derivative, points});
    for (std::int64_t item = out.begin; item < out.end; ++item) {
      const auto i = static_cast<std::size_t>(item);
      const std::int64_t at = std::int64_t{point_[i]} * batch_lanes;
      out.residual[0][item - out.begin] = value[at] - y_[i];
      for (int j = 0; out.jacobian && j < n; ++j)
        if (out.jacobian[j]) out.jacobian[j][item - out.begin] = derivative[j * size + at];
    }
  }

 private:
  const Job& job_;
  std::vector<int> point_;
  std::vector<double> y_;
  AlignedArray x_;
  std::vector<const double*> lanes_;
};

Problem problem_of(const Job& job, std::int64_t fit) {
  const int n = job.model.parameters();
  std::vector<double> start(static_cast<std::size_t>(n));
  LaneData(job).load(fit, 0, start.data());
  Problem problem;
  const auto p = problem.add_parameters("p", start);
  problem.name_components(p, job.model.parameter_names());
  for (int j = 0; j < n; ++j) {
    if (job.is_fixed(j)) {
      problem.fix(p, j);
    } else if (std::isfinite(job.lower(j)) || std::isfinite(job.upper(j))) {
      problem.set_bounds(p, j, job.lower(j), job.upper(j));
    }
  }
  FitData data = data_of(job, fit);
  auto group = std::make_unique<FitResiduals>(job, fit, data);
  if (job.options.cost == BatchCost::poisson) {
    problem.add_group(std::make_unique<PoissonResiduals>(std::move(group), std::move(data.y)));
  } else {
    if (!data.sigma.empty()) group->set_sigma(data.sigma);
    problem.add_group(std::move(group));
    problem.set_noise(job.options.noise);
  }
  return problem;
}

BatchStatus status_of(Status status) {
  switch (status) {
    case Status::converged:
      return BatchStatus::converged;
    case Status::stalled:
      return BatchStatus::stalled;
    case Status::non_finite_start:
      return BatchStatus::non_finite_start;
    case Status::failed:
      return BatchStatus::singular;
    default:
      return BatchStatus::iteration_limit;
  }
}

/// Whether a parameter has left the residuals: a peak beside the data has derivatives of 1e-180, which determine it as
/// far as the scaled columns tell, and a cost that falls as soon as it is moved far enough.
bool has_left(const ParameterStatistics& p) {
  constexpr double most = 1e8;  // of its value
  return !p.fixed && !p.at_bound && p.standard_error > most * std::abs(p.value);
}

void solve_alone(const Job& job, std::int64_t fit) {
  const Problem problem = problem_of(job, fit);
  const Result found = solve(problem, {.threads = 1});
  const auto at = static_cast<std::size_t>(fit), n = static_cast<std::size_t>(job.model.parameters());
  // A descent that ended higher than the lanes did leaves theirs.
  if (!(found.final_cost <= job.result.cost[at]) && !found.converged()) return;
  BatchStatus status = status_of(found.status);
  const bool errors = job.options.standard_errors;
  const FitStatistics all = statistics(problem, found);
  for (std::size_t j = 0; j < n; ++j) {
    const ParameterStatistics& one = all.parameters[j];
    if (found.converged() && (!one.determined || has_left(one))) status = BatchStatus::singular;
    job.result.parameters[at * n + j] = found.x[j];
    if (errors)
      job.result.standard_errors[at * n + j] =
          found.converged() ? one.standard_error : std::numeric_limits<double>::quiet_NaN();
  }
  job.result.status[at] = status;
  job.result.cost[at] = found.final_cost;
  job.result.iterations[at] += found.evaluations.cost + found.evaluations.jacobian + found.evaluations.hessian;
}

bool is_hard(BatchStatus status) {
  return status == BatchStatus::iteration_limit || status == BatchStatus::stalled || status == BatchStatus::singular;
}

/// Counts that are not whole, and σ of counts, are more general than solve() takes.
bool can_hand_over(const Job& job, std::int64_t fit) {
  if (job.options.cost != BatchCost::poisson) return true;
  const FitData data = data_of(job, fit);
  return data.sigma.empty() && std::all_of(data.y.begin(), data.y.end(), [](double y) { return y == std::floor(y); });
}

}  // namespace

void hand_over(const Job& job) {
  auto& hard = job.result.handed_over;
  for (std::int64_t fit = 0; fit < job.data.fits; ++fit)
    if (is_hard(job.result.status[static_cast<std::size_t>(fit)]) && can_hand_over(job, fit)) hard.push_back(fit);
  parallel_chunks(static_cast<std::int64_t>(hard.size()), 1, job.options.threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    for (std::int64_t i = begin; i < end; ++i) solve_alone(job, hard[static_cast<std::size_t>(i)]);
                  });
}

}  // namespace thalweg::inline v0_1::batch
