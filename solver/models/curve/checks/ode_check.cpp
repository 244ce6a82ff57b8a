#include "models/curve/checks/ode_check.hpp"

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1::reading {
namespace {

constexpr int most_repetitions = 100000;
constexpr double least_tolerance = 1e-13, most_tolerance = 1e-3;

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void OdeCheck::wrong(Place place, const std::string& problem, const std::string& expected) const {
  fail(draft_.fit.file, place, problem, expected);
}

std::vector<std::string> OdeCheck::state_names() const {
  std::vector<std::string> names;
  for (const OdeState& state : system().states) names.push_back(state.name);
  return names;
}

void OdeCheck::check(const Expressions& expressions, const std::function<bool(const std::string&)>& find) {
  for (std::size_t i = 0; i < draft_.fit.data.size(); ++i) {
    draft_.data[i].initials.resize(draft_.fit.data[i].initial.size());
    if (!draft_.fit.ode && !draft_.fit.data[i].initial.empty())
      wrong(draft_.data[i].initials[0].place, "initial values are given, but there are no differential equations",
            "[ode]");
  }
  if (!draft_.fit.ode) return;
  for (const FitParameter& parameter : draft_.fit.parameters) known_.push_back(parameter.name);
  for (const Definition& definition : expressions.ordered()) known_.push_back(definition.name);
  definitions_ = expressions.ordered();
  find_ = find;
  draft_.ode.derivatives.resize(system().states.size());
  draft_.ode.initials.resize(system().states.size());
  draft_.ode.events.resize(system().events.size());
  check_states();
  check_formulas();
}

void OdeCheck::check_states() const {
  const OdePlaces& places = draft_.ode;
  const OdeSystem& ode = system();
  const auto shown = [](double v) { return to_text(v); };
  if (ode.states.empty()) wrong(places.table, "[ode] holds no equation", "a line such as dA = \"-k * A\"");
  if (kind_of(ode.time) != NameKind::free)
    wrong(places.time, "'" + ode.time + "' is no name of a time", "a letter first");
  if (holds(known_, ode.time))
    wrong(places.time, "'" + ode.time + "' is both the time of [ode] and a parameter or definition",
          "distinct names; time = \"a column\" in [ode] names the time");
  if (!std::isfinite(ode.from)) wrong(places.from, "from is " + shown(ode.from), "a finite time");
  if (!(ode.relative_tolerance >= least_tolerance && ode.relative_tolerance <= most_tolerance))
    wrong(places.tolerance, "relative_tolerance is " + shown(ode.relative_tolerance),
          "a number from " + shown(least_tolerance) + " to " + shown(most_tolerance));
  const std::vector<std::string> names = state_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Place place = places.derivatives[i].place;
    const std::string& name = names[i];
    if (kind_of(name) != NameKind::free)
      wrong(place, "state '" + name + "' has a name that formulas cannot use",
            "letters, digits and _, beginning with a letter, and not that of a constant");
    if (holds(known_, name))
      wrong(place, "'" + name + "' is both a state and a parameter or definition", "distinct names");
    if (name == ode.time) wrong(place, "'" + name + "' is both a state and the time", "distinct names");
    if (std::find(names.begin(), names.end(), name) - names.begin() != static_cast<std::ptrdiff_t>(i))
      wrong(place, "two states are named '" + name + "'", "distinct names");
  }
}

void OdeCheck::check_formula(const std::string& text, const PlacedText& places, const std::string& whose,
                             const Scope& scope) {
  const auto place = [&](const TextRange& where) {
    return places.text.at(text, static_cast<std::size_t>(std::max(where.begin, 0)));
  };
  try {
    const Formula formula = Formula::parse(text);
    const auto check_names = [&](const std::vector<Formula::Name>& names, const Formula::Name* through) {
      for (const Formula::Name& name : names) {
        if (find_(name.name) || holds(scope.states, name.name) || (scope.time && name.name == system().time)) continue;
        std::vector<std::string> known = scope.states;
        known.insert(known.end(), known_.begin(), known_.end());
        if (scope.time) known.push_back(system().time);
        wrong(place(through != nullptr ? through->where : name.where),
              whose + " names " + (through != nullptr ? "'" + through->name + "', and so " : "") +
                  quoted_with_hint(name.name, known) + ", which is no " + scope.what,
              list(known));
      }
    };
    for (const Formula::Name& name : formula.constants()) find_(name.name);
    check_names(formula.names(), nullptr);
    for (const Formula::Name& name : formula.names())
      for (const Definition& read : definitions_read({&name, 1}, definitions_)) {
        for (const Formula::Name& constant : read.formula.constants()) find_(constant.name);
        check_names(read.formula.names(), &name);
      }
    std::vector<std::string> varying = known_;
    varying.insert(varying.end(), scope.states.begin(), scope.states.end());
    check_orders(formula, depending_names(varying, definitions_));
  } catch (const FormulaError& error) {
    wrong(place(error.where), error.problem, error.expected);
  }
}

void OdeCheck::check_formulas() {
  const OdeSystem& ode = system();
  const OdePlaces& places = draft_.ode;
  const Scope moving{"state, parameter or time", state_names(), true}, constant{"parameter", {}, false};
  for (std::size_t i = 0; i < ode.states.size(); ++i) {
    const OdeState& state = ode.states[i];
    check_formula(state.derivative, places.derivatives[i], "d" + state.name, moving);
    if (state.initial.empty())
      wrong(places.derivatives[i].place, "state '" + state.name + "' has no initial value",
            "[ode.initial] with " + state.name + " = a number or a formula of parameters");
    check_formula(state.initial, places.initials[i], "the initial value of '" + state.name + "'", constant);
  }
  for (std::size_t i = 0; i < ode.events.size(); ++i) check_event(ode.events[i], places.events[i], moving);
  for (std::size_t d = 0; d < draft_.fit.data.size(); ++d) check_initials(d, constant);
}

void OdeCheck::check_event(const OdeEvent& event, const OdePlaces::Event& places, const Scope& scope) {
  const bool rate = event.kind == OdeEvent::Kind::rate;
  const std::vector<std::string> names = state_names();
  if (!holds(names, event.state))
    wrong(places.state, "the event is of the unknown state " + quoted_with_hint(event.state, names), list(names));
  check_formula(event.amount, places.amount, "the event of '" + event.state + "'", scope);
  if (!std::isfinite(event.time) || event.time < system().from)
    wrong(places.time, "the event's time is " + to_text(event.time),
          "a time from the start of the integration on, " + to_text(system().from));
  if (rate && !(event.until > event.time && std::isfinite(event.until)))
    wrong(places.until, "the rate ends at " + to_text(event.until), "a time later than " + to_text(event.time));
  if (event.count < 1 || event.count > most_repetitions)
    wrong(places.repetition, "count is " + std::to_string(event.count),
          "from 1 to " + std::to_string(most_repetitions));
  if (event.count > 1 && !(event.every > 0.0 && std::isfinite(event.every)))
    wrong(places.repetition, "the event is repeated every " + to_text(event.every), "every = a positive time");
  std::vector<std::string> sets;
  for (const DataSet& data : draft_.fit.data) sets.push_back(data.name);
  for (std::size_t i = 0; i < event.data.size(); ++i)
    if (!holds(sets, event.data[i]))
      wrong(i < places.data.size() ? places.data[i] : places.table,
            "the event is for the unknown data set " + quoted_with_hint(event.data[i], sets), list(sets));
}

void OdeCheck::check_initials(std::size_t d, const Scope& scope) {
  const DataSet& data = draft_.fit.data[d];
  const DataPlaces& places = draft_.data[d];
  const std::vector<std::string> names = state_names();
  for (std::size_t i = 0; i < data.initial.size(); ++i) {
    const OdeInitial& initial = data.initial[i];
    if (!holds(names, initial.state))
      wrong(places.initials[i].place,
            "unknown state " + quoted_with_hint(initial.state, names) + " in initial of data set '" + data.name + "'",
            list(names));
    check_formula(initial.value, places.initials[i], "the initial value of '" + initial.state + "'", scope);
  }
}

void OdeCheck::set_aside(ColumnSelection& columns, bool prose) const {
  if (!draft_.fit.ode) return;
  const std::vector<std::string> names = state_names();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!columns.has(names[i])) continue;
    if (!prose && !columns.is_position(names[i]))
      wrong(draft_.ode.derivatives[i].place, "'" + names[i] + "' is both a state and a column", "distinct names");
    columns.set_aside(names[i]);
  }
}

