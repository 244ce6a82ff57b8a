// Strictly convex quadratic programs, dense.
#pragma once

#include <optional>

#include <math/dense_decompositions.hpp>

namespace thalweg::inline v0_1 {

struct QuadraticSolution {
  Eigen::VectorXd d, y, z;  ///< with multipliers of equalities and inequalities, z ≥ 0
};

/// Minimises ½dᵀHd + gᵀd under A d + a = 0 and B d + b ≤ 0, H by its Cholesky factor: the dual method of Goldfarb &
/// Idnani (1983), which begins at the minimum without constraints and adds the most violated one by one. Nothing: the
/// constraints contradict each other. O(n q²) for each of them, q those that hold with equality.
std::optional<QuadraticSolution> minimize_quadratic(const Eigen::LLT<Eigen::MatrixXd>& H, const Eigen::VectorXd& g,
                                                    const Eigen::MatrixXd& A, const Eigen::VectorXd& a,
                                                    const Eigen::MatrixXd& B, const Eigen::VectorXd& b);

}  // namespace thalweg::inline v0_1
