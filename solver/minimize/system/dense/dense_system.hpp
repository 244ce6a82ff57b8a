// A least-squares problem with a dense Jacobian.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <minimize/system/column_bounds.hpp>
#include <minimize/system/dense/polish.hpp>
#include <minimize/system/dense/projection.hpp>
#include <minimize/system/dense/state.hpp>
#include <minimize/system/dense/stationarity_meter.hpp>
#include <thalweg/linear/dense_cholesky.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// J and r of every residual at the point and at a trial, and a dense factor: bounds, geodesic acceleration, variable
/// projection, second derivatives and a polish to the last digit.
class DenseSystem final : public System {
 public:
  explicit DenseSystem(const Problem& problem, std::span<const std::int64_t> pinned = {});

  Program& program() { return program_; }
  /// The linear solver of the caller, in place of those of this system; not owned.
  void use(LinearSolver* own) { own_ = own; }

  void prepare(SolveContext& context) override;
  std::optional<Verdict> begin(std::vector<double> x, SolveContext& context) override;
  std::int64_t columns() const override { return program_.columns(); }
  std::string column_name(std::int64_t column) const override { return program_.column_name(column); }
  std::int64_t component_of(std::int64_t column) const override { return program_.component_of(column); }

  const std::vector<double>& x() const override { return state_.x; }
  double cost() const override { return state_.cost; }
  double residual_norm() const override { return thalweg::residual_norm(program_, state_); }
  double variance() const override { return program_.variance(cost()); }
  double gradient_norm() const override { return gradient_norm_; }
  std::span<const double> sizes() const override { return sizes_; }
  std::span<const char> held() const override { return bounds_.held(); }
  DampedSystem& steps() override { return *linear_; }

  double evaluate(const double* step, bool promising) override;
  bool accept() override;
  void linearize() override;
  ProposedStep confine(const ProposedStep& proposed, const Strategy& strategy, double* step) override;
  IterationRecord::Outcome accelerate(std::span<const double> D, double* step) override;
  std::span<const char> projected() const override { return projection_.columns(); }

  double cost_beside(const double* step) override;
  Stationarity measure(double allowed) override;
  bool is_unmoved_by(const double* step, double allowed) override;
  void hold(std::vector<char> columns) override { bounds_.hold(std::move(columns)); }
  bool jump(const std::vector<double>& x) override;
  bool underflows() const override;
  bool bends_down() override { return meter_.bends_down(state_, bounds_.held()); }
  bool curves_up() override { return meter_.curves_up(state_, bounds_.held()); }
  std::int64_t rank_at(std::vector<double> x) override;
  bool is_small() const override { return true; }
  Polished polish(const std::function<bool(const PolishStep&)>& observe) override;
  std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const override;

 private:
  void evaluate_with_jacobian(State& state);
  int threads() const { return context_->options.threads; }

  Program program_;
  ColumnBounds bounds_;
  State state_, trial_;
  Polish polish_;
  StationarityMeter meter_;
  Projection projection_;
  DenseQr qr_;
  DenseCholesky cholesky_;
  LinearSolver* own_ = nullptr;
  LinearSolver* linear_ = nullptr;   // the one prepared
  SolveContext* context_ = nullptr;  // of the descent in progress
  double gradient_norm_ = 0.0;
  std::vector<double> sizes_;  // of the columns, where the last linearisation was taken
  bool confined_ = false;      // the last step was kept inside the bounds, and is no longer the strategy's
  bool factored_ = false;      // the QR is that of the state, all that is held included
  bool polished_ = false;      // the polish ended at the state
  std::vector<double> beside_x_, acceleration_, scratch_;
  AlignedArray beside_residual_, curvature_residual_;
};

}  // namespace thalweg::inline v0_1
