// The steps of first-order training: those of an update rule, and proximal ones.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <thalweg/train/train.hpp>
#include <train/minibatches.hpp>
#include <train/training_loop.hpp>

namespace thalweg::inline v0_1 {

/// An update rule at work. On the whole cost every iteration is recorded; with minibatches every epoch.
class Trainer final : public TrainingLoop {
 public:
  Trainer(const TrainOptions& options, TrainedCost& cost, TrainingLog& log);

 private:
  std::optional<Verdict> advance() override { return batches_ ? epoch() : iterate_on_all(); }
  std::optional<Verdict> iterate_on_all();
  std::optional<Verdict> epoch();
  std::optional<Verdict> iterate_on(std::span<const std::int64_t> batch);
  std::optional<Verdict> observe();
  void update(double rate);
  void clip();
  double rate_now() const;
  double searched_rate(std::span<const std::int64_t> batch, std::uint64_t draw, double value);
  std::vector<double>& place();

  std::unique_ptr<UpdateRule> rule_;
  std::optional<Minibatches> batches_;  ///< none: all samples at once
  std::optional<Plateau> plateau_;
  double base_rate_;
  std::vector<double> ahead_, previous_;
  double last_searched_ = 1.0;  ///< rate
  std::uint64_t draws_ = 0;
};

/// F + h by proximal steps, plain or accelerated: the rules proximal_gradient and fista.
std::unique_ptr<TrainingLoop> make_proximal_descent(const TrainOptions& options, TrainedCost& cost, TrainingLog& log);

}  // namespace thalweg::inline v0_1
