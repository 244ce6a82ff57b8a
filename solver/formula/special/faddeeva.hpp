// The Faddeeva function and the Voigt profile, with derivatives of every order that formulas need.
#pragma once

#include <complex>

namespace thalweg::inline v0_1::formula {

/// wⁿ(z), the n-th derivative of w(z) = exp(−z²) erfc(−iz), 0 ≤ n ≤ 4. Relative to |wⁿ(z)| within 1e-13 for Im z ≥ 0;
/// below the axis w = 2 exp(−z²) − w(−z), which may overflow and has zeros. One or two microseconds for n > 0.
std::complex<double> faddeeva(int n, double x, double y);

/// The n-th derivative by ζ = x + iγ of K(ζ, σ) = w(ζ/(σ√2)) / (σ√(2π)), whose real part is the Voigt profile, 0 ≤ n
/// ≤ 4. σ = 0 is the Lorentzian, i/(πζ). NaN for a negative σ or γ, and where both are 0 at x = 0.
///
/// K satisfies the heat equation: ∂K/∂σ = σ ∂²K/∂ζ².
std::complex<double> voigt(int n, double x, double sigma, double gamma);

/// The parts of w(x + iy) alone; exp(y²) erfc(y) = w(iy), and the imaginary part of w(x), 2/√π times Dawson's integral.
double real_faddeeva(double x, double y);
double imaginary_faddeeva(double x, double y);
double scaled_erfc(double y);
double imaginary_on_axis(double x);

/// The real part of K alone.
double voigt_profile(double x, double sigma, double gamma);

}  // namespace thalweg::inline v0_1::formula
