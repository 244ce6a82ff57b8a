#include <minimize/outer/constrained/polish.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_decompositions.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int most_steps = 5;

/// A component of a constraint that holds with equality.
struct Active {
  std::size_t group;
  int component;
  std::int64_t item;
};

class NewtonKkt {
 public:
  NewtonKkt(const Problem& augmented, const Constraints& constraints, std::vector<Multipliers>& multipliers)
      : problem_(augmented), constraints_(constraints), multipliers_(multipliers), program_(augmented) {}

  void run(std::vector<double>& x) {
    linearise(x);
    double error = residual();
    for (int k = 0; k < most_steps && error > 0.0; ++k) {
      const std::vector<double> x_before = x;
      const std::vector<Multipliers> before = multipliers_;
      const double last = error;
      Step next = step(x);
      // An inequality whose multiplier would be below zero is not active.
      for (; next == Step::dropped; next = step(x)) linearise(x);
      if (next == Step::taken) {
        linearise(x);
        error = residual();
      }
      if (next == Step::taken && error < 0.5 * last) continue;
      if (next == Step::none || !(error < last)) {
        x = x_before;
        multipliers_ = before;
      }
      return;
    }
  }

 private:
  std::size_t place(const Active& a) const {
    return static_cast<std::size_t>(a.component * constraints_.groups()[a.group]->items() + a.item);
  }
  double& lambda(const Active& a) { return multipliers_[a.group].lambda[place(a)]; }

  /// g = ∇ₓL and H with the rows of active constraints, in the columns that are free; A and c of these.
  void linearise(const std::vector<double>& x) {
    find_active(x);
    // Rows √μ (c + λ'/μ) with λ' = λ − μc have the gradient λ∇c and the curvature λ∇²c + μ∇c∇cᵀ.
    const std::vector<Multipliers> kept = multipliers_;
    for (std::size_t g = 0; g < values_.size(); ++g)
      for (std::size_t k = 0; k < values_[g].value.size(); ++k)
        multipliers_[g].lambda[k] -= multipliers_[g].penalty[k] * values_[g].value[k];
    AlignedArray r(program_.rows());
    DenseMatrix J(program_.rows(), program_.columns());
    program_.evaluate(x.data(), r.data(), J, 1);
    const Index n = program_.columns();
    MatrixXd S(n, n);
    program_.curvature(x.data(), r.data(), S.data());
    multipliers_ = kept;
    const Eigen::Map<const MatrixXd, 0, Eigen::OuterStride<>> jacobian(J.column(0), J.rows(), n,
                                                                       Eigen::OuterStride<>(J.stride()));
    const Eigen::Map<const VectorXd> residual(r.data(), program_.rows());
    H_ = jacobian.transpose() * jacobian + S;
    g_ = jacobian.transpose() * residual;
    hold(x);
    gather();
  }

  void find_active(const std::vector<double>& x) {
    active_.clear();
    values_.clear();
    for (std::size_t g = 0; g < constraints_.groups().size(); ++g) {
      const ResidualGroup& group = *constraints_.groups()[g];
      values_.push_back(values_at(group, x));
      for (int k = 0; k < group.dimension(); ++k)
        for (std::int64_t i = 0; i < group.items(); ++i)
          if (constraints_.kinds()[g] == Constraints::Kind::equality || lambda({g, k, i}) > 0.0)
            active_.push_back({g, k, i});
    }
  }

  /// Components at a bound that the gradient pushes out of it.
  void hold(const std::vector<double>& x) {
    free_.clear();
    for (Index c = 0; c < program_.columns(); ++c) {
      const auto j = static_cast<std::size_t>(program_.component_of(c));
      const bool held = (x[j] <= problem_.lower()[j] && g_(c) > 0.0) || (x[j] >= problem_.upper()[j] && g_(c) < 0.0);
      if (!held) free_.push_back(c);
    }
  }

