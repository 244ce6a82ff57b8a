// A matched filter: Gaussians of every place and width, beside the background.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/library/search.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr double reach = 4.0;  // standard deviations from the centre within which a Gaussian counts
constexpr double widening = 1.5, stride = 0.75;

/// exp(−z²/2) within 1e-3, |z| ≤ reach: a search needs no more.
class Bell {
 public:
  Bell() {
    for (int i = 0; i <= steps; ++i) value_.push_back(std::exp(-0.5 * std::pow(reach * i / steps, 2)));
  }
  double operator()(double z) const {
    return value_[std::min(value_.size() - 1, static_cast<std::size_t>(std::abs(z) * (steps / reach) + 0.5))];
  }

 private:
  static constexpr int steps = 4096;
  std::vector<double> value_;
};

struct Filter {
  Filter(const SearchSpace& space, const Separable& fit)
      : order(static_cast<std::size_t>(space.inputs[0].size())), basis(fit.basis().cols(), fit.basis().rows()) {
    const Eigen::VectorXd& input = space.inputs[0];
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return input[a] < input[b]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      x.push_back(input[order[i]]);
      factor.push_back(space.factor[order[i]]);
      rest.push_back(fit.rest()[order[i]]);
      basis.col(static_cast<Eigen::Index>(i)) = fit.basis().row(order[i]).transpose();
    }
  }

  /// The gain, and the height; a Gaussian that fewer than `points` points determine gains nothing.
  std::pair<double, double> gain(double center, double sigma, double points) {
    const auto begin = std::lower_bound(x.begin(), x.end(), center - reach * sigma) - x.begin();
    static const Bell bell;
    const double inverse = 1.0 / sigma, end = center + reach * sigma;
    double square = 0.0, product = 0.0, weight = 0.0;
    beside.setZero(basis.rows());
    for (std::size_t i = static_cast<std::size_t>(begin); i < x.size() && x[i] <= end; ++i) {
      const double shape = bell((x[i] - center) * inverse), g = shape * factor[i];
      weight += shape;
      square += g * g;
      product += g * rest[i];
      for (Eigen::Index j = 0; j < basis.rows(); ++j) beside[j] += g * basis(j, static_cast<Eigen::Index>(i));
    }
    const double own = square - beside.squaredNorm();
    if (weight < points || !(own > 1e-4 * square)) return {0.0, 0.0};
    return {product * product / own, product / own};
  }

  std::vector<Eigen::Index> order;
  std::vector<double> x, factor, rest;
  Eigen::MatrixXd basis;  // a column for each row of the data
  Eigen::VectorXd beside;
};

}  // namespace

std::vector<Candidate> search_peak(const SearchSpace& space, const Separable& fit, std::size_t most) {
  struct Found {
    FoundPeak peak;
    double gain;
  };
  Filter filter(space, fit);
  const InputScale& scale = space.scales[0];
  const double range = scale.range(), known_center = space.known[1], known_sigma = space.known[2];
  const double points = std::min(1.6, 0.1 * static_cast<double>(scale.distinct));
  std::vector<double> sigmas;
  if (!std::isnan(known_sigma) && known_sigma > 0.0)
    sigmas = {known_sigma};
  else
    for (double s = 0.6 * scale.spacing; s < range; s *= widening) sigmas.push_back(s);
  std::vector<Found> kept;
  for (const double sigma : sigmas) {
    const auto look = [&](double center) {
      const auto [gain, height] = filter.gain(center, sigma, points);
      if (!(gain > 0.0) || !std::isfinite(gain)) return;
      for (Found& other : kept)
        if (std::abs(other.peak.center - center) < std::max(other.peak.sigma, sigma)) {
          if (gain > other.gain) other = {{center, sigma, height}, gain};
          return;
        }
      kept.push_back({{center, sigma, height}, gain});
    };
    if (!std::isnan(known_center)) {
      look(known_center);
      continue;
    }
    const int count = static_cast<int>(range / (stride * sigma)) + 1;
    for (int i = 0; i <= count; ++i) look(scale.least + range * i / count);
  }
  std::stable_sort(kept.begin(), kept.end(), [](const Found& a, const Found& b) { return a.gain > b.gain; });
  std::vector<Candidate> candidates;
  std::vector<FoundPeak> taken;
  for (const Found& found : kept) {
    if (taken.size() == most) break;
    const bool near = std::any_of(taken.begin(), taken.end(), [&](const FoundPeak& other) {
      return std::abs(other.center - found.peak.center) < std::max(other.sigma, found.peak.sigma);
    });
    if (near) continue;
    taken.push_back(found.peak);
    for (std::vector<double>& shape : space.entry.shapes(found.peak))
      candidates.push_back({std::move(shape), found.gain});
  }
  return candidates;
}

}  // namespace thalweg::inline v0_1::library
