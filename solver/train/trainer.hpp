// The loop of first-order training.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <thalweg/train/train.hpp>
#include <train/minibatches.hpp>
#include <train/trained_cost.hpp>
#include <train/training_log.hpp>

namespace thalweg {

/// An update rule at work. On the whole cost every iteration is recorded; with minibatches every epoch.
class Trainer {
 public:
  Trainer(const TrainOptions& options, TrainedCost& cost, TrainingLog& log);
  Ending run(std::vector<double> x);

 private:
  std::optional<Verdict> begin();
  std::optional<Verdict> iterate_on_all();
  std::optional<Verdict> epoch();
  std::optional<Verdict> iterate_on(std::span<const std::int64_t> batch);
  std::optional<Verdict> observe();
  void update(double rate);
  void clip();
  double rate_now() const;
  double searched_rate(std::span<const std::int64_t> batch, std::uint64_t draw, double value);
  double evaluate(std::span<const double> x);
  std::vector<double>& place();

  const TrainOptions& options_;
  TrainedCost& cost_;
  TrainingLog& log_;
  std::unique_ptr<UpdateRule> rule_;
  std::optional<Minibatches> batches_;  ///< none: all samples at once
  std::optional<Plateau> plateau_;
  double base_rate_;
  std::vector<double> x_, ahead_, g_, previous_;
  double value_ = 0.0;          ///< F where it was evaluated last
  double last_searched_ = 1.0;  ///< rate
  std::uint64_t draws_ = 0;
};

/// F + h by proximal steps, plain or accelerated: the rules proximal_gradient and fista.
Ending descend_by_proximal_steps(const TrainOptions& options, TrainedCost& cost, TrainingLog& log,
                                 std::vector<double> x);

}  // namespace thalweg
