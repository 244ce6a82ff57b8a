#include <minimize/system/tall/tall_system.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <math/dense_kernels.hpp>
#include <minimize/system/dense/confined_rows.hpp>
#include <minimize/system/dense/state.hpp>
#include <minimize/system/start.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double held_numbers = 2e6;      // of J, up to which it is held
constexpr std::int64_t few_columns = 64;  // a reduction costs n² for each row
constexpr int most_polish_steps = 4;
constexpr double shrinks = 0.5;                                            // a step beside the one before
constexpr double finished = 4.0 * std::numeric_limits<double>::epsilon();  // of a step beside x

bool is_finite(const ReducedRows& rows) {
  if (!std::isfinite(rows.cost)) return false;
  for (std::int64_t j = 0; j < rows.R.columns(); ++j)
    if (!std::isfinite(kernels::dot(rows.R.column(j), rows.R.column(j), rows.R.stride())) || !std::isfinite(rows.c[j]))
      return false;
  return true;
}

}  // namespace

bool looks_tall(const Problem& problem) {
  std::int64_t columns = 0;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(problem.start().size()); ++i) columns += problem.moves(i);
  if (columns == 0 || columns > few_columns || problem.is_curved()) return false;
  if (std::any_of(problem.groups().begin(), problem.groups().end(), [](const auto& g) { return g->couples_items(); }))
    return false;
  return static_cast<double>(problem.residual_count()) * static_cast<double>(columns + 1) > held_numbers;
}

TallSystem::TallSystem(const Problem& problem, std::span<const std::int64_t> pinned)
    : TallSystem(problem, pinned, [](const Program& program) { return std::make_unique<RowReduction>(program); }) {}

TallSystem::TallSystem(const Problem& problem, std::span<const std::int64_t> pinned, const MakeReduction& make)
    : program_(problem, pinned), reduction_(make(program_)), bounds_(program_) {
  sizes_.resize(static_cast<std::size_t>(program_.columns()));
  scratch_.resize(sizes_.size());
}

std::string TallSystem::reason(std::int64_t rows, std::int64_t columns) {
  return fmt::format("{} rows and {} column{}: reduced to a triangle as they are evaluated", rows, columns,
                     columns == 1 ? "" : "s");
}

void TallSystem::prepare(SolveContext& context) {
  context.result.linear_solver = qr_.name();
  context.result.linear_solver_reason = reason(program_.rows(), columns());
}

Options TallSystem::advised(const Options& options) const {
  Options own = options;
  if (own.damping_exponent == 0) own.damping_exponent = 1;
  return own;
}

double TallSystem::residual_norm() const { return std::sqrt(rows_.residual_squares); }

std::optional<Verdict> TallSystem::begin(std::vector<double> x, SolveContext& context) {
  context_ = &context;
  bounds_.release();
  x_ = std::move(x);
  rows_ = reduction_->reduce(x_.data(), threads());
  ++context_->result.evaluations.jacobian;
  context.clock.charge(Stopwatch::evaluate);
  if (!is_finite(rows_)) return non_finite_start(program_, x_);
  linearize();
  return std::nullopt;
}

/// A parameter on its bound that the gradient pushes outwards is held there.
void TallSystem::linearize() {
  program_.coordinates(x_.data(), sizes_.data());
  if (bounds_.may_hold()) kernels::multiply_transposed(rows_.R, rows_.c.data(), scratch_.data());
  bounds_.update(sizes_, scratch_);
  qr_.linearize(rows_.R, rows_.c.data(), bounds_.held());
  gradient_norm_ = bounds_.projected_gradient_norm(sizes_, qr_.gradient());
  context_->clock.charge(Stopwatch::linear_solve);
}

void TallSystem::reduce_trial() {
  trial_ = reduction_->reduce(trial_x_.data(), threads());
  trial_reduced_ = true;
  ++context_->result.evaluations.jacobian;
}

