#include <minimize/outer/constrained/quadratic_program.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace thalweg::inline v0_1 {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double dependent = 1e-10;  // of a normal's length: what is left of it beside those of the working set
constexpr double violated = 1e-12;   // of a constraint's size

class DualMethod {
 public:
  DualMethod(const Eigen::LLT<MatrixXd>& H, const VectorXd& g, const MatrixXd& A, const VectorXd& a, const MatrixXd& B,
             const VectorXd& b)
      : H_(H), normals_(g.size(), a.size() + b.size()), values_(a.size() + b.size()), equalities_(a.size()) {
    // In the form nᵀd ≥ v.
    normals_ << -A.transpose(), -B.transpose();
    values_ << a, b;
    d_ = -H.solve(g);
    multiplier_ = VectorXd::Zero(values_.size());
  }

  std::optional<QuadraticSolution> run() {
    for (Index k = 0; k < equalities_; ++k) {
      if (normals_.col(k).dot(d_) > values_(k)) flip(k);
      if (!add(k)) return std::nullopt;
    }
    const Index most = 50 * (values_.size() + d_.size());
    for (Index steps = 0; steps < most; ++steps) {
      const Index worst = most_violated();
      if (worst < 0) return solution();
      if (!add(worst)) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  /// An equality is approached from the side where it is violated; its multiplier has the other sign then.
  void flip(Index k) {
    normals_.col(k) *= -1.0;
    values_(k) *= -1.0;
    flipped_.push_back(k);
  }

  Index most_violated() const {
    Index worst = -1;
    double most = 0.0;
    for (Index k = equalities_; k < values_.size(); ++k) {
      const double product = normals_.col(k).dot(d_), off = values_(k) - product;
      const double size = normals_.col(k).cwiseAbs().dot(d_.cwiseAbs()) + std::abs(values_(k));
      if (is_working(k) || !(off > violated * size) || !(off > most)) continue;
      most = off;
      worst = k;
    }
    return worst;
  }
  bool is_working(Index k) const {
    for (const Index w : working_)
      if (w == k) return true;
    return false;
  }

  /// Moves d and the multipliers until constraint k holds with equality, dropping those of the working set whose
  /// multipliers come down to zero; false: it cannot hold beside them.
  bool add(Index k) {
    for (;;) {
      const VectorXd w = H_.matrixL().solve(normals_.col(k));
      VectorXd r, rest = w;
      if (!working_.empty()) {
        const MatrixXd Y = H_.matrixL().solve(MatrixXd(normals_(Eigen::all, working_)));
        r = Eigen::HouseholderQR<MatrixXd>(Y).solve(w);
        rest -= Y * r;
      }
      const bool moves = rest.norm() > dependent * w.norm();
      const double full = moves ? (values_(k) - normals_.col(k).dot(d_)) / rest.squaredNorm() : infinity;
      const auto [blocking, part] = first_to_vanish(r);
      const double t = std::min(std::max(full, 0.0), part);
      // Equalities that depend on those before and hold with them take nothing.
      if (!std::isfinite(t)) return k < equalities_ && holds(k);
      if (moves) d_ += t * H_.matrixU().solve(rest);
      for (Index i = 0; i < static_cast<Index>(working_.size()); ++i)
        multiplier_(working_[static_cast<std::size_t>(i)]) -= t * r(i);
      multiplier_(k) += t;
      if (t >= full || blocking < 0) {
        working_.push_back(k);
        return true;
      }
      multiplier_(working_[static_cast<std::size_t>(blocking)]) = 0.0;
      working_.erase(working_.begin() + blocking);
    }
  }

  bool holds(Index k) const {
    const double size = normals_.col(k).cwiseAbs().dot(d_.cwiseAbs()) + std::abs(values_(k));
    return std::abs(values_(k) - normals_.col(k).dot(d_)) <= 1e-8 * size;
  }

  struct Block {
    Index at;
    double part;
  };
  Block first_to_vanish(const VectorXd& r) const {
    Block first{-1, infinity};
    for (Index i = 0; i < static_cast<Index>(working_.size()); ++i) {
      const Index k = working_[static_cast<std::size_t>(i)];
      if (k < equalities_ || !(r(i) > 0.0)) continue;
      if (const double part = multiplier_(k) / r(i); part < first.part) first = {i, part};
    }
    return first;
  }

  QuadraticSolution solution() {
    for (const Index k : flipped_) multiplier_(k) *= -1.0;
    return {d_, multiplier_.head(equalities_), multiplier_.tail(multiplier_.size() - equalities_)};
  }

  const Eigen::LLT<MatrixXd>& H_;
  MatrixXd normals_;  // a column for each constraint
  VectorXd values_, d_, multiplier_;
  Index equalities_;
  std::vector<Index> working_, flipped_;
};

}  // namespace

std::optional<QuadraticSolution> minimize_quadratic(const Eigen::LLT<MatrixXd>& H, const VectorXd& g, const MatrixXd& A,
                                                    const VectorXd& a, const MatrixXd& B, const VectorXd& b) {
  return DualMethod(H, g, A, a, B, b).run();
}

}  // namespace thalweg::inline v0_1
