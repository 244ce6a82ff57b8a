#include <thalweg/inference/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>

#include <boost/math/distributions/chi_squared.hpp>

#include <fmt/format.h>

#include <thalweg/base/cancellation.hpp>
#include <thalweg/minimize/convergence.hpp>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/program.hpp>
#include "inference/bordered.hpp"
#include "inference/bound_problem.hpp"
#include "inference/errors.hpp"
#include "inference/fit_quality.hpp"
#include "inference/rank.hpp"
#include "inference/robust.hpp"
#include "inference/second_order.hpp"
#include "inference/solution_rows.hpp"

namespace thalweg::inline v0_1 {
namespace {

// A column of J whose cosine with r is below this is at right angles to it: the solve left no less.
constexpr double no_slope = 1e-8;
// What an evaluation makes of numbers that are rounded to doubles, relative: some operations' worth.
constexpr double rounding = 4.0 * std::numeric_limits<double>::epsilon();
// Values are printed to this part of the size of the data at the finest, where these are exact.
constexpr double printed_exactly = 1e3 * std::numeric_limits<double>::epsilon();
// The same where no noise is known: no more data than parameters.
constexpr double printed_without_noise = 1e-5;
// Of a parameter's value: an error above it is a reason to look at the exact Hessian.
constexpr double suspicious_error = 1.0;
constexpr std::size_t most_second_order = 200;  // columns

bool is_at_bound(const ParameterStatistics& p) {
  return !p.fixed && (p.value <= p.lower_bound || p.value >= p.upper_bound);
}

/// Value and bounds; no errors yet.
ParameterStatistics describe(std::string name, double value, double lower, double upper, bool fixed) {
  ParameterStatistics p;
  p.name = std::move(name);
  p.value = value;
  p.lower_bound = lower;
  p.upper_bound = upper;
  p.fixed = fixed || lower == upper;
  p.at_bound = is_at_bound(p);
  return p;
}

std::vector<ParameterStatistics> describe(const Problem& problem, const Result& result) {
  const std::vector<double>& x = result.x;
  std::vector<ParameterStatistics> parameters;
  for (std::size_t i = 0; i < x.size(); ++i)
    parameters.push_back(describe(problem.parameter_name(static_cast<std::int64_t>(i)), x[i], problem.lower()[i],
                                  problem.upper()[i], problem.fixed()[i] != 0));
  for (const std::int64_t i : result.at_kink) {
    ParameterStatistics& p = parameters[static_cast<std::size_t>(i)];
    p.at_kink = !p.fixed && !p.at_bound;
  }
  // The numbers of a block on a manifold stand still when none of its tangent components moves.
  for (const Problem::BlockSet& set : problem.sets())
    for (std::int64_t offset = set.offset; set.manifold && offset < set.end(); offset += set.dimension) {
      bool moves = false;
      for (std::int64_t d = 0; d < set.tangent; ++d) moves = moves || problem.moves(offset + d);
      for (std::int64_t a = 0; a < set.dimension; ++a) parameters[static_cast<std::size_t>(offset + a)].fixed = !moves;
    }
  return parameters;
}

/// The columns of J that belong to the free parameters.
DenseMatrix free_columns(const Program& program, const DenseMatrix& J, const std::vector<int>& free) {
  DenseMatrix chosen(J.rows(), static_cast<std::int64_t>(free.size()));
  for (std::size_t j = 0; j < free.size(); ++j) {
    const double* from = J.column(program.column_of(free[j]));
    std::copy_n(from, J.stride(), chosen.column(static_cast<std::int64_t>(j)));
  }
  return chosen;
}

/// `deviation`: what the errors of (JᵀJ)⁻¹ are multiplied by.
void set_errors(const Problem& problem, const NormalInverse& inverse, double deviation, double quantile,
                FitStatistics& s) {
  const double least = s.exact ? rounding : 0.0;
  for (std::size_t i = 0; i < s.free.size(); ++i) {
    if (problem.is_curved() && problem.set_of(s.free[i]).manifold) continue;
    ParameterStatistics& p = s.parameters[static_cast<std::size_t>(s.free[i])];
    p.determined = inverse.determined[i] != 0;
    if (p.determined) set_error(p, std::max(deviation * inverse.deviation[i], least * std::abs(p.value)), quantile);
  }
  s.correlation = inverse.correlation;
}

/// Of the numbers of blocks on manifolds: the diagonal of C Σ Cᵀ, Σ the covariance of the block's tangent components
/// and C the columns of ∂(x ⊞ δ)/∂δ. The covariance is the final one.
void set_curved_errors(const Problem& problem, const std::vector<double>& x, double quantile, FitStatistics& s) {
  const std::size_t n = s.free.size();
  for (std::size_t first = 0; first < n;) {
    const Problem::BlockSet& set = problem.set_of(s.free[first]);
    const std::int64_t block = set.offset + (s.free[first] - set.offset) / set.dimension * set.dimension;
    std::size_t last = first + 1;
    while (last < n && s.free[last] < block + set.dimension) ++last;
    if (!set.manifold) {
      first = last;
      continue;
    }
    std::vector<double> C(static_cast<std::size_t>(set.dimension) * static_cast<std::size_t>(set.tangent));
    set.manifold->columns(x.data() + block, C.data());
    for (std::int64_t a = 0; a < set.dimension; ++a) {
      const auto slope = [&](std::size_t i) {
        return C[static_cast<std::size_t>((s.free[i] - block) * set.dimension + a)];
      };
      double variance = 0.0;
      for (std::size_t i = first; i < last; ++i)
        for (std::size_t j = first; j < last; ++j)
          if (slope(i) != 0.0 && slope(j) != 0.0) variance += slope(i) * slope(j) * s.covariance[i * n + j];
      ParameterStatistics& p = s.parameters[static_cast<std::size_t>(block + a)];
      p.determined = !std::isnan(variance);
      if (p.determined) set_error(p, std::sqrt(std::max(0.0, variance)), quantile);
    }
    first = last;
  }
}

/// δ of F(δ) = F + g δ + ½ h² δ² where F has risen by ½σ².
double one_sided(double g, double h, double sigma) {
  return sigma == 0.0 ? 0.0 : sigma / (g / sigma + std::hypot(g / sigma, h));
}

/// Errors of the components that a bound stops.
void set_one_sided_errors(const Program& program, const DenseMatrix& J, const AlignedArray& residual, double deviation,
                          double quantile, FitStatistics& s) {
  std::vector<int> stopped;
  for (std::size_t i = 0; i < s.parameters.size(); ++i)
    if (s.parameters[i].at_bound) stopped.push_back(static_cast<int>(i));
  if (stopped.empty()) return;
  const DenseMatrix columns = free_columns(program, J, stopped);
  const std::vector<double> h = remainders(free_columns(program, J, s.free), columns, static_cast<int>(program.rows()));
  for (std::size_t k = 0; k < stopped.size(); ++k) {
    ParameterStatistics& p = s.parameters[static_cast<std::size_t>(stopped[k])];
    const std::span column(columns.column(static_cast<std::int64_t>(k)), static_cast<std::size_t>(columns.stride()));
    const double length = norm(column), size = norm({residual.data(), column.size()});
    double cosine = 0.0;
    for (std::size_t i = 0; i < column.size() && length > 0.0 && size > 0.0; ++i)
      cosine += (column[i] / length) * (residual[static_cast<std::int64_t>(i)] / size);
    const double slope = length * cosine * size;
    const bool lower = p.value <= p.lower_bound;
    const double g = std::max(0.0, lower ? slope : -slope);
    p.determined = h[k] > 0.0 || (g > 0.0 && std::abs(cosine) > no_slope);
    if (!p.determined) continue;
    p.one_sided_error = one_sided(g, h[k], deviation);
    const double reach = std::min(one_sided(g, h[k], quantile * deviation), p.upper_bound - p.lower_bound);
    p.lower_interval = lower ? p.value : p.value - reach;
    p.upper_interval = lower ? p.value + reach : p.value;
  }
}

/// What rounding alone makes of √Σr²; see FitStatistics.
double rounding_level(const DenseMatrix& J, const std::vector<double>& values, const std::vector<double>& response) {
  std::vector<double> sizes;
  for (std::int64_t j = 0; j < J.columns(); ++j)
    sizes.push_back(norm({J.column(j), static_cast<std::size_t>(J.stride())}) *
                    std::abs(values[static_cast<std::size_t>(j)]));
  return rounding * std::hypot(norm(sizes), norm(response));
}

/// How large x is in each of the free columns.
std::vector<double> values_of(const Program& program, const std::vector<double>& x, const std::vector<int>& free) {
  std::vector<double> all(static_cast<std::size_t>(program.columns())), values;
  program.coordinates(x.data(), all.data());
  for (const int i : free) values.push_back(all[static_cast<std::size_t>(program.column_of(i))]);
  return values;
}

/// What of the scaled curvature S may come from a gradient g = Jᵀr that is not quite zero: where two parameters are a
/// product, S holds g over the parameter's value. A hundredfold of that.
/// Columns are scaled as second_order() does it.
double unfinished_curvature(const DenseMatrix& J, const std::vector<double>& S, const std::vector<double>& values,
                            const AlignedArray& residual) {
  double gradient = 0.0, size = norm({residual.data(), static_cast<std::size_t>(J.stride())});
  for (std::int64_t j = 0; j < J.columns(); ++j) {
    const double length = norm({J.column(j), static_cast<std::size_t>(J.stride())});
    const auto at = static_cast<std::size_t>(j);
    const double scale = std::max(length, std::sqrt(std::abs(S[at * static_cast<std::size_t>(J.columns()) + at])));
    double product = 0.0;
    for (std::int64_t i = 0; i < J.stride() && scale > 0.0; ++i) product += J(i, j) / scale * residual[i];
    gradient = std::max(gradient, std::abs(product));
    size = std::max(size, length * std::abs(values[static_cast<std::size_t>(j)]));
  }
  return size > 0.0 ? 100.0 * gradient / size : 0.0;
}

/// Replaces the inverse where the minimum is determined only to second order.
void look_at_second_order(const Program& program, const Result& result, const AlignedArray& residual,
                          const DenseMatrix& J, NormalInverse& inverse, FitStatistics& s) {
  const std::size_t n = s.free.size();
  if (n == 0 || n > most_second_order || program.is_curved()) return;
  bool suspicious = !inverse.null_space.empty();
  for (std::size_t i = 0; i < n; ++i)
    suspicious = suspicious || !(s.residual_standard_deviation * inverse.deviation[i] <=
                                 suspicious_error * std::abs(s.parameters[static_cast<std::size_t>(s.free[i])].value));
  if (!suspicious) return;
  const auto all = static_cast<std::size_t>(program.columns());
  std::vector<double> whole(all * all), S;
  program.curvature(result.x.data(), residual.data(), whole.data());
  for (const int i : s.free)
    for (const int j : s.free)
      S.push_back(
          whole[static_cast<std::size_t>(program.column_of(i)) * all + static_cast<std::size_t>(program.column_of(j))]);
  auto found = second_order(J, S, unfinished_curvature(J, S, values_of(program, result.x, s.free), residual));
  if (!found) return;
  for (const int column : found->columns) s.second_order.push_back(s.free_name(static_cast<std::size_t>(column)));
  inverse = std::move(found->inverse);
}

/// `sigma`: the noise, or what stands for it.
void set_rounding(const Problem& problem, const NormalInverse& inverse, double sigma, FitStatistics& s) {
  if (problem.is_curved() || !(sigma > 0.0 && std::isfinite(sigma))) return;
  s.rounding = {s.free, inverse.factor};
  for (double& entry : s.rounding.factor) entry /= sigma;
}

/// Statistics with a loss; makes `inverse` the covariance itself, and returns what its errors are still to be
/// multiplied by: 1, or NaN where there are none.
double set_robust(const RobustFit& robust, const Problem& problem, int rank, NormalInverse& inverse, FitStatistics& s) {
  s.loss = loss_in_words(problem);
  for (const auto& group : problem.groups()) s.convex_losses = s.convex_losses && group->loss().is_convex();
  s.robust_residuals = robust.residuals();
  s.downweighted_residuals = robust.downweighted();
  const double variance = robust.variance(rank);
  s.residual_standard_deviation = std::sqrt(variance);
  const bool known = s.noise == Noise::known;
  return robust.make_sandwich(inverse, rank, known ? 1.0 : variance) ? 1.0 : unset;
}

}  // namespace

namespace {

/// `s` holds what describe() says.
FitStatistics complete(FitStatistics s, const Problem& problem, const Result& result,
                       std::span<const double> response) {
  const Program program(problem);
  const SolutionRows rows(program, result, response);
  const AlignedArray& residual = rows.residual;
  const DenseMatrix& J = rows.J;
  if (!std::isfinite(rows.cost)) return s;
  const auto m = static_cast<int>(problem.residual_count());

  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    if (program.column_of(number) < 0 || s.parameters[i].at_bound || s.parameters[i].at_kink) continue;
    s.free.push_back(static_cast<int>(i));
    if (problem.is_curved()) s.free_names.push_back(problem.tangent_name(number));
  }
  const DenseMatrix free_J = free_columns(program, J, s.free);
  std::optional<RobustFit> robust;
  const bool own_cost = program.has_own_cost();
  const auto& groups = problem.groups();
  const bool losses = std::any_of(groups.begin(), groups.end(), [](const auto& g) { return !g->loss().is_trivial(); });
  if (losses) robust.emplace(program, residual, free_J);
  auto inverse = invert_normal_matrix(robust ? robust->weighted_jacobian() : free_columns(program, J, s.free), m);
  if (!inverse) {  // a derivative is not finite
    s.free.clear();
    s.free_names.clear();
    return s;
  }
  s.residual_sum_of_squares = 2.0 * rows.cost;
  if (!robust && !own_cost) s.r_squared = r_squared(problem, rows.left, response);

