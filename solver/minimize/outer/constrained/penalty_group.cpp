#include <minimize/outer/constrained/penalty_group.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {

PenaltyGroup::PenaltyGroup(const ResidualGroup& constraint, Constraints::Kind kind, const Multipliers& multipliers)
    : ResidualGroup(constraint.name(), constraint.dimension(), constraint.items(), constraint.slots()),
      constraint_(constraint),
      kind_(kind),
      multipliers_(multipliers) {}

void PenaltyGroup::compute(const double* x, const ResidualOutput& out) const {
  constraint_.evaluate(x, out);
  for (int k = 0; k < dimension(); ++k)
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const std::int64_t at = i - out.begin;
      const double mu = multipliers_.penalty[place(k, i)], root = std::sqrt(mu);
      const double shifted = out.residual[k][at] + multipliers_.lambda[place(k, i)] / mu;
      const bool counts = kind_ == Constraints::Kind::equality || !(shifted <= 0.0);  // NaN counts
      out.residual[k][at] = counts ? root * shifted : 0.0;
      if (out.jacobian == nullptr) continue;
      for (int c = 0; c < columns(); ++c)
        if (double* const entries = out.jacobian[k * columns() + c]) entries[at] = counts ? root * entries[at] : 0.0;
    }
}

void PenaltyGroup::compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                                     double* S) const {
  // The weight of a row that does not count is its residual, zero.
  const auto rows = static_cast<std::size_t>(end - begin);
  std::vector<std::vector<double>> scaled;
  std::vector<const double*> pointers;
  for (int k = 0; k < dimension(); ++k) {
    scaled.emplace_back(weight[k], weight[k] + rows);
    for (std::size_t i = 0; i < rows; ++i)
      scaled.back()[i] *= std::sqrt(multipliers_.penalty[place(k, begin + static_cast<std::int64_t>(i))]);
  }
  for (const std::vector<double>& w : scaled) pointers.push_back(w.data());
  constraint_.add_curvature(x, begin, end, pointers.data(), S);
}

}  // namespace thalweg::inline v0_1
