// Curves that saturate: enzyme kinetics, adsorption, binding.
#include <cmath>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

/// From well below the least input to well above the greatest.
std::vector<double> halves(const InputScale& x, int count, double beyond) {
  const double least = x.least_positive > 0.0 ? x.least_positive : x.spacing;
  return geometric(least / beyond, std::max(x.most, least) * beyond, count);
}

Grid half(InputScales x) { return {halves(x[0], 40, 30.0)}; }
Grid two_halves(InputScales x) { return {halves(x[0], 20, 10.0), halves(x[0], 20, 10.0)}; }
Grid halves_of_each(InputScales x) { return {halves(x[0], 20, 10.0), halves(x[1], 20, 10.0)}; }
Grid affinities(InputScales x) {
  Grid grid = half(x);
  for (double& k : grid[0]) k = 1.0 / k;
  return grid;
}
Grid half_and_exponent(InputScales x) {
  return {halves(x[0], 20, 3.0), both_signs({0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0})};
}
Grid rates(InputScales x) {
  return {both_signs(geometric(0.05 / x[0].range(), std::max(20.0 / x[0].range(), 3.0 / x[0].spacing), 25))};
}
Grid scale_and_shape(InputScales x) { return {halves(x[0], 20, 3.0), {0.5, 0.8, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0}}; }

/// Temperatures whose maximum (Wien) lies from far below the least wavelength to far above the greatest.
Grid temperatures(InputScales x) {
  constexpr double wien = 2897.771955;  // µm K
  return {geometric(wien / (x[0].most * 10.0), wien / x[0].least_positive * 10.0, 40)};
}

std::vector<double> one_of_half(InputScales) { return {1.0, 1e-300}; }
std::vector<double> one_of_exponent(InputScales) { return {2.0, 1.0, 0.0}; }

constexpr const char *vmax = "rate at saturation", *km = "x of half that rate, without inhibition";

}  // namespace

std::vector<Entry> saturations() {
  std::vector<Entry> all = {{{"saturating_growth",
                              "amplitude*(1 - exp(-rate*x))",
                              {"x"},
                              {linear("amplitude", "value at the end"), curved("rate", "per unit of x")},
                              "rise from 0 to a limit"},
                             Search::grid,
                             rates},
                            {{"michaelis_menten",
                              "vmax*x/(km + x)",
                              {"x"},
                              {linear("vmax", vmax), curved("km", "x of half that rate")},
                              "rate of an enzyme by the concentration of its substrate"},
                             Search::grid,
                             half,
                             nullptr,
                             nullptr,
                             one_of_half},
                            {{"substrate_inhibition",
                              "vmax*x/(km + x*(1 + x/ki))",
                              {"x"},
                              {linear("vmax", "rate at saturation, without inhibition"), curved("km", km),
                               positive("ki", "inhibition constant of the substrate")},
                              "Michaelis-Menten, inhibited by much substrate (Haldane)"},
                             Search::grid,
                             two_halves},
                            {{"competitive_inhibition",
                              "vmax*substrate/(km*(1 + inhibitor/ki) + substrate)",
                              {"substrate", "inhibitor"},
                              {linear("vmax", vmax), curved("km", km), positive("ki", "inhibition constant")},
                              "Michaelis-Menten beside a competitive inhibitor, competitive_inhibition(s, i)"},
                             Search::grid,
                             halves_of_each},
                            {{"hill",
                              "amplitude*x^exponent/(half^exponent + x^exponent)",
                              {"x"},
                              {linear("amplitude", "value at saturation"), positive("half", "x of half that value"),
                               curved("exponent", "Hill coefficient")},
                              "cooperative binding, of x >= 0"},
                             Search::grid,
                             half_and_exponent,
                             nullptr,
                             nullptr,
                             one_of_exponent,
                             true},
                            {{"langmuir",
                              "capacity*affinity*x/(1 + affinity*x)",
                              {"x"},
                              {linear("capacity", "load at saturation"), curved("affinity", "1/x of half that load")},
                              "adsorption by pressure or concentration"},
                             Search::grid,
                             affinities},
                            {{"weibull",
                              "amplitude*(1 - exp(-(x/scale)^shape))",
                              {"x"},
                              {linear("amplitude", "value at the end"), positive("scale", "x at 63.2 % of that"),
                               positive("shape", "1: saturating growth; more: an S")},
                              "Weibull's cumulative curve, of x >= 0"},
                             Search::grid,
                             scale_and_shape,
                             nullptr,
                             nullptr,
                             nullptr,
                             true},
                            {{"planck",
                              "amplitude*x^(-5)/expm1(14387.768775039337/(x*temperature))",
                              {"x"},
                              {linear("amplitude", "1.191042972e8 W um^4/(m^2 sr) times the emissivity, for radiance"),
                               positive("temperature", "K")},
                              "radiation of a black body by the wavelength x, um"},
                             Search::grid,
                             temperatures,
                             nullptr,
                             nullptr,
                             nullptr,
                             true}};
  return all;
}

}  // namespace thalweg::inline v0_1::library
