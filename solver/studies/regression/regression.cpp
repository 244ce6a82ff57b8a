#include "studies/regression/regression.hpp"
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/regression_constraints.hpp>
#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace thalweg::inline v0_1::studies {
namespace {

// A part of the samples is a start where it has so many of them for each parameter.
constexpr std::int64_t part_stride = 32, least_samples_per_parameter = 100;
// Up to so many parameters a dense matrix of them is cheap beside the data.
constexpr std::int64_t most_for_newton = 1000, most_for_levenberg_marquardt = 3000;

bool has_closed_form(const RegressionModel& model) {
  return model.options().kind == RegressionKind::linear && !model.penalty();
}

AnyMethod method_for(const RegressionModel& model) {
  const std::int64_t n = model.parameters();
  const RegressionOptions& o = model.options();
  if (o.kind == RegressionKind::network && o.network.dropout > 0.0) return Rule::adam;
  if (model.penalty()) return model.penalty()->indicator() && !model.smooth() ? AnyMethod(Rule::adam) : Rule::fista;
  switch (o.kind) {
    case RegressionKind::linear:
      return Method::gauss_newton;
    case RegressionKind::logistic:
    case RegressionKind::softmax:
      return n <= most_for_newton ? Method::newton : Method::lbfgs;
    case RegressionKind::hinge:
      return Method::lbfgs;
    case RegressionKind::network:
      break;
  }
  // On likelihoods Gauss-Newton steps gain little over gradients, and cost a factorisation each.
  const bool squares = o.network.loss == NetworkOptions::Loss::squares;
  return squares && n <= most_for_levenberg_marquardt ? Method::levenberg_marquardt : Method::lbfgs;
}

Subject subject_of(const RegressionModel& model, const Problem* problem) {
  Subject subject;
  subject.residuals = problem;
  subject.objective = &model.objective();
  subject.penalty = model.penalty();
  if (model.options().kind == RegressionKind::hinge)
    subject.no_curvature =
        "the hinge loss is piecewise linear and has no curvature; expected lbfgs, bfgs or a first-order method";
  return subject;
}

RegressionQuality quality(const std::string& name, const RegressionMeasures& m) {
  return {name, m.samples, m.mean_loss, m.accuracy, m.r_squared, m.confusion};
}

}  // namespace

Result fit_regression(const RegressionModel& model, const Subject& subject, AnyMethod method, bool closed_form,
                      std::vector<double> start, const Options& options, const TrainOptions& train) {
  if (!closed_form) return run(method, subject, start, options, train);
  Result result;
  result.x = solve_linear(model);
  result.initial_cost = model.objective().value(model.start());
  result.final_cost = model.objective().value(result.x);
  result.evaluations.cost = 2;
  result.iterations = result.accepted_steps = 1;
  result.status = Status::converged;
  result.reason = "solved in closed form, by QR";
  result.linear_solver = "dense-qr";
  result.linear_solver_reason = "a linear model: one step is the answer";
  return result;
}

std::vector<double> start_for(const RegressionModel& model, const RegressionData& data, AnyMethod method,
                              const Options& options, std::vector<std::string>& notes) {
  const RegressionKind kind = model.options().kind;
  const bool likelihood = kind == RegressionKind::logistic || kind == RegressionKind::softmax;
  const bool enough = model.samples() >= part_stride * least_samples_per_parameter * model.parameters();
  if (!likelihood || !enough || model.penalty() || is_first_order(method)) return model.start();
  try {
    const RegressionModel part = thinned(model.options(), data, part_stride, options.threads);
    const Result coarse =
        minimize(part.objective(), part.start(), {.method = Method::newton, .time_limit = options.time_limit});
    if (!coarse.converged()) return model.start();
    notes.push_back(fmt::format("started from the optimum of every {}nd sample", part_stride));
    return coarse.x;
  } catch (const Error&) {  // a part may lack a class
    return model.start();
  }
}

Regression::Regression(RegressionFit fit, const Request& request) : fit_(std::move(fit)) {
  try {
    training_ = fit_.data;
    if (fit_.split) {
      const RowSplit split = split_rows(fit_.data, fit_.split->validation, fit_.split->seed);
      training_ = fit_.data.rows(split.training);
      validation_ = fit_.data.rows(split.validation);
    }
    if (fit_.cross_validation) choose_penalty(request);
    model_.emplace(fit_.model, training_, request.options.threads);
    if (model_->has_residuals()) problem_.emplace(model_->problem(model_->start()));
    if (problem_) add_constraints(*model_, fit_.constraints, *problem_);
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", fit_.file, error.what()));
  }
  subject_ = subject_of(*model_, problem());
}

