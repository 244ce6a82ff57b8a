#include <thalweg/inference/residual_diagnostics.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include <math/dense_decompositions.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/program.hpp>

#include "inference/bound_problem.hpp"
#include "inference/robust.hpp"

namespace thalweg::inline v0_1 {
namespace {

// Of 1 − h: a residual whose leverage is as good as 1 is 0 whatever was measured.
constexpr double no_freedom = 1e-12;

/// Whether the statistics speak of all components that move, and not of some of them.
bool is_complete(const Program& program, const FitStatistics& s) {
  std::size_t moving = 0;
  for (std::size_t i = 0; i < s.parameters.size(); ++i)
    moving +=
        program.column_of(static_cast<std::int64_t>(i)) >= 0 && !s.parameters[i].at_bound && !s.parameters[i].at_kink;
  return moving == s.free.size();
}

/// J of the free components; with losses the rows are weighted by √ρ'.
std::optional<DenseMatrix> free_jacobian(const Program& program, const Result& result, const FitStatistics& s,
                                         AlignedArray& residual) {
  DenseMatrix J(program.rows(), program.columns());
  const double cost = program.evaluate_without_loss(result.x.data(), residual.data(), J, result.threads);
  if (!std::isfinite(cost)) return std::nullopt;
  DenseMatrix chosen(J.rows(), static_cast<std::int64_t>(s.free.size()));
  for (std::size_t j = 0; j < s.free.size(); ++j)
    std::copy_n(J.column(program.column_of(s.free[j])), J.stride(), chosen.column(static_cast<std::int64_t>(j)));
  if (s.loss.empty()) return chosen;
  return RobustFit(program, residual, chosen).weighted_jacobian();
}

/// The squared row norms of an orthonormal basis of the range of J, of rank `rank`.
std::optional<Eigen::VectorXd> squared_row_norms(const DenseMatrix& J, Eigen::Index rank) {
  const Eigen::Index m = J.stride(), n = J.columns();
  Eigen::MatrixXd A = Eigen::Map<const Eigen::MatrixXd>(J.column(0), m, n);
  if (!A.allFinite()) return std::nullopt;
  for (Eigen::Index j = 0; j < n; ++j)
    if (const double length = A.col(j).stableNorm(); length > 0.0) A.col(j) /= length;
  const Eigen::ColPivHouseholderQR<Eigen::Ref<Eigen::MatrixXd>> qr(A);
  Eigen::MatrixXd Q = Eigen::MatrixXd::Identity(m, std::min(rank, m));
  Q.applyOnTheLeft(qr.householderQ());
  return Q.rowwise().squaredNorm();
}

}  // namespace

ResidualDiagnostics residual_diagnostics(const Problem& problem, const Result& result, const FitStatistics& s) {
  ResidualDiagnostics d;
  if (!s.available()) return d;
  std::optional<Problem> bound;
  if (!problem.constraints().empty()) bound.emplace(bound_problem(problem, result).rows);
  const Program program(bound ? *bound : problem);
  if (!is_complete(program, s)) return d;
  AlignedArray residual(program.rows());
  const auto J = free_jacobian(program, result, s, residual);
  if (!J) return d;
  const auto rank = static_cast<Eigen::Index>(s.free.size()) - static_cast<Eigen::Index>(s.undetermined.size());
  Eigen::VectorXd h = Eigen::VectorXd::Zero(J->stride());
  if (rank > 0) {
    const auto found = squared_row_norms(*J, rank);
    if (!found) return d;
    h = *found;
  }
  const double sigma = s.noise == Noise::known ? 1.0 : s.residual_standard_deviation;
  const auto& groups = problem.groups();
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (std::int64_t i = 0; i < groups[g]->items(); ++i)
      for (int k = 0; k < groups[g]->dimension(); ++k) {
        const std::int64_t row = program.row_of(g, k) + i;
        const double leverage = std::min(h[row], 1.0), rest = 1.0 - leverage;
        const bool moves = rest > no_freedom && sigma > 0.0;
        const double standardised = moves ? residual[row] / (sigma * std::sqrt(rest)) : unset;
        d.leverage.push_back(leverage);
        d.standardised.push_back(standardised);
        d.cooks_distance.push_back(
            rank > 0 ? standardised * standardised * leverage / (rest * static_cast<double>(rank)) : unset);
      }
  return d;
}

}  // namespace thalweg::inline v0_1