  const auto kinks = static_cast<int>(
      std::count_if(s.parameters.begin(), s.parameters.end(), [](const ParameterStatistics& p) { return p.at_kink; }));
  const double size = rows.size;
  const auto count_freedom = [&] {
    const int determined = static_cast<int>(s.free.size()) - static_cast<int>(inverse->null_space.size()) + kinks;
    s.degrees_of_freedom = m - determined;
    if (s.degrees_of_freedom > 0) s.residual_standard_deviation = size / std::sqrt(s.degrees_of_freedom);
    return determined;
  };
  count_freedom();
  if (!robust && !own_cost && !rows.reduced) look_at_second_order(program, result, residual, free_J, *inverse, s);
  const int rank = count_freedom();
  const double dof = s.degrees_of_freedom;
  const std::vector<double> y = standardized(problem, response);
  const double level = rounding_level(free_J, values_of(program, result.x, s.free), y);
  const bool known = s.noise == Noise::known;
  s.exact = !known && !robust && !own_cost && dof > 0 && size <= level * std::sqrt(dof / m);
  s.likelihood = own_cost && !losses;
  if (s.likelihood)
    set_likelihood_criteria(program, result.x, rank, s);
  else if (!robust)
    set_information_criteria(problem, m, size, rank, s);

  double deviation = known ? 1.0 : s.exact ? level / std::sqrt(m) : s.residual_standard_deviation;
  if (robust) deviation = set_robust(*robust, problem, rank - kinks, *inverse, s);
  const double noise = known ? 1.0 : s.residual_standard_deviation;
  set_rounding(problem, *inverse,
               s.exact       ? printed_exactly / rounding * level
               : noise > 0.0 ? noise
                             : printed_without_noise * norm(y),
               s);
  s.covariance = inverse->covariance;
  for (double& c : s.covariance) c = deviation * (deviation * c);
  s.quantile = interval_quantile(s, s.level);
  if (dof > 0 && known && !robust && !own_cost) {
    const boost::math::chi_squared distribution(dof);
    s.chi_squared_probability = cdf(complement(distribution, s.residual_sum_of_squares));
  }
  set_errors(problem, *inverse, deviation, s.quantile, s);
  if (problem.is_curved()) set_curved_errors(problem, result.x, s.quantile, s);
  set_one_sided_errors(program, J, residual, deviation, s.quantile, s);
  list_undetermined(*inverse, s);
  return s;
}

}  // namespace

