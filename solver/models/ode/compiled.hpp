// A system of differential equations with its formulas compiled: what the integrator reads. Private to the models.
#pragma once

#include <string>
#include <vector>

#include <thalweg/formula/formula_system.hpp>
#include <thalweg/models/ode.hpp>

namespace thalweg::inline v0_1::ode {

/// Variables of every formula are the n states y, the m fit parameters p, and the time t, in this order.
struct Compiled {
  /// `initial` replaces initial values; events are those that hold for all data sets or for `data`. Formulas may name
  /// the definitions, which are in_order(). All texts must have been checked.
  Compiled(const OdeSystem& system, const std::vector<OdeInitial>& initial, const std::string& data,
           const std::vector<std::string>& parameters, const std::vector<Definition>& definitions);

  std::size_t states() const { return system.states.size(); }
  std::size_t variables() const { return system.states.size() + parameters.size() + 1; }

  OdeSystem system;
  std::vector<std::string> parameters;
  /// dy/dt of each state, then the rate of each infusion; derivatives by the states, and by the states and the read
  /// parameters.
  FormulaSystem newton, sensitivity;
  std::vector<int> infused;  ///< of each infusion: its state
  FormulaSystem initial;     ///< by the read parameters
  std::vector<std::string> initial_texts;
  FormulaSystem amounts;  ///< of each add and set; by the states and the read parameters
  std::vector<int> read;  ///< the parameters that any of these formulas reads

  /// The function `which` of amounts is added to a state, or the state set to it; or the infusion `which` begins or
  /// ends.
  struct Action {
    enum class Kind { add, set, begin, end } kind;
    int state, which;
  };
  struct Stop {
    double time = 0.0;
    std::vector<Action> actions;  ///< in this order
  };
  std::vector<Stop> stops;  ///< in the order of time

 private:
  struct Formulas;
  Compiled(const OdeSystem& system, const std::vector<std::string>& parameters, Formulas formulas);
};

}  // namespace thalweg::inline v0_1::ode
