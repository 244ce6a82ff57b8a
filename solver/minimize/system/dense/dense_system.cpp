#include <minimize/system/dense/dense_system.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/system/plan.hpp>
#include <minimize/system/scatter.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg {
namespace {

/// Every entry is finite, and so is the square of every column's length.
bool has_finite_columns(const DenseMatrix& J) {
  for (std::int64_t j = 0; j < J.columns(); ++j)
    if (!std::isfinite(kernels::dot(J.column(j), J.column(j), J.stride()))) return false;
  return true;
}

}  // namespace

DenseSystem::DenseSystem(const Problem& problem, std::span<const std::int64_t> pinned)
    : program_(problem, pinned),
      state_(program_),
      trial_(program_),
      polish_(program_),
      meter_(program_),
      projection_(program_),
      beside_residual_(program_.rows()),
      curvature_residual_(program_.rows()) {
  const auto n = static_cast<std::size_t>(program_.columns());
  for (auto* v : {&sizes_, &lower_, &upper_, &acceleration_, &scratch_}) v->resize(n);
  for (std::size_t j = 0; j < n; ++j) {
    const auto i = static_cast<std::size_t>(program_.component_of(static_cast<std::int64_t>(j)));
    lower_[j] = problem.lower()[i];
    upper_[j] = problem.upper()[i];
    bounded_ = bounded_ || std::isfinite(lower_[j]) || std::isfinite(upper_[j]);
  }
  linear_ = &qr_;
}

void DenseSystem::prepare(Journal& journal) {
  Result& result = journal.result;
  const LinearSolverKind requested = journal.options.linear_solver;
  if (own_) {
    if (requested != LinearSolverKind::automatic)
      throw Error("the options name a linear solver, and the solver uses one of your own; expected automatic");
    linear_ = own_;
    result.linear_solver_reason = "your own";
  } else {
    LinearChoice choice = choose_linear_solver(requested, columns());
    linear_ = choice.kind == LinearSolverKind::dense_cholesky ? static_cast<LinearSolver*>(&cholesky_) : &qr_;
    result.linear_solver_reason = std::move(choice.reason);
  }
  result.linear_solver = linear_->name();
}

void DenseSystem::evaluate_with_jacobian(State& state) {
  state.cost = program_.evaluate(state.x.data(), state.residual.data(), state.jacobian, threads());
  ++journal_->result.evaluations.jacobian;
}

std::optional<Verdict> DenseSystem::begin(std::vector<double> x, Journal& journal) {
  journal_ = &journal;
  meter_.count_in(journal);
  projection_.choose(journal.options);
  extra_held_.clear();
  held_.clear();
  state_.x = std::move(x);
  evaluate_with_jacobian(state_);
  journal.clock.charge(Stopwatch::evaluate);
  bool finite = std::isfinite(state_.cost) && has_finite_columns(state_.jacobian);
  if (finite && projection_.active() && projection_.apply(state_)) {
    evaluate_with_jacobian(state_);
    finite = std::isfinite(state_.cost) && has_finite_columns(state_.jacobian);
  }
  if (finite && underflows()) return Verdict{Status::failed, underflow_words};
  if (finite) {
    linearize();
    return std::nullopt;
  }
  const auto culprit = program_.find_non_finite(state_.x.data());
  return Verdict{Status::non_finite_start,
                 (culprit ? in_words(*culprit) : "the cost or its derivatives overflow") + " at the start"};
}

/// Hands J and r to the linear solver. A parameter on its bound that the gradient pushes outwards is held there.
void DenseSystem::linearize() {
  const std::size_t n = sizes_.size();
  program_.coordinates(state_.x.data(), sizes_.data());
  if (bounded_) {
    held_.resize(n);
    kernels::multiply_transposed(state_.jacobian, state_.residual.data(), scratch_.data());
    for (std::size_t j = 0; j < n; ++j)
      held_[j] = (sizes_[j] <= lower_[j] && scratch_[j] > 0.0) || (sizes_[j] >= upper_[j] && scratch_[j] < 0.0);
  } else if (!extra_held_.empty()) {
    held_.assign(n, 0);
  }
  for (std::size_t j = 0; j < extra_held_.size(); ++j) held_[j] = held_[j] || extra_held_[j];
  linear_->linearize(state_.jacobian, state_.residual.data(), held_);
  factored_ = linear_ == &qr_;
  polished_ = false;
  gradient_norm_ = convergence::projected_gradient_norm(sizes_, linear_->gradient(), lower_, upper_);
  journal_->clock.charge(Stopwatch::linear_solve);
}

/// With variable projection the linear components are brought to their best values first.
double DenseSystem::evaluate(const double* step, bool) {
  retract(program_, state_.x, step, trial_.x);
  if (!projection_.active()) {
    trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), threads());
    ++journal_->result.evaluations.cost;
  } else {
    evaluate_with_jacobian(trial_);
    projection_.apply(trial_);
  }
  journal_->clock.charge(Stopwatch::evaluate);
  return trial_.cost;
}

bool DenseSystem::accept() {
  evaluate_with_jacobian(trial_);
  journal_->clock.charge(Stopwatch::evaluate);
  if (!has_finite_columns(trial_.jacobian)) return false;
  std::swap(state_, trial_);
  factored_ = polished_ = false;
  return true;
}

bool DenseSystem::jump(const std::vector<double>& x) {
  trial_.x = x;
  if (!accept()) return false;
  if (state_.cost < trial_.cost) return true;
  std::swap(state_, trial_);
  return false;
}

double DenseSystem::cost_beside(const double* step) {
  retract(program_, state_.x, step, beside_x_);
  ++journal_->result.evaluations.cost;
  return program_.evaluate(beside_x_.data(), beside_residual_.data(), threads());
}

bool DenseSystem::is_unmoved_by(const double* step, double allowed) {
  if (!std::isfinite(cost_beside(step))) return false;
  for (std::int64_t i = 0; i < program_.rows(); ++i)
    if (!(std::abs(beside_residual_[i] - state_.residual[i]) <= allowed)) return false;
  return true;
}

bool DenseSystem::underflows() const { return squares_underflow(program_, state_); }

/// The factor at hand serves, where it is that of the point.
Stationarity DenseSystem::measure() {
  DenseQr* known = polished_ ? polish_.final_factor() : factored_ ? &qr_ : nullptr;
  return meter_.measure(state_, held_, known);
}

std::int64_t DenseSystem::rank_at(std::vector<double> x) {
  trial_.x = std::move(x);
  evaluate_with_jacobian(trial_);
  return meter_.rank(trial_);
}

System::Polished DenseSystem::polish(const std::function<bool(const PolishStep&)>& observe) {
  Stopwatch& clock = journal_->clock;
  clock.charge(Stopwatch::linear_solve);
  const Polished outcome = polish_.run(state_, trial_, held_, threads(), observe);
  factored_ = false;
  polished_ = true;
  journal_->result.evaluations.hessian += polish_.used_curvature();
  clock.charge(Stopwatch::evaluate);
  return outcome;
}

std::vector<double> DenseSystem::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  return scattered(program_, std::move(x), spread, random);
}

}  // namespace thalweg
