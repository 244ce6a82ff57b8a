// What every training has around it: its tests and limits, the trace that it writes, the best point that it met.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <minimize/loop/journal.hpp>
#include <thalweg/train/train.hpp>
#include <train/trained_cost.hpp>

namespace thalweg::inline v0_1 {

class TrainingLog {
 public:
  /// All must outlive it. `rate`: the one to be blamed when the cost grows; NaN: the method finds its own.
  TrainingLog(const TrainOptions& options, const TrainedCost& cost, Stopwatch& clock, Result& result, double rate);

  /// What the next record says of the step that led to it; counts the step.
  void stepped(double rate, double step_norm);
  void epoch_completed() { ++result_.epochs; }

  /// The record of x, where the whole cost is `cost` and the gradient's norm `gradient_norm` (NaN: not known). Returns
  /// why training ends, or nothing.
  std::optional<Verdict> record(std::span<const double> x, double cost, double gradient_norm);
  /// What the caller allows, looked at between records too.
  std::optional<Verdict> limit() const;
  /// Whether a cost, perhaps estimated by a minibatch, has grown beyond all bounds.
  std::optional<Verdict> divergence(double cost) const;
  /// Where it ended: what the result is to say.
  Ending conclude(Verdict verdict);

  std::int64_t iterations() const { return result_.iterations; }
  std::int64_t epochs() const { return result_.epochs; }

 private:
  struct Kept {
    std::vector<double> x;
    double cost = IterationRecord::unset, validation = std::numeric_limits<double>::infinity();
    std::int64_t epoch = 0, iteration = 0;
  };
  IterationRecord made_record(std::span<const double> x, double cost, double gradient_norm);
  void push(const IterationRecord& record);
  std::optional<Verdict> judge(std::span<const double> x, double cost, double gradient_norm);
  std::optional<Verdict> validated(std::span<const double> x, double cost);
  std::optional<Verdict> request(const IterationRecord& record) const;
  bool reports_last() const { return !options_.keep_lowest && options_.patience == 0; }
  void keep(Kept& kept, std::span<const double> x, double cost) const;

  const TrainOptions& options_;
  const TrainedCost& cost_;
  Stopwatch& clock_;
  Result& result_;
  double blamed_rate_;
  double rate_ = IterationRecord::unset, step_norm_ = IterationRecord::unset;
  double gradient_norm_ = IterationRecord::unset;  ///< where the last step began
  Kept best_, last_;                               // last_ without a point where the lowest is kept
  std::int64_t records_ = 0, next_kept_ = 0;
  std::optional<IterationRecord> unwritten_;  ///< the last record, when it was left out of the trace
};

/// The trace keeps records 0, 1, … 2000, and from then on about a thousand per tenfold: the number of the one to be
/// kept after number k.
std::int64_t next_kept_record(std::int64_t k);

}  // namespace thalweg::inline v0_1
