// Conjugate gradients, and gradient descent beside them: one direction of difference.
#include <algorithm>
#include <cmath>
#include <vector>

#include <linear/iterative/recorder.hpp>
#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {
namespace {

using namespace iterative;

constexpr std::size_t most_ritz = 400;  // iterations whose coefficients are kept for the condition number
constexpr const char* not_definite = "pᵀAp is not positive for a direction p: A is not positive definite";

/// The ratio of the largest to the smallest Ritz value: of the tridiagonal matrix of Lanczos, which the coefficients α
/// and β of conjugate gradients are (Saad 2003, section 6.7.3).
double ritz_condition(const std::vector<double>& alpha, const std::vector<double>& beta) {
  const auto n = static_cast<Eigen::Index>(alpha.size());
  if (n == 0) return std::numeric_limits<double>::quiet_NaN();
  Eigen::MatrixXd T = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index k = 0; k < n; ++k) {
    const auto i = static_cast<std::size_t>(k);
    T(k, k) = 1.0 / alpha[i] + (i > 0 ? beta[i - 1] / alpha[i - 1] : 0.0);
    if (k + 1 < n) T(k, k + 1) = T(k + 1, k) = std::sqrt(beta[i]) / alpha[i];
  }
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(T, Eigen::EigenvaluesOnly).eigenvalues();
  return values(0) > 0.0 ? values(n - 1) / values(0) : std::numeric_limits<double>::infinity();
}

}  // namespace

IterationOutcome conjugate_gradients(const LinearOperator& A, const double* b, double* x, const Preconditioner* M,
                                     const IterationOptions& options) {
  const std::int64_t n = A.columns();
  expect_square(A.rows(), n, "CG");
  const ConstView rhs(b, n);
  View solution(x, n);
  Recorder recorder(options, n, rhs.stableNorm());
  Vector r = rhs - product(A, solution), z = r, p, Ap(n);
  std::vector<double> alphas, betas;
  double rho = 0.0;
  for (std::int64_t k = 0; !recorder.ends(k, r.stableNorm()); ++k) {
    if (M) M->apply(r.data(), z.data());
    const Vector& direction = M ? z : r;
    const double next = r.dot(direction);
    if (recorder.breaks_down(next, "rᵀM⁻¹r is zero: the preconditioner is not positive definite")) break;
    if (k == 0) {
      p = direction;
    } else {
      if (betas.size() < most_ritz) betas.push_back(next / rho);
      p = direction + (next / rho) * p;
    }
    rho = next;
    A.apply(p.data(), Ap.data());
    const double curvature = p.dot(Ap);
    if (recorder.breaks_down(std::max(curvature, 0.0), not_definite)) break;
    const double alpha = rho / curvature;
    if (alphas.size() < most_ritz) alphas.push_back(alpha);
    solution += alpha * p;
    r -= alpha * Ap;
  }
  return recorder.outcome(M ? std::numeric_limits<double>::quiet_NaN() : ritz_condition(alphas, betas));
}

IterationOutcome gradient_descent(const LinearOperator& A, const double* b, double* x,
                                  const IterationOptions& options) {
  const std::int64_t n = A.columns();
  expect_square(A.rows(), n, "gradient descent");
  const ConstView rhs(b, n);
  View solution(x, n);
  Recorder recorder(options, n, rhs.stableNorm());
  Vector r = rhs - product(A, solution), Ar(n);
  for (std::int64_t k = 0; !recorder.ends(k, r.stableNorm()); ++k) {
    A.apply(r.data(), Ar.data());
    const double curvature = r.dot(Ar);
    if (recorder.breaks_down(std::max(curvature, 0.0), not_definite)) break;
    const double alpha = r.squaredNorm() / curvature;
    solution += alpha * r;
    r -= alpha * Ar;
  }
  return recorder.take();
}

}  // namespace thalweg::inline v0_1