void Regression::choose_penalty(const Request& request) {
  const RegressionFit::Choice& choice = *fit_.cross_validation;
  candidates_ = choice.candidates(fit_.model);
  const auto solve = [&](const RegressionModel& model) {
    std::optional<Problem> residuals;
    if (model.has_residuals()) residuals.emplace(model.problem(model.start()));
    const Subject subject = subject_of(model, residuals ? &*residuals : nullptr);
    const bool closed = has_closed_form(model) && !request.method_given;
    const AnyMethod method = request.method_given ? request.method : method_for(model);
    return fit_regression(model, subject, method, closed, model.start(), request.options, request.train).x;
  };
  trials_ = cross_validate(training_, candidates_, choice.folds, choice.seed, solve, request.options.threads);
  fit_.model = candidates_[trials_->best];
}

AnyMethod Regression::default_method() const {
  return is_constrained() ? Method::levenberg_marquardt : method_for(*model_);
}

bool Regression::closed_form() const { return has_closed_form(*model_) && !is_constrained(); }

void Regression::complete(Request& request) const {
  // A network has many minima that are as good as each other: the first one serves.
  if (fit_.model.kind == RegressionKind::network && !request.was_given("--restarts")) request.options.restarts = 0;
  if (!is_first_order(request.method)) return;
  TrainOptions& train = request.train;
  const RegressionFit::Training& file = fit_.training;
  const bool whole = request.method == AnyMethod(Rule::proximal_gradient) || request.method == AnyMethod(Rule::fista);
  if (train.batch_size == 0 && !whole) train.batch_size = file.batch_size;
  if (train.max_epochs == std::numeric_limits<std::int64_t>::max() && file.epochs > 0 && !whole)
    train.max_epochs = file.epochs;
  if (std::isnan(train.rate) && !whole) train.rate = file.rate;
  if (train.patience == 0) train.patience = file.patience;
  if (train.patience > 0 && validation_.samples() == 0)
    throw Error("--patience watches the validation cost, and the file splits no rows off; expected [split] in it");
  if (train.patience > 0)
    train.validation = [this](std::span<const double> x) { return model_->measure(x, validation_).mean_loss; };
}

RegressionSummary Regression::summary() const {
  RegressionSummary s;
  const RegressionOptions& o = fit_.model;
  s.model = fmt::format("{}{}: {} input{}", to_string(o.kind), o.kind == RegressionKind::network ? "" : " regression",
                        fit_.data.inputs.size(), fit_.data.inputs.size() == 1 ? "" : "s");
  if (o.classifies()) s.model += fmt::format(", {} classes", fit_.data.classes.size());
  if (o.standardize) s.model += ", standardised";
  if (o.l2 > 0.0) s.model += fmt::format("; l2 = {:g}", o.l2);
  if (o.l1 > 0.0) s.model += fmt::format("; l1 = {:g}", o.l1);
  if (std::isfinite(o.max_norm)) s.model += fmt::format("; max norm {:g}", o.max_norm);
  if (o.label_smoothing > 0.0) s.model += fmt::format("; labels smoothed by {:g}", o.label_smoothing);
  if (o.classifies()) s.classes = fit_.data.classes;
  if (!trials_) return s;
  s.folds = fit_.cross_validation->folds;
  s.penalty = fit_.cross_validation->l1.empty() ? "l2" : "l1";
  for (std::size_t i = 0; i < candidates_.size(); ++i)
    s.cross_validation.push_back({s.penalty == "l1" ? candidates_[i].l1 : candidates_[i].l2,
                                  trials_->candidates[i].mean_loss, trials_->candidates[i].standard_error,
                                  i == trials_->best});
  return s;
}

void Regression::judge(const std::vector<double>& x, RegressionSummary& summary) const {
  const bool split = validation_.samples() > 0;
  summary.quality.push_back(quality(split ? "training" : "all", model_->measure(x, training_)));
  if (split) summary.quality.push_back(quality("validation", model_->measure(x, validation_)));
  if (fit_.model.l1 == 0.0) return;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::string name = model_->name(static_cast<std::int64_t>(i));
    if (name.starts_with("intercept") || name.starts_with("bias")) continue;
    ++summary.weights;
    if (x[i] == 0.0)
      ++summary.zero_weights;
    else
      summary.other_weights.emplace_back(name, x[i]);
  }
  summary.standardised = fit_.model.standardize;
  std::stable_sort(summary.other_weights.begin(), summary.other_weights.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
}

}  // namespace thalweg::inline v0_1::studies
