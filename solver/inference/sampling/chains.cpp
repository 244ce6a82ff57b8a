#include "inference/sampling/chains.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace thalweg::inline v0_1 {
namespace {

constexpr double window = 5.0;  // autocorrelation times

}  // namespace

double autocorrelation_time(const std::vector<Chain>& chains, Eigen::Index component) {
  std::vector<Eigen::VectorXd> series;
  double mean = 0.0, count = 0.0;
  for (const Chain& chain : chains)
    for (const Eigen::MatrixXd& walker : chain.walkers) {
      series.push_back(walker.row(component).transpose());
      mean += series.back().sum();
      count += static_cast<double>(series.back().size());
    }
  if (series.empty() || count == 0.0) return std::numeric_limits<double>::infinity();
  mean /= count;
  for (Eigen::VectorXd& s : series) s.array() -= mean;
  const Eigen::Index steps = series[0].size();
  const auto covariance = [&](Eigen::Index lag) {
    double sum = 0.0;
    for (const Eigen::VectorXd& s : series) sum += s.head(steps - lag).dot(s.tail(steps - lag));
    return sum / (static_cast<double>(steps - lag) * static_cast<double>(series.size()));
  };
  const double variance = covariance(0);
  if (!(variance > 0.0)) return std::numeric_limits<double>::infinity();
  double time = 1.0;
  for (Eigen::Index lag = 1; lag < steps / 2; ++lag) {
    time += 2.0 * covariance(lag) / variance;
    if (static_cast<double>(lag) >= window * time) return std::max(1.0, time);
  }
  return std::numeric_limits<double>::infinity();
}

double split_r_hat(const std::vector<Chain>& chains, Eigen::Index component) {
  std::vector<double> means, variances;
  double draws = 0.0;
  for (const Chain& chain : chains) {
    const Eigen::Index steps = chain.walkers.empty() ? 0 : chain.walkers[0].cols(), half = steps / 2;
    if (half < 2) return std::numeric_limits<double>::infinity();
    draws = static_cast<double>(half) * static_cast<double>(chain.walkers.size());
    for (const Eigen::Index begin : {Eigen::Index{0}, steps - half}) {
      double mean = 0.0, squares = 0.0;
      for (const Eigen::MatrixXd& walker : chain.walkers) mean += walker.row(component).segment(begin, half).sum();
      mean /= draws;
      for (const Eigen::MatrixXd& walker : chain.walkers)
        squares += (walker.row(component).segment(begin, half).array() - mean).square().sum();
      means.push_back(mean);
      variances.push_back(squares / (draws - 1.0));
    }
  }
  const auto m = static_cast<double>(means.size());
  double grand = 0.0, within = 0.0, between = 0.0;
  for (std::size_t k = 0; k < means.size(); ++k) {
    grand += means[k] / m;
    within += variances[k] / m;
  }
  for (const double mean : means) between += (mean - grand) * (mean - grand) / (m - 1.0);
  if (!(within > 0.0)) return std::numeric_limits<double>::infinity();
  return std::sqrt((draws - 1.0) / draws + between / within);
}

}  // namespace thalweg::inline v0_1
