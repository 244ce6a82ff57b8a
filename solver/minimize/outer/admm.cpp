#include <thalweg/minimize/admm.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <minimize/loop/watch.hpp>
#include <minimize/outer/constrained/conditions.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/parallel.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/same_group.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Vector = std::vector<double>;

constexpr double out_of_balance = 10.0;  // of one residual beside the other, at which ρ moves (Boyd et al., (3.13))
constexpr double rho_factor = 2.0;
constexpr std::int64_t rho_moves = 200;  // iterations in which ρ moves, for it must come to rest

/// √ρ (xⱼ − vⱼ) for some numbers of x.
class Pull final : public ResidualGroup {
 public:
  Pull(const std::vector<std::int64_t>& numbers, const Vector& v, const double& rho)
      : ResidualGroup("agreement", 1, static_cast<std::int64_t>(numbers.size()), {slot_of(numbers)}),
        v_(v),
        rho_(rho) {}

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    const double root = std::sqrt(rho_);
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const auto j = static_cast<std::size_t>(slots()[0].offset(i));
      out.residual[0][i - out.begin] = root * (x[j] - v_[j]);
      if (out.jacobian && out.jacobian[0]) out.jacobian[0][i - out.begin] = root;
    }
  }
  void compute_curvature(const double*, std::int64_t, std::int64_t, const double* const*, double*) const override {}

 private:
  static Slot slot_of(const std::vector<std::int64_t>& numbers) {
    Slot slot{1, 0, {}};
    slot.offsets.assign(numbers.begin(), numbers.end());
    return slot;
  }
  const Vector& v_;
  const double& rho_;
};

/// One group with an x of its own.
struct Part {
  Part(const Problem& problem, std::size_t group, const double& rho)
      : reads(numbers_read(problem, *problem.groups()[group])),
        v(problem.start()),
        x(problem.start()),
        u(x.size(), 0.0) {
    std::vector<std::unique_ptr<ResidualGroup>> rows;
    rows.push_back(std::make_unique<SameGroup>(*problem.groups()[group]));
    if (!reads.empty()) rows.push_back(std::make_unique<Pull>(reads, v, rho));
    pulled = std::make_unique<Problem>(problem.with_groups(std::move(rows)));
    std::vector<std::int64_t> pinned;
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(x.size()); ++j)
      if (problem.moves(j) && !std::binary_search(reads.begin(), reads.end(), j)) pinned.push_back(j);
    // z is kept within the bounds, not each x.
    solver = std::make_unique<Solver>(*pulled, pinned);
  }

  /// Those that move, in ascending order.
  static std::vector<std::int64_t> numbers_read(const Problem& problem, const ResidualGroup& group) {
    std::vector<std::int64_t> numbers;
    for (const Slot& slot : group.slots())
      for (std::int64_t i = 0; i < (slot.offsets.empty() ? 1 : group.items()); ++i)
        for (int d = 0; d < slot.dimension; ++d)
          if (problem.moves(slot.offset(i) + d)) numbers.push_back(slot.offset(i) + d);
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  }

  std::vector<std::int64_t> reads;
  Vector v, x, u;  // what x is pulled to; the solution; the scaled multipliers
  std::unique_ptr<Problem> pulled;
  std::unique_ptr<Solver> solver;
};

class Admm {
 public:
  Admm(const Problem& problem, const Proximable* h, const Options& options, const AdmmOptions& admm)
      : problem_(problem),
        h_(h),
        options_(options),
        admm_(admm),
        watch_(options),
        program_(problem),
        z_(problem.start()) {
    for (std::size_t j = 0; j < z_.size(); ++j) {
      if (problem.moves(static_cast<std::int64_t>(j))) moving_.push_back(static_cast<std::int64_t>(j));
      z_[j] = std::clamp(z_[j], problem.lower()[j], problem.upper()[j]);
    }
    curvature_at_start();
    rho_ = std::isnan(admm.penalty) ? curvature_ / static_cast<double>(std::max<std::size_t>(1, moving_.size()))
                                    : admm.penalty;
    for (std::size_t g = 0; g < problem.groups().size(); ++g)
      parts_.push_back(std::make_unique<Part>(problem, g, rho_));
    for (auto& part : parts_) part->x = part->v = z_;
    readers_.assign(z_.size(), 0.0);
    for (const auto& part : parts_)
      for (const std::int64_t j : part->reads) ++readers_[static_cast<std::size_t>(j)];
  }

