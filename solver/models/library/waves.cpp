// Oscillations.
#include <numbers>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr double quarter = std::numbers::pi / 2.0;
std::vector<double> cosine_of_0(InputScales) { return {1.0, 0.0, quarter}; }
std::vector<double> undamped_cosine_of_0(InputScales) { return {1.0, 0.0, quarter, 0.0}; }

}  // namespace

std::vector<Entry> waves() {
  return {{{"sine",
            "amplitude*sin(2*pi*frequency*x + phase)",
            {"x"},
            {linear("amplitude", "half of the height from trough to crest"),
             positive("frequency", "periods per unit of x"), curved("phase", "radians, at x = 0")},
            "a sine about 0; sine + constant about another value"},
           Search::wave,
           nullptr,
           nullptr,
           nullptr,
           cosine_of_0},
          {{"damped_sine",
            "amplitude*exp(-rate*x)*sin(2*pi*frequency*x + phase)",
            {"x"},
            {linear("amplitude", "amplitude at x = 0"), positive("frequency", "periods per unit of x"),
             curved("phase", "radians, at x = 0"), curved("rate", "of the amplitude's decay, per unit of x")},
            "a sine that dies away"},
           Search::wave,
           nullptr,
           nullptr,
           nullptr,
           undamped_cosine_of_0}};
}

}  // namespace thalweg::inline v0_1::library
