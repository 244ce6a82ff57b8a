#include <minimize/outer/constrained/constrained_solver.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <minimize/outer/constrained/constraint_state.hpp>
#include <minimize/outer/constrained/first_point.hpp>
#include <minimize/outer/constrained/penalty_group.hpp>
#include <minimize/outer/constrained/polish.hpp>
#include <minimize/outer/joined.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/minimize/stopwatch.hpp>
#include <thalweg/problem/program.hpp>
#include <thalweg/problem/same_group.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double least_fall = 0.25;       // of the violation in a step; else μ grows
constexpr double growth = 10.0;           // of μ
constexpr double most_growth = 1e14;      // of μ in all
constexpr int still = 6;                  // steps without a fall, after which constraints may contradict each other
constexpr std::int64_t small = 300;       // columns up to which Newton's Hessian is formed
constexpr double rounding = 1e-13;        // of a residual, beside the terms that it is the sum of
constexpr double most_multiplier = 1e12;  // λ times the size of its constraint, beside the cost at the start
constexpr double most_slope = 1e-4;       // of the gradient of L, beside its terms, at a point that is claimed

bool is_usable(Status s) { return s != Status::non_finite_start && s != Status::failed; }
bool is_stopped(Status s) { return s == Status::interrupted || s == Status::time_limit; }

}  // namespace

/// The augmented Lagrangian: what is kept between solves, and the state of one.
class ConstrainedSolver::Impl {
 public:
  Impl(const Problem& problem, std::span<const std::int64_t> pinned)
      : problem_(problem),
        pinned_(pinned.begin(), pinned.end()),
        multipliers_(unit_multipliers(problem.constraints())),
        relaxed_(relaxed(problem)),
        program_(relaxed_, pinned),
        augmented_(with_rows(Data::included)),
        violations_(with_rows(Data::left_out)),
        solver_(augmented_, pinned) {}

  void use(LinearSolver* own) {
    own_ = own;
    if (own) solver_.use(*own);
  }

  Result run(std::vector<double> x, const Options& options) {
    begin(x, options);
    if (!find_first_point(x)) return std::move(result_);
    double last = std::numeric_limits<double>::infinity();
    int without_fall = 0;
    while (found_.outer < options_.constrained.max_outer) {
      solve_once(x);
      if (!is_usable(result_.status)) break;
      state_->measure(x);
      const double violation = state_->worst(multipliers_);
      update_multipliers();
      if ((violation <= 1.0 && result_.converged()) || is_stopped(result_.status)) break;
      without_fall = violation > least_fall * last && violation > 1.0 ? without_fall + 1 : 0;
      if (violation > least_fall * last) {
        if (penalty_ >= most_growth * first_penalty_ || without_fall >= still) {
          if (contradict(x)) break;
          without_fall = 0;
        }
        if (penalty_ < most_growth * first_penalty_) set_penalty(growth * penalty_);
      }
      last = std::min(last, violation);
      leap(x);
    }
    conclude(x);
    return std::move(result_);
  }

 private:
  enum class Data { included, left_out };
  Problem with_rows(Data data) const {
    std::vector<std::unique_ptr<ResidualGroup>> rows;
    if (data == Data::included) rows = same_groups(problem_);
    const Constraints& c = problem_.constraints();
    for (std::size_t g = 0; g < c.groups().size(); ++g)
      rows.push_back(std::make_unique<PenaltyGroup>(*c.groups()[g], c.kinds()[g], multipliers_[g]));
    Problem with = problem_.with_groups(std::move(rows));
    with.clear_constraints();
    return with;
  }

  static std::vector<Multipliers> unit_multipliers(const Constraints& constraints) {
    std::vector<Multipliers> all;
    for (const auto& group : constraints.groups()) {
      const auto size = static_cast<std::size_t>(group->items() * group->dimension());
      all.push_back({std::vector<double>(size, 1.0), std::vector<double>(size, 0.0)});
    }
    return all;
  }

  double cost_at(const std::vector<double>& x) const {
    AlignedArray residual(program_.rows());
    return program_.evaluate(x.data(), residual.data(), 1);
  }

  // ---- the start

