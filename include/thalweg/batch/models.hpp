// Models of a batch that are there: formulas given at run time, and peaks, decays and polynomials with derivatives by
// hand and guesses of their starts.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/batch/model.hpp>

namespace thalweg::inline v0_1 {

/// A formula of these parameters and predictors, such as "a*exp(-b*x)"; the language is that of Formula. It has no
/// guess. Throws FormulaError for a formula that cannot be understood and for other names.
std::unique_ptr<BatchModel> formula_batch_model(std::string_view formula, std::vector<std::string> parameters,
                                                std::vector<std::string> predictors);

// Guesses read the extremes, moments and slopes of the data, in one or two passes over the points. σ is the standard
// deviation of a peak, and comes out positive where the start is.

/// amplitude · exp(−rate x)
std::unique_ptr<BatchModel> exponential_batch_model();
/// amplitude · exp(−rate x) + offset
std::unique_ptr<BatchModel> exponential_offset_batch_model();
/// amplitude · exp(−(x − center)²/(2σ²)) + offset
std::unique_ptr<BatchModel> gaussian_batch_model();
/// amplitude/(1 + ((x − center)/width)²) + offset: width is half that at half the height.
std::unique_ptr<BatchModel> lorentzian_batch_model();
/// amplitude · exp(−((x − x0)² + (y − y0)²)/(2σ²)) + offset
std::unique_ptr<BatchModel> gaussian_2d_batch_model();
/// amplitude · exp(−(x − x0)²/(2σx²) − (y − y0)²/(2σy²)) + offset
std::unique_ptr<BatchModel> elliptic_gaussian_2d_batch_model();
/// The same turned by `angle` (radians, from the x axis to the axis of σx).
std::unique_ptr<BatchModel> rotated_gaussian_2d_batch_model();
/// c0 + c1 x
std::unique_ptr<BatchModel> linear_batch_model();
/// c0 + c1 x + ... + cₙ xⁿ, 1 ≤ n ≤ 11. Throws Error for another degree.
std::unique_ptr<BatchModel> polynomial_batch_model(int degree);

}  // namespace thalweg::inline v0_1
