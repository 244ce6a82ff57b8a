#include <thalweg/minimize/constraints.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <minimize/outer/constrained/conditions.hpp>
#include <minimize/outer/constrained/penalty_group.hpp>
#include <minimize/outer/constrained/polish.hpp>
#include <minimize/outer/joined.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = Constraints::Kind;

constexpr double least_fall = 0.25;   // of the violation in a step; else μ grows
constexpr double growth = 10.0;       // of μ
constexpr double most_growth = 1e14;  // of μ in all
constexpr int still = 6;              // steps without a fall, after which constraints may contradict each other
constexpr std::int64_t small = 300;   // columns up to which Newton's Hessian is formed

class AugmentedLagrangian {
 public:
  AugmentedLagrangian(const Problem& problem, const Constraints& constraints, const Options& options,
                      const ConstrainedOptions& constrained)
      : problem_(problem), constraints_(constraints), options_(options), constrained_(constrained) {
    multipliers_.resize(constraints.groups().size());
    for (std::size_t g = 0; g < multipliers_.size(); ++g) {
      const ResidualGroup& group = *constraints.groups()[g];
      const auto size = static_cast<std::size_t>(group.items() * group.dimension());
      multipliers_[g] = {std::vector<double>(size, 1.0), std::vector<double>(size, 0.0)};
    }
    augmented_.emplace(problem.with_groups(rows(true)));
  }

  ConstrainedResult run(std::vector<double> x) {
    // A start outside the bounds is moved by every solve; here constraints are measured before the first.
    for (std::size_t j = 0; j < x.size(); ++j)
      if (!problem_.fixed()[j]) x[j] = std::clamp(x[j], problem_.lower()[j], problem_.upper()[j]);
    initial_cost_ = cost_at(x);
    measure(x);
    scale_ = sizes_;
    set_penalty(first_penalty());
    double last = std::numeric_limits<double>::infinity();
    int without_fall = 0;
    while (found_.outer < constrained_.max_outer) {
      solve_once(x);
      if (!is_usable(found_.result.status)) break;
      measure(x);
      const double violation = worst();
      update_multipliers();
      if (violation <= 1.0 && found_.result.converged()) break;
      if (is_stopped()) break;
      without_fall = violation > least_fall * last && violation > 1.0 ? without_fall + 1 : 0;
      if (violation > least_fall * last) {
        if (penalty_ >= most_growth * first_penalty_ || without_fall >= still) {
          if (contradict(x)) break;
          without_fall = 0;
        }
        if (penalty_ < most_growth * first_penalty_) set_penalty(growth * penalty_);
      }
      last = std::min(last, violation);
    }
    conclude(x);
    return std::move(found_);
  }

 private:
  static bool is_usable(Status s) { return s != Status::non_finite_start && s != Status::failed; }
  bool is_stopped() const {
    return found_.result.status == Status::interrupted || found_.result.status == Status::time_limit;
  }

  std::vector<std::unique_ptr<ResidualGroup>> rows(bool with_data) const {
    std::vector<std::unique_ptr<ResidualGroup>> all;
    if (with_data)
      for (const auto& group : problem_.groups()) all.push_back(std::make_unique<SameGroup>(*group));
    for (std::size_t g = 0; g < constraints_.groups().size(); ++g)
      all.push_back(
          std::make_unique<PenaltyGroup>(*constraints_.groups()[g], constraints_.kinds()[g], multipliers_[g]));
    return all;
  }

  double cost_at(const std::vector<double>& x) const {
    const Program program(problem_);
    AlignedArray residual(program.rows());
    return program.evaluate(x.data(), residual.data(), 1);
  }

  /// Of each constraint μ over the square of its size at the start.
  void set_penalty(double mu) {
    penalty_ = mu;
    for (std::size_t g = 0; g < multipliers_.size(); ++g)
      for (std::size_t k = 0; k < scale_[g].size(); ++k)
        multipliers_[g].penalty[k] = mu / (scale_[g][k] * scale_[g][k]);
  }

