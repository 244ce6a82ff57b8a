// A problem with constraints in numbers of size one.
#pragma once

#include <vector>

#include <minimize/outer/constrained/constrained_model.hpp>
#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// minimise f(u) under c_E(u) = 0 and c_I(u) ≤ 0, bounds being among the inequalities, after them. It is the problem
/// of a model in other units, fixed where it was made: f = F / φ with φ = 2F there, xⱼ = √φ uⱼ / ‖Jⱼ‖, and each
/// condition divided by the length of its gradient by u, so that f, its gradient and distances are of size one.
class NonlinearProgram {
 public:
  /// Counts in `evaluations`, which must outlive it.
  NonlinearProgram(ConstrainedModel& model, const std::vector<double>& x, Result::Evaluations& evaluations);

  Eigen::Index columns() const { return unit_.size(); }  ///< n
  Eigen::Index equalities() const { return static_cast<Eigen::Index>(equal_.size()); }
  Eigen::Index inequalities() const;                                                ///< bounds counted
  Eigen::Index bounds() const { return static_cast<Eigen::Index>(bound_.size()); }  ///< the last of the inequalities

  const std::vector<double>& x() const { return x_; }
  double cost() const { return model_.cost(); }  ///< F
  /// x moved by a step in u, within the bounds.
  std::vector<double> moved(const Eigen::VectorXd& step) const;
  /// x moved off its bounds by up to this much in u.
  std::vector<double> off_bounds(double distance) const;

  /// f, c_E and c_I at a point x; f is not finite where something is not.
  struct Values {
    double f;
    Eigen::VectorXd equal, unequal;
  };
  Values values(const std::vector<double>& x) const;

  /// Everything at x, which is where the program then is; false: something is not finite.
  bool linearise(std::vector<double> x);
  const Values& here() const { return here_; }
  const Eigen::VectorXd& gradient() const { return g_; }
  const Eigen::MatrixXd& equal_jacobian() const { return A_; }    ///< equalities × n
  const Eigen::MatrixXd& unequal_jacobian() const { return B_; }  ///< inequalities × n
  /// Of c_E and c_I.
  struct Multiplier {
    Eigen::VectorXd y, z;
  };
  /// ∇(f + yᵀc_E + zᵀc_I).
  Eigen::VectorXd gradient(const Multiplier& m) const;
  /// ∇²(f + yᵀc_E + zᵀc_I), n × n.
  Eigen::MatrixXd hessian(const Multiplier& m) const;
  /// λ of the model's conditions.
  Eigen::VectorXd lambda(const Multiplier& m) const;

  /// Largest entries of: the gradient of the Lagrangian, the violations, |z c_I|; and their largest, multipliers of
  /// more than size 100 divided out.
  struct Errors {
    double gradient, violation, complementarity, largest;
  };
  Errors errors(const Multiplier& m) const;

  /// Least squares multipliers of all conditions, those of inequalities cut at zero (Nocedal & Wright 2006, (18.21)).
  Multiplier estimate() const;

 private:
  struct Bound {
    Eigen::Index column;
    double sign, limit;  ///< sign · (x − limit) ≤ 0
  };
  Values scaled(double F, const Eigen::VectorXd& c, const std::vector<double>& x) const;
  void gather();

  ConstrainedModel& model_;
  Result::Evaluations& evaluations_;
  std::vector<double> x_;
  double phi_ = 1.0;
  Eigen::VectorXd unit_;                       // of x by column
  std::vector<Eigen::Index> equal_, unequal_;  // conditions of the model
  std::vector<Bound> bound_;
  Eigen::VectorXd size_;  // of each condition of the model
  Values here_;
  Eigen::VectorXd g_;
  Eigen::MatrixXd A_, B_;
};

}  // namespace thalweg::inline v0_1
