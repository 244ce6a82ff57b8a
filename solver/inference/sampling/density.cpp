#include "inference/sampling/density.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <math/dense_decompositions.hpp>

#include "inference/likelihood.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// The covariance of the fit; of a parameter at its bound, where the cost has a slope g, the variance (σ²/g)² of the
/// exponential distribution that begins there.
Eigen::MatrixXd covariance_of(const FitStatistics& s, const std::vector<std::int64_t>& components) {
  const auto n = static_cast<Eigen::Index>(components.size());
  const std::size_t free = s.free.size();
  Eigen::MatrixXd C = Eigen::MatrixXd::Zero(n, n);
  const auto place = [&](Eigen::Index j) {
    const auto found =
        std::find(s.free.begin(), s.free.end(), static_cast<int>(components[static_cast<std::size_t>(j)]));
    return static_cast<std::size_t>(found - s.free.begin());
  };
  for (Eigen::Index j = 0; j < n; ++j) {
    const std::size_t a = place(j);
    const ParameterStatistics& p = s.parameters[static_cast<std::size_t>(components[static_cast<std::size_t>(j)])];
    if (a == free) {
      C(j, j) = p.one_sided_error * p.one_sided_error;
      continue;
    }
    for (Eigen::Index k = 0; k < n; ++k)
      if (const std::size_t b = place(k); b < free) C(j, k) = s.covariance[a * free + b];
  }
  return C;
}

std::vector<std::int64_t> moving(const FitStatistics& s) {
  std::vector<std::int64_t> components;
  for (std::size_t i = 0; i < s.parameters.size(); ++i)
    if (!s.parameters[i].fixed) components.push_back(static_cast<std::int64_t>(i));
  return components;
}

}  // namespace

LogDensity::LogDensity(const Problem& problem, const Result& result, const FitStatistics& statistics)
    : problem_(problem),
      program_(problem),
      components_(moving(statistics)),
      x_(result.x),
      residual_(program_.rows()),
      known_(statistics.noise == Noise::known || statistics.likelihood) {
  const auto n = static_cast<Eigen::Index>(components_.size());
  centre_.resize(n);
  for (Eigen::Index j = 0; j < n; ++j)
    centre_[j] = result.x[static_cast<std::size_t>(components_[static_cast<std::size_t>(j)])];
  factor_ = covariance_of(statistics, components_).llt().matrixL();
  for (const auto& group : problem.groups())
    if (!group->is_prior()) data_ += static_cast<double>(group->items() * group->dimension());
}

double LogDensity::operator()(const Eigen::VectorXd& z) {
  ++evaluations_;
  moved_ = centre_;
  moved_.noalias() += factor_ * z;
  for (Eigen::Index j = 0; j < moved_.size(); ++j) {
    const auto i = static_cast<std::size_t>(components_[static_cast<std::size_t>(j)]);
    if (!(moved_[j] >= problem_.lower()[i] && moved_[j] <= problem_.upper()[i])) return -infinity;
    x_[i] = moved_[j];
  }
  const double cost = program_.evaluate(x_.data(), residual_.data(), 1);
  if (!std::isfinite(cost)) return -infinity;
  if (known_) return -cost;
  double priors = 0.0;
  for (std::size_t g = 0; g < problem_.groups().size(); ++g) {
    const ResidualGroup& group = *problem_.groups()[g];
    for (int k = 0; k < group.dimension() && group.is_prior(); ++k)
      for (std::int64_t i = 0; i < group.items(); ++i) {
        const double r = residual_.data()[program_.row_of(g, k) + i];
        priors += 0.5 * r * r;
      }
  }
  return -0.5 * data_ * std::log(std::max(cost - priors, std::numeric_limits<double>::min())) - priors;
}

std::string why_no_density(const Problem& problem, const Result&, const FitStatistics& s) {
  std::int64_t data = 0;
  for (const auto& group : problem.groups())
    if (!group->is_prior()) data += group->items() * group->dimension();
  const std::vector<std::int64_t> components = moving(s);
  if (components.empty()) return "every parameter is fixed";
  if (s.partial_covariance) return "the covariance of all parameters together is not known";
  if (s.noise == Noise::estimated && !s.likelihood && data <= static_cast<std::int64_t>(components.size()))
    return "there are no more data than parameters";
  const Eigen::MatrixXd C = covariance_of(s, components);
  for (Eigen::Index j = 0; j < C.rows(); ++j)
    if (!std::isfinite(C(j, j)) || !(C(j, j) > 0.0))
      return fmt::format("the data do not determine '{}'; expected bounds or a prior on it, or a model without it",
                         s.parameters[static_cast<std::size_t>(components[static_cast<std::size_t>(j)])].name);
  if (C.llt().info() != Eigen::Success) return "the covariance of the parameters is singular to rounding";
  return "";
}

}  // namespace thalweg::inline v0_1
