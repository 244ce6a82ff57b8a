#include "peers/ceres.hpp"
#include <thalweg/minimize/solve.hpp>
#include <thalweg/problem/problem.hpp>

#include <algorithm>

#include <ceres/ceres.h>
#include <glog/logging.h>

namespace versus {

namespace {

/// Ceres wants J by row.
class AllRows final : public ceres::CostFunction {
 public:
  explicit AllRows(Function& f) : f_(f) {
    set_num_residuals(f.rows());
    mutable_parameter_block_sizes()->push_back(f.parameters());
  }
  bool Evaluate(const double* const* b, double* r, double** J) const override {
    if (J && J[0]) {
      f_.jacobian(b[0], r, J[0], Order::by_row);
    } else {
      f_.residuals(b[0], r);
    }
    return true;
  }

 private:
  Function& f_;
};

class CeresFit final : public Fit {
 public:
  CeresFit(std::unique_ptr<Function> f, Tolerance tolerance, int threads) : f_(std::move(f)) {
    FLAGS_minloglevel = google::GLOG_FATAL;
    x_.resize(static_cast<std::size_t>(f_->parameters()));
    problem_.AddResidualBlock(new AllRows(*f_), nullptr, x_.data());
    options_.minimizer_type = ceres::TRUST_REGION;
    options_.trust_region_strategy_type = ceres::LEVENBERG_MARQUARDT;
    options_.linear_solver_type = ceres::DENSE_QR;
    options_.logging_type = ceres::SILENT;
    options_.num_threads = threads;
    if (tolerance == Tolerance::tight) {
      options_.function_tolerance = tight_tolerance;
      options_.gradient_tolerance = tight_tolerance;
      options_.parameter_tolerance = tight_tolerance;
      options_.max_num_iterations = most_iterations;
    }
  }

  void prepare(std::span<const double> start) override {
    std::copy(start.begin(), start.end(), x_.begin());
    f_->residual_evaluations = f_->jacobian_evaluations = 0;
  }
  void solve() override { ceres::Solve(options_, &problem_, &summary_); }
  Outcome outcome() const override {
    return {x_, f_->residual_evaluations, f_->jacobian_evaluations,
            summary_.num_successful_steps + summary_.num_unsuccessful_steps};
  }

 private:
  std::unique_ptr<Function> f_;
  std::vector<double> x_;
  ceres::Problem problem_;
  ceres::Solver::Options options_;
  ceres::Solver::Summary summary_;
};

}  // namespace

std::unique_ptr<Fit> ceres_fit(std::unique_ptr<Function> f, Tolerance tolerance, int threads) {
  return std::make_unique<CeresFit>(std::move(f), tolerance, threads);
}

}  // namespace versus
