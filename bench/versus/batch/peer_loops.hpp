// Peers, one fit after the other: what a solver can set up once for all fits is set up once.
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <ceres/ceres.h>
#include <ceres/tiny_solver.h>
#include <cminpack.h>

#include "batch/batch.hpp"

namespace versus {

/// Residuals of one fit and their derivatives.
class PeerFunction {
 public:
  virtual ~PeerFunction() = default;
  virtual int points() const = 0;
  virtual void residuals(std::int64_t fit, const double* b, double* r) const = 0;
  /// J[i · row_stride + j · column_stride]; r may be null.
  virtual void jacobian(std::int64_t fit, const double* b, double* r, double* J, int row_stride,
                        int column_stride) const = 0;
};

/// By Ceres's dual numbers. Model: `parameters`, `predictors`, and a value (b, x...).
template <class Model>
class BatchFunction final : public PeerFunction {
  static constexpr int n = Model::parameters;
  using Jet = ceres::Jet<double, n>;

 public:
  explicit BatchFunction(const BatchFits& all) : all_(all) {}
  int points() const override { return all_.points; }

  void residuals(std::int64_t fit, const double* b, double* r) const override {
    const double* const y = all_.y.data() + fit * all_.points;
    for (int i = 0; i < all_.points; ++i) r[i] = value(b, i) - y[i];
  }
  void jacobian(std::int64_t fit, const double* b, double* r, double* J, int row_stride,
                int column_stride) const override {
    const double* const y = all_.y.data() + fit * all_.points;
    std::array<Jet, n> p;
    for (int j = 0; j < n; ++j) p[static_cast<std::size_t>(j)] = Jet(b[j], j);
    for (int i = 0; i < all_.points; ++i) {
      const Jet f = value(p, i);
      if (r) r[i] = f.a - y[i];
      for (int j = 0; j < n; ++j) J[i * row_stride + j * column_stride] = f.v[j];
    }
  }

 private:
  template <class B>
  auto value(const B& b, int i) const {
    return [&]<std::size_t... k>(std::index_sequence<k...>) {
      return Model{}(b, all_.x[k][static_cast<std::size_t>(i)]...);
    }
    (std::make_index_sequence<Model::predictors>());
  }
  const BatchFits& all_;
};

/// Ceres: one Problem with one residual block, whose data change.
template <int n>
class CeresLoop final : public ceres::CostFunction {
 public:
  explicit CeresLoop(const PeerFunction& f) : f_(f) {
    set_num_residuals(f.points());
    mutable_parameter_block_sizes()->push_back(n);
    ceres::Problem::Options own;
    own.cost_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
    problem_ = std::make_unique<ceres::Problem>(own);
    problem_->AddResidualBlock(this, nullptr, x_.data());
    options_.linear_solver_type = ceres::DENSE_NORMAL_CHOLESKY;
    options_.logging_type = ceres::SILENT;
    options_.num_threads = 1;
    options_.function_tolerance = batch_tolerance;
    options_.gradient_tolerance = 0.0;
    options_.parameter_tolerance = 1e-12;
    options_.max_num_iterations = batch_iterations;
  }
  bool Evaluate(const double* const* b, double* r, double** J) const override {
    if (J && J[0]) {
      f_.jacobian(fit_, b[0], r, J[0], n, 1);
    } else {
      f_.residuals(fit_, b[0], r);
    }
    return true;
  }
  int solve(std::int64_t fit, double* x) {
    fit_ = fit;
    std::copy_n(x, n, x_.begin());
    ceres::Solve(options_, problem_.get(), &summary_);
    std::copy_n(x_.begin(), n, x);
    return summary_.num_successful_steps + summary_.num_unsuccessful_steps;
  }

 private:
  const PeerFunction& f_;
  std::int64_t fit_ = 0;
  std::array<double, n> x_{};
  std::unique_ptr<ceres::Problem> problem_;
  ceres::Solver::Options options_;
  ceres::Solver::Summary summary_;
};

/// TinySolver, whose function tolerance is absolute: that of a typical cost.
template <int n, int m>
class TinyLoop {
 public:
  TinyLoop(const PeerFunction& f, double typical_squares) : function_{f, 0} {
    solver_.options.function_tolerance = batch_tolerance * typical_squares;
    solver_.options.gradient_tolerance = 0.0;
    solver_.options.parameter_tolerance = 1e-12;
    solver_.options.cost_threshold = 0.0;
    solver_.options.max_num_iterations = batch_iterations;
  }
  int solve(std::int64_t fit, double* x) {
    function_.fit = fit;
    Eigen::Matrix<double, n, 1> b = Eigen::Map<Eigen::Matrix<double, n, 1>>(x);
    solver_.Solve(function_, &b);
    std::copy_n(b.data(), n, x);
    return solver_.summary.iterations;
  }

 private:
  struct OneFit {
    using Scalar = double;
    enum { NUM_RESIDUALS = m, NUM_PARAMETERS = n };
    const PeerFunction& f;
    std::int64_t fit;
    int NumResiduals() const { return f.points(); }
    bool operator()(const double* b, double* r, double* J) const {
      if (J) {
        f.jacobian(fit, b, r, J, 1, f.points());
      } else {
        f.residuals(fit, b, r);
      }
      return true;
    }
  };
  OneFit function_;
  ceres::TinySolver<OneFit> solver_;
};

template <int n>
class MinpackLoop {
 public:
  explicit MinpackLoop(const PeerFunction& f) : f_(f), m_(f.points()) {
    const auto rows = static_cast<std::size_t>(m_);
    r_.resize(rows);
    J_.resize(rows * n);
    work_.resize(5 * n + rows);
  }
  int solve(std::int64_t fit, double* x) {
    fit_ = fit;
    constexpr int own_scaling = 1, silent = 0;
    double* const work = work_.data();
    int evaluations = 0, jacobians = 0;
    lmder(evaluate, this, m_, n, x, r_.data(), J_.data(), m_, batch_tolerance, 1e-12, 0.0, batch_iterations, work,
          own_scaling, 100.0, silent, &evaluations, &jacobians, pivots_.data(), work + n, work + 2 * n, work + 3 * n,
          work + 4 * n, work + 5 * n);
    return evaluations - 1;
  }

 private:
  static int evaluate(void* self, int m, int, const double* b, double* r, double* J, int, int what) {
    const auto& loop = *static_cast<const MinpackLoop*>(self);
    if (what == 1) loop.f_.residuals(loop.fit_, b, r);
    if (what == 2) loop.f_.jacobian(loop.fit_, b, nullptr, J, 1, m);
    return 0;
  }
  const PeerFunction& f_;
  int m_;
  std::int64_t fit_ = 0;
  std::vector<double> r_, J_, work_;
  std::array<int, n> pivots_{};
};

}  // namespace versus
