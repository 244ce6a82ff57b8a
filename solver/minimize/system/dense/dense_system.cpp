#include <minimize/system/dense/dense_system.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/system/plan.hpp>
#include <minimize/system/start.hpp>
#include <minimize/verification/thresholds.hpp>

namespace thalweg::inline v0_1 {
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
      bounds_(program_),
      state_(program_),
      trial_(program_),
      polish_(program_),
      meter_(program_),
      projection_(program_),
      beside_residual_(program_.rows()),
      curvature_residual_(program_.rows()) {
  const auto n = static_cast<std::size_t>(program_.columns());
  for (auto* v : {&sizes_, &acceleration_, &scratch_}) v->resize(n);
  linear_ = &qr_;
}

void DenseSystem::prepare(SolveContext& context) {
  Result& result = context.result;
  const LinearSolverKind requested = context.options.linear_solver;
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
  ++context_->result.evaluations.jacobian;
}

std::optional<Verdict> DenseSystem::begin(std::vector<double> x, SolveContext& context) {
  context_ = &context;
  meter_.count_in(context);
  projection_.choose(context.options);
  bounds_.release();
  state_.x = std::move(x);
  evaluate_with_jacobian(state_);
  context.clock.charge(Stopwatch::evaluate);
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
  return non_finite_start(program_, state_.x);
}

/// Hands J and r to the linear solver. A parameter on its bound that the gradient pushes outwards is held there.
void DenseSystem::linearize() {
  program_.coordinates(state_.x.data(), sizes_.data());
  if (bounds_.may_hold()) kernels::multiply_transposed(state_.jacobian, state_.residual.data(), scratch_.data());
  bounds_.update(sizes_, scratch_);
  linear_->linearize(state_.jacobian, state_.residual.data(), bounds_.held());
  factored_ = linear_ == &qr_;
  polished_ = false;
  gradient_norm_ = bounds_.projected_gradient_norm(sizes_, linear_->gradient());
  context_->clock.charge(Stopwatch::linear_solve);
}

/// With variable projection the linear components are brought to their best values first.
double DenseSystem::evaluate(const double* step, bool) {
  retract(program_, state_.x, step, trial_.x);
  if (!projection_.active()) {
    trial_.cost = program_.evaluate(trial_.x.data(), trial_.residual.data(), threads());
    ++context_->result.evaluations.cost;
  } else {
    evaluate_with_jacobian(trial_);
    projection_.apply(trial_);
  }
  context_->clock.charge(Stopwatch::evaluate);
  return trial_.cost;
}

bool DenseSystem::accept() {
  evaluate_with_jacobian(trial_);
  context_->clock.charge(Stopwatch::evaluate);
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
  ++context_->result.evaluations.cost;
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
Stationarity DenseSystem::measure(double allowed) {
  DenseQr* known = polished_ ? polish_.final_factor() : factored_ ? &qr_ : nullptr;
  return meter_.measure(state_, bounds_.held(), allowed, known);
}

std::int64_t DenseSystem::rank_at(std::vector<double> x) {
  trial_.x = std::move(x);
  evaluate_with_jacobian(trial_);
  return meter_.rank(trial_);
}

System::Polished DenseSystem::polish(const std::function<bool(const PolishStep&)>& observe) {
  Stopwatch& clock = context_->clock;
  clock.charge(Stopwatch::linear_solve);
  const Polished outcome = polish_.run(state_, trial_, bounds_.held(), threads(), observe);
  factored_ = false;
  polished_ = true;
  context_->result.evaluations.hessian += polish_.used_curvature();
  clock.charge(Stopwatch::evaluate);
  return outcome;
}

std::vector<double> DenseSystem::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  return scattered(program_, std::move(x), spread, random);
}

}  // namespace thalweg::inline v0_1