  void begin(const std::vector<double>& x, const Options& options) {
    options_ = options;
    clock_.emplace();
    result_ = {};
    found_ = {};
    state_.emplace(problem_.constraints(), options.constrained.tolerance);
    for (Multipliers& m : multipliers_) m.lambda.assign(m.lambda.size(), 0.0);
    initial_cost_ = cost_at(x);
    state_->measure(x);
    scale_ = state_->sizes();
    first_penalty_ = first_penalty();
    set_penalty(first_penalty_);
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
  double first_penalty() const {
    double squares = 0.0;
    for (std::size_t g = 0; g < state_->groups(); ++g)
      for (std::size_t k = 0; k < state_->count(g); ++k) squares += std::pow(state_->violation(g, k) / scale_[g][k], 2);
    const double of = squares > 1e-4 ? squares : static_cast<double>(problem_.constraints().count());
    return 20.0 * cost_scale() / of;
  }
  double cost_scale() const { return std::isfinite(initial_cost_) && initial_cost_ > 0.0 ? initial_cost_ : 1.0; }

  /// Of the methods that step on x and λ together: where they converge is where the solves begin, otherwise these begin
  /// where those began. False: they were stopped.
  bool find_first_point(std::vector<double>& x) {
    const ConstrainedMethod method = options_.constrained.method;
    if (method == ConstrainedMethod::automatic || method == ConstrainedMethod::augmented_lagrangian) return true;
    FirstPoint first = first_point(model(), x, inner());
    result_ = std::move(first.result);
    const bool stopped = is_stopped(result_.status), found = result_.converged() && first.lambda.allFinite();
    if (stopped || found) x = first.x;
    state_->measure(x);
    if (found) set_lambda(first.lambda);
    if (!stopped) return true;
    conclude(x);
    return false;
  }

  // ---- solves

  void update_multipliers() {
    for (std::size_t g = 0; g < multipliers_.size(); ++g)
      for (std::size_t k = 0; k < state_->count(g); ++k) {
        double& lambda = multipliers_[g].lambda[k];
        lambda += multipliers_[g].penalty[k] * state_->value(g, k);
        if (!state_->is_equality(g)) lambda = std::max(lambda, 0.0);
        // What a solve that ran away leaves is no estimate (Birgin & Martínez 2014, algorithm 4.1: λ is safeguarded).
        if (!(std::abs(lambda) * scale_[g][k] <= most_multiplier * cost_scale())) lambda = 0.0;
      }
  }

  /// Dense: made when it is first asked for.
  ConstrainedModel& model() {
    if (!model_) model_.emplace(problem_, pinned_);
    return *model_;
  }
  bool can_polish() const { return is_small() && !program_.has_loss(); }
  bool is_small() const { return program_.columns() <= small && !problem_.is_curved(); }

  /// Curved constraints bend the Lagrangian where residuals do not.
  Options inner() const {
    Options one = options_;
    one.time_limit = std::max(0.0, options_.time_limit - clock_->elapsed());
    const bool as_usual = options_.method == Method::levenberg_marquardt && !options_.graduated && !own_ &&
                          options_.linear_solver == LinearSolverKind::automatic;
    if (as_usual && is_small()) one.method = Method::newton;
    return one;
  }

  void solve_once(std::vector<double>& x) {
    Result next = solver_.solve_from(x, inner());
    x = next.x;
    if (found_.outer++ == 0 && result_.x.empty())
      result_ = std::move(next);
    else
      append(next, result_);
  }

  /// To where Newton's method on the conditions of Karush, Kuhn & Tucker leads, if they hold there: the next solve says
  /// whether it is a minimum. Where a constraint's gradient changes fast, multipliers alone come near it slowly.
  void leap(std::vector<double>& x) {
    if (!can_polish()) return;
    const Eigen::VectorXd before = flat_lambda();
    std::vector<double> there = x;
    Eigen::VectorXd lambda = before;
    polish(model(), lambda, there);
    ConstraintState state = *state_;
    state.measure(there);
    set_lambda(lambda);
    if (state.worst(multipliers_) <= 1.0 && std::isfinite(cost_at(there)))
      x = there;
    else
      set_lambda(before);
  }

  /// Minimises the violations alone; true: they have a positive minimum, and x is there.
  bool contradict(std::vector<double>& x) {
    for (Multipliers& m : multipliers_) m.lambda.assign(m.lambda.size(), 0.0);
    const double before = penalty_;
    set_penalty(1.0);
    const Result nearest = Solver(violations_, pinned_).solve_from(x, inner());
    ++found_.outer;
    state_->measure(nearest.x);
    const bool lowest = nearest.converged() || nearest.status == Status::stalled;  // no step lowers it
    const bool holds = state_->worst(multipliers_) <= 1.0;
    if (holds || !lowest) {  // there is a way: begin anew from it
      // Where the violations vanish the residuals may overflow.
      if (holds && std::isfinite(cost_at(nearest.x))) x = nearest.x;
      set_penalty(before);
      return false;
    }
    x = nearest.x;
    found_.infeasible = true;
    return true;
  }

  // ---- the answer

  void conclude(std::vector<double>& x) {
    if (options_.polish && result_.converged() && !found_.infeasible && can_polish()) {
      Eigen::VectorXd lambda = flat_lambda();
      polish(model(), lambda, x);
      set_lambda(lambda);
    }
    result_.x = x;
    result_.initial_cost = initial_cost_;
    result_.final_cost = cost_at(x);
    found_.penalty = penalty_;
    state_->measure(x);
    double slope = 0.0;
    if (!found_.infeasible && !problem_.is_curved()) {
      const std::vector<double> g = lagrangian_gradient(x);
      found_.stationarity = projected_norm(problem_, x, g);
      slope = relative_slope(x, g);
    }
    found_.violation = found_.complementarity = 0.0;
    for (std::size_t g = 0; g < state_->groups(); ++g) list(g);
    judge(slope);
    result_.seconds.total = clock_->elapsed();
    result_.constrained = std::move(found_);
  }

  /// `slope`: relative_slope().
  void judge(double slope) {
    Result& r = result_;
    const std::int64_t count = problem_.constraints().count();
    if (found_.infeasible) {
      r.status = Status::stalled;
      r.reason = contradiction();
    } else if (r.converged() && state_->worst_violation() > 1.0) {
      r.status = found_.outer >= options_.constrained.max_outer ? Status::iteration_limit : Status::stalled;
      r.reason = fmt::format("the constraints do not hold after {}: the largest violation is {:.3g}",
                             counted(found_.outer, "solve"), found_.violation);
    } else if (r.converged() && !(slope <= most_slope)) {
      r.status = Status::stalled;
      r.reason = fmt::format(
          "the constraints hold, but the gradient of the Lagrangian, {:.3g}, is {:.1e} of the terms that it is the sum "
          "of",
          found_.stationarity, slope);
    } else if (r.converged()) {
      r.reason += fmt::format("; {}{} {}", count == 1 ? "" : "all ", counted(count, "constraint"),
                              count == 1 ? "holds" : "hold");
      r.reason += found_.violation > 0.0 ? fmt::format(" to {:.1e}", found_.violation) : " exactly";
    }
  }

  Eigen::VectorXd flat_lambda() const {
    std::vector<double> all;
    for (const Multipliers& m : multipliers_) all.insert(all.end(), m.lambda.begin(), m.lambda.end());
    return Eigen::Map<const Eigen::VectorXd>(all.data(), static_cast<Eigen::Index>(all.size()));
  }
  void set_lambda(const Eigen::VectorXd& all) {
    Eigen::Index at = 0;
    for (Multipliers& m : multipliers_)
      for (double& lambda : m.lambda) lambda = all(at++);
  }

  /// ∇ₓL with the multipliers as they are now: that of the augmented cost at λ − μc.
  std::vector<double> lagrangian_gradient(const std::vector<double>& x) {
    const std::vector<Multipliers> kept = multipliers_;
    for (std::size_t g = 0; g < multipliers_.size(); ++g)
      for (std::size_t k = 0; k < state_->count(g); ++k)
        multipliers_[g].lambda[k] -= multipliers_[g].penalty[k] * state_->value(g, k);
    std::vector<double> gradient = gradient_at(augmented_, pinned_, x);
    multipliers_ = kept;
    return gradient;
  }

  /// The largest |Π(xⱼ − gⱼ) − xⱼ| of g = ∇ₓL beside Σᵢ |rᵢ ∂rᵢ/∂xⱼ| + Σₖ |λₖ ∂cₖ/∂xⱼ|, which it is the sum of, but
  /// where it is what rounding makes of residuals, some ε of Σⱼ |∂rᵢ/∂xⱼ xⱼ|, or of the cost at the start.
  double relative_slope(const std::vector<double>& x, const std::vector<double>& g) const {
    std::vector<double> terms(x.size(), 0.0), slopes(x.size(), 0.0);
    for (const auto& group : problem_.groups()) {
      const std::vector<double> ones(static_cast<std::size_t>(group->items() * group->dimension()), 1.0);
      add_terms(*group, nullptr, x, terms);
      add_terms(*group, &ones, x, slopes);
    }
    const double reach = std::inner_product(x.begin(), x.end(), slopes.begin(), 0.0, std::plus<>(),
                                            [](double a, double b) { return std::abs(a) * b; });
    for (std::size_t k = 0; k < multipliers_.size(); ++k)
      add_terms(*problem_.constraints().groups()[k], &multipliers_[k].lambda, x, terms);
    double most = 0.0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double off = std::abs(std::clamp(x[j] - g[j], problem_.lower()[j], problem_.upper()[j]) - x[j]);
      const double of_cost = x[j] != 0.0 ? cost_scale() / std::abs(x[j]) : 0.0;
      if (off > rounding * std::max(slopes[j] * reach, of_cost)) most = std::max(most, off / terms[j]);
    }
    return most;
  }

