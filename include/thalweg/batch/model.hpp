// What a batch of fits evaluates: one model on several fits at once, one fit per SIMD lane.
//
// Arrays of lanes hold batch_lanes numbers beside each other, one for each fit, whatever the processor: a model that is
// compiled for one instruction set serves a library that is compiled for another.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

/// Fits that are evaluated together.
inline constexpr int batch_lanes = 8;
/// The most parameters of a batch's model: JᵀJ of more does not stay in the first-level cache.
inline constexpr int most_batch_parameters = 12;
inline constexpr int most_batch_predictors = 8;

/// Some points of batch_lanes fits. Arrays of lanes begin on a cache line.
struct LanePoints {
  const double* parameters = nullptr;  ///< of parameter j in lane l: [j · batch_lanes + l]
  const double* const* x = nullptr;  ///< of predictor k at point i: x[k][i · batch_lanes + l], i counting from `begin`
  int begin = 0, count = 0;          ///< the points, of all that a fit has
  double* value = nullptr;           ///< to be written: [i · batch_lanes + l]
  double* derivative = nullptr;      ///< to be written: [(j · stride + i) · batch_lanes + l]; null: values alone
  int stride = 0;                    ///< points from one parameter's derivatives to the next's
};

/// All points of batch_lanes fits and the sums over them of least squares.
struct LaneSums {
  const double* parameters = nullptr;
  const double* const* x = nullptr;
  int count = 0;
  const double* y = nullptr;   ///< [i · batch_lanes + l]
  double* cost = nullptr;      ///< ½ Σ r², r = value − y: [l]
  double* gradient = nullptr;  ///< Jᵀr: [j · batch_lanes + l]
  double* hessian = nullptr;   ///< JᵀJ, lower triangle by rows: [(j (j + 1)/2 + k) · batch_lanes + l]
};

/// The predictors of a batch, as far as all fits share them.
struct SharedPoints {
  int points = 0;
  std::vector<std::span<const double>> x;  ///< `points` numbers each; empty where every fit has its own
};

/// A model on the points of a batch. Evaluation is const and thread-safe; a lane's numbers depend on that lane alone.
class BatchEvaluator {
 public:
  virtual ~BatchEvaluator() = default;
  virtual void evaluate(const LanePoints& points) const = 0;
  /// The sums of unweighted least squares in one pass, where the model can do that faster than by evaluate(); else
  /// false.
  virtual bool accumulate(const LaneSums& /*sums*/) const { return false; }
};

/// A model with few parameters, value = f(parameters, predictors).
class BatchModel {
 public:
  /// Throws Error for no parameters or predictors, and for more than the most.
  BatchModel(std::vector<std::string> parameters, int predictors);
  virtual ~BatchModel() = default;

  int parameters() const { return static_cast<int>(names_.size()); }
  const std::vector<std::string>& parameter_names() const { return names_; }
  int predictors() const { return predictors_; }

  /// The model on these points, which must outlive the result, as this model must.
  virtual std::unique_ptr<BatchEvaluator> bind(const SharedPoints& shared) const = 0;
  /// Whether guess() is there.
  virtual bool guesses() const { return false; }
  /// A start from the data of one fit: x[k] and y have as many numbers as there are points, all finite.
  virtual void guess(std::span<const double* const> x, std::span<const double> y, double* parameters) const;

 private:
  std::vector<std::string> names_;
  int predictors_;
};

}  // namespace thalweg::inline v0_1
