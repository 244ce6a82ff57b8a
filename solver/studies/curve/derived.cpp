#include <thalweg/studies/derived.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace thalweg::inline v0_1 {
namespace {

// Standard deviation of g(p) − θ, of the standard error of g.
constexpr double tightness = 1e-4;

/// g(p) − θ.
class TiedResidual final : public ResidualGroup {
 public:
  TiedResidual(std::shared_ptr<const ParameterExpressions> expressions, const DerivedQuantity& quantity,
               const CurveFit& fit, const CurveProblem& built, std::int64_t theta)
      : ResidualGroup(quantity.statistics.name, 1, 1, slots_of(built, quantity.group, theta)),
        expressions_(std::move(expressions)),
        which_(quantity.expression) {
    const int shared = built.parameters.dimension();
    for (std::size_t i = 0; i < fit.parameters.size(); ++i)
      column_.push_back(static_cast<std::size_t>(built.place[i] + (fit.parameters[i].per_group ? shared : 0)));
  }

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    if (out.begin >= out.end) return;
    std::vector<double> all, p, gradient(column_.size());
    for (const Slot& slot : slots())
      for (int d = 0; d < slot.dimension; ++d) all.push_back(x[slot.shared_offset + d]);
    for (const std::size_t column : column_) p.push_back(all[column]);
    out.residual[0][0] = expressions_->value(which_, p.data(), gradient.data()) - all.back();
    if (out.jacobian == nullptr) return;
    for (std::size_t i = 0; i < column_.size(); ++i)
      if (double* const column = out.jacobian[column_[i]]) column[0] = gradient[i];
    if (double* const last = out.jacobian[all.size() - 1]) last[0] = -1.0;
  }

 private:
  static std::vector<Slot> slots_of(const CurveProblem& built, std::size_t group, std::int64_t theta) {
    std::vector<Slot> slots;
    if (built.parameters.dimension() > 0)
      slots.push_back({built.parameters.dimension(), built.parameters.offset(), {}});
    if (built.local.count() > 0)
      slots.push_back({built.local.dimension(), built.local[static_cast<int>(group)].offset(), {}});
    slots.push_back({1, theta, {}});
    return slots;
  }

  std::shared_ptr<const ParameterExpressions> expressions_;
  std::size_t which_;
  std::vector<std::size_t> column_;  // of each fit parameter: its local column
};

}  // namespace

std::vector<DerivedQuantity> derived_quantities(const CurveFit& fit, const ParameterExpressions& expressions,
                                                const CurveProblem& built, const std::vector<double>& x,
                                                const FitStatistics& statistics) {
  std::vector<DerivedQuantity> all;
  std::vector<double> by_parameters(fit.parameters.size()), by_x(x.size(), 0.0);
  for (std::size_t i = 0; i < expressions.count(); ++i) {
    const std::size_t groups = expressions.per_group(i) ? fit.groups.size() : 1;
    for (std::size_t g = 0; g < groups; ++g) {
      const std::vector<double> p = parameters_in_group(fit, built, x, g);
      const double value = expressions.value(i, p.data(), by_parameters.data());
      add_gradient(fit, built, g, by_parameters, by_x);
      const std::string& name = expressions[i].name;
      all.push_back(
          {i, g, derive(expressions.per_group(i) ? name + "[" + fit.groups[g] + "]" : name, value, by_x, statistics)});
      for (std::size_t j = 0; j < fit.parameters.size(); ++j) by_x[component_of(fit, built, j, g)] = 0.0;
    }
  }
  return all;
}

Profile profile_derived(const CurveFit& fit, const ParameterExpressions& expressions, const Result& result,
                        std::vector<DerivedQuantity>& derived, const Options& options, double level) {
  const auto shared = std::make_shared<const ParameterExpressions>(expressions);
  Profile whole;
  for (DerivedQuantity& quantity : derived) {
    if (whole.status != Status::converged) break;
    DerivedStatistics& s = quantity.statistics;
    if (!(s.standard_error > 0.0 && std::isfinite(s.standard_error))) continue;
    CurveProblem built = build_problem(fit);
    const auto theta = built.problem.add_parameters(s.name, std::vector<double>{s.value});
    built.problem.add_group(std::make_unique<TiedResidual>(shared, quantity, fit, built, theta.offset()))
        .set_sigma({tightness * s.standard_error});
    Result at = result;
    at.x.push_back(s.value);
    const std::int64_t component = theta.offset();
    Profile found =
        profile(built.problem, at, statistics(built.problem, at, {}, level), options, level, std::span(&component, 1));
    if (found.available()) s.profile = found.intervals[static_cast<std::size_t>(component)];
    found.solves += whole.solves;
    whole = std::move(found);
  }
  return whole;
}

void sample_derived(const CurveFit& fit, const ParameterExpressions& expressions, const CurveProblem& built,
                    const Posterior& posterior, std::vector<DerivedQuantity>& derived) {
  const std::size_t size = posterior.marginals.size();
  for (DerivedQuantity& quantity : derived) {
    std::vector<double> values;
    for (std::size_t at = 0; at < posterior.draws.size(); at += size) {
      const auto begin = posterior.draws.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<double> x(begin, begin + static_cast<std::ptrdiff_t>(size));
      const std::vector<double> p = parameters_in_group(fit, built, x, quantity.group);
      values.push_back(expressions.value(quantity.expression, p.data(), nullptr));
    }
    if (std::any_of(values.begin(), values.end(), [](double v) { return !std::isfinite(v); })) continue;
    quantity.statistics.posterior = central_interval(std::move(values), posterior.level);
  }
}

}  // namespace thalweg::inline v0_1
