// A matched filter: Gaussians of every place and width, beside the background.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "models/library/search.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr double reach = 4.0;  // standard deviations from the centre within which a Gaussian counts
constexpr double widening = 1.5, stride = 0.75;

constexpr std::size_t width = 8;  // rows summed side by side

/// exp(−z²/2) within 2e-4, and 0.0003 where |z| ≥ reach: the 16th power of a cubic. A search needs no more.
inline double bell(double z) {
  const double s = std::min(z * z, reach * reach) * (1.0 / 32.0);
  double power = 1.0 - s * (1.0 - s * (0.5 - s * (1.0 / 6.0)));
  for (int i = 0; i < 4; ++i) power *= power;
  return power;
}

using Sums = std::array<double, width>;
double total(const Sums& sums) { return std::accumulate(sums.begin(), sums.end(), 0.0); }

/// The rows in the order of x, with `width` copies of nothing behind the last.
class Filter {
 public:
  Filter(const SearchSpace& space, const Separable& fit) : rows_(static_cast<std::size_t>(space.inputs[0].size())) {
    const Eigen::VectorXd& input = space.inputs[0];
    std::vector<Eigen::Index> order(rows_);
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) { return input[a] < input[b]; });
    const auto sorted = [&](const auto& values, double last) {
      std::vector<double> result(rows_ + width, last);
      for (std::size_t i = 0; i < rows_; ++i) result[i] = values[order[i]];
      return result;
    };
    x_ = sorted(input, std::numeric_limits<double>::infinity());
    factor_ = sorted(space.factor, 0.0);
    rest_ = sorted(fit.rest(), 0.0);
    for (Eigen::Index j = 0; j < fit.basis().cols(); ++j) basis_.push_back(sorted(fit.basis().col(j), 0.0));
    g_.resize(rows_ + width);
  }

  /// The gain, and the height; a Gaussian that fewer than `points` points determine gains nothing.
  std::pair<double, double> gain(double center, double sigma, double points) {
    const auto first =
        static_cast<std::size_t>(std::lower_bound(x_.begin(), x_.end() - width, center - reach * sigma) - x_.begin());
    const double inverse = 1.0 / sigma, end = center + reach * sigma;
    Sums weight{}, square{}, product{};
    std::size_t last = first;
    for (; last < rows_ && x_[last] <= end; last += width) {
      Sums g;
#pragma omp simd
      for (std::size_t lane = 0; lane < width; ++lane) {
        const double shape = bell((x_[last + lane] - center) * inverse);
        g[lane] = shape * factor_[last + lane];
        weight[lane] += shape;
        square[lane] += g[lane] * g[lane];
        product[lane] += g[lane] * rest_[last + lane];
      }
      std::copy(g.begin(), g.end(), g_.begin() + static_cast<std::ptrdiff_t>(last));
    }
    const double squares = total(square), gained = total(product);
    double own = squares;
    for (const std::vector<double>& column : basis_) {
      Sums sums{};
      for (std::size_t i = first; i < last; i += width)
        for (std::size_t lane = 0; lane < width; ++lane) sums[lane] += g_[i + lane] * column[i + lane];
      const double beside = total(sums);
      own -= beside * beside;
    }
    if (total(weight) < points || !(own > 1e-4 * squares)) return {0.0, 0.0};
    return {gained * gained / own, gained / own};
  }

 private:
  std::size_t rows_;
  std::vector<double> x_, factor_, rest_, g_;
  std::vector<std::vector<double>> basis_;
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
