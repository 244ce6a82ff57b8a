// A model's cost as an objective. Private to the floor.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <thalweg/problem/sampled_objective.hpp>

#include "models/regression/parts.hpp"

namespace thalweg::inline v0_1::regression {

/// Whole passes go over the samples in tiles, and add up in chunks that do not depend on the number of threads. Of a
/// model without hidden layers the state of the output (its probabilities, say) at the last point is kept, so that
/// gradient, Hessian and products there cost no second exponential.
class RegressionObjective final : public LayeredObjective {
 public:
  explicit RegressionObjective(std::shared_ptr<const Parts> parts);

  std::string name(std::int64_t i) const override { return parts_->names[static_cast<std::size_t>(i)]; }
  std::int64_t samples() const override { return parts_->design.samples(); }
  double value(std::span<const double> x) const override;
  double gradient(std::span<const double> x, std::span<double> g) const override;
  void hessian(std::span<const double> x, std::span<double> H) const override;
  void hessian_product(std::span<const double> x, std::span<const double> v, std::span<double> Hv) const override;
  bool scale(std::span<double> D) const override;
  double batch_gradient(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                        std::span<double> g) const override;
  bool draws() const override { return !parts_->affine() && parts_->options.network.dropout > 0.0; }
  double proximal_gradient_direction(std::span<const double> x, std::span<const std::int64_t> batch, std::uint64_t draw,
                                     double tau, std::span<double> d) const override;

 private:
  /// Where a model without hidden layers was evaluated last.
  struct State {
    std::vector<double> x;
    double value = 0.0;        ///< without the ridge
    DenseMatrix T;             ///< the state of the output of every sample
    std::vector<double> g, H;  ///< without the ridge; empty: not asked for
  };
  using Grams = std::vector<Eigen::MatrixXd>;

  std::shared_ptr<const State> state_at(std::span<const double> x) const;
  std::shared_ptr<const State> known(std::span<const double> x) const;
  std::shared_ptr<const State> evaluate(std::span<const double> x, bool with_gradient) const;
  void gradient_from(const State& state, double* g) const;
  void add_weighted_squares(const State& state, Workspace& w, std::int64_t begin, std::int64_t m, double* to) const;
  double network(std::span<const double> x, double* g) const;
  void affine_hessian(const State& state, std::span<double> H) const;
  void complete_symmetric(std::span<double> H) const;
  double batch(std::span<const double> x, std::span<const std::int64_t> rows, std::uint64_t draw, std::span<double> g,
               Grams* grams) const;

  /// Calls body(workspace, begin, rows, sum of the chunk) for every tile, and adds up the chunks' sums of `size`
  /// numbers to `total` in their order.
  template <class Body>
  void reduce(std::int64_t grain, std::int64_t size, double* total, Body body) const;
  std::int64_t grain() const;

  std::shared_ptr<const Parts> parts_;
  mutable WorkspacePool pool_;
  mutable std::mutex mutex_;
  mutable std::atomic<bool> hessians_asked_for_ = false;
  mutable std::shared_ptr<State> last_;
};

}  // namespace thalweg::inline v0_1::regression