  /// Makes ½ μ ‖c‖² ten times F, c beside its size; a start that satisfies them says nothing of how hard they are to
  /// hold.
  double first_penalty() {
    double squares = 0.0;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k)
        squares += std::pow(violation_of(g, k) / scale_[g][k], 2);
    const double of = squares > 1e-4 ? squares : static_cast<double>(constraints_.count());
    const double cost = std::isfinite(initial_cost_) && initial_cost_ > 0.0 ? initial_cost_ : 1.0;
    first_penalty_ = 20.0 * cost / of;
    return first_penalty_;
  }

  // ---- constraints at a point

  void measure(const std::vector<double>& x) {
    values_.clear();
    for (const auto& group : constraints_.groups()) values_.push_back(values_at(*group, x));
    sizes_.resize(values_.size());
    for (std::size_t g = 0; g < values_.size(); ++g) {
      sizes_[g].resize(values_[g].value.size(), 0.0);
      for (std::size_t k = 0; k < sizes_[g].size(); ++k) {
        for (const double size : {values_[g].size[k], std::abs(values_[g].value[k])})
          if (std::isfinite(size)) sizes_[g][k] = std::max(sizes_[g][k], size);
        if (!(sizes_[g][k] > 0.0)) sizes_[g][k] = values_[g].slope[k] > 0.0 ? values_[g].slope[k] : 1.0;
      }
    }
  }
  double violation_of(std::size_t g, std::size_t k) const {
    const double c = values_[g].value[k];
    return constraints_.kinds()[g] == Kind::equality ? std::abs(c) : std::max(c, 0.0);
  }
  /// What may be left of a constraint.
  double allowed(std::size_t g, std::size_t k) const { return constrained_.tolerance * sizes_[g][k]; }
  /// The largest of |c| of an equality, and of |max(c, −λ/μ)| of an inequality, beside what is allowed: how far
  /// feasibility and complementarity are from holding (Birgin & Martínez 2014, (4.9)).
  double worst() const {
    double most = 0.0;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k) {
        const double c = values_[g].value[k];
        const double off = constraints_.kinds()[g] == Kind::equality
                               ? c
                               : std::max(c, -multipliers_[g].lambda[k] / multipliers_[g].penalty[k]);
        const double beside = std::abs(off) / allowed(g, k);
        most = std::isfinite(beside) ? std::max(most, beside) : std::numeric_limits<double>::infinity();
      }
    return most;
  }

  void update_multipliers() {
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k) {
        double& lambda = multipliers_[g].lambda[k];
        lambda += multipliers_[g].penalty[k] * values_[g].value[k];
        if (constraints_.kinds()[g] == Kind::inequality) lambda = std::max(lambda, 0.0);
      }
  }

  // ---- solves

  /// Curved constraints bend the Lagrangian where residuals do not.
  Options inner() const {
    Options one = options_;
    one.time_limit = std::max(0.0, options_.time_limit - clock_.elapsed());
    const bool on_residuals = options_.method == Method::levenberg_marquardt;
    const auto columns = static_cast<std::int64_t>(problem_.start().size());
    if (on_residuals && !options_.graduated && columns <= small && !problem_.is_curved()) one.method = Method::newton;
    return one;
  }

  void solve_once(std::vector<double>& x) {
    Result next = thalweg::solve(*augmented_, x, inner());
    x = next.x;
    if (found_.outer++ == 0)
      found_.result = std::move(next);
    else
      append(next, found_.result);
  }

  /// Minimises the violations alone; true: they have a positive minimum, and x is there.
  bool contradict(std::vector<double>& x) {
    for (Multipliers& m : multipliers_) m.lambda.assign(m.lambda.size(), 0.0);
    const double before = penalty_;
    set_penalty(1.0);
    const Problem alone = problem_.with_groups(rows(false));
    const Result nearest = thalweg::solve(alone, x, inner());
    ++found_.outer;
    measure(nearest.x);
    const bool lowest = nearest.converged() || nearest.status == Status::stalled;  // no step lowers it
    if (worst() <= 1.0 || !lowest) {                                               // there is a way: begin anew from it
      if (worst() <= 1.0) x = nearest.x;
      set_penalty(before);
      return false;
    }
    x = nearest.x;
    found_.infeasible = true;
    return true;
  }

  // ---- the answer

  void conclude(std::vector<double>& x) {
    Result& r = found_.result;
    const bool small_enough = static_cast<std::int64_t>(x.size()) <= small && !problem_.is_curved();
    if (options_.polish && r.converged() && !found_.infeasible && small_enough && all_smooth())
      polish(*augmented_, constraints_, multipliers_, x);
    r.x = x;
    r.initial_cost = initial_cost_;
    r.final_cost = cost_at(x);
    found_.penalty = penalty_;
    measure(x);
    if (!found_.infeasible && !problem_.is_curved()) found_.stationarity = stationarity_at(x);
    found_.violation = found_.complementarity = 0.0;
    for (std::size_t g = 0; g < values_.size(); ++g) list(g);
    if (found_.infeasible) {
      r.status = Status::stalled;
      r.reason = contradiction();
    } else if (r.converged() && worst_violation() > 1.0) {
      r.status = found_.outer >= constrained_.max_outer ? Status::iteration_limit : Status::stalled;
      r.reason = fmt::format("the constraints do not hold after {}: the largest violation is {:.3g}",
                             counted(found_.outer, "solve"), found_.violation);
    } else if (r.converged()) {
      r.reason +=
          fmt::format("; {}{} {}", constraints_.count() == 1 ? "" : "all ", counted(constraints_.count(), "constraint"),
                      constraints_.count() == 1 ? "holds" : "hold");
      r.reason += found_.violation > 0.0 ? fmt::format(" to {:.1e}", found_.violation) : " exactly";
    }
  }

  /// Whether no residual has a loss or a cost of its own, whose curvature the polish would have to know.
  bool all_smooth() const { return !Program(problem_).has_loss(); }

  double worst_violation() const {
    double most = 0.0;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k)
        most = std::max(most, violation_of(g, k) / allowed(g, k));
    return most;
  }

  /// With the multipliers as they are now: those of the augmented cost, whose gradient at λ − μc is ∇ₓL.
  double stationarity_at(const std::vector<double>& x) {
    const std::vector<Multipliers> kept = multipliers_;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k)
        multipliers_[g].lambda[k] -= multipliers_[g].penalty[k] * values_[g].value[k];
    const double norm = projected_norm(problem_, x, gradient_at(*augmented_, x));
    multipliers_ = kept;
    return norm;
  }

  void list(std::size_t g) {
    const ResidualGroup& group = *constraints_.groups()[g];
    const Kind kind = constraints_.kinds()[g];
    const bool single = group.items() == 1 && group.dimension() == 1;
    for (int k = 0; k < group.dimension(); ++k)
      for (std::int64_t i = 0; i < group.items(); ++i) {
        const auto at = static_cast<std::size_t>(k * group.items() + i);
        const double c = values_[g].value[at], lambda = found_.infeasible ? 0.0 : multipliers_[g].lambda[at];
        const bool active = kind == Kind::equality || lambda > 0.0 || std::abs(c) <= allowed(g, at);
        found_.constraints.push_back({single ? group.name() : group.residual_name(i, k), kind, c, lambda, active});
        found_.violation = std::max(found_.violation, violation_of(g, at));
        if (kind == Kind::inequality) found_.complementarity = std::max(found_.complementarity, std::abs(lambda * c));
      }
  }

  std::string contradiction() const {
    std::vector<std::string> names;
    std::size_t index = 0;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k, ++index)
        if (violation_of(g, k) > allowed(g, k)) names.push_back(found_.constraints[index].name);
    return fmt::format(
        "the constraints contradict each other near this point: where they are violated least, {} {} "
        "not hold (by up to {:.3g})",
        enumerated(names), names.size() == 1 ? "does" : "do", found_.violation);
  }

  const Problem& problem_;
  const Constraints& constraints_;
  const Options& options_;
  const ConstrainedOptions& constrained_;
  const Stopwatch clock_;
  std::vector<Multipliers> multipliers_;  // of each group; before the problem that reads them
  std::optional<Problem> augmented_;
  std::vector<GroupValues> values_;
  std::vector<std::vector<double>> scale_;  // of each constraint at the start: what μ is measured by
  std::vector<std::vector<double>> sizes_;  // of each constraint, the largest met: what its rounding is measured by
  double penalty_ = 1.0, first_penalty_ = 1.0, initial_cost_ = 0.0;
  ConstrainedResult found_;
};

}  // namespace

void ConstrainedOptions::validate() const {
  if (!(tolerance > 0.0 && std::isfinite(tolerance)))
    throw Error(fmt::format("option tolerance of constraints is {}; expected a number > 0", tolerance));
  if (max_outer < 1) throw Error(fmt::format("option max_outer is {}; expected a number >= 1", max_outer));
}

ConstrainedResult solve(const Problem& problem, const Constraints& constraints, std::vector<double> start,
                        const Options& options, const ConstrainedOptions& constrained) {
  options.validate();
  constrained.validate();
  if (start.size() != problem.start().size())
    throw Error(fmt::format("a start of {} numbers; expected {}", start.size(), problem.start().size()));
  if (constraints.groups().empty()) {
    ConstrainedResult plain;
    plain.result = solve(problem, std::move(start), options);
    return plain;
  }
  return AugmentedLagrangian(problem, constraints, options, constrained).run(std::move(start));
}

ConstrainedResult solve(const Problem& problem, const Constraints& constraints, const Options& options,
                        const ConstrainedOptions& constrained) {
  return solve(problem, constraints, problem.start(), options, constrained);
}

}  // namespace thalweg::inline v0_1
