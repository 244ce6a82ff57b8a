// Linear forms of transformed parameters as formulas. Private to the floor.
#pragma once

#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

enum class Coordinate { plain, logarithm, inverse, square };
using Coordinates = std::vector<Coordinate>;
/// Coefficients, of each parameter's coordinate.
using LinearForm = std::vector<double>;

/// A formula that is constant where the form is: a product where logarithms are in it.
std::string in_words(const LinearForm& form, const Coordinates& coordinates, const std::vector<std::string>& names);

}  // namespace thalweg::inline v0_1
