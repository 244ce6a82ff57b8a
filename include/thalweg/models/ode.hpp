// Ordinary differential equations whose solution is observed: dA/dt = f(A, ..., p, t), as plain data.
#pragma once

#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

/// One state y of the system.
struct OdeState {
  std::string name;
  std::string derivative;  ///< dy/dt: a formula of states, parameters and the time
  std::string initial;     ///< its value at the start: a formula of parameters, or a number
};

/// What changes states at given times.
struct OdeEvent {
  enum class Kind {
    add,  ///< y becomes y + amount: a bolus dose
    set,  ///< y becomes amount
    rate  ///< dy/dt is greater by amount from `time` to `until`: an infusion
  };
  std::string state;
  Kind kind = Kind::add;
  std::string amount;             ///< a formula of parameters; of add and set also of states and the time
  double time = 0.0;              ///< not before the start
  double until = 0.0;             ///< of a rate: its end, later than `time`
  double every = 0.0;             ///< the interval of repetitions
  int count = 1;                  ///< how often it happens in all
  std::vector<std::string> data;  ///< the data sets that it holds for, by name; empty: all
};

/// A system of differential equations. Data sets that observe it name its states in their equations.
struct OdeSystem {
  enum class Method {
    bdf,   ///< backward differentiation formulas, order 1 to 5: for stiff systems and others
    adams  ///< Adams-Moulton formulas, order 1 to 12: fewer steps where nothing is stiff
  };
  std::vector<OdeState> states;
  std::vector<OdeEvent> events;
  std::string time = "t";  ///< the column that holds the time, and its name in formulas
  double from = 0.0;       ///< the time of the initial values
  Method method = Method::bdf;
  double relative_tolerance = 1e-10;  ///< of the local error of states and sensitivities
};

/// Another initial value in one data set.
struct OdeInitial {
  std::string state;
  std::string value;  ///< a formula of parameters, or a number
};

/// Whether this build can integrate (CMake: -DTHALWEG_ODE=ON, which needs SUNDIALS). Without, a fit with differential
/// equations is refused with a message that says so.
bool ode_available();
/// "SUNDIALS 6.4.1"; empty where there is none.
std::string ode_libraries();

}  // namespace thalweg::inline v0_1
