// The regularised incomplete gamma and beta functions, with their derivatives by every argument.
#pragma once

namespace thalweg::inline v0_1::formula {

/// ∂ᵐP(a, x)/∂aᵐ, m = 0, 1, 2, where P is the distribution function of the gamma distribution of shape a; Q = 1 − P.
/// NaN unless a > 0, x ≥ 0.
///
/// Derivatives are integrals of the density times powers of ln t − ψ(a) over the tail in which the first power keeps
/// its sign, by Gauss-Legendre panels in ln t: within 1e-12 of the largest that they become for this a. About 60
/// exponentials.
double gamma_p(int m, double a, double x);
double gamma_q(double a, double x);

/// The n-th derivative by x, n = 0, 1, of the density xᵃ⁻¹ e⁻ˣ / Γ(a).
double gamma_density(int n, double a, double x);

/// ∂ⁱ⁺ʲ I_x(a, b) / ∂aⁱ ∂bʲ, i + j ≤ 2, in the same way. NaN unless a > 0, b > 0, 0 ≤ x ≤ 1.
double beta_i(int i, int j, double a, double b, double x);

/// The n-th derivative by x, n = 0, 1, of the density xᵃ⁻¹ (1 − x)ᵇ⁻¹ / B(a, b).
double beta_density(int n, double a, double b, double x);

/// ψ⁽ⁿ⁾(a + b) − ψ⁽ⁿ⁾(a), without cancellation where b is small beside a.
double polygamma_rise(int n, double a, double b);

/// B(a, b) = Γ(a) Γ(b) / Γ(a + b), and ln |B(a, b)|. NaN where a or b is a pole of Γ.
double beta(double a, double b);
double log_beta(double a, double b);

}  // namespace thalweg::inline v0_1::formula
