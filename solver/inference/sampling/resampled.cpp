#include "inference/sampling/resampled.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <math/dense_decompositions.hpp>
#include <thalweg/inference/residual_diagnostics.hpp>

#include "inference/likelihood.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Another group's residuals plus a number for each: what they are of other data.
class ShiftedResiduals final : public ResidualGroup {
 public:
  /// `shift`: of residuals divided by their σ, items of component 0 first.
  ShiftedResiduals(const ResidualGroup& group, std::vector<double> shift)
      : ResidualGroup(group.name(), group.dimension(), group.items(), group.slots()),
        group_(group),
        shift_(std::move(shift)) {}
  bool couples_items() const override { return group_.couples_items(); }
  bool differenced() const override { return group_.differenced(); }
  std::int64_t table_size() const override { return group_.table_size(); }
  void fill_table(const double* x, double* table) const override { group_.fill_table(x, table); }
  std::string explain_non_finite(const double* x, std::int64_t item) const override {
    return group_.explain_non_finite(x, item);
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    group_.evaluate(x, out);
    for (int k = 0; k < dimension(); ++k)
      for (std::int64_t i = out.begin; i < out.end; ++i)
        out.residual[k][i - out.begin] += shift_[static_cast<std::size_t>(k * items() + i)];
  }
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override {
    group_.add_curvature(x, begin, end, weight, S);
  }

 private:
  const ResidualGroup& group_;
  std::vector<double> shift_;
};

std::vector<double> residuals_of(const ResidualGroup& group, const double* x) {
  const auto items = static_cast<std::size_t>(group.items());
  std::vector<double> r(items * static_cast<std::size_t>(group.dimension()));
  std::vector<double*> target;
  for (int k = 0; k < group.dimension(); ++k) target.push_back(r.data() + static_cast<std::size_t>(k) * items);
  ResidualOutput out;
  out.end = group.items();
  out.residual = target.data();
  group.evaluate(x, out);
  return r;
}

/// Centred in each component.
void centre(std::vector<double>& values, std::size_t items) {
  for (std::size_t begin = 0; begin < values.size(); begin += items) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(items);
    const double mean = std::accumulate(first, last, 0.0) / static_cast<double>(items);
    std::for_each(first, last, [mean](double& v) { v -= mean; });
  }
}

/// h² of a normal kernel whose variance is h² times that of the pool. It outweighs what chance makes of the shape of
/// few residuals: the kurtosis of ν normal numbers has the standard error √(24/ν). Without it the ends of an interval
/// that hangs on one row, as of an amplitude, would be those of the few numbers that the pool has.
double kernel_variance(double degrees_of_freedom) { return std::sqrt(24.0 / std::max(degrees_of_freedom, 1.0)); }

/// The symmetric root of the covariance of the pool, dimension × dimension.
Eigen::MatrixXd covariance_root(const std::vector<double>& pool, Eigen::Index items, Eigen::Index dimension) {
  const Eigen::Map<const Eigen::MatrixXd> rows(pool.data(), items, dimension);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(
      Eigen::MatrixXd(rows.transpose() * rows / static_cast<double>(items)));
  return eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal() *
         eigen.eigenvectors().transpose();
}

}  // namespace

Resampled::Resampled(const Problem& problem, const Result& result, const FitStatistics& statistics,
                     Resampling resampling)
    : problem_(problem), resampling_(resampling), sigma_(noise_of(statistics)) {
  if (resampling == Resampling::cases) return;
  const std::vector<double> leverage = residual_diagnostics(problem, result, statistics).leverage;
  std::size_t row = 0;  // by items, then components
  for (const auto& group : problem.groups()) {
    const auto items = static_cast<std::size_t>(group->items()),
               dimension = static_cast<std::size_t>(group->dimension());
    Errors& errors = errors_.emplace_back();
    errors.fitted = residuals_of(*group, result.x.data());
    errors.pool = errors.fitted;
    double free = 0.0;  // degrees of freedom of one component, on the average
    for (std::size_t i = 0; i < items; ++i)
      for (std::size_t k = 0; k < dimension; ++k, ++row) {
        if (row >= leverage.size() || leverage[row] >= 1.0) continue;
        errors.pool[k * items + i] /= std::sqrt(1.0 - leverage[row]);
        free += (1.0 - leverage[row]) / static_cast<double>(dimension);
      }
    centre(errors.pool, items);
    const double h2 = kernel_variance(free);
    errors.shrunk = 1.0 / std::sqrt(1.0 + h2);
    errors.root = std::sqrt(h2 / (1.0 + h2)) *
                  covariance_root(errors.pool, static_cast<Eigen::Index>(items), static_cast<Eigen::Index>(dimension));
  }
}

std::unique_ptr<ResidualGroup> Resampled::with_other_errors(std::size_t group, regression::Random& random) const {
  const ResidualGroup& given = *problem_.groups()[group];
  const Errors& errors = errors_[group];
  const auto items = static_cast<std::size_t>(given.items());
  std::vector<double> shift = errors.fitted;
  for (double& v : shift) v = -v;
  Eigen::VectorXd normal(given.dimension());
  for (std::size_t i = 0; i < items; ++i) {
    const std::size_t from = given.is_prior() ? 0 : random.below(items);
    for (double& v : normal) v = random.normal();
    for (std::size_t k = 0; k < static_cast<std::size_t>(given.dimension()); ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      shift[k * items + i] += given.is_prior()
                                  ? sigma_ * normal[row]
                                  : errors.shrunk * errors.pool[k * items + from] + errors.root.row(row).dot(normal);
    }
  }
  return std::make_unique<ShiftedResiduals>(given, std::move(shift));
}

Problem Resampled::draw(regression::Random& random) const {
  std::vector<std::unique_ptr<ResidualGroup>> groups;
  for (std::size_t g = 0; g < problem_.groups().size(); ++g) {
    const ResidualGroup& given = *problem_.groups()[g];
    if (resampling_ == Resampling::residuals) {
      groups.push_back(with_other_errors(g, random));
      continue;
    }
    std::vector<std::int64_t> order(static_cast<std::size_t>(given.items()));
    std::iota(order.begin(), order.end(), std::int64_t{0});
    if (!given.is_prior())
      for (std::int64_t& item : order) item = static_cast<std::int64_t>(random.below(order.size()));
    groups.push_back(given.reordered(order));
    if (given.is_prior()) groups.back()->mark_prior();
  }
  return problem_.with_groups(std::move(groups));
}

std::string why_not_resampled(const Problem& problem, const FitStatistics& statistics, Resampling resampling) {
  std::int64_t items = 0;
  for (const auto& group : problem.groups()) {
    if (group->is_prior()) continue;
    items += group->items();
    if (resampling == Resampling::residuals && group->has_cost())
      return fmt::format("'{}' has no residuals to draw from, but a likelihood of its own; expected --resample cases",
                         group->name());
    if (resampling == Resampling::cases && (group->couples_items() || !group->shares_blocks()))
      return fmt::format("the rows of '{}' {}; expected --resample residuals", group->name(),
                         group->couples_items() ? "are correlated" : "have parameters of their own");
  }
  const auto free = static_cast<std::int64_t>(statistics.free.size());
  const std::int64_t least = resampling == Resampling::cases ? 2 * free + 1 : free + 3;
  if (items < least)
    return fmt::format("{} are too few for {}; expected at least {} to draw {} from",
                       items == 1 ? "1 row" : fmt::format("{} rows", items),
                       free == 1 ? "1 parameter" : fmt::format("{} parameters", free), least, to_string(resampling));
  return "";
}

}  // namespace thalweg::inline v0_1
