#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/solve.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <methods/residual_samples.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <train/refusals.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr Method methods[] = {Method::levenberg_marquardt,
                              Method::levenberg,
                              Method::gauss_newton,
                              Method::dogleg,
                              Method::subspace_dogleg,
                              Method::newton,
                              Method::newton_cg,
                              Method::bfgs,
                              Method::lbfgs,
                              Method::nonlinear_cg,
                              Method::gradient_descent};

/// What runs: gradient-descent with a given rate is an update rule.
AnyMethod resolved(AnyMethod method, const TrainOptions& train) {
  const bool fixed = !std::isnan(train.rate) || train.schedule.kind == Schedule::Kind::search;
  return method == AnyMethod(Method::gradient_descent) && fixed ? AnyMethod(Rule::gradient_descent) : method;
}

std::string second_order_refusal(Method method, const Subject& subject, const TrainOptions& train) {
  const std::string_view name = to_string(method);
  if (needs_residuals(method) && !subject.residuals)
    return fmt::format(
        "{} needs residuals, and this cost has none; expected gradient-descent, nonlinear-cg, newton, "
        "newton-cg, bfgs, lbfgs or a first-order method",
        name);
  if (subject.penalty && subject.penalty->indicator())
    return fmt::format(
        "{} knows no constraint such as max_norm; expected fista, proximal-gradient, sgd, momentum, "
        "adam, ...",
        name);
  if (subject.penalty)
    return fmt::format(
        "{} needs derivatives, and the penalty has none where it bends; expected fista or "
        "proximal-gradient",
        name);
  if (train.batch_size > 0)
    return fmt::format(
        "{} needs the whole gradient: differences of minibatch gradients are noise, not curvature; leave "
        "out the batch size, or take sgd, momentum, adam, ...",
        name);
  if (const auto* sampled = dynamic_cast<const SampledObjective*>(subject.objective); sampled && sampled->draws())
    return fmt::format(
        "{} knows nothing of dropout, which draws another network for each minibatch; leave the dropout "
        "out, or take sgd, momentum, adam, ...",
        name);
  const bool curved = method == Method::newton || method == Method::newton_cg;
  return curved && !subject.no_curvature.empty() ? fmt::format("{}: {}", name, subject.no_curvature) : "";
}

/// Which form a global method searches: residuals, where there are any, for their descents.
std::string global_refusal(const Subject& subject) {
  if (subject.penalty) return "global methods know no penalty; expected fista, proximal-gradient, sgd, adam, ...";
  return subject.residuals ? why_not_searched(*subject.residuals, subject.domain)
                           : why_not_searched(*subject.objective, subject.box, subject.domain);
}

Result search(GlobalMethod method, const Subject& subject, const Options& options) {
  GlobalOptions global;
  global.method = method;
  global.seed = options.seed;
  global.box = subject.domain;
  return subject.residuals ? global_search(*subject.residuals, options, global).best
                           : global_search(*subject.objective, subject.box, options, global).best;
}

/// The residuals when a subject has nothing else, seen as a sum over samples.
struct AsSamples {
  AsSamples(const Subject& subject, const std::vector<double>& start, int threads) {
    if (subject.objective) return;
    program.emplace(*subject.residuals);
    samples.emplace(*program, start, threads);
  }
  std::optional<Program> program;
  std::optional<ResidualSamples> samples;
};

}  // namespace

std::string_view to_string(AnyMethod method) {
  return std::visit([](auto m) { return to_string(m); }, method);
}

const std::vector<AnyMethod>& all_methods() {
  static const std::vector<AnyMethod> all = [] {
    std::vector<AnyMethod> list(std::begin(methods), std::end(methods));
    for (const Rule rule : all_rules())
      if (rule != Rule::gradient_descent) list.emplace_back(rule);
    return list;
  }();
  return all;
}

AnyMethod parse_any_method(std::string_view name) {
  std::string known;
  for (const AnyMethod method : all_methods()) {
    if (same_word(to_string(method), name)) return method;
    known += (known.empty() ? "" : ", ") + std::string(to_string(method));
  }
  for (const GlobalMethod method : all_global_methods()) {
    if (same_word(to_string(method), name)) return method;
    known += ", " + std::string(to_string(method));
  }
  try {
    return parse_method(name);  // short forms
  } catch (const Error&) {
    throw Error(fmt::format("unknown method '{}'; expected one of {}", name, known));
  }
}

bool is_first_order(AnyMethod method) { return std::holds_alternative<Rule>(method); }
bool is_global(AnyMethod method) { return std::holds_alternative<GlobalMethod>(method); }

std::string refusal(AnyMethod method, const Subject& subject, const TrainOptions& train) {
  const bool constrained = subject.residuals && !subject.residuals->constraints().empty();
  if (constrained && (is_global(method) || is_first_order(resolved(method, train))))
    return fmt::format("{} does not heed constraints; expected levenberg-marquardt or another method of second order",
                       to_string(method));
  if (is_global(method)) return global_refusal(subject);
  const AnyMethod runs = resolved(method, train);
  if (const Method* second = std::get_if<Method>(&runs)) return second_order_refusal(*second, subject, train);
  TrainOptions options = train;
  options.rule = std::get<Rule>(runs);
  if (!subject.objective && subject.residuals->is_curved())
    return fmt::format(
        "{} moves each number by itself, and the points of a manifold do not move so; expected "
        "levenberg-marquardt or another method of second order",
        to_string(options.rule));
  if (subject.objective) return rule_refusal(options, *subject.objective, subject.penalty);
  const Program program(*subject.residuals);
  return rule_refusal(options, ResidualSamples(program, subject.residuals->start(), 1), subject.penalty);
}

Result run(AnyMethod method, const Subject& subject, const std::vector<double>& start, const Options& options,
           const TrainOptions& train) {
  if (!subject.residuals && !subject.objective) throw Error("a subject without residuals and without an objective");
  if (const std::string why = refusal(method, subject, train); !why.empty()) throw Error(why);
  if (const GlobalMethod* global = std::get_if<GlobalMethod>(&method)) return search(*global, subject, options);
  const AnyMethod runs = resolved(method, train);
  if (const Method* second = std::get_if<Method>(&runs)) {
    Options own = options;
    own.method = *second;
    const bool squares = subject.residuals &&
                         (needs_residuals(*second) || !subject.objective || !subject.residuals->constraints().empty());
    return squares ? solve(*subject.residuals, start, own) : minimize(*subject.objective, start, own, subject.box);
  }
  TrainOptions own = train;
  own.rule = std::get<Rule>(runs);
  if (subject.objective) return thalweg::train(*subject.objective, start, own, subject.box, subject.penalty);

  const AsSamples squares(subject, start, options.threads);
  const ResidualSamples& samples = *squares.samples;
  if (train.callback && train.record_points)
    own.callback = [&](IterationRecord record) {
      record.x = samples.expanded(record.x);
      return train.callback(record);
    };
  if (train.validation)
    own.validation = [&](std::span<const double> z) { return train.validation(samples.expanded(z)); };
  Result result = thalweg::train(samples, samples.reduced(start), own, samples.box(), subject.penalty);
  result.x = samples.expanded(result.x);
  for (IterationRecord& record : result.trace)
    if (!record.x.empty()) record.x = samples.expanded(record.x);
  return result;
}

}  // namespace thalweg::inline v0_1
