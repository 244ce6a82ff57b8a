#include "models/ode/build_ode.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <thalweg/models/build.hpp>

namespace thalweg::inline v0_1::ode {
namespace {

/// What tells two experiments apart: initial values of their own, and events that hold for one alone.
using Key = std::pair<std::vector<std::pair<std::string, std::string>>, std::vector<bool>>;

Key key_of(const OdeSystem& system, const DataSet& data) {
  Key key;
  for (const OdeInitial& initial : data.initial) key.first.emplace_back(initial.state, initial.value);
  std::sort(key.first.begin(), key.first.end());
  for (const OdeEvent& event : system.events)
    key.second.push_back(event.data.empty() ||
                         std::find(event.data.begin(), event.data.end(), data.name) != event.data.end());
  return key;
}

const std::vector<double>& times_of(const OdeSystem& system, const DataSet& data) {
  const auto at = std::find(data.columns.begin(), data.columns.end(), system.time) - data.columns.begin();
  return data.values.at(static_cast<std::size_t>(at));
}

/// Whether the equation of a data set names a state, itself or through definitions.
bool observes(const OdeSystem& system, const Equation& equation, const std::vector<Definition>& definitions) {
  for (const Formula* side : {&equation.model, &equation.response}) {
    const Formula whole = side->substituted(definitions);
    for (const Formula::Name& name : whole.names())
      for (const OdeState& state : system.states)
        if (state.name == name.name) return true;
  }
  return false;
}

std::vector<Definition> definitions_of(const CurveFit& fit) {
  std::vector<Definition> definitions;
  for (const auto* expressions : {&fit.definitions, &fit.tied})
    for (const NamedExpression& each : *expressions)
      definitions.push_back({each.name, Formula::parse(each.expression)});
  return in_order(std::move(definitions));
}

}  // namespace

std::vector<std::shared_ptr<const OdeModel>> ode_models(const CurveFit& fit) {
  std::vector<std::shared_ptr<const OdeModel>> models(fit.data.size());
  if (!fit.ode) return models;
  if (!ode_available())
    throw FileError(fit.file, 0, 0, "this build has no integrator of differential equations, which [ode] needs",
                    "one made with -DTHALWEG_ODE=ON (SUNDIALS, Debian package libsundials-dev)");
  std::vector<std::string> names;
  std::vector<char> held;
  for (const FitParameter& p : fit.parameters) {
    names.push_back(p.name);
    held.push_back(p.fixed);
  }
  std::map<Key, std::vector<std::size_t>> experiments;
  for (std::size_t d = 0; d < fit.data.size(); ++d)
    if (const Equation equation = Equation::parse(fit.data[d].equation);
        observes(*fit.ode, equation, symbols_of(fit, fit.data[d], equation).definitions))
      experiments[key_of(*fit.ode, fit.data[d])].push_back(d);
  for (const auto& [key, members] : experiments) {
    const DataSet& first = fit.data[members[0]];
    std::vector<double> times;
    for (const std::size_t d : members) {
      const std::vector<double>& own = times_of(*fit.ode, fit.data[d]);
      times.insert(times.end(), own.begin(), own.end());
    }
    const auto experiment = std::make_shared<const Experiment>(
        std::make_shared<const Compiled>(*fit.ode, first.initial, first.name, names, definitions_of(fit)),
        std::move(times), held);
    for (const std::size_t d : members) {
      const Equation equation = Equation::parse(fit.data[d].equation);
      models[d] = std::make_shared<const OdeModel>(equation, symbols_of(fit, fit.data[d], equation), fit.data[d].values,
                                                   experiment);
    }
  }
  return models;
}

}  // namespace thalweg::inline v0_1::ode
