// Regression: linear, logistic, softmax, hinge and small networks, on a table of samples.
//
// The cost is a sum over the samples, not divided by their number:
//
//     F(θ) = Σᵢ ℓ(f(xᵢ; θ), yᵢ) + ½λ₂‖w‖² + λ₁‖w‖₁,      w: the weights without intercepts and biases
//
//     linear     ℓ = ½(f − y)²
//     logistic   ℓ = ln(1 + eᶠ) − y f,  y = 0 or 1
//     softmax    ℓ = ln Σₖ e^{fₖ} − Σₖ yₖ fₖ,  y the indicator of the class. The first class is the reference, its
//     score is 0,
//                so that the optimum is unique; λ₂ penalises deviations from the classes' mean weights, which is what a
//                penalty on K weight vectors would come to
//     hinge      ℓ = Σ_{j≠y} max(0, fⱼ − f_y + 1)  (Weston & Watkins 1999), K weight vectors; not smooth
//     network    f fully connected; ℓ that of linear, or that of softmax with K outputs
//
// Label smoothing ε (Szegedy et al. 2016) replaces the indicator y by (1 − ε) y + ε/K.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/proximable.hpp>
#include <thalweg/problem/sampled_objective.hpp>

namespace thalweg::inline v0_1 {

enum class RegressionKind { linear, logistic, softmax, hinge, network };
std::string_view to_string(RegressionKind);

enum class Activation { identity, tanh, relu, softplus, sigmoid };
std::string_view to_string(Activation);

/// A fully connected network a₀ = x, a_l = φ(W_l a_{l−1} + b_l); the last layer has no activation.
struct NetworkOptions {
  enum class Loss { squares, softmax };
  /// Standard deviation of the first weights, biases being 0: √(2/in) (He et al. 2015), √(2/(in + out)) (Glorot &
  /// Bengio 2010); automatic: He for relu and softplus, else Glorot.
  enum class Init { automatic, he, glorot };
  std::vector<int> layers;  ///< units of the hidden layers, from the inputs on
  Activation activation = Activation::tanh;
  Loss loss = Loss::squares;
  double dropout =
      0.0;  ///< probability that a hidden unit is left out of a minibatch; the rest are divided by 1 − dropout
  Init init = Init::automatic;
  std::uint64_t seed = 1;  ///< of the start, and with the draw, of dropout's masks
};

struct RegressionOptions {
  RegressionKind kind = RegressionKind::linear;
  bool intercept = true;     ///< a column of ones, not penalised; networks always have biases
  bool standardize = false;  ///< inputs are shifted to mean 0 and divided by their standard deviation (n − 1) first
  double l2 = 0.0, l1 = 0.0;
  double max_norm = std::numeric_limits<double>::infinity();  ///< of the weights that go into one output or unit, ‖w‖₂
  double label_smoothing = 0.0;                               ///< ε
  NetworkOptions network = {};

  /// Whether y is a class, 0 … K−1.
  bool classifies() const;
  /// Throws Error that names the field and what it expects.
  void validate() const;
};

/// A table of samples: one array per input, and the response.
struct RegressionData {
  std::string response = "y";
  std::vector<std::string> inputs;     ///< names
  std::vector<std::vector<double>> x;  ///< one array per input
  std::vector<double> y;               ///< a number, or the index of a class
  std::vector<std::string> classes;    ///< names; empty: y is a number

  std::int64_t samples() const { return static_cast<std::int64_t>(y.size()); }
  /// These rows, in this order.
  RegressionData rows(std::span<const std::int64_t> which) const;
};

/// How well a model does on a table.
struct RegressionMeasures {
  std::int64_t samples = 0;
  double mean_loss = 0.0;                                      ///< of ℓ, without penalties and label smoothing
  double accuracy = std::numeric_limits<double>::quiet_NaN();  ///< of classes: how many are right, 0 … 1
  std::vector<std::int64_t> confusion;  ///< K × K, row: the true class, column: the predicted one
  double r_squared = std::numeric_limits<double>::quiet_NaN();  ///< of numbers: 1 − Σ(f − y)² / Σ(y − ȳ)²
};

/// A model on its samples, in the forms that methods ask for. Parameters are in the order of the layers' units; of each
/// unit first the intercept or bias, then the weights of its inputs. Immutable; cheap to copy.
class RegressionModel {
 public:
  /// Throws Error for options that validate() refuses and for data that do not fit them: columns of unequal length,
  /// numbers that are not finite, labels out of range, a class without samples, or a constant input beside an
  /// intercept. `threads` evaluate the objective; its bits do not depend on them.
  RegressionModel(const RegressionOptions& options, const RegressionData& data, int threads = 1);

