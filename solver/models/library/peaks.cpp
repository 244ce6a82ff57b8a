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

/// The Gaussian and the Lorentzian part of equal weight, and each alone but for a tenth: widths by Olivero &
/// Longbothum 1977, full width ≈ gamma + sqrt(gamma² + (2.355 sigma)²).
Shapes voigts(const FoundPeak& p) {
  Shapes all;
  for (const double share : {0.1, 0.5, 0.85}) {  // of the full width, of gamma
    const double width = half_width * p.sigma * (1.0 - 0.4 * share), gamma = share * width;
    const double s = std::sqrt((2.0 * width - gamma) * (2.0 * width - gamma) - gamma * gamma) / (2.0 * half_width);
    all.push_back({p.height * width * 2.5, p.center, s, gamma});
  }
  return all;
}

/// Of the width that was found, the larger part the Gaussian's or the tail's, whose mean is 1/gamma.
Shapes exponential_gaussians(const FoundPeak& p) {
  Shapes all;
  for (const double tail : {0.4, 0.8, 1.3}) {
    const double s = p.sigma * (tail < 1.0 ? std::sqrt(1.0 - 0.7 * tail * tail) : 0.35);
    all.push_back({p.height * p.sigma * root_2_pi, p.center - 0.6 * tail * p.sigma, s, 1.0 / (tail * p.sigma)});
  }
  return all;
}

/// So wide that it is flat, and 1.
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
  return {
      {{"gaussian",
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
       pseudo_voigts},
      {{"voigt",
        "amplitude*voigt(x - center, sigma, gamma)",
        {"x"},
        {linear("amplitude", area), curved("center", center),
         positive("sigma", "standard deviation of the Gaussian part"),
         positive("gamma", "half width at half maximum of the Lorentzian part")},
        "Voigt profile: a Lorentzian line, broadened by a Gaussian"},
       Search::peak,
       nullptr,
       voigts},
      {{"exponential_gaussian",
        // Each branch where the other's factors overflow.
        "amplitude*gamma/2*if(x > center + gamma*sigma^2, "
        "exp(gamma*(center - x + gamma*sigma^2/2))*erfc((center + gamma*sigma^2 - x)/(sqrt(2)*sigma)), "
        "exp(-(x - center)^2/(2*sigma^2))*erfcx((center + gamma*sigma^2 - x)/(sqrt(2)*sigma)))",
        {"x"},
        {linear("amplitude", area), curved("center", "of the Gaussian; the mean is center + 1/gamma"),
         positive("sigma", "standard deviation of the Gaussian"), positive("gamma", "rate of the tail to the right")},
        "Gaussian with an exponential tail, as in chromatography"},
       Search::peak,
       nullptr,
       exponential_gaussians}};
}

}  // namespace thalweg::inline v0_1::library
