// One of our residual groups as a Ceres cost: both solvers then minimise the very same function, bit for bit.
#pragma once

#include <vector>

#include <ceres/ceres.h>

#include <thalweg/problem/residual_group.hpp>

/// All residuals of a group whose items share one parameter block of all parameters. The group must outlive it.
class GroupCost final : public ceres::CostFunction {
 public:
  explicit GroupCost(const thalweg::ResidualGroup& group) : group_(group) {
    set_num_residuals(group.dimension() * static_cast<int>(group.items()));
    mutable_parameter_block_sizes()->push_back(group.columns());
  }

  bool Evaluate(const double* const* parameters, double* residuals, double** jacobians) const override {
    const auto items = static_cast<std::size_t>(group_.items());
    const auto components = static_cast<std::size_t>(group_.dimension()),
               columns = static_cast<std::size_t>(group_.columns());
    std::vector<double> r(components * items), J(components * columns * items);
    std::vector<double*> r_arrays, J_arrays;
    for (std::size_t k = 0; k < components; ++k) r_arrays.push_back(r.data() + k * items);
    for (std::size_t k = 0; k < components * columns; ++k) J_arrays.push_back(J.data() + k * items);
    const bool wanted = jacobians && jacobians[0];
    group_.evaluate(parameters[0], {0, group_.items(), r_arrays.data(), wanted ? J_arrays.data() : nullptr});
    for (std::size_t k = 0; k < components; ++k)
      for (std::size_t i = 0; i < items; ++i) {
        residuals[k * items + i] = r[k * items + i];
        if (!wanted) continue;
        for (std::size_t c = 0; c < columns; ++c)
          jacobians[0][(k * items + i) * columns + c] = J[(k * columns + c) * items + i];
      }
    return true;
  }

 private:
  const thalweg::ResidualGroup& group_;
};