  void gather() {
    const auto m = static_cast<Index>(active_.size());
    A_ = MatrixXd::Zero(m, program_.columns());
    c_.resize(m);
    for (Index row = 0; row < m; ++row) {
      const Active& a = active_[static_cast<std::size_t>(row)];
      const ResidualGroup& group = *constraints_.groups()[a.group];
      c_(row) = values_[a.group].value[place(a)];
      std::int64_t local = std::int64_t{a.component} * group.columns();
      for (const Slot& slot : group.slots())
        for (int d = 0; d < slot.dimension; ++d, ++local) {
          const std::int64_t c = program_.column_of(slot.offset(a.item) + d);
          if (c >= 0) A_(row, c) += values_[a.group].jacobian[static_cast<std::size_t>(local * group.items() + a.item)];
        }
    }
  }

  double residual() const {
    double most = c_.size() > 0 ? c_.lpNorm<Eigen::Infinity>() : 0.0;
    for (const Index c : free_) most = std::max(most, std::abs(g_(c)));
    return most;
  }

  /// none: the equations are singular, or the step leaves the bounds; dropped: a multiplier was set to zero.
  enum class Step { taken, dropped, none };
  Step step(std::vector<double>& x) {
    const auto n = static_cast<Index>(free_.size()), m = static_cast<Index>(active_.size());
    if (n == 0) return Step::none;
    MatrixXd K = MatrixXd::Zero(n + m, n + m);
    VectorXd rhs(n + m);
    for (Index i = 0; i < n; ++i) {
      for (Index j = 0; j < n; ++j)
        K(i, j) = H_(free_[static_cast<std::size_t>(i)], free_[static_cast<std::size_t>(j)]);
      for (Index k = 0; k < m; ++k) K(i, n + k) = K(n + k, i) = A_(k, free_[static_cast<std::size_t>(i)]);
      rhs(i) = -g_(free_[static_cast<std::size_t>(i)]);
    }
    rhs.tail(m) = -c_;
    const VectorXd d = Eigen::PartialPivLU<MatrixXd>(K).solve(rhs);
    if (!d.allFinite()) return Step::none;
    // H has μ∇c∇cᵀ in it, which A d = −c turns into −μc of the multipliers.
    const auto multiplier = [&](Index k) {
      const Active& a = active_[static_cast<std::size_t>(k)];
      return lambda(a) + d(n + k) - multipliers_[a.group].penalty[place(a)] * c_(k);
    };
    if (drop(multiplier)) return Step::dropped;
    for (Index i = 0; i < n; ++i) {
      const auto j = static_cast<std::size_t>(program_.component_of(free_[static_cast<std::size_t>(i)]));
      const double to = x[j] + d(i);
      if (to < problem_.lower()[j] || to > problem_.upper()[j]) return Step::none;
      x[j] = to;
    }
    for (Index k = 0; k < m; ++k) lambda(active_[static_cast<std::size_t>(k)]) = multiplier(k);
    return Step::taken;
  }

  /// The inequality whose multiplier would be the lowest, if below zero.
  template <class F>
  bool drop(const F& multiplier) {
    Index worst = -1;
    for (Index k = 0; k < static_cast<Index>(active_.size()); ++k)
      if (constraints_.kinds()[active_[static_cast<std::size_t>(k)].group] == Constraints::Kind::inequality &&
          !(multiplier(k) >= 0.0) && (worst < 0 || multiplier(k) < multiplier(worst)))
        worst = k;
    if (worst < 0) return false;
    lambda(active_[static_cast<std::size_t>(worst)]) = 0.0;
    return true;
  }

  const Problem& problem_;
  const Constraints& constraints_;
  std::vector<Multipliers>& multipliers_;
  const Program program_;
  std::vector<Active> active_;
  std::vector<GroupValues> values_;  // of each group
  std::vector<Index> free_;          // columns
  MatrixXd H_, A_;
  VectorXd g_, c_;
};

}  // namespace

void polish(const Problem& augmented, const Constraints& constraints, std::vector<Multipliers>& multipliers,
            std::vector<double>& x) {
  NewtonKkt(augmented, constraints, multipliers).run(x);
}

}  // namespace thalweg::inline v0_1
