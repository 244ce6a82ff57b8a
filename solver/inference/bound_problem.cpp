#include "inference/bound_problem.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include <minimize/outer/constrained/conditions.hpp>
#include <thalweg/problem/same_group.hpp>

#include "inference/fit_quality.hpp"
#include "inference/solution_rows.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr double heavy = 1e6;        // below 1/√ε, where the weights themselves would cost digits
constexpr double negligible = 1e-4;  // of the least error that data alone leave

/// The slopes of some components of a group of constraints, one per item, times a weight each. Their values are zero:
/// what is left of a constraint is no residual.
class ActiveRows final : public ResidualGroup {
 public:
  struct Row {
    int component;
    std::int64_t item;
    double weight;
  };
  ActiveRows(const ResidualGroup& group, std::vector<Row> rows)
      : ResidualGroup(group.name(), 1, static_cast<std::int64_t>(rows.size()), slots_of(group, rows)),
        group_(group),
        rows_(std::move(rows)) {
    mark_prior();
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    const auto dimension = static_cast<std::size_t>(group_.dimension()), width = static_cast<std::size_t>(columns());
    std::vector<double> value(dimension), entries(dimension * width);
    std::vector<double*> to_value, to_entries;
    for (double& v : value) to_value.push_back(&v);
    for (double& v : entries) to_entries.push_back(&v);
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const Row& row = rows_[static_cast<std::size_t>(i)];
      group_.evaluate(x, {row.item, row.item + 1, to_value.data(), out.jacobian ? to_entries.data() : nullptr});
      const auto k = static_cast<std::size_t>(row.component);
      out.residual[0][i - out.begin] = 0.0;
      for (std::size_t c = 0; out.jacobian != nullptr && c < width; ++c)
        if (out.jacobian[c]) out.jacobian[c][i - out.begin] = row.weight * entries[k * width + c];
    }
  }

 private:
  static std::vector<Slot> slots_of(const ResidualGroup& group, const std::vector<Row>& rows) {
    std::vector<Slot> slots = group.slots();
    for (Slot& slot : slots) {
      if (slot.offsets.empty()) continue;
      LargeVector<std::int64_t> offsets;
      for (const Row& row : rows) offsets.push_back(slot.offset(row.item));
      slot.offsets = std::move(offsets);
    }
    return slots;
  }
  const ResidualGroup& group_;
  std::vector<Row> rows_;
};

/// ‖Jⱼ‖ of each number of x; 0 of those that do not move.
std::vector<double> column_norms(const Problem& problem, const std::vector<double>& x) {
  std::vector<double> norms(x.size(), 0.0);
  for (const auto& group : problem.groups()) {
    const GroupValues at = values_at(*group, x);
    auto entry = at.jacobian.begin();
    for (int k = 0; k < group->dimension(); ++k)
      for (const Slot& slot : group->slots())
        for (int d = 0; d < slot.dimension; ++d)
          for (std::int64_t i = 0; i < group->items(); ++i, ++entry)
            norms[static_cast<std::size_t>(slot.offset(i) + d)] += *entry * *entry;
  }
  for (std::size_t j = 0; j < norms.size(); ++j)
    norms[j] = problem.moves(static_cast<std::int64_t>(j)) ? std::sqrt(norms[j]) : 0.0;
  return norms;
}

/// What makes a row of a constraint `heavy` times as long as the rows of the data, columns divided by their norms; 0
/// where it does not depend on what moves.
double weight_of(const ResidualGroup& group, const GroupValues& at, int k, std::int64_t item,
                 const std::vector<double>& norms) {
  double longest = 0.0;
  std::int64_t local = std::int64_t{k} * group.columns();
  for (const Slot& slot : group.slots())
    for (int d = 0; d < slot.dimension; ++d, ++local) {
      const double entry = at.jacobian[static_cast<std::size_t>(local * group.items() + item)];
      const double size = norms[static_cast<std::size_t>(slot.offset(item) + d)];
      if (size > 0.0) longest = std::max(longest, std::abs(entry) / size);
    }
  return longest > 0.0 && std::isfinite(longest) ? heavy / longest : 0.0;
}

/// A parameter that constraints alone determine has no error: what is left of it is that of the heavy rows.
void settle(FitStatistics& s, const std::vector<double>& norms) {
  const double sigma = s.noise == Noise::known ? 1.0 : s.residual_standard_deviation;
  const std::size_t n = s.free.size();
  for (std::size_t i = 0; i < n; ++i) {
    const auto j = static_cast<std::size_t>(s.free[i]);
    ParameterStatistics& p = s.parameters[j];
    // Of data alone the error is σ / ‖Jⱼ‖ at the least.
    if (!(norms[j] > 0.0) || !(p.standard_error < negligible * sigma / norms[j])) continue;
    p.standard_error = 0.0;
    p.lower_interval = p.upper_interval = p.value;
    for (std::size_t k = 0; k < n; ++k) {
      s.covariance[i * n + k] = s.covariance[k * n + i] = 0.0;
      s.correlation[i * n + k] = s.correlation[k * n + i] = unset;
    }
  }
}

/// Whether the result knows of constraints.
bool is_usable(const Result& r) {
  return r.status != Status::non_finite_start && r.status != Status::failed && r.constrained &&
         !r.constrained->constraints.empty();
}

}  // namespace

BoundProblem bound_problem(const Problem& problem, const Result& result) {
  std::vector<std::unique_ptr<ResidualGroup>> groups = same_groups(problem);
  std::vector<double> norms;
  if (is_usable(result)) {
    norms = column_norms(problem, result.x);
    std::size_t index = 0;
    for (const auto& group : problem.constraints().groups()) {
      const GroupValues at = values_at(*group, result.x);
      std::vector<ActiveRows::Row> rows;
      for (int k = 0; k < group->dimension(); ++k)
        for (std::int64_t i = 0; i < group->items(); ++i, ++index) {
          if (!result.constrained->constraints[index].active) continue;
          if (const double w = weight_of(*group, at, k, i, norms); w > 0.0) rows.push_back({k, i, w});
        }
      if (!rows.empty()) groups.push_back(std::make_unique<ActiveRows>(*group, std::move(rows)));
    }
  }
  BoundProblem bound{problem.with_groups(std::move(groups)), std::move(norms)};
  bound.rows.clear_constraints();
  return bound;
}

void settle_constrained(const Problem& problem, const BoundProblem& bound, const Result& result,
                        std::span<const double> response, FitStatistics& s) {
  if (s.available() && !bound.norms.empty()) settle(s, bound.norms);
  // That of the bound problem does not know σ, which its groups do not show.
  if (std::isfinite(s.r_squared)) {
    const Problem residuals = relaxed(problem);
    s.r_squared = r_squared(problem, SolutionRows(Program(residuals), result, response).left, response);
  }
  s.aic = s.aicc = s.bic = unset;
}

}  // namespace thalweg::inline v0_1