FitStatistics statistics(const Problem& problem, const Result& result, std::span<const double> response, double level) {
  if (!(level > 0.0 && level < 1.0)) throw Error(fmt::format("level is {}; expected a number between 0 and 1", level));
  if (!problem.constraints().empty()) {
    const BoundProblem bound = bound_problem(problem, result);
    FitStatistics s = statistics(bound.rows, result, response, level);
    settle_constrained(problem, bound, result, response, s);
    return s;
  }
  FitStatistics s;
  s.level = level;
  s.noise = problem.noise();
  s.parameters = describe(problem, result);
  if (result.status == Status::non_finite_start || result.status == Status::failed) return s;
  try {
    if (is_bordered(problem)) return bordered_statistics(s, problem, result, response);
    return complete(s, problem, result, response);
  } catch (const Cancelled& cancelled) {
    s.left_out = cancelled.what();
  } catch (const std::bad_alloc&) {
    s.left_out = "the memory gave out";
  }
  return s;
}

FitStatistics statistics(const Objective& objective, const Result& result, const Box& box) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  FitStatistics s;
  for (std::size_t i = 0; i < result.x.size(); ++i)
    s.parameters.push_back(describe(objective.name(static_cast<std::int64_t>(i)), result.x[i],
                                    box.lower.empty() ? -infinity : box.lower[i],
                                    box.upper.empty() ? infinity : box.upper[i], false));
  return s;
}

Agreement agreement(std::span<const ParameterStatistics> parameters, std::span<const double> certified) {
  Agreement result;
  for (std::size_t i = 0; i < std::min(parameters.size(), certified.size()); ++i) {
    if (std::isnan(certified[i])) continue;
    const double digits = convergence::agreeing_digits(parameters[i].value, certified[i]);
    if (digits >= result.digits) continue;  // NaN at first: never
    result = {digits, parameters[i].name};
  }
  return result;
}

}  // namespace thalweg::inline v0_1
