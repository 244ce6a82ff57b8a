// Whether this build can integrate.
#include <thalweg/models/ode.hpp>

#if THALWEG_ODE
#include <sundials/sundials_config.h>
#else
#include "models/ode/integrate.hpp"
#endif

namespace thalweg::inline v0_1 {

#if THALWEG_ODE

bool ode_available() { return true; }
std::string ode_libraries() { return "SUNDIALS " SUNDIALS_VERSION; }

#else

bool ode_available() { return false; }
std::string ode_libraries() { return {}; }

namespace ode {
// Never reached: ode_models() refuses before.
Trajectory integrate(const Compiled&, const double*, const std::vector<double>&, const std::vector<int>&) {
  throw Error("this build has no integrator of differential equations; expected one made with -DTHALWEG_ODE=ON");
}
}  // namespace ode

#endif

}  // namespace thalweg::inline v0_1
