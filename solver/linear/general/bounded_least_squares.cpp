#include <thalweg/linear/bounded_least_squares.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <linear/direct/eigen_sparse.hpp>
#include <math/dense_decompositions.hpp>
#include <thalweg/base/cancellation.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double epsilon = std::numeric_limits<double>::epsilon();
constexpr std::int64_t most_rounds = 10;  // iterations for each component

class ActiveSet {
 public:
  ActiveSet(const SparseMatrix& A, std::span<const double> b, std::span<const double> lower,
            std::span<const double> upper)
      : A_(eigen_dense(A)),
        b_(Eigen::Map<const VectorXd>(b.data(), A.rows)),
        lower_(Eigen::Map<const VectorXd>(lower.data(), A.columns)),
        upper_(Eigen::Map<const VectorXd>(upper.data(), A.columns)),
        length_(A_.colwise().norm()),
        x_(A.columns),
        place_(static_cast<std::size_t>(A.columns), -1) {
    // Each begins at the bound that is nearer to 0; one without bounds is free.
    for (Index j = 0; j < x_.size(); ++j) {
      const bool above = std::abs(upper_(j)) < std::abs(lower_(j));
      x_(j) = above ? upper_(j) : lower_(j);
      place(j) = above ? 1 : -1;
      if (std::isinf(x_(j))) {
        x_(j) = 0.0;
        place(j) = 0;
      }
    }
  }

  BoundedSolution run() {
    const std::int64_t most = most_rounds * std::max<std::int64_t>(10, x_.size());
    Index blocked = -1;  // freed last, and held again at once by rounding: not to be freed in this round
    settle(-1);
    for (;;) {
      const VectorXd g = gradient();
      const Index entering = steepest(g, blocked);
      if (entering < 0) break;
      if (found_.iterations >= most) {
        found_.ending = fmt::format("the limit of {} iterations is reached", most);
        return conclude(g);
      }
      place(entering) = 0;
      blocked = settle(entering) ? -1 : entering;
    }
    found_.solved = true;
    found_.ending = "the gradient points out of the bounds wherever one holds";
    return conclude(gradient());
  }

 private:
  int& place(Index j) { return place_[static_cast<std::size_t>(j)]; }
  VectorXd gradient() const { return A_.transpose() * (A_ * x_ - b_); }

  /// What rounding leaves of a component of the gradient.
  double rounding(Index j) const {
    const double size = b_.norm() + (A_.cwiseAbs() * x_.cwiseAbs()).norm();
    return 10.0 * static_cast<double>(A_.rows()) * epsilon * length_(j) * size;
  }

  /// The component at a bound whose gradient points inwards most steeply, columns of one length; −1: none.
  Index steepest(const VectorXd& g, Index blocked) {
    Index best = -1;
    double most = 0.0;
    for (Index j = 0; j < g.size(); ++j) {
      if (place(j) == 0 || j == blocked || lower_(j) == upper_(j)) continue;
      const double inward = place(j) < 0 ? -g(j) : g(j);
      if (inward <= rounding(j)) continue;
      if (inward / length_(j) > most) {
        most = inward / length_(j);
        best = j;
      }
    }
    return best;
  }

  /// Minimises over the free components; on the way to the minimum those that meet a bound are held there, until none
  /// does. False: the one that was just freed went out at once.
  bool settle(Index entered) {
    for (bool first = true;; first = false) {
      CancellationProbe::poll();
      std::vector<Index> free;
      for (Index j = 0; j < x_.size(); ++j)
        if (place(j) == 0) free.push_back(j);
      if (free.empty()) return true;
      const VectorXd z = minimiser(free);
      if (first && entered >= 0 && leaves_at_once(free, z, entered)) return false;
      // The longest part of the way that keeps all within bounds.
      double part = 1.0;
      for (std::size_t k = 0; k < free.size(); ++k)
        part = std::min(part, part_of_way(free[k], z(static_cast<Index>(k))));
      for (std::size_t k = 0; k < free.size(); ++k) move(free[k], z(static_cast<Index>(k)), part);
      if (part >= 1.0) return true;
    }
  }

