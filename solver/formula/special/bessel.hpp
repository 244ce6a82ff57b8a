// Bessel functions of real order.
#pragma once

namespace thalweg::inline v0_1::formula {

/// Jᵥ, Yᵥ, Iᵥ and Kᵥ at x. NaN where they are not real (x < 0, but for J and I of whole order), for arguments that are
/// NaN, and for orders beyond 1e4; infinite at their poles.
double bessel_j(double order, double x);
double bessel_y(double order, double x);
double bessel_i(double order, double x);
double bessel_k(double order, double x);

}  // namespace thalweg::inline v0_1::formula
