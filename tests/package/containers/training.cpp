#include <cmath>
#include <span>

#include <thalweg/methods/compare.hpp>
#include <thalweg/report/comparison.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/train/rules.hpp>
#include <thalweg/train/schedule.hpp>
#include <thalweg/train/train.hpp>
#include <thalweg/train/update_rule.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

struct Box01 final : Proximable {
  double value(std::span<const double>) const override { return 0.0; }
  void prox(std::span<double> x, double) const override {
    for (double& v : x) v = std::fmin(1.0, std::fmax(0.0, v));
  }
  bool indicator() const override { return true; }
};

/// A step of each rule, whose arrays this program replaces by its own.
template <class... Rules>
void each_step() {
  const std::vector<double> g = {0.1, -0.2};
  const auto step = [&](auto rule) {
    std::vector<double> theta = {1.0, 1.0}, ahead(2);
    rule.step(theta, g);
    rule.fields([](std::string_view, double&) {}, [](std::string_view, rules::Vector& array) { array = {1.0, 2.0}; });
    if constexpr (requires { rule.ahead(theta, rules::Point(ahead)); }) rule.ahead(theta, ahead);
    rule.step(theta, g);
    check(std::isfinite(theta[0]), "a rule's step");
  };
  (step(Rules(2)), ...);
}

void rules_by_name() {
  for (const Rule rule : all_rules()) {
    check(parse_rule(to_string(rule)) == rule, "rules by name");
    if (rule == Rule::fista || rule == Rule::proximal_gradient) continue;
    const auto worker = make_rule(rule, completed(rule, {}), 3);
    std::vector<double> theta = {1.0, 2.0, 3.0}, ahead(3);
    const std::vector<double> g = {0.1, -0.2, 0.3};
    worker->step(theta, g);
    worker->ahead(theta, ahead);
    const RuleState state = worker->state();
    worker->restore(parse_rule_state(to_text(state)));
    check(worker->state() == state && constants_of(rule).size() < 10, "a rule's state");
  }
  each_step<rules::Descent, rules::Momentum, rules::Nesterov, rules::NesterovShifted, rules::AdaGrad, rules::AdaDelta,
            rules::RmsProp, rules::RmsPropMomentum, rules::RmsPropNesterov, rules::Adam, rules::AdamUncorrected,
            rules::AdamW, rules::AdaMax, rules::Nadam, rules::AmsGrad>();
  check(to_string(parse_schedule("warmup:5+step:10e:0.5")) == "warmup:5+step:10e:0.5", "schedules");
}

void trained() {
  const auto bowl = objective(2, [](const auto& x) { return x[0] * x[0] + 3.0 * x[1] * x[1]; });
  const Box01 box;
  TrainOptions options{.rule = Rule::adam, .rate = 1e-2, .max_iterations = 300, .record_points = true};
  options.callback = [kept = std::vector<double>(50)](const IterationRecord&) { return Action::proceed; };
  const Result plain = train(bowl, {4.0, -3.0}, options);
  check(plain.x.size() == 2 && plain.trace.back().x.size() == 2, "training");
  options.rule = Rule::fista;
  options.rate = IterationRecord::unset;
  check(train(bowl, {4.0, -3.0}, options, {}, &box).x[0] <= 1.0, "training with a proximal step");

  Fit fit;
  const Subject subject{.residuals = &fit.problem};
  for (const AnyMethod method : all_methods()) {
    if (!refusal(method, subject).empty()) continue;
    const Result result =
        run(method, subject, {8.0, 0.3}, {.max_iterations = 50}, {.rate = 1e-3, .max_iterations = 50});
    check(result.x.size() == 2 && parse_any_method(to_string(method)) == method, "every method, by name");
  }
}

void compared() {
  Fit fit;
  CompareCase decay;
  decay.name = "decay";
  decay.subject.residuals = &fit.problem;
  decay.starts = {{8.0, 0.3}, {1.0, 1.0}};
  decay.certified = {9.2, 0.27};
  decay.minima = {{9.2, 0.27}};
  CompareOptions options;
  options.rule.evaluations = 200.0;
  options.tune = true;
  options.progress = [kept = std::vector<double>(50)](const CompareProgress&) {};
  Comparison comparison = compare({decay}, {Method::levenberg_marquardt, Rule::sgd}, options);
  check(comparison.problems.at(0).methods.at(0).runs.at(0).reached, "a comparison");
  check(!to_text(comparison, true).empty() && !to_json(comparison).empty() && !to_csv(comparison).empty(), "its texts");
  const Provenance provenance = {{"command", "a line that is long enough to be allocated on the heap"}};
  check(to_html(comparison, provenance).starts_with("<!DOCTYPE html>"), "its page");
  comparison.problems.push_back(comparison.problems.front());
  comparison.methods.emplace_back("another");
  check(!to_html(comparison, provenance).empty(), "the page of several problems");
  comparison = compare({decay}, {Method::bfgs}, options);
}

}  // namespace

void training() {
  rules_by_name();
  trained();
  compared();
}

}  // namespace containers
