// S-shaped curves.
#include <cmath>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

std::vector<double> centers(const InputScale& x, int count) {
  return even(x.least - 0.2 * x.range(), x.most + 0.2 * x.range(), count);
}
/// From a step as wide as the range to one between two points.
std::vector<double> steepness(const InputScale& x, int count) {
  return both_signs(geometric(1.0 / x.range(), std::max(20.0 / x.range(), 2.0 / x.spacing), count));
}
const std::vector<double> asymmetries = {0.25, 0.6, 1.0, 2.0, 5.0};

Grid center_and_rate(InputScales x) { return {centers(x[0], 20), steepness(x[0], 7)}; }
Grid rate_and_center(InputScales x) { return {steepness(x[0], 7), centers(x[0], 20)}; }
Grid center_rate_asymmetry(InputScales x) { return {centers(x[0], 16), steepness(x[0], 6), asymmetries}; }
Grid half_and_slope(InputScales x) {
  const double least = x[0].least_positive > 0.0 ? x[0].least_positive : x[0].spacing;
  return {geometric(least / 2.0, x[0].most * 2.0, 20), both_signs({0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0})};
}
Grid half_slope_asymmetry(InputScales x) {
  Grid grid = half_and_slope(x);
  grid.push_back(asymmetries);
  return grid;
}
Grid dose(InputScales x) { return {centers(x[0], 20), both_signs({0.3, 0.5, 0.8, 1.2, 2.0, 4.0})}; }

/// bottom < top; the other order is the same curve with the opposite slope.
bool rising(std::span<const double> p) { return p[0] <= p[1]; }

std::vector<double> flat(InputScales x) { return {1.0, 1.0, x[0].least, 1.0 / x[0].range()}; }
std::vector<double> flat_asymmetric(InputScales x) { return {1.0, 1.0, x[0].least, 1.0 / x[0].range(), 1.0}; }
std::vector<double> half_of_two(InputScales x) { return {2.0, x[0].least, 0.0}; }

constexpr const char *bottom = "lower plateau", *top = "upper plateau", *center = "x half-way up",
                     *asymmetry = "1: symmetric", *rate = "slope there is rate*(top - bottom)/4; < 0: it falls";

}  // namespace

std::vector<Entry> sigmoids() {
  return {
      {{"logistic",
        "bottom + (top - bottom)/(1 + exp(-rate*(x - center)))",
        {"x"},
        {linear("bottom", bottom), linear("top", top), curved("center", center), curved("rate", rate)},
        "S-shaped step between two plateaus, 4 parameters"},
       Search::grid,
       center_and_rate,
       nullptr,
       rising,
       flat},
      {{"logistic3",
        "amplitude/(1 + exp(-rate*(x - center)))",
        {"x"},
        {linear("amplitude", top), curved("center", center), curved("rate", "slope there is rate*amplitude/4")},
        "logistic growth from 0, 3 parameters"},
       Search::grid,
       center_and_rate,
       nullptr,
       nullptr,
       half_of_two},
      {{"logistic5",
        "bottom + (top - bottom)/(1 + exp(-rate*(x - center)))^asymmetry",
        {"x"},
        {linear("bottom", bottom), linear("top", top), curved("center", "x half-way up where asymmetry is 1"),
         curved("rate", "steepness; < 0: it falls"), positive("asymmetry", asymmetry)},
        "S-shaped step with unequal bends, 5 parameters (Richards)"},
       Search::grid,
       center_rate_asymmetry,
       nullptr,
       rising,
       flat_asymmetric},
      {{"dose_response",
        "bottom + (top - bottom)/(1 + 10^((log_ec50 - x)*hill_slope))",
        {"x"},
        {linear("bottom", bottom), linear("top", top), curved("log_ec50", "log10 of the dose half-way up"),
         curved("hill_slope", "Hill slope; < 0: it falls")},
        "response by the logarithm (base 10) of a dose"},
       Search::grid,
       dose,
       nullptr,
       rising},
      {{"four_pl",
        "bottom + (top - bottom)/(1 + (half/x)^slope)",
        {"x"},
        {linear("bottom", bottom), linear("top", top), positive("half", "x half-way up, EC50"),
         curved("slope", "Hill slope; < 0: it falls")},
        "4PL of immunoassays: response by the dose x > 0 itself"},
       Search::grid,
       half_and_slope,
       nullptr,
       rising,
       nullptr,
       true},
      {{"five_pl",
        "bottom + (top - bottom)/(1 + (half/x)^slope)^asymmetry",
        {"x"},
        {linear("bottom", bottom), linear("top", top), positive("half", "EC50 where asymmetry is 1"),
         curved("slope", "steepness; < 0: it falls"), positive("asymmetry", asymmetry)},
        "5PL of immunoassays: 4PL with unequal bends"},
       Search::grid,
       half_slope_asymmetry,
       nullptr,
       rising,
       nullptr,
       true},
      {{"gompertz",
        "amplitude*exp(-exp(-rate*(x - center)))",
        {"x"},
        {linear("amplitude", "value at the end"), curved("rate", "slope at center is rate*amplitude/e"),
         curved("center", "x of the steepest slope")},
        "growth that slows down early"},
       Search::grid,
       rate_and_center},
  };
}

}  // namespace thalweg::inline v0_1::library
