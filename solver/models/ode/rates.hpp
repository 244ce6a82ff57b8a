// The right-hand sides of a system at one vector of parameters, and those of its sensitivities. Private to the models.
#pragma once

#include <string>
#include <vector>

#include "models/ode/compiled.hpp"

namespace thalweg::inline v0_1::ode {

/// Thrown where an integration cannot go on.
struct Stopped {
  std::string sentence;
};

class Rates {
 public:
  Rates(const Compiled& system, const double* p, const std::vector<int>& active);

  std::size_t states() const { return system_.states(); }
  std::size_t active() const { return active_.size(); }
  /// The column of a fit parameter among the active ones; −1: none.
  int column_of(std::size_t parameter) const { return column_of_[parameter]; }
  double parameter(std::size_t column) const { return v_[states() + static_cast<std::size_t>(active_[column])]; }
  double relative_tolerance() const { return system_.system.relative_tolerance; }
  OdeSystem::Method method() const { return system_.system.method; }

  /// The variables (y, p, t); y null: zeros.
  const double* variables(const double* y, double t);
  void switch_infusion(int which, bool on) { on_[static_cast<std::size_t>(which)] += on ? 1 : -1; }

  /// dy/dt to slope[states()]; false where it is not finite.
  bool derivatives(double t, const double* y, double* slope);
  /// ∂(dy/dt)/∂y, column-major, whose zeros are there already.
  void jacobian(double t, const double* y, double* J);
  /// d(∂y/∂p)/dt = f_y S + f_p of each active parameter, to to[a][states()].
  bool sensitivities(double t, const double* y, const double* const* S, double* const* to);

  /// Throws Stopped with "the integration of A stopped at t = 3.2 with k1 = 0.5: <why>".
  [[noreturn]] void stop(std::size_t state, double t, const std::string& why) const;
  /// The state whose derivative is not finite at this point and the formula that is not; throws Stopped. Returns where
  /// all are finite.
  void explain_non_finite(double t, const double* y);

 private:
  const Compiled& system_;
  std::vector<int> active_, column_of_;
  std::vector<int> on_;  // of each infusion: how many of its repetitions last
  std::vector<double> v_, value_, newton_, slope_;
  FormulaSystem::Scratch scratch_;
};

}  // namespace thalweg::inline v0_1::ode
