#include "peers/tiny.hpp"

#include <algorithm>
#include <string>

#include <ceres/tiny_solver.h>
#include <thalweg/base/error.hpp>
#include <thalweg/minimize/solve.hpp>

namespace versus {

namespace {

template <int N>
struct TinyFunction {
  using Scalar = double;
  enum { NUM_RESIDUALS = Eigen::Dynamic, NUM_PARAMETERS = N };
  Function& f;

  int NumResiduals() const { return f.rows(); }
  bool operator()(const double* b, double* r, double* J) const {
    if (J) {
      f.jacobian(b, r, J, Order::by_column);
    } else {
      f.residuals(b, r);
    }
    return true;
  }
};

template <int N>
class TinyFit final : public Fit {
 public:
  TinyFit(std::unique_ptr<Function> f, double function_tolerance) : f_(std::move(f)) {
    // The default cost_threshold would stop Lanczos1 early.
    solver_.options.function_tolerance = function_tolerance;
    solver_.options.gradient_tolerance = tight_tolerance;
    solver_.options.parameter_tolerance = tight_tolerance;
    solver_.options.cost_threshold = 0.0;
    solver_.options.max_num_iterations = most_iterations;
  }

  void prepare(std::span<const double> start) override {
    std::copy(start.begin(), start.end(), x_.data());
    f_->residual_evaluations = f_->jacobian_evaluations = 0;
  }
  void solve() override { solver_.Solve(TinyFunction<N>{*f_}, &x_); }
  Outcome outcome() const override {
    return {{x_.data(), x_.data() + N}, f_->residual_evaluations, f_->jacobian_evaluations, solver_.summary.iterations};
  }

 private:
  std::unique_ptr<Function> f_;
  ceres::TinySolver<TinyFunction<N>> solver_;
  Eigen::Matrix<double, N, 1> x_;
};

template <int N>
std::unique_ptr<Fit> of_dimension(std::unique_ptr<Function> f, double function_tolerance) {
  if (f->parameters() == N) return std::make_unique<TinyFit<N>>(std::move(f), function_tolerance);
  if constexpr (N < 9) {
    return of_dimension<N + 1>(std::move(f), function_tolerance);
  } else {
    throw thalweg::Error("no TinySolver for " + std::to_string(f->parameters()) + " parameters");
  }
}

}  // namespace

std::unique_ptr<Fit> tiny_fit(std::unique_ptr<Function> f, double function_tolerance) {
  return of_dimension<1>(std::move(f), function_tolerance);
}

}  // namespace versus
