// GMRES with restarts and a preconditioner on the right, whose residual is that of A itself.
#include <algorithm>
#include <cmath>

#include <Eigen/Core>
#include <linear/iterative/recorder.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace iterative;

/// The Krylov space of A M⁻¹ from a residual: Arnoldi's vectors by modified Gram-Schmidt, orthogonalised twice, and
/// their Hessenberg matrix, made triangular by rotations as it grows.
class Arnoldi {
 public:
  Arnoldi(std::int64_t n, int most) : V_(n, most + 1), R_(most + 1, most), c_(most), s_(most), g_(most + 1) {}

  void begin(const Vector& residual, double norm) {
    R_.setZero();
    g_.setZero();
    g_(0) = norm;
    V_.col(0) = residual / norm;
    size_ = 0;
  }
  auto last() const { return V_.col(size_); }

  /// With `image` = A M⁻¹ last(); returns the norm of the least residual.
  double extend(Vector& image) {
    const Eigen::Index j = size_;
    for (int pass = 0; pass < 2; ++pass)
      for (Eigen::Index i = 0; i <= j; ++i) {
        const double h = V_.col(i).dot(image);
        R_(i, j) += h;
        image -= h * V_.col(i);
      }
    const double below = image.stableNorm();
    for (Eigen::Index i = 0; i < j; ++i) {
      const double upper = R_(i, j), lower = R_(i + 1, j);
      R_(i, j) = c_(i) * upper + s_(i) * lower;
      R_(i + 1, j) = c_(i) * lower - s_(i) * upper;
    }
    const double rho = std::hypot(R_(j, j), below);
    c_(j) = rho > 0.0 ? R_(j, j) / rho : 1.0;
    s_(j) = rho > 0.0 ? below / rho : 0.0;
    R_(j, j) = rho;
    g_(j + 1) = -s_(j) * g_(j);
    g_(j) *= c_(j);
    ++size_;
    ended_ = below == 0.0;
    if (!ended_) V_.col(size_) = image / below;
    return std::abs(g_(size_));
  }
  /// No further vector: the space holds the solution.
  bool ended() const { return ended_; }
  Eigen::Index size() const { return size_; }
  bool is_singular() const { return size_ > 0 && R_(size_ - 1, size_ - 1) == 0.0; }

  /// V y where y minimises the residual.
  Vector combination() const {
    const Vector y = R_.topLeftCorner(size_, size_).triangularView<Eigen::Upper>().solve(g_.head(size_));
    return V_.leftCols(size_) * y;
  }

 private:
  Eigen::MatrixXd V_, R_;
  Vector c_, s_, g_;
  Eigen::Index size_ = 0;
  bool ended_ = false;
};

}  // namespace

IterationOutcome gmres(const LinearOperator& A, const double* b, double* x, const Preconditioner* M,
                       const IterationOptions& options) {
  const std::int64_t n = A.columns();
  expect_square(A.rows(), n, "GMRES");
  const ConstView rhs(b, n);
  View solution(x, n);
  Recorder recorder(options, n, rhs.stableNorm());
  const int most = static_cast<int>(std::min<std::int64_t>(options.restart, std::max<std::int64_t>(n, 1)));
  Arnoldi space(n, most);
  Vector r = rhs - product(A, solution), z(n), image(n);
  const auto preconditioned = [&](const Eigen::Ref<const Vector>& v) -> const Vector& {
    if (M)
      M->apply(v.data(), z.data());
    else
      z = v;
    return z;
  };
  std::int64_t k = 0;
  for (bool over = recorder.ends(0, r.stableNorm()); !over;) {
    space.begin(r, r.stableNorm());
    while (!over && space.size() < most && !space.ended()) {
      A.apply(preconditioned(space.last()).data(), image.data());
      over = recorder.ends(++k, space.extend(image));
    }
    if (space.is_singular()) {
      recorder.breaks_down(0.0, "the Krylov space ends before the residual is zero: A is singular");
      break;
    }
    solution += preconditioned(space.combination());
    r = rhs - product(A, solution);
    const double left = r.stableNorm();
    if (!over && left == 0.0) over = recorder.ends(k, 0.0);
  }
  return recorder.take();
}

}  // namespace thalweg::inline v0_1
