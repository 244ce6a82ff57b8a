#include <minimize/verification/claims.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <math/dense_decompositions.hpp>
#include <minimize/verification/thresholds.hpp>
#include <thalweg/minimize/convergence.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
// Second derivatives are computed for so many components at most.
constexpr std::size_t most_components = 500, most_products = 50;
// A scaled Hessian bends down when this much of the identity does not make it positive definite.
constexpr double flat = 1e-8;
// What is left to gain, beside all that was gained, where F itself is no measure because it vanishes at the minimum.
constexpr double least_of_all = 1e-16;

}  // namespace

Claims::Claims(const Objective& f, Journal& journal) : f_(f), journal_(journal) {}

void Claims::begin(std::span<const double> x, double value) {
  start_.assign(x.begin(), x.end());
  start_value_ = value;
  tests_.start(journal_.options);
}

std::optional<Verdict> Claims::vanishing(double value) {
  if (!journal_.verify || !(value <= next_vanishing_ * start_value_)) return std::nullopt;
  next_vanishing_ *= 1e-8;
  return Verdict{Status::converged, "the parameters and the residuals have run to zero", true};
}

std::optional<Verdict> Claims::judge(const Verdict& claim, std::span<const double> x, std::span<const double> g,
                                     std::span<const char> held, double value) {
  found_ = journal_.verify ? journal_.verify(x, claim.exhausted) : measure(x, g, held, value);
  if (claim.vanishing && !found_.vanished && value > 0.0) return std::nullopt;
  if (found_.holds) {
    const std::string kink = found_.at_kink_names.empty() ? "" : ", at a kink in " + found_.at_kink_names;
    return Verdict{Status::converged, claim.reason + kink};
  }
  if (found_.lost) return Verdict{Status::stalled, fmt::format("{} ({})", found_.against, claim.reason)};
  if (!claim.exhausted && tests_.withdraw(value)) return std::nullopt;
  return Verdict{Status::stalled, fmt::format("{}, but {}", claim.reason, found_.against)};
}

/// ∇²F(x), by products where the method needs no more than those; empty: it would cost too much.
Eigen::MatrixXd Claims::hessian(std::span<const double> x) const {
  const bool products = journal_.options.method == Method::newton_cg;
  const std::size_t n = x.size();
  if (n > (products ? most_products : most_components)) return {};
  Eigen::MatrixXd H(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n));
  Result::Evaluations& counts = journal_.result.evaluations;
  if (!products) {
    f_.hessian(x, {H.data(), n * n});
    ++counts.hessian;
    return H;
  }
  std::vector<double> unit(n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    unit[j] = 1.0;
    f_.hessian_product(x, unit, {H.data() + j * n, n});
    ++counts.hessian_products;
    unit[j] = 0.0;
  }
  return H;
}

/// By the Newton decrement ½gᵀH⁻¹g (Boyd & Vandenberghe 2004, section 9.5.1), which no change of units alters, beside F
/// and beside what rounding in g makes of it. Without second derivatives, by the gradient.
ClaimFinding Claims::measure(std::span<const double> x, std::span<const double> g, std::span<const char> held,
                             double value) const {
  const double allowed = believable_promise(journal_.options);
  std::vector<Eigen::Index> free;
  for (std::size_t j = 0; j < x.size(); ++j)
    if (!held[j]) free.push_back(static_cast<Eigen::Index>(j));
  if (free.empty()) return {.holds = true};
  const auto n = static_cast<Eigen::Index>(x.size());
  const Eigen::MatrixXd H = hessian(x);
  if (H.size() == 0 || !H.allFinite()) {
    const double left = convergence::relative_gradient(x, g, held, {}, value);
    return {.holds = left <= std::sqrt(allowed), .against = fmt::format("the relative gradient is {:.1e}", left)};
  }
  const Eigen::Map<const Eigen::VectorXd> all_g(g.data(), n), all_x(x.data(), n);
  Eigen::MatrixXd scaled = H(free, free);
  Eigen::VectorXd size = scaled.diagonal().cwiseAbs().cwiseSqrt();
  for (double& s : size)
    if (!(s > 0.0)) s = 1.0;
  scaled = (size.cwiseInverse().asDiagonal() * scaled * size.cwiseInverse().asDiagonal()).eval();
  scaled.diagonal().array() += flat;
  const Eigen::LLT<Eigen::MatrixXd> factor(scaled);
  if (factor.info() != Eigen::Success) return {.against = "it bends down here: this is no minimum"};
  const Eigen::VectorXd slope = all_g(free).cwiseQuotient(size);
  const double decrement = 0.5 * slope.dot(factor.solve(slope));
  const double rounding = rounding_terms * epsilon * size.cwiseProduct(all_x(free)).norm();
  const double least =
      std::max({allowed * std::abs(value), rounding * rounding, least_of_all * std::abs(start_value_ - value)});
  return {.holds = decrement <= least,
          .against = fmt::format("a Newton step promises to lower it by {:.1e}, > {:.1e}", decrement, least)};
}

Ending Claims::ending(Verdict verdict, std::span<const double> x, double value) const {
  const bool risen = value > start_value_;
  Ending end{verdict.status, std::move(verdict.reason), risen ? start_ : std::vector<double>(x.begin(), x.end()),
             risen ? start_value_ : value};
  if (end.status == Status::converged) end.at_kink = found_.at_kink;
  if (end.status == Status::stalled) end.undetermined = found_.undetermined;
  return end;
}

}  // namespace thalweg::inline v0_1