  void list(std::size_t g) {
    const ResidualGroup& group = *problem_.constraints().groups()[g];
    const Constraints::Kind kind = problem_.constraints().kinds()[g];
    const bool single = group.items() == 1 && group.dimension() == 1;
    for (int k = 0; k < group.dimension(); ++k)
      for (std::int64_t i = 0; i < group.items(); ++i) {
        const auto at = static_cast<std::size_t>(k * group.items() + i);
        const double c = state_->value(g, at), lambda = found_.infeasible ? 0.0 : multipliers_[g].lambda[at];
        const bool active = state_->is_equality(g) || lambda > 0.0 || std::abs(c) <= state_->allowed(g, at);
        found_.constraints.push_back({single ? group.name() : group.residual_name(i, k), kind, c, lambda, active});
        found_.violation = std::max(found_.violation, state_->violation(g, at));
        if (!state_->is_equality(g)) found_.complementarity = std::max(found_.complementarity, std::abs(lambda * c));
      }
  }

  std::string contradiction() const {
    std::vector<std::string> names;
    std::size_t index = 0;
    for (std::size_t g = 0; g < state_->groups(); ++g)
      for (std::size_t k = 0; k < state_->count(g); ++k, ++index)
        if (state_->violation(g, k) > state_->allowed(g, k)) names.push_back(found_.constraints[index].name);
    return fmt::format(
        "the constraints contradict each other near this point: where they are violated least, {} {} "
        "not hold (by up to {:.3g})",
        enumerated(names), names.size() == 1 ? "does" : "do", found_.violation);
  }

  const Problem& problem_;
  const std::vector<std::int64_t> pinned_;
  std::vector<Multipliers> multipliers_;  // of each group; before the problems that read them
  const Problem relaxed_;
  const Program program_;  // of the residuals alone
  const Problem augmented_, violations_;
  Solver solver_;
  std::optional<ConstrainedModel> model_;
  LinearSolver* own_ = nullptr;

  Options options_;
  std::optional<Stopwatch> clock_;
  std::optional<ConstraintState> state_;
  std::vector<std::vector<double>> scale_;  // of each constraint at the start: what μ is measured by
  double penalty_ = 1.0, first_penalty_ = 1.0, initial_cost_ = 0.0;
  Result result_;
  ConstrainedOutcome found_;
};

ConstrainedSolver::ConstrainedSolver(const Problem& problem, std::span<const std::int64_t> pinned)
    : impl_(std::make_unique<Impl>(problem, pinned)) {}
ConstrainedSolver::~ConstrainedSolver() = default;
void ConstrainedSolver::use(LinearSolver* own) { impl_->use(own); }
Result ConstrainedSolver::solve(std::vector<double> x, const Options& options) {
  return impl_->run(std::move(x), options);
}

}  // namespace thalweg::inline v0_1
