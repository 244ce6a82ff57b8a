// Methods that step on x and λ together, before the solves that verify what they find.
#pragma once

#include <vector>

#include <minimize/outer/constrained/constrained_model.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

struct FirstPoint {
  std::vector<double> x;
  Eigen::VectorXd lambda;  ///< of each condition of the model
  /// How it ended, the costs of its trace those of F. Converged is a claim that is still to be verified.
  Result result;
};

/// By Options::constrained.method, which is interior_point or sequential_quadratic. Throws Error for blocks on
/// manifolds.
FirstPoint first_point(ConstrainedModel& model, const std::vector<double>& x, const Options& options);

}  // namespace thalweg::inline v0_1
