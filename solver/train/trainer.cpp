#include <train/trainer.hpp>

#include <algorithm>
#include <cmath>

#include <thalweg/minimize/line_search.hpp>

namespace thalweg::inline v0_1 {
namespace {

double norm(std::span<const double> v) {
  double squares = 0.0;
  for (const double a : v) squares += a * a;
  return std::sqrt(squares);
}

/// The batch's cost along the direction d from x.
class BatchLine final : public LineFunction {
 public:
  BatchLine(TrainedCost& cost, std::span<const std::int64_t> batch, std::uint64_t draw, std::span<const double> x,
            std::span<const double> d)
      : cost_(cost), batch_(batch), draw_(draw), x_(x), d_(d), trial_(x.size()), g_(x.size()) {}

  double value(double alpha) override { return evaluate(alpha).value; }
  LinePoint evaluate(double alpha) override {
    for (std::size_t j = 0; j < x_.size(); ++j) trial_[j] = x_[j] + alpha * d_[j];
    LinePoint p{alpha, 0.0, 0.0};
    if (batch_.empty()) {
      p.value = cost_.smooth_gradient(trial_, g_) / cost_.samples();
      for (double& v : g_) v /= cost_.samples();
    } else {
      p.value = cost_.batch_gradient(trial_, batch_, draw_, g_);
    }
    for (std::size_t j = 0; j < x_.size(); ++j) p.slope += g_[j] * d_[j];
    return p;
  }

 private:
  TrainedCost& cost_;
  std::span<const std::int64_t> batch_;
  std::uint64_t draw_;
  std::span<const double> x_, d_;
  std::vector<double> trial_, g_;
};

bool minibatched(const TrainOptions& o, const TrainedCost& cost) {
  if (!cost.sampled()) return false;
  const bool some = o.batch_size > 0 && o.batch_size < cost.sampled()->samples();
  return some || cost.sampled()->draws() || o.rule == Rule::proxprop;
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, TrainedCost& cost, TrainingLog& log)
    : TrainingLoop(options, cost, log),
      rule_(make_rule(options.rule, options.constants, static_cast<std::int64_t>(cost.size()))),
      base_rate_(std::isnan(options.rate) ? default_rate(options.rule) : options.rate),
      ahead_(cost.size()) {
  if (minibatched(options, cost)) {
    const std::int64_t samples = cost.sampled()->samples();
    batches_.emplace(samples, options.batch_size > 0 ? options.batch_size : samples, options.seed);
  }
  if (options.schedule.kind == Schedule::Kind::plateau)
    plateau_.emplace(options.schedule.length, options.schedule.factor);
}

/// Where the gradient is taken.
std::vector<double>& Trainer::place() {
  if (!rule_->looks_ahead()) return x_;
  rule_->ahead(x_, ahead_);
  return ahead_;
}

/// The gradient of all samples is known at place(), from the record there.
std::optional<Verdict> Trainer::iterate_on_all() {
  for (double& v : g_) v /= cost_.samples();
  previous_ = place();
  const bool search = options_.schedule.kind == Schedule::Kind::search;
  clip();
  update(search ? searched_rate({}, 0, value_ / cost_.samples()) : rate_now());
  if (cost_.sampled()) log_.epoch_completed();
  const std::vector<double>& here = place();
  const double value = evaluate(here);
  double squares = 0.0;
  for (std::size_t j = 0; j < here.size(); ++j) squares += (here[j] - previous_[j]) * (here[j] - previous_[j]);
  log_.stepped(rule_->rate(), std::sqrt(squares));
  if (plateau_) plateau_->observe(value);
  return log_.record(here, value, cost_.gradient_norm(here, g_));
}

/// One pass over the samples, and the record after it; a limit within it ends with a record too.
std::optional<Verdict> Trainer::epoch() {
  std::optional<Verdict> verdict;
  do {
    verdict = iterate_on(batches_->next());
    if (!verdict && !batches_->epoch_complete()) verdict = log_.limit();
  } while (!verdict && !batches_->epoch_complete());
  if (batches_->epoch_complete()) log_.epoch_completed();
  const std::optional<Verdict> judged = observe();
  return verdict ? verdict : judged;
}

std::optional<Verdict> Trainer::iterate_on(std::span<const std::int64_t> batch) {
  const std::vector<double>& here = place();
  const std::uint64_t draw = mixed(options_.seed, draws_++);
  const double value = options_.rule == Rule::proxprop
                           ? cost_.batch_direction(here, batch, draw, options_.constants.tau, g_)
                           : cost_.batch_gradient(here, batch, draw, g_);
  if (auto verdict = log_.divergence(value * cost_.samples())) return verdict;
  clip();
  update(options_.schedule.kind == Schedule::Kind::search ? searched_rate(batch, draw, value) : rate_now());
  log_.stepped(rule_->rate(), IterationRecord::unset);
  return std::nullopt;
}

/// The whole cost where training stands.
std::optional<Verdict> Trainer::observe() {
  const double value = evaluate(x_);
  if (plateau_) plateau_->observe(value);
  return log_.record(x_, value, cost_.gradient_norm(x_, g_));
}

/// One step of the rule along the gradient g, and back to where h and the bounds allow.
void Trainer::update(double rate) {
  rule_->set_rate(rate);
  rule_->step(x_, g_);
  cost_.confine(x_, rate / cost_.samples());
}

void Trainer::clip() {
  if (std::isfinite(options_.clip_value))
    for (double& v : g_) v = std::clamp(v, -options_.clip_value, options_.clip_value);
  if (!std::isfinite(options_.clip_norm)) return;
  const double length = norm(g_);
  if (length > options_.clip_norm)
    for (double& v : g_) v *= options_.clip_norm / length;
}

double Trainer::rate_now() const {
  return base_rate_ * schedule_factor(options_.schedule, log_.iterations(), log_.epochs()) *
         (plateau_ ? plateau_->factor() : 1.0);
}

/// The rate that minimises the batch's cost along its gradient g; 0 where no rate lowers it.
double Trainer::searched_rate(std::span<const std::int64_t> batch, std::uint64_t draw, double value) {
  std::vector<double> d(g_.size());
  for (std::size_t j = 0; j < d.size(); ++j) d[j] = -g_[j];
  BatchLine line(cost_, batch, draw, x_, d);
  const LinePoint origin{0.0, value, -norm(g_) * norm(g_)};
  if (origin.slope == 0.0) return 0.0;
  const LineSearch kind =
      options_.schedule.search == Schedule::Search::exact ? LineSearch::exact : LineSearch::backtracking;
  const LineSearchSettings settings{.noise = 1e-12 * std::abs(origin.value)};
  const LineSearchResult found = search_line(kind, line, origin, 2.0 * last_searched_, settings);
  if (!found.decreased()) return 0.0;
  return last_searched_ = found.point.alpha;
}

}  // namespace thalweg::inline v0_1
