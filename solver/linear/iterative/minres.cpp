// MINRES (Paige & Saunders 1975, section 6), preconditioned: Lanczos vectors, a QR factorisation of their tridiagonal
// matrix by rotations, and directions by its columns.
#include <cmath>

#include <linear/iterative/recorder.hpp>

namespace thalweg::inline v0_1 {

using namespace iterative;

IterationOutcome minres(const LinearOperator& A, const double* b, double* x, const Preconditioner* M,
                        const IterationOptions& options) {
  const std::int64_t n = A.columns();
  expect_square(A.rows(), n, "MINRES");
  const ConstView rhs(b, n);
  View solution(x, n);
  Recorder recorder(options, n, rhs.stableNorm());
  const auto precondition = [&](const Vector& v) {
    Vector z = v;
    if (M) M->apply(v.data(), z.data());
    return z;
  };

  // v: unnormalised Lanczos vectors, z = M⁻¹v, β² = vᵀz.
  Vector residual = rhs - product(A, solution);
  Vector v_before = Vector::Zero(n), v = residual, z = precondition(v);
  if (M && v.dot(z) < 0.0) {
    recorder.ends(0, residual.stableNorm());
    recorder.breaks_down(0.0, "rᵀM⁻¹r is below zero: the preconditioner is not positive definite");
    return recorder.take();
  }
  Vector w_before = Vector::Zero(n), w = Vector::Zero(n);
  Vector q_before = Vector::Zero(n), q = Vector::Zero(n);  // A times the directions: the residual follows without A
  double beta_before = 1.0, beta = std::sqrt(std::max(0.0, v.dot(z)));
  double eta = beta;
  double c_before = 1.0, c = 1.0, s_before = 0.0, s = 0.0;
  for (std::int64_t k = 0; !recorder.ends(k, residual.stableNorm()); ++k) {
    if (recorder.breaks_down(beta, "the Krylov space ends before the residual is zero: A is singular")) break;
    z /= beta;
    const Vector Az = product(A, z);
    const double delta = z.dot(Az);
    Vector v_next = Az - (delta / beta) * v - (k > 0 ? beta / beta_before : 0.0) * v_before;
    Vector z_next = precondition(v_next);
    if (const double square = v_next.dot(z_next); M && square < 0.0) {
      recorder.breaks_down(0.0, "vᵀM⁻¹v is below zero: the preconditioner is not positive definite");
      break;
    }
    const double beta_next = std::sqrt(std::max(0.0, v_next.dot(z_next)));
    // The column of R: ρ₃ above, ρ₂, and the diagonal ρ₁.
    const double alpha0 = c * delta - c_before * s * beta;
    const double rho1 = std::hypot(alpha0, beta_next);
    const double rho2 = s * delta + c_before * c * beta, rho3 = s_before * beta;
    if (recorder.breaks_down(rho1, "R has a zero on its diagonal: A is singular")) break;
    c_before = c;
    s_before = s;
    c = alpha0 / rho1;
    s = beta_next / rho1;
    Vector w_next = (z - rho3 * w_before - rho2 * w) / rho1;
    Vector q_next = (Az - rho3 * q_before - rho2 * q) / rho1;
    solution += (c * eta) * w_next;
    residual -= (c * eta) * q_next;
    eta *= -s;
    w_before.swap(w);
    w.swap(w_next);
    q_before.swap(q);
    q.swap(q_next);
    v_before.swap(v);
    v.swap(v_next);
    z.swap(z_next);
    beta_before = beta;
    beta = beta_next;
  }
  return recorder.take();
}

}  // namespace thalweg::inline v0_1
