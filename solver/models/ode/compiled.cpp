#include "models/ode/compiled.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace thalweg::inline v0_1::ode {
namespace {

using Action = Compiled::Action;

int place(const std::vector<OdeState>& states, const std::string& name) {
  const auto found = std::find_if(states.begin(), states.end(), [&](const OdeState& s) { return s.name == name; });
  return static_cast<int>(found - states.begin());
}

bool holds_for(const OdeEvent& event, const std::string& data) {
  return event.data.empty() || std::find(event.data.begin(), event.data.end(), data) != event.data.end();
}

Symbols symbols_of(const OdeSystem& system, const std::vector<std::string>& parameters) {
  Symbols symbols;
  for (const OdeState& state : system.states) symbols.parameters.push_back(state.name);
  symbols.parameters.insert(symbols.parameters.end(), parameters.begin(), parameters.end());
  symbols.columns = {system.time};
  return symbols;
}

}  // namespace

/// Everything that is compiled, before the parameters that it reads are known.
struct Compiled::Formulas {
  Formulas(const OdeSystem& system, const std::vector<OdeInitial>& initial, const std::string& data,
           const std::vector<std::string>& parameters, const std::vector<Definition>& definitions);

  std::vector<Formula> derivatives, initials, amounts;
  std::vector<std::string> initial_texts;
  std::vector<int> infused, by_states, read, by_all;  // places among the symbols, those of `read` among the parameters
  std::vector<Stop> stops;
};

Compiled::Formulas::Formulas(const OdeSystem& system, const std::vector<OdeInitial>& initial, const std::string& data,
                             const std::vector<std::string>& parameters, const std::vector<Definition>& definitions) {
  const auto compile = [&](const std::string& text, std::vector<Formula>& to) {
    const Formula formula = Formula::parse(text);
    to.push_back(formula.substituted(definitions_read(formula.names(), definitions)));
  };
  for (const OdeState& state : system.states) {
    compile(state.derivative, derivatives);
    const auto own =
        std::find_if(initial.begin(), initial.end(), [&](const OdeInitial& i) { return i.state == state.name; });
    initial_texts.push_back(own == initial.end() ? state.initial : own->value);
    compile(initial_texts.back(), initials);
  }
  std::map<double, std::vector<Action>> actions;
  for (const OdeEvent& event : system.events) {
    if (!holds_for(event, data)) continue;
    const bool rate = event.kind == OdeEvent::Kind::rate;
    const int state = place(system.states, event.state);
    const int which = static_cast<int>(rate ? infused.size() : amounts.size());
    compile(event.amount, rate ? derivatives : amounts);
    if (rate) infused.push_back(state);
    for (int k = 0; k < event.count; ++k) {
      const double shift = k * event.every;
      const auto kind = rate                                ? Action::Kind::begin
                        : event.kind == OdeEvent::Kind::add ? Action::Kind::add
                                                            : Action::Kind::set;
      actions[event.time + shift].push_back({kind, state, which});
      if (rate) actions[event.until + shift].push_back({Action::Kind::end, state, which});
    }
  }
  for (auto& [time, list] : actions) stops.push_back({time, std::move(list)});

  std::set<std::string> names;
  for (const auto* formulas : {&derivatives, &initials, &amounts})
    for (const Formula& formula : *formulas) {
      for (const Formula::Name& name : formula.names()) names.insert(name.name);
      for (const Formula::Name& name : formula.constants()) names.insert(name.name);
    }
  const int n = static_cast<int>(system.states.size());
  for (int i = 0; i < n; ++i) by_states.push_back(i);
  by_all = by_states;
  for (std::size_t j = 0; j < parameters.size(); ++j)
    if (names.count(parameters[j]) > 0) {
      read.push_back(static_cast<int>(j));
      by_all.push_back(n + static_cast<int>(j));
    }
}

Compiled::Compiled(const OdeSystem& system_, const std::vector<OdeInitial>& initial_, const std::string& data,
                   const std::vector<std::string>& parameters_, const std::vector<Definition>& definitions)
    : Compiled(system_, parameters_, Formulas(system_, initial_, data, parameters_, definitions)) {}

Compiled::Compiled(const OdeSystem& system_, const std::vector<std::string>& parameters_, Formulas f)
    : system(system_),
      parameters(parameters_),
      newton(f.derivatives, symbols_of(system, parameters), f.by_states),
      sensitivity(f.derivatives, symbols_of(system, parameters), f.by_all),
      infused(std::move(f.infused)),
      initial(f.initials, symbols_of(system, parameters), f.by_all),
      initial_texts(std::move(f.initial_texts)),
      amounts(f.amounts, symbols_of(system, parameters), f.by_all),
      read(std::move(f.read)),
      stops(std::move(f.stops)) {}

}  // namespace thalweg::inline v0_1::ode
