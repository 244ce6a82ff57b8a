#pragma once

namespace thalweg::inline v0_1 {

/// What the standard deviations of the residuals mean. `estimated`: only their ratios count, their common factor is
/// estimated from the scatter, and the covariance is s² (JᵀJ)⁻¹ with s² = Σr²/(m − n). `known`: they are absolute, and
/// the covariance is (JᵀJ)⁻¹.
enum class Noise { estimated, known };

}  // namespace thalweg::inline v0_1
