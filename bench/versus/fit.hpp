// What every contender of the comparison is made of: one residual function, and one prepared fit.
#pragma once

#include <span>
#include <vector>

namespace versus {

/// How a Jacobian, rows × parameters, lies in memory.
enum class Order { by_row, by_column };

/// r(b) of one model on one data set, with exact derivatives. Every peer minimises through this
/// interface, so all pay the same for an evaluation; the one virtual call is for all rows at once.
class Function {
 public:
  virtual ~Function() = default;
  virtual int parameters() const = 0;
  virtual int rows() const = 0;

  void residuals(const double* b, double* r) {
    ++residual_evaluations;
    compute(b, r);
  }
  /// Residuals (unless r is null) and J = ∂r/∂b.
  void jacobian(const double* b, double* r, double* J, Order order) {
    ++jacobian_evaluations;
    compute_jacobian(b, r, J, order);
  }
  /// Whether there is a second derivative along a direction.
  virtual bool has_second_derivative() const = 0;
  /// That derivative, vᵀ∇²r v; counts as one residual evaluation.
  void second_derivative(const double* b, const double* v, double* rvv) {
    ++residual_evaluations;
    compute_second(b, v, rvv);
  }

  int residual_evaluations = 0;  ///< without a Jacobian
  int jacobian_evaluations = 0;  ///< with or without the residuals

 protected:
  virtual void compute(const double* b, double* r) = 0;
  virtual void compute_jacobian(const double* b, double* r, double* J, Order order) = 0;
  virtual void compute_second(const double* b, const double* v, double* rvv);
};

/// Where a fit ended, and what it took.
struct Outcome {
  std::vector<double> x;
  int residual_evaluations = 0, jacobian_evaluations = 0;
  int iterations = 0;  ///< as the solver counts them; of lmder, which does not, the trials
  int evaluations() const { return residual_evaluations + jacobian_evaluations; }
};

/// A solver with its settings, set up for one problem. Only solve() is timed.
class Fit {
 public:
  virtual ~Fit() = default;
  /// Puts the parameters to a start.
  virtual void prepare(std::span<const double> start) = 0;
  virtual void solve() = 0;
  virtual Outcome outcome() const = 0;
};

/// Tolerances of the peers. Tight: all the digits that they can give. Otherwise their defaults.
enum class Tolerance { tight, standard };
inline constexpr double tight_tolerance = 1e-15;
inline constexpr int most_iterations = 10000;

}  // namespace versus