  VectorXd minimiser(const std::vector<Index>& free) {
    ++found_.iterations;
    MatrixXd columns(A_.rows(), static_cast<Index>(free.size()));
    VectorXd held = x_;
    for (std::size_t k = 0; k < free.size(); ++k) {
      columns.col(static_cast<Index>(k)) = A_.col(free[k]);
      held(free[k]) = 0.0;
    }
    return Eigen::ColPivHouseholderQR<MatrixXd>(columns).solve(b_ - A_ * held);
  }

  bool leaves_at_once(const std::vector<Index>& free, const VectorXd& z, Index entered) {
    const auto at = std::find(free.begin(), free.end(), entered) - free.begin();
    const bool out = x_(entered) <= lower_(entered) ? z(at) <= lower_(entered) : z(at) >= upper_(entered);
    if (out) place(entered) = x_(entered) <= lower_(entered) ? -1 : 1;
    return out;
  }

  double part_of_way(Index j, double to) const {
    const double bound = to < lower_(j) ? lower_(j) : to > upper_(j) ? upper_(j) : to;
    return bound == to ? 1.0 : std::max(0.0, (bound - x_(j)) / (to - x_(j)));
  }

  void move(Index j, double to, double part) {
    const bool blocks = part < 1.0 && part_of_way(j, to) <= part;
    if (!blocks) {
      x_(j) += part * (to - x_(j));
      if (part >= 1.0) x_(j) = to;
      return;
    }
    place(j) = to < lower_(j) ? -1 : 1;
    x_(j) = to < lower_(j) ? lower_(j) : upper_(j);
  }

  BoundedSolution conclude(const VectorXd& g) {
    found_.x.assign(x_.data(), x_.data() + x_.size());
    found_.at_bound = place_;
    found_.gradient.assign(g.data(), g.data() + g.size());
    found_.residual_norm = (b_ - A_ * x_).norm();
    return std::move(found_);
  }

  MatrixXd A_;
  VectorXd b_, lower_, upper_, length_, x_;
  std::vector<int> place_;
  BoundedSolution found_;
};

void expect(bool holds, const std::string& what) {
  if (!holds) throw Error("bounded least squares: " + what);
}

}  // namespace

BoundedSolution bounded_least_squares(const SparseMatrix& A, std::span<const double> b, std::span<const double> lower,
                                      std::span<const double> upper) {
  A.validate();
  const auto columns = static_cast<std::size_t>(A.columns);
  expect(static_cast<std::int64_t>(b.size()) == A.rows,
         fmt::format("A has {} rows, and b {} numbers; expected as many", A.rows, b.size()));
  expect(lower.size() == columns && upper.size() == columns,
         fmt::format("{} lower and {} upper bounds for {} columns; expected one each", lower.size(), upper.size(),
                     columns));
  for (std::size_t i = 0; i < b.size(); ++i)
    expect(std::isfinite(b[i]), fmt::format("number {} of b is not finite; expected a number", i + 1));
  for (std::size_t j = 0; j < columns; ++j)
    expect(lower[j] <= upper[j] && lower[j] < std::numeric_limits<double>::infinity() &&
               upper[j] > -std::numeric_limits<double>::infinity(),
           fmt::format("the bounds of x{} are {} and {}; expected lower <= upper", j + 1, lower[j], upper[j]));
  return ActiveSet(A, b, lower, upper).run();
}

BoundedSolution nonnegative_least_squares(const SparseMatrix& A, std::span<const double> b) {
  const std::vector<double> lower(static_cast<std::size_t>(A.columns), 0.0),
      upper(static_cast<std::size_t>(A.columns), std::numeric_limits<double>::infinity());
  return bounded_least_squares(A, b, lower, upper);
}

}  // namespace thalweg::inline v0_1