  const RegressionOptions& options() const;
  std::int64_t parameters() const;
  std::int64_t samples() const;
  /// "intercept", "petal_width"; of classes "petal_width[virginica]"; of networks "layer1[3][0]" (unit, input),
  /// "bias1[3]".
  std::string name(std::int64_t i) const;
  /// Zeros; of a network random weights by its seed.
  std::vector<double> start() const;

  /// F without λ₁, which penalty() holds.
  const LayeredObjective& objective() const;
  /// λ₁‖w‖₁, and the set ‖w‖₂ ≤ max_norm of each unit; null when there is neither.
  const Proximable* penalty() const;
  /// Whether F has second derivatives: not of hinge and relu.
  bool smooth() const;

  /// Whether F is made of residuals or of convex costs of the model's outputs: all but hinge.
  bool has_residuals() const;
  /// F as residuals, from `start`; it shares the data, and may outlive the model. Throws Error for hinge.
  Problem problem(std::span<const double> start) const;

  /// Scores f of each sample of a table with the same inputs, outputs() arrays of samples() each, in user's units.
  std::vector<std::vector<double>> scores(std::span<const double> x, const RegressionData& data) const;
  int outputs() const;
  RegressionMeasures measure(std::span<const double> x, const RegressionData& data) const;

  /// Coefficients for the inputs as they are, from those of the standardised ones: of networks those of the first
  /// layer. The same x when nothing was standardised.
  std::vector<double> in_users_units(std::span<const double> x) const;

  struct Impl;
  const Impl& impl() const;

 private:
  std::shared_ptr<const Impl> impl_;
};

/// The model of every stride-th sample, its penalties divided by the stride: its optimum is a start for the whole, near
/// the end and a stride-th of the work (Byrd, Chin, Nocedal & Wu 2012). Throws Error as the model's constructor does.
RegressionModel thinned(const RegressionOptions& options, const RegressionData& data, std::int64_t stride,
                        int threads = 1);

/// The optimum of a linear model in closed form: QR of the scaled columns, refined with residuals in twice the
/// precision (Björck 1967). λ₂ > 0 is ridge regression by augmented rows. Throws Error for another kind, for λ₁ and
/// max_norm, and for columns that depend on each other, by their names.
std::vector<double> solve_linear(const RegressionModel& model);

/// A sentence when the classes of a logistic or softmax model without penalty and smoothing are separable, x being
/// where a fit ended: every sample is on its right side, so that the cost falls along any multiple of x; or Newton's
/// step from x leads on to scores far away without raising the cost (up to 500 parameters), as where only some classes
/// are. The optimum is at infinity then. Empty otherwise.
std::string separation(const RegressionModel& model, std::span<const double> x);

/// Rows of a table, in increasing order.
struct RowSplit {
  std::vector<std::int64_t> training, validation;
};
/// A random part `validation` of the rows, of classes that part of each. The same for the same seed, on every machine.
/// Throws Error when a part would be empty.
RowSplit split_rows(const RegressionData& data, double validation, std::uint64_t seed);
/// k folds whose sizes differ by one at most, each the validation part of one split; classes are spread evenly over
/// them.
std::vector<RowSplit> make_folds(const RegressionData& data, int folds, std::uint64_t seed);

/// What each candidate's model costs on the fold that it was not fitted to.
struct CrossValidation {
  struct Candidate {
    double mean_loss = 0.0;       ///< ℓ per sample, over all samples
    double standard_error = 0.0;  ///< of the folds' mean losses
    std::vector<double> fold_losses;
  };
  std::vector<Candidate> candidates;  ///< in the order given
  std::size_t best = 0;               ///< of the least mean loss, the first of equals
};
/// Fits every candidate, models that differ in their penalties, say, to all folds but one, k times; `fit` returns the
/// parameters of the model that it is given. Throws Error for what make_folds and RegressionModel refuse.
CrossValidation cross_validate(const RegressionData& data, const std::vector<RegressionOptions>& candidates, int folds,
                               std::uint64_t seed,
                               const std::function<std::vector<double>(const RegressionModel&)>& fit, int threads = 1);

}  // namespace thalweg::inline v0_1
