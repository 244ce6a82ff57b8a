// A compiled system and the times at which it is observed. Private to the models.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "models/ode/integrate.hpp"

namespace thalweg::inline v0_1::ode {

/// The solution as a function of the parameters. The last few solutions are kept, for the rows and data sets that
/// observe one solution are evaluated one after another, and residuals before derivatives: what is returned depends on
/// p alone. Sensitivities are part of each integration, also where they are not asked for, so that residuals have the
/// same bits with and without derivatives; an accepted step then costs one integration.
class Experiment {
 public:
  /// `held`: parameters that derivatives are not expected to be asked for.
  Experiment(std::shared_ptr<const Compiled> system, std::vector<double> times, const std::vector<char>& held);

  const Compiled& system() const { return *system_; }
  std::shared_ptr<const Compiled> shared_system() const { return system_; }
  const std::vector<double>& times() const { return times_; }
  const std::vector<char>& held() const { return held_; }
  /// The place of `t`, which must be one of the times.
  std::size_t place(double t) const;

  struct Solution {
    std::vector<int> active;  ///< the parameters that there are sensitivities by
    Trajectory trajectory;
  };
  /// Threads that ask for one point wait for the first of them. `all`: sensitivities by held parameters, too.
  std::shared_ptr<const Solution> at(const double* p, bool all) const;

 private:
  struct Entry {
    std::vector<double> p;
    bool all;
    std::once_flag once;
    Solution solution;
  };

  std::shared_ptr<const Compiled> system_;
  std::vector<double> times_;
  std::vector<char> held_;
  std::vector<int> active_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<Entry>> recent_;  // the last used first
};

}  // namespace thalweg::inline v0_1::ode