  Result run() {
    record(0);
    result_.initial_cost = result_.trace.front().cost;
    for (std::int64_t k = 1;; ++k) {
      if (const auto verdict = watch_.verdict()) return finish(verdict->status, verdict->reason);
      if (k > admm_.max_iterations)
        return finish(Status::iteration_limit,
                      fmt::format("the limit of {} iterations is reached", admm_.max_iterations));
      solve_parts();
      if (failed_) return finish(Status::failed, failure_);
      const Residuals r = agree();
      result_.iterations = result_.accepted_steps = k;
      record(k);
      if (options_.callback && options_.callback(result_.trace.back()) == Action::stop)
        return finish(Status::interrupted, "the callback asked to stop");
      if (r.primal <= admm_.tolerance && r.dual <= admm_.tolerance) return claim(r);
      if (k < rho_moves) balance(r);
    }
  }

 private:
  struct Residuals {
    double primal, dual;  // beside the sizes of x and ρu
  };

  void curvature_at_start() {
    AlignedArray residual(program_.rows());
    DenseMatrix J(program_.rows(), program_.columns());
    program_.evaluate(z_.data(), residual.data(), J, options_.threads);
    double sum = 0.0;
    for (std::int64_t c = 0; c < J.columns(); ++c)
      for (std::int64_t i = 0; i < J.rows(); ++i) sum += J.column(c)[i] * J.column(c)[i];
    curvature_ = sum > 0.0 && std::isfinite(sum) ? sum : 1.0;
  }

  void solve_parts() {
    std::vector<std::string> why(parts_.size());
    parallel_chunks(static_cast<std::int64_t>(parts_.size()), 1, options_.threads,
                    [&](std::int64_t chunk, std::int64_t, std::int64_t) {
                      Part& part = *parts_[static_cast<std::size_t>(chunk)];
                      if (part.reads.empty()) return;
                      for (const auto j : moving_) part.v[j] = z_[j] - part.u[j];
                      Options one = watch_.for_one_solve();
                      one.callback = {};
                      one.restarts = 0;
                      Vector from = part.v;
                      for (const std::int64_t j : part.reads)
                        from[static_cast<std::size_t>(j)] = part.x[static_cast<std::size_t>(j)];
                      Result solved = part.solver->solve_from(std::move(from), one);
                      part.x = std::move(solved.x);
                      if (solved.status == Status::non_finite_start || solved.status == Status::failed)
                        why[static_cast<std::size_t>(chunk)] = solved.reason;
                    });
    for (std::size_t g = 0; g < why.size(); ++g)
      if (!why[g].empty() && !failed_) {
        failed_ = true;
        failure_ = fmt::format("{} alone: {}", problem_.groups()[g]->name(), why[g]);
      }
  }

  /// The numbers for which a group's x counts: with h, whose prox has one t for all, all of them.
  const std::vector<std::int64_t>& counted(const Part& part) const { return h_ ? moving_ : part.reads; }

  Residuals agree() {
    const Vector before = z_;
    const double a = admm_.over_relaxation;
    const auto groups = static_cast<double>(parts_.size());
    Vector mean(z_.size(), 0.0);
    for (auto& part : parts_)
      for (const std::int64_t number : counted(*part)) {
        const auto j = static_cast<std::size_t>(number);
        part->v[j] = a * part->x[j] + (1.0 - a) * before[j];
        mean[j] += (part->v[j] + part->u[j]) / (h_ ? groups : readers_[j]);
      }
    for (const auto j : moving_)
      if (h_ || readers_[j] > 0.0) z_[j] = mean[j];
    project(1.0 / (groups * rho_));
    double apart = 0.0, size = 0.0, moved = 0.0, pull = 0.0;
    for (auto& part : parts_)
      for (const std::int64_t number : counted(*part)) {
        const auto j = static_cast<std::size_t>(number);
        part->u[j] += part->v[j] - z_[j];
        apart += std::pow(part->x[j] - z_[j], 2);
        size += std::max(part->x[j] * part->x[j], z_[j] * z_[j]);
        moved += std::pow(z_[j] - before[j], 2);
        pull += part->u[j] * part->u[j];
      }
    // Where nothing pulls, the size of x stands for that of u.
    return {ratio(apart, size), ratio(moved, std::max(pull, 1e-6 * size))};
  }
  /// prox of t h, or the projection on the bounds.
  void project(double t) {
    if (h_) return h_->prox(z_, t);
    for (const auto j : moving_) z_[j] = std::clamp(z_[j], problem_.lower()[j], problem_.upper()[j]);
  }
  static double ratio(double squares, double size) { return squares > 0.0 ? std::sqrt(squares / size) : 0.0; }

