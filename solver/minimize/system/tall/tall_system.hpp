// A least-squares problem of many rows and few columns.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <minimize/system/column_bounds.hpp>
#include <minimize/system/tall/row_reduction.hpp>
#include <thalweg/linear/dense_qr.hpp>
#include <thalweg/minimize/system.hpp>

namespace thalweg::inline v0_1 {

/// [R c] of all rows where it stands and at a trial: the memory is that of the data. A step that is expected to be
/// taken is evaluated with its Jacobian, so that an iteration is one pass over the rows; a rejected one costs a pass,
/// too. Bounds and losses; no acceleration, no variable projection. The polish is by Gauss-Newton steps.
class TallSystem final : public System {
 public:
  explicit TallSystem(const Problem& problem, std::span<const std::int64_t> pinned = {});
  /// With another reduction, of more rows than the problem's own: those of several processes.
  using MakeReduction = std::function<std::unique_ptr<RowReduction>(const Program&)>;
  TallSystem(const Problem& problem, std::span<const std::int64_t> pinned, const MakeReduction& make);

  /// Why this system, in words.
  static std::string reason(std::int64_t rows, std::int64_t columns);

  void prepare(SolveContext& context) override;
  /// Damping that falls faster, where the options leave it open: each iteration is a pass over the rows.
  Options advised(const Options& options) const override;
  std::optional<Verdict> begin(std::vector<double> x, SolveContext& context) override;
  std::int64_t columns() const override { return program_.columns(); }
  std::string column_name(std::int64_t column) const override { return program_.column_name(column); }
  std::int64_t component_of(std::int64_t column) const override { return program_.component_of(column); }

  const std::vector<double>& x() const override { return x_; }
  double cost() const override { return rows_.cost; }
  double residual_norm() const override;
  double variance() const override { return program_.variance(cost()); }
  double gradient_norm() const override { return gradient_norm_; }
  std::span<const double> sizes() const override { return sizes_; }
  std::span<const char> held() const override { return bounds_.held(); }
  DampedSystem& steps() override { return qr_; }

  double evaluate(const double* step, bool promising) override;
  bool accept() override;
  void linearize() override;
  ProposedStep confine(const ProposedStep& proposed, const Strategy& strategy, double* step) override;

  double cost_beside(const double* step) override;
  void hold(std::vector<char> columns) override { bounds_.hold(std::move(columns)); }
  bool jump(const std::vector<double>& x) override;
  Polished polish(const std::function<bool(const PolishStep&)>& observe) override;
  std::vector<double> scatter(std::vector<double> x, double spread, std::mt19937_64& random) const override;

 private:
  int threads() const { return context_->options.threads; }
  void reduce_trial();
  double relative_length(const std::vector<double>& step) const;

  Program program_;
  std::unique_ptr<RowReduction> reduction_;
  ColumnBounds bounds_;
  DenseQr qr_;
  std::vector<double> x_, trial_x_, beside_x_;
  ReducedRows rows_, trial_;
  bool trial_reduced_ = false;
  SolveContext* context_ = nullptr;  // of the descent in progress
  double gradient_norm_ = 0.0;
  std::vector<double> sizes_, scratch_;
};

/// Whether the rows of a problem are better reduced as they are evaluated than held: J has more than 2 million numbers,
/// of few columns, and no group couples its items.
bool looks_tall(const Problem& problem);

}  // namespace thalweg::inline v0_1
