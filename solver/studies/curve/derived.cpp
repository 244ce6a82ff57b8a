#include <thalweg/studies/derived.hpp>

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
  TiedResidual(std::shared_ptr<const ParameterExpressions> expressions, std::size_t which, Slot p, std::int64_t theta)
      : ResidualGroup((*expressions)[which].name, 1, 1, {std::move(p), {1, theta, {}}}),
        expressions_(std::move(expressions)),
        which_(which) {}

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    std::vector<double> gradient(static_cast<std::size_t>(slots()[0].dimension));
    const double g = expressions_->value(which_, x + slots()[0].shared_offset, gradient.data());
    if (out.begin >= out.end) return;
    out.residual[0][0] = g - x[slots()[1].shared_offset];
    if (out.jacobian == nullptr) return;
    for (std::size_t j = 0; j < gradient.size(); ++j)
      if (out.jacobian[j] != nullptr) out.jacobian[j][0] = gradient[j];
    if (double* const last = out.jacobian[gradient.size()]) *last = -1.0;
  }

 private:
  std::shared_ptr<const ParameterExpressions> expressions_;
  std::size_t which_;
};

}  // namespace

std::vector<DerivedStatistics> derived_statistics(const ParameterExpressions& expressions, const CurveProblem& built,
                                                  const std::vector<double>& x, const FitStatistics& statistics) {
  const auto offset = static_cast<std::size_t>(built.parameters.offset());
  std::vector<DerivedStatistics> all;
  for (std::size_t i = 0; i < expressions.count(); ++i) {
    std::vector<double> gradient(x.size(), 0.0);
    const double value = expressions.value(i, x.data() + offset, gradient.data() + offset);
    all.push_back(derive(expressions[i].name, value, gradient, statistics));
  }
  return all;
}

Profile profile_derived(const CurveFit& fit, const ParameterExpressions& expressions, const Result& result,
                        std::vector<DerivedStatistics>& derived, const Options& options, double level) {
  const auto shared = std::make_shared<const ParameterExpressions>(expressions);
  Profile whole;
  for (std::size_t i = 0; i < derived.size() && whole.status == Status::converged; ++i) {
    const double error = derived[i].standard_error;
    if (!(error > 0.0 && std::isfinite(error))) continue;
    CurveProblem built = build_problem(fit);
    const Slot p{built.parameters.dimension(), built.parameters.offset(), {}};
    const auto theta = built.problem.add_parameters(derived[i].name, std::vector<double>{derived[i].value});
    ResidualGroup& group = built.problem.add_group(std::make_unique<TiedResidual>(shared, i, p, theta.offset()));
    group.set_sigma({tightness * error});
    Result at = result;
    at.x.push_back(derived[i].value);
    const std::int64_t component = theta.offset();
    Profile found = profile(built.problem, at, statistics(built.problem, at), options, level, std::span(&component, 1));
    if (found.available()) derived[i].profile = found.intervals[static_cast<std::size_t>(component)];
    found.solves += whole.solves;
    whole = std::move(found);
  }
  return whole;
}

}  // namespace thalweg::inline v0_1
