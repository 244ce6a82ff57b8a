// Batches of random problems: models, units, noise, starts, weights, bounds, fixed parameters, counts.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>

#include "batch/agreement/families.hpp"
#include "batch/random_fits.hpp"

namespace thalweg_tests {

/// A Poisson count, the same on every platform: by products of uniform numbers (Knuth, The Art of Computer Programming,
/// section 3.4.1), of large means near enough by a normal number.
inline double poisson_count(Random& random, double mean) {
  if (mean > 60.0) return std::max(0.0, std::floor(mean + std::sqrt(mean) * random.normal() + 0.5));
  double product = 1.0, count = -1.0;
  for (const double least = std::exp(-mean); product >= least; ++count) product *= random.uniform(0.0, 1.0);
  return std::max(0.0, count);
}

/// Fits of one family under one setting.
class DrawnBatch {
 public:
  DrawnBatch(std::uint64_t seed, std::int64_t fits) : random_(seed) {
    family_ = &families()[pick(families().size())];
    for (const Family::Parameter& p : family_->parameters) names.push_back(p.name);
    draw_setting(fits);
    for (std::int64_t fit = 0; fit < fits; ++fit) draw_fit();
    data.fits = fits;
    data.points = points;
    data.y = y;
    data.x = {x};
    data.sigma = sigma;
    data.starts = starts;
    model = thalweg::formula_batch_model(family_->formula, names, {"x"});
    // As many digits as there are: solve() polishes, too.
    options.tolerance = 1e-20;
    options.threads = 1;
  }
  DrawnBatch(const DrawnBatch&) = delete;
  DrawnBatch& operator=(const DrawnBatch&) = delete;

  const Family& family() const { return *family_; }
  bool counts() const { return options.cost == thalweg::BatchCost::poisson; }

  std::vector<std::string> names;
  std::string setting;  ///< in words
  int points = 0;
  std::vector<double> x, y, sigma, starts;
  thalweg::BatchData data;
  thalweg::BatchOptions options;
  std::unique_ptr<thalweg::BatchModel> model;

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();

  std::size_t pick(std::size_t of) {
    return std::min(of - 1, static_cast<std::size_t>(random_.uniform(0.0, static_cast<double>(of))));
  }
  bool happens(double probability) { return random_.uniform(0.0, 1.0) < probability; }
  double unit() { return std::pow(10.0, std::floor(random_.uniform(-6.0, 7.0))); }
  double scaled(const Family::Parameter& p, double value) const {
    return value * std::pow(x_unit_, p.x_power) * std::pow(y_unit_, p.y_power);
  }

  void draw_setting(std::int64_t fits) {
    constexpr int extra[] = {0, 1, 2, 4, 8, 20, 60};
    constexpr double noises[] = {0.0, 1e-9, 1e-4, 0.01, 0.05, 0.2, 0.6};
    constexpr double spreads[] = {0.05, 0.2, 0.5, 1.0, 3.0};
    const auto n = static_cast<int>(names.size());
    points = n + extra[pick(std::size(extra))];
    noise_ = noises[pick(std::size(noises))];
    spread_ = spreads[pick(std::size(spreads))];
    if (family_->positive && happens(0.2)) options.cost = thalweg::BatchCost::poisson;
    if (happens(0.4)) x_unit_ = family_->scales ? unit() : 1.0;
    if (happens(0.4) && !counts()) y_unit_ = unit();
    if (counts()) y_unit_ = std::pow(10.0, random_.uniform(0.0, 3.0));
    own_x_ = happens(0.3);
    weights_ = counts() || happens(0.6) ? 0 : happens(0.6) ? 1 : 2;
    strange_ = happens(0.1);
    outliers_ = happens(0.1);
    if (!own_x_)
      for (int i = 0; i < points; ++i) x.push_back(place(i));
    if (happens(0.3)) draw_bounds();
    if (happens(0.2)) options.fixed.assign(names.size(), 0);
    if (!options.fixed.empty()) options.fixed[pick(names.size())] = 1;
    setting = std::string(family_->formula) + ", " + std::to_string(points) + " points, noise " +
              std::to_string(noise_) + ", starts off by " + std::to_string(spread_) + (counts() ? ", counts" : "") +
              (weights_ ? ", sigma" : "") + (options.lower.empty() ? "" : ", bounds") +
              (options.fixed.empty() ? "" : ", fixed") + (strange_ ? ", data of no model" : "") +
              (outliers_ ? ", outliers" : "");
    y.reserve(static_cast<std::size_t>(fits * points));
  }

