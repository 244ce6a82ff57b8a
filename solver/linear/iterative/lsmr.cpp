// LSMR (Fong & Saunders 2011, section 2.8): MINRES on the normal equations by Golub and Kahan's vectors.
#include <cmath>

#include <linear/iterative/golub_kahan.hpp>

namespace thalweg::inline v0_1 {

using namespace iterative;

IterationOutcome lsmr(const LinearOperator& A, const double* b, double* x, const IterationOptions& options) {
  const std::int64_t m = A.rows(), n = A.columns();
  const ConstView rhs(b, m);
  View solution(x, n);
  Recorder recorder(options, n, rhs.stableNorm());
  Vector r = rhs - product(A, solution);
  GolubKahan space(A, r);
  // Products with A follow their vectors: h needs A v, which the next step computes.
  Vector h = space.v, h_bar = Vector::Zero(n), Ah = Vector::Zero(m), Ah_bar = Vector::Zero(m);
  double alpha_bar = space.alpha, zeta_bar = space.alpha * space.beta;
  double rho = 1.0, rho_bar = 1.0, c_bar = 1.0, s_bar = 0.0, carried = 0.0;
  for (std::int64_t k = 0;; ++k) {
    const double norm = r.stableNorm(), scale = space.norm() * norm;
    if (recorder.ends(k, norm, scale > 0.0 ? std::abs(zeta_bar) / scale : space.ended(), std::abs(zeta_bar))) break;
    space.advance();
    Ah = space.image_u - carried * Ah;

    const double rho_before = rho;
    rho = std::hypot(alpha_bar, space.beta);
    if (recorder.breaks_down(rho, "the bidiagonal matrix has a zero on its diagonal")) break;
    const double c = alpha_bar / rho, s = space.beta / rho;
    const double theta = s * space.alpha;
    alpha_bar = c * space.alpha;

    const double rho_bar_before = rho_bar, theta_bar = s_bar * rho, diagonal = c_bar * rho;
    rho_bar = std::hypot(diagonal, theta);
    if (recorder.breaks_down(rho_bar, "the second factor has a zero on its diagonal")) break;
    c_bar = diagonal / rho_bar;
    s_bar = theta / rho_bar;
    const double zeta = c_bar * zeta_bar;
    zeta_bar *= -s_bar;

    const double back = theta_bar * rho / (rho_before * rho_bar_before), step = zeta / (rho * rho_bar);
    h_bar = h - back * h_bar;
    Ah_bar = Ah - back * Ah_bar;
    solution += step * h_bar;
    r -= step * Ah_bar;
    carried = theta / rho;
    h = space.v - carried * h;
  }
  return recorder.take();
}

}  // namespace thalweg::inline v0_1
