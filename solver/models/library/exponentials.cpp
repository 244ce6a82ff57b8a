// Exponentials, and powers.
#include <cmath>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

/// From a curve that is nearly straight to one that is over within the distance of two points, 25 or so of them.
std::vector<double> rates(const InputScale& x, int count) {
  return geometric(0.05 / x.range(), std::max(20.0 / x.range(), 3.0 / x.spacing), count);
}
std::vector<double> inverse(std::vector<double> values) {
  for (double& v : values) v = 1.0 / v;
  return values;
}

Grid any_rate(InputScales x) { return {both_signs(rates(x[0], 25))}; }
Grid any_lifetime(InputScales x) { return {both_signs(inverse(rates(x[0], 25)))}; }
Grid two_rates(InputScales x) { return {rates(x[0], 20), rates(x[0], 20)}; }
Grid three_rates(InputScales x) { return {rates(x[0], 14), rates(x[0], 14), rates(x[0], 14)}; }

/// rate1 > rate2 > ...; the same curves come in any order.
bool descending_two(std::span<const double> p) { return p[1] > p[3]; }
bool descending_three(std::span<const double> p) { return p[1] > p[3] && p[3] > p[5]; }

constexpr const char *amplitude = "value at x = 0", *rate = "per unit of x; half-life log(2)/rate";

Entry decay(int terms, bool offset) {
  LibraryModel model{terms == 1 ? "decay" : "decay" + std::to_string(terms), "", {"x"}, {}, ""};
  for (int k = 1; k <= terms; ++k) {
    const std::string number = terms == 1 ? "" : std::to_string(k);
    model.formula += (k == 1 ? "" : " + ") + ("amplitude" + number) + "*exp(-rate" + number + "*x)";
    model.parameters.push_back({"amplitude" + number, amplitude, true});
    model.parameters.push_back({"rate" + number, rate});
  }
  model.about = terms == 1 ? "exponential decay" : "sum of " + std::to_string(terms) + " exponentials";
  Entry entry{std::move(model), Search::grid, terms == 1 ? any_rate : terms == 2 ? two_rates : three_rates};
  if (terms > 1) entry.wanted = terms == 2 ? descending_two : descending_three;
  if (offset) {
    entry.model.name += "_offset";
    entry.model.formula += " + offset";
    entry.model.about += ", to a constant";
    entry.model.parameters.push_back({"offset", "value that is left at the end", true});
  }
  return entry;
}

std::vector<double> one_at_rate_0(InputScales) { return {1.0, 0.0}; }
std::vector<double> one_at_exponent_0(InputScales) { return {1.0, 0.0}; }

/// Energies over R between 0.2 and 60 times what the range of temperatures tells.
Grid energies(InputScales x) {
  constexpr double R = 8.31446261815324, most = 600.0;  // exponents that leave room for the prefactor
  const double low = x[0].least_positive, width = 1.0 / low - 1.0 / x[0].most;
  return {both_signs(geometric(R * 0.1 / width, R * std::min(60.0 / width, most * low), 30))};
}

Grid exponents(InputScales) { return {even(-5.0, 6.0, 45)}; }

}  // namespace

std::vector<Entry> exponentials() {
  std::vector<Entry> all;
  for (const bool offset : {false, true})
    for (int terms = 1; terms <= 3; ++terms) all.push_back(decay(terms, offset));
  all[0].one = one_at_rate_0;
  all.push_back({{"exponential",
                  "amplitude*exp(-x/decay)",
                  {"x"},
                  {linear("amplitude", amplitude), curved("decay", "x over which it falls to 1/e; of decay 1/rate")},
                  "exponential decay by its time constant"},
                 Search::grid,
                 any_lifetime});
  all.push_back({{"growth",
                  "amplitude*exp(rate*x)",
                  {"x"},
                  {linear("amplitude", amplitude), curved("rate", "per unit of x; doubling log(2)/rate")},
                  "exponential growth"},
                 Search::grid,
                 any_rate,
                 nullptr,
                 nullptr,
                 one_at_rate_0});
  all.push_back({{"power_law",
                  "amplitude*x^exponent",
                  {"x"},
                  {linear("amplitude", "value at x = 1"), curved("exponent", "slope in logarithmic axes")},
                  "power law, of x > 0"},
                 Search::grid,
                 exponents,
                 nullptr,
                 nullptr,
                 one_at_exponent_0,
                 true});
  all.push_back({{"arrhenius",
                  "prefactor*exp(-energy/(8.31446261815324*x))",
                  {"x"},
                  {linear("prefactor", "rate at infinite temperature"), curved("energy", "activation energy, J/mol")},
                  "rate of a reaction at the absolute temperature x, K"},
                 Search::grid,
                 energies,
                 nullptr,
                 nullptr,
                 one_at_exponent_0,
                 true});
  return all;
}

}  // namespace thalweg::inline v0_1::library