  double place(int i) {
    const double part = points > 1 ? (i + (own_x_ ? random_.uniform(-0.3, 0.3) : 0.0)) / (points - 1) : 0.5;
    return x_unit_ * (family_->x_from + std::clamp(part, 0.0, 1.0) * (family_->x_to - family_->x_from));
  }

  /// Of some parameters; some cut off values that are drawn.
  void draw_bounds() {
    options.lower.assign(names.size(), -infinity);
    options.upper.assign(names.size(), infinity);
    for (std::size_t j = 0; j < names.size(); ++j) {
      const Family::Parameter& p = family_->parameters[j];
      if (happens(0.5)) options.lower[j] = scaled(p, p.from - random_.uniform(-0.3, 1.0) * (p.to - p.from));
      if (happens(0.5)) options.upper[j] = scaled(p, p.to + random_.uniform(-0.3, 1.0) * (p.to - p.from));
    }
  }

  void draw_fit() {
    std::vector<double> p;
    for (const Family::Parameter& each : family_->parameters)
      p.push_back(scaled(each, random_.uniform(each.from, each.to)));
    std::vector<double> own;
    if (own_x_)
      for (int i = 0; i < points; ++i) own.push_back(place(i));
    const std::vector<double>& at = own_x_ ? own : x_shared();
    draw_values(at, p);
    if (own_x_) x.insert(x.end(), own.begin(), own.end());
    for (std::size_t j = 0; j < p.size(); ++j) {
      const bool fixed = !options.fixed.empty() && options.fixed[j];
      const double width = std::abs(scaled(family_->parameters[j], 1.0));
      const double off = spread_ < 1.0 ? p[j] * (1.0 + spread_ * random_.uniform(-1.0, 1.0))
                                       : p[j] * std::pow(10.0, 0.3 * spread_ * random_.uniform(-1.0, 1.0)) +
                                             0.2 * spread_ * width * random_.normal();
      starts.push_back(fixed ? p[j] * random_.uniform(0.99, 1.01) : off);
    }
  }
  const std::vector<double>& x_shared() const { return x; }

  void draw_values(const std::vector<double>& at, const std::vector<double>& p) {
    const thalweg::FormulaModel truth({"", thalweg::Formula::parse("0"), thalweg::Formula::parse(family_->formula)},
                                      {names, {"x"}}, {at});
    std::vector<double> values(static_cast<std::size_t>(points));
    truth.predict(p.data(), 0, points, values.data());
    for (double v : values) {
      if (strange_) v = y_unit_ * random_.uniform(counts() ? 0.0 : -3.0, 3.0);
      double s = noise_ * y_unit_;
      if (weights_ == 2) s *= random_.uniform(0.3, 3.0);
      if (weights_ == 1) s *= 0.5 + 0.5 * static_cast<double>(y.size() % static_cast<std::size_t>(points)) / points;
      double value = counts() ? poisson_count(random_, std::max(0.0, v)) : v + s * random_.normal();
      if (outliers_ && !counts() && happens(0.05)) value += 3.0 * y_unit_ * random_.normal();
      y.push_back(value);
      const bool fits_all = weights_ == 1 && sigma.size() >= static_cast<std::size_t>(points);
      if (weights_ == 0 || fits_all) continue;
      if (s == 0.0) s = y_unit_ * random_.uniform(0.01, 0.1);
      sigma.push_back(weights_ == 2 && happens(0.03) ? infinity : s);
    }
  }

  Random random_;
  const Family* family_ = nullptr;
  double noise_ = 0.0, spread_ = 0.0, x_unit_ = 1.0, y_unit_ = 1.0;
  bool own_x_ = false, strange_ = false, outliers_ = false;
  int weights_ = 0;  // 1: shared, 2: each fit's own
};

}  // namespace thalweg_tests