bool OdeCheck::find_state(const std::string& name) {
  if (!draft_.fit.ode || !holds(state_names(), name)) return false;
  names_state_ = true;
  return true;
}

void OdeCheck::add_states(std::vector<std::string>& names) const {
  if (!draft_.fit.ode) return;
  for (const OdeState& state : system().states) names.push_back(state.name);
}

void OdeCheck::use_time(const DataSet& data, const DataPlaces& places, ColumnSelection& columns) {
  observed_[at_++] = names_state_;
  if (names_state_ && !columns.use(system().time, draft_.fit.file, places.table))
    wrong(places.table,
          "data set '" + data.name + "' observes a state but has no column '" + system().time + "' of its times",
          "one of " + list(columns.names().spellings()) + " as time = \"...\" in [ode]");
  names_state_ = false;
}

void OdeCheck::check_times(std::size_t d) const {
  if (!observed_[d]) return;
  const DataSet& data = draft_.fit.data[d];
  const DataPlaces& places = draft_.data[d];
  const auto column = static_cast<std::size_t>(std::find(data.columns.begin(), data.columns.end(), system().time) -
                                               data.columns.begin());
  for (std::size_t row = 0; row < data.values[column].size(); ++row)
    if (data.values[column][row] < system().from)
      fail(places.cell_file, places.cell ? places.cell(row, column) : places.table,
           cell_name(row + 1, system().time) + " is " + to_text(data.values[column][row]) +
               ", before the start of the integration",
           "times from " + to_text(system().from) + " on, or another from in [ode]");
}

void OdeCheck::check_observed() const {
  if (draft_.fit.ode && std::none_of(observed_.begin(), observed_.end(), [](char each) { return each != 0; }))
    wrong(draft_.ode.table, "no equation names a state of [ode]", list(state_names()) + " in a model");
}

}  // namespace thalweg::inline v0_1::reading
