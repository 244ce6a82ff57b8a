// The loop of first-order training.
#pragma once

#include <optional>
#include <vector>

#include <thalweg/train/train.hpp>
#include <train/trained_cost.hpp>
#include <train/training_log.hpp>

namespace thalweg::inline v0_1 {

/// From x on until a verdict: whatever takes the steps.
class TrainingLoop {
 public:
  TrainingLoop(const TrainOptions& options, TrainedCost& cost, TrainingLog& log)
      : options_(options), cost_(cost), log_(log), g_(cost.size()) {}
  virtual ~TrainingLoop() = default;
  Ending run(std::vector<double> x);

 protected:
  /// F and g are known at the start.
  virtual void begin() {}
  /// One step, or one epoch of them, and the record after it.
  virtual std::optional<Verdict> advance() = 0;
  /// The whole cost, and the gradient of its smooth part to g.
  double evaluate(std::span<const double> x);

  const TrainOptions& options_;
  TrainedCost& cost_;
  TrainingLog& log_;
  std::vector<double> x_, g_;
  double value_ = 0.0;       ///< F, the smooth part, where it was evaluated last
  double first_norm_ = 0.0;  ///< of the gradient at the start

 private:
  std::optional<Verdict> start();
};

}  // namespace thalweg::inline v0_1
