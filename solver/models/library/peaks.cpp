// Peaks. Amplitudes are areas, as in lmfit.
#include <cmath>
#include <numbers>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

using Shapes = std::vector<std::vector<double>>;

const double root_2_pi = std::sqrt(2.0 * std::numbers::pi), half_width = std::sqrt(2.0 * std::numbers::ln2);

Shapes gaussians(const FoundPeak& p) { return {{p.height * p.sigma * root_2_pi, p.center, p.sigma}}; }

/// Of equal half width, and narrower, as least squares fit a Gaussian to it.
Shapes lorentzians(const FoundPeak& p) {
  Shapes all;
  for (const double s : {half_width * p.sigma, 0.6 * p.sigma})
    all.push_back({p.height * std::numbers::pi * s, p.center, s});
  return all;
}

Shapes pseudo_voigts(const FoundPeak& p) {
  Shapes all;
  for (const double fraction : {0.2, 0.7}) {
    const double s = (half_width - 0.4 * fraction) * p.sigma;
    all.push_back({p.height * s * (fraction * std::numbers::pi + (1.0 - fraction) * root_2_pi / half_width), p.center,
                   s, fraction});
  }
  return all;
}

/// Far so wide that it is flat, and 1.
std::vector<double> flat_gaussian(InputScales x) {
  const double s = 1e6 * x[0].range();
  return {s * root_2_pi, x[0].least, s};
}
std::vector<double> flat_lorentzian(InputScales x) {
  const double s = 1e6 * x[0].range();
  return {s * std::numbers::pi, x[0].least, s};
}

constexpr const char *area = "area under the peak", *center = "x of the highest point";

}  // namespace

std::vector<Entry> peaks() {
  return {{{"gaussian",
            "amplitude/(sigma*sqrt(2*pi))*exp(-(x - center)^2/(2*sigma^2))",
            {"x"},
            {linear("amplitude", "area under the peak; height amplitude/(sigma*sqrt(2*pi))"), curved("center", center),
             positive("sigma", "standard deviation; full width at half maximum 2.354820*sigma")},
            "Gaussian peak"},
           Search::peak,
           nullptr,
           gaussians,
           nullptr,
           flat_gaussian},
          {{"lorentzian",
            "amplitude/pi*sigma/((x - center)^2 + sigma^2)",
            {"x"},
            {linear("amplitude", "area under the peak; height amplitude/(pi*sigma)"), curved("center", center),
             positive("sigma", "half width at half maximum")},
            "Lorentzian (Cauchy) peak"},
           Search::peak,
           nullptr,
           lorentzians,
           nullptr,
           flat_lorentzian},
          {{"pseudo_voigt",
            "amplitude*((1 - fraction)*sqrt(log(2)/pi)/sigma*exp(-log(2)*((x - center)/sigma)^2) + "
            "fraction/pi*sigma/((x - center)^2 + sigma^2))",
            {"x"},
            {linear("amplitude", area),
             curved("center", center),
             positive("sigma", "half width at half maximum"),
             {"fraction", "of the area, Lorentzian", false, 0.0, 1.0}},
            "Gaussian and Lorentzian of equal width, mixed"},
           Search::peak,
           nullptr,
           pseudo_voigts}};
}

}  // namespace thalweg::inline v0_1::library
