// LSQR (Paige & Saunders 1982, section 4).
#include <cmath>

#include <linear/iterative/golub_kahan.hpp>

namespace thalweg::inline v0_1 {

using namespace iterative;

IterationOutcome lsqr(const LinearOperator& A, const double* b, double* x, const IterationOptions& options) {
  const ConstView rhs(b, A.rows());
  View solution(x, A.columns());
  Recorder recorder(options, A.columns(), rhs.stableNorm());
  GolubKahan space(A, rhs - product(A, solution));
  Vector w = space.v;
  double phi_bar = space.beta, rho_bar = space.alpha;
  // ‖Aᵀr‖ = φ̄ α |c| of the next step, which is φ̄ ρ̄ before it.
  double gradient_norm = phi_bar * std::abs(rho_bar);
  for (std::int64_t k = 0;; ++k) {
    const double scale = space.norm() * phi_bar;
    if (recorder.ends(k, phi_bar, scale > 0.0 ? gradient_norm / scale : space.ended(), gradient_norm)) break;
    space.advance();
    const double rho = std::hypot(rho_bar, space.beta);
    if (recorder.breaks_down(rho, "the bidiagonal matrix has a zero on its diagonal")) break;
    const double c = rho_bar / rho, s = space.beta / rho;
    const double theta = s * space.alpha, phi = c * phi_bar;
    rho_bar = -c * space.alpha;
    phi_bar *= s;
    solution += (phi / rho) * w;
    w = space.v - (theta / rho) * w;
    gradient_norm = phi_bar * space.alpha * std::abs(c);
  }
  return recorder.take();
}

}  // namespace thalweg::inline v0_1