  /// Boyd et al. 2011, (3.13).
  void balance(const Residuals& r) {
    const double factor = r.primal > out_of_balance * r.dual   ? rho_factor
                          : r.dual > out_of_balance * r.primal ? 1.0 / rho_factor
                                                               : 1.0;
    rho_ *= factor;
    for (auto& part : parts_)
      for (double& u : part->u) u /= factor;
  }

  void record(std::int64_t k) {
    IterationRecord next;
    AlignedArray residual(program_.rows());
    next.iteration = k;
    next.cost = next.trial_cost = program_.evaluate(z_.data(), residual.data(), options_.threads) + penalty();
    next.seconds = watch_.elapsed();
    ++result_.evaluations.cost;
    if (options_.record_points) next.x = z_;
    result_.trace.push_back(std::move(next));
  }
  double penalty() const { return h_ ? h_->value(z_) : 0.0; }

  /// A proximal step from z, which sets numbers to zero that are on their way there.
  Result claim(const Residuals& r) {
    const Vector g = gradient_at(problem_, {}, z_), before = z_;
    const double cost = result_.trace.back().cost;
    for (const auto j : moving_) z_[j] -= g[j] / curvature_;
    project(1.0 / curvature_);
    double off = 0.0, size = 2.0 * std::max(0.0, cost) / curvature_;
    for (const auto j : moving_) {
      off += std::pow(z_[j] - before[j], 2);
      size = std::max(size, before[j] * before[j]);
    }
    record(++result_.iterations);
    if (result_.trace.back().cost > cost) {
      z_ = before;
      result_.trace.back().cost = cost;
    }
    const std::string residuals = fmt::format("the groups agree to {:.1e}, and z moves by {:.1e}", r.primal, r.dual);
    if (off <= admm_.tolerance * size) return finish(Status::converged, residuals);
    return finish(Status::stalled,
                  fmt::format("{}, but a proximal step goes {:.1e} further", residuals, std::sqrt(off)));
  }

  Result finish(Status status, std::string reason) {
    result_.status = status;
    result_.reason = std::move(reason);
    result_.x = z_;
    result_.final_cost = result_.trace.back().cost;
    result_.threads = resolve_threads(options_.threads);
    result_.seconds.total = watch_.elapsed();
    return std::move(result_);
  }

  const Problem& problem_;
  const Proximable* h_;
  const Options& options_;
  const AdmmOptions& admm_;
  Watch watch_;
  const Program program_;
  Vector z_, readers_;  // readers: of each number, the groups that read it
  std::vector<std::int64_t> moving_;
  double rho_ = 1.0, curvature_ = 1.0;  // the latter: the trace of JᵀJ at the start
  std::vector<std::unique_ptr<Part>> parts_;
  bool failed_ = false;
  std::string failure_;
  Result result_;
};

}  // namespace

void AdmmOptions::validate() const {
  const auto expect = [](bool holds, const char* field, double value, const char* expectation) {
    if (!holds) throw Error(fmt::format("option {} of admm is {}; expected {}", field, value, expectation));
  };
  expect(std::isnan(penalty) || (penalty > 0.0 && std::isfinite(penalty)), "penalty", penalty, "a number > 0");
  expect(over_relaxation >= 1.0 && over_relaxation < 2.0, "over_relaxation", over_relaxation, "a number in [1, 2)");
  expect(tolerance > 0.0 && std::isfinite(tolerance), "tolerance", tolerance, "a number > 0");
  expect(max_iterations >= 1, "max_iterations", static_cast<double>(max_iterations), "a number >= 1");
}

Result admm(const Problem& problem, const Proximable* h, const Options& options, const AdmmOptions& own) {
  options.validate();
  own.validate();
  if (problem.is_curved()) throw Error("admm takes means of points, which manifolds do not have; expected solve");
  for (std::size_t j = 0; h && j < problem.start().size(); ++j)
    if (problem.moves(static_cast<std::int64_t>(j)) &&
        (std::isfinite(problem.lower()[j]) || std::isfinite(problem.upper()[j])))
      throw Error(fmt::format("'{}' has bounds beside h; expected bounds within h",
                              problem.parameter_name(static_cast<std::int64_t>(j))));
  return Admm(problem, h, options, own).run();
}

}  // namespace thalweg::inline v0_1
