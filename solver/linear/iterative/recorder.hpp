// What all iterations share: their records, and when they end.
#pragma once

#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include <Eigen/Core>
#include <thalweg/linear/iterative.hpp>

namespace thalweg::inline v0_1::iterative {

using Vector = Eigen::VectorXd;
using View = Eigen::Map<Vector>;
using ConstView = Eigen::Map<const Vector>;

/// Throws Error unless A is square; `method` is for the message.
void expect_square(std::int64_t rows, std::int64_t columns, const char* method);

inline Vector product(const LinearOperator& A, const Vector& x) {
  Vector y(A.rows());
  A.apply(x.data(), y.data());
  return y;
}

/// Norms are those of the residual and of b.
class Recorder {
 public:
  /// Throws Error for options that make no sense.
  Recorder(const IterationOptions& options, std::int64_t columns, double norm_of_b);

  /// A record of iteration `iteration`; true: it ends here, and outcome says why. `gradient_norm` is ‖Aᵀ(b − Ax)‖, in
  /// any unit that stays the same.
  bool ends(std::int64_t iteration, double residual_norm, double gradient = std::numeric_limits<double>::quiet_NaN(),
            double gradient_norm = std::numeric_limits<double>::quiet_NaN());
  /// True: it ends here because a divisor is zero or not finite.
  bool breaks_down(double divisor, const char* what);

  IterationOutcome take() { return std::move(outcome_); }
  IterationOutcome outcome(double condition) {
    outcome_.condition = condition;
    return take();
  }
  /// Where x = 0 solves the system.
  bool is_trivial() const { return norm_of_b_ == 0.0; }

 private:
  bool end(IterationOutcome::Status status, std::string reason);
  const IterationOptions& options_;
  std::int64_t most_;
  double norm_of_b_, first_ = -1.0, first_gradient_norm_ = -1.0;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  IterationOutcome outcome_;
};

}  // namespace thalweg::inline v0_1::iterative