double TallSystem::evaluate(const double* step, bool promising) {
  retract(program_, x_, step, trial_x_);
  if (promising) {
    reduce_trial();
  } else {
    trial_.cost = reduction_->cost(trial_x_.data(), threads());
    trial_reduced_ = false;
    ++context_->result.evaluations.cost;
  }
  context_->clock.charge(Stopwatch::evaluate);
  return trial_.cost;
}

bool TallSystem::accept() {
  if (!trial_reduced_) reduce_trial();
  context_->clock.charge(Stopwatch::evaluate);
  if (!is_finite(trial_)) return false;
  std::swap(rows_, trial_);
  std::swap(x_, trial_x_);
  trial_reduced_ = false;
  return true;
}

bool TallSystem::jump(const std::vector<double>& x) {
  trial_x_ = x;
  reduce_trial();
  return trial_.cost < rows_.cost && accept();
}

double TallSystem::cost_beside(const double* step) {
  retract(program_, x_, step, beside_x_);
  ++context_->result.evaluations.cost;
  return reduction_->cost(beside_x_.data(), threads());
}

/// The length of the strategy's step is the radius of the one inside the bounds.
ProposedStep TallSystem::confine(const ProposedStep& proposed, const Strategy& strategy, double* step) {
  if (!bounds_.any() || !std::isfinite(proposed.scaled_norm) || proposed.status == LinearStatus::retry) return proposed;
  const BoxedRegion region = {sizes_,           bounds_.lower(), bounds_.upper(),
                              strategy.scale(), bounds_.held(),  proposed.scaled_norm};
  const std::span<double> inside(step, sizes_.size());
  if (!leaves_box(region, inside)) return proposed;
  ConfinedRows model(rows_.R, rows_.c.data(), qr_, strategy.damping(), region);
  const auto g = qr_.gradient();
  scratch_.assign(g.begin(), g.end());
  const ProposedStep confined = confined_step(model, scratch_, region, inside);
  // The solver served the subspaces; whoever asks it next means the point itself.
  qr_.linearize(rows_.R, rows_.c.data(), bounds_.held());
  return confined;
}

double TallSystem::relative_length(const std::vector<double>& step) const {
  double longest = 0.0;
  for (std::size_t j = 0; j < step.size(); ++j)
    if (step[j] != 0.0)
      longest = std::max(longest, std::abs(step[j]) / std::max(std::abs(sizes_[j]), std::abs(step[j])));
  return longest;
}

/// Gauss-Newton steps as long as they shrink: the residuals' part of the Hessian makes them linear, and a pass each.
System::Polished TallSystem::polish(const std::function<bool(const PolishStep&)>& observe) {
  std::vector<double> step(sizes_.size());
  double last = std::numeric_limits<double>::infinity();
  for (int k = 0; k < most_polish_steps; ++k) {
    if (qr_.solve(0.0, nullptr, step.data()) != LinearStatus::ok) return Polished::impossible;
    const double length = relative_length(step);
    if (length <= finished || !(length < shrinks * last)) return Polished::confirmed;
    if (bounds_.any() &&
        leaves_box({sizes_, bounds_.lower(), bounds_.upper(), qr_.column_norms(), bounds_.held(), 0.0}, step))
      return Polished::confirmed;
    retract(program_, x_, step.data(), trial_x_);
    reduce_trial();
    const bool taken = is_finite(trial_) && trial_.cost <= rows_.cost * (1.0 + 1e-12);
    double squares = 0.0;
    for (const double d : step) squares += d * d;
    const bool goes_on = observe({std::sqrt(squares), trial_.cost, taken});
    if (taken) {
      accept();
      linearize();
    }
    if (!taken || !goes_on) return Polished::confirmed;
    last = length;
  }
  return Polished::confirmed;
}

std::vector<double> TallSystem::scatter(std::vector<double> x, double spread, std::mt19937_64& random) const {
  return scattered(program_, std::move(x), spread, random);
}

}  // namespace thalweg::inline v0_1
