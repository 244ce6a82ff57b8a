#include "models/curve/toml/toml_ode.hpp"

#include <utility>

namespace thalweg::inline v0_1::reading {
namespace {

const Names settings = {"time", "from", "method", "relative_tolerance", "initial", "event"};

}  // namespace

std::string TomlOde::formula(const toml::node& node, const std::string& name, PlacedText& places) const {
  places.place = place_of(node);
  if (node.is_number()) {
    const double value = real(
        node, name, [](double) { return true; }, "a finite number or a formula");
    places.text.add(0, places.place, false);
    return to_text(value);
  }
  if (!node.is_string()) wrong(places.place, name + " is " + kind_of(node), "a number, or a formula in quotes");
  PlacedEquation equation;
  equation.add_string(places.place, text(node, name), lines_);
  places.text = equation.places;
  return equation.text;
}

OdeSystem TomlOde::read_ode(const toml::table& ode, OdePlaces& places) const {
  OdeSystem system;
  places.table = place_of(ode);
  for (const Entry& entry : entries(ode)) {
    if (std::find(settings.begin(), settings.end(), entry.name) != settings.end()) continue;
    if (!entry.name.starts_with('d') || entry.name.size() < 2)
      wrong(entry.place, "unknown key " + quoted_with_hint(entry.name, settings) + " in [ode]",
            "dA = \"-k * A\" for a state A, " + list(settings));
    OdeState& state = system.states.emplace_back();
    state.name = entry.name.substr(1);
    state.derivative = formula(*entry.node, entry.name, places.derivatives.emplace_back());
    places.derivatives.back().place = entry.place;
  }
  places.initials.resize(system.states.size());
  if (const auto* time = ode.get("time")) {
    system.time = text(*time, "time");
    places.time = place_of(*time);
  }
  if (const auto* from = ode.get("from")) {
    system.from = number(*from, "from", "a number, the time of the initial values");
    places.from = place_of(*from);
  }
  if (const auto* method = ode.get("method"))
    system.method = static_cast<OdeSystem::Method>(choice(*method, "method", {"bdf", "adams"}));
  if (const auto* tolerance = ode.get("relative_tolerance")) {
    system.relative_tolerance = number(*tolerance, "relative_tolerance");
    places.tolerance = place_of(*tolerance);
  }
  if (const auto* initial = ode.get("initial")) read_initials(table(*initial, "ode.initial"), system, places);
  if (const auto* events = ode.get("event")) {
    const toml::array* several = events->as_array();
    if (several == nullptr || !several->is_array_of_tables())
      wrong(place_of(*events), "'event' is " + kind_of(*events), "several tables, [[ode.event]]");
    for (const toml::node& each : *several)
      system.events.push_back(read_event(*each.as_table(), places.events.emplace_back()));
  }
  return system;
}

void TomlOde::read_initials(const toml::table& initial, OdeSystem& system, OdePlaces& places) const {
  Names names;
  for (const OdeState& state : system.states) names.push_back(state.name);
  for (const Entry& entry : entries(initial)) {
    const auto found = std::find(names.begin(), names.end(), entry.name);
    if (found == names.end())
      wrong(entry.place, "unknown state " + quoted_with_hint(entry.name, names) + " in [ode.initial]",
            names.empty() ? "a state of [ode]" : list(names));
    const auto i = static_cast<std::size_t>(found - names.begin());
    system.states[i].initial = formula(*entry.node, "the initial value of '" + entry.name + "'", places.initials[i]);
  }
}

void TomlOde::read_initial(const toml::node& node, DataSet& data, DataPlaces& places) const {
  const toml::table* initial = node.as_table();
  if (initial == nullptr) wrong(place_of(node), "'initial' is " + kind_of(node), "a table, such as { A = 5 }");
  for (const Entry& entry : entries(*initial)) {
    PlacedText& place = places.initials.emplace_back();
    data.initial.push_back({entry.name, formula(*entry.node, "the initial value of '" + entry.name + "'", place)});
    place.place = entry.place;
  }
}

double TomlOde::time_of(const toml::table& entry, const char* key, Place& place) const {
  const toml::node* node = entry.get(key);
  if (node == nullptr) wrong(place_of(entry), "the event has no " + std::string(key), std::string(key) + " = a number");
  place = place_of(*node);
  return number(*node, std::string(key) + " of an event", "a number; a time that is fitted is not supported");
}

OdeEvent TomlOde::read_event(const toml::table& entry, OdePlaces::Event& places) const {
  OdeEvent event;
  places.table = places.state = places.time = places.until = places.repetition = place_of(entry);
  check_keys(entry, "in [[ode.event]]",
             {"state", "add", "set", "rate", "time", "from", "to", "every", "count", "data"});
  const toml::node* state = entry.get("state");
  if (state == nullptr) wrong(places.table, "the event has no state", "state = \"A\"");
  event.state = text(*state, "state");
  places.state = place_of(*state);
  const char* const kinds[] = {"add", "set", "rate"};
  const toml::node* amount = nullptr;
  for (int k = 0; k < 3; ++k) {
    const toml::node* node = entry.get(kinds[k]);
    if (node == nullptr) continue;
    if (amount != nullptr) wrong(place_of(*node), "the event has two of add, set and rate", "one of them");
    amount = node;
    event.kind = static_cast<OdeEvent::Kind>(k);
    event.amount = formula(*node, kinds[k], places.amount);
  }
  if (amount == nullptr)
    wrong(places.table, "the event has no add, set or rate", "one of them, such as add = \"dose\"");
  const bool rate = event.kind == OdeEvent::Kind::rate;
  for (const char* key : {"time", "from", "to"})
    if (const toml::node* node = entry.get(key); node != nullptr && rate == (key == std::string_view("time")))
      wrong(place_of(*node), std::string("'") + key + "' in an event with " + kinds[static_cast<int>(event.kind)],
            rate ? "from and to" : "time");
  event.time = time_of(entry, rate ? "from" : "time", places.time);
  if (rate) event.until = time_of(entry, "to", places.until);
  const toml::node *every = entry.get("every"), *count = entry.get("count");
  if ((every == nullptr) != (count == nullptr))
    wrong(place_of(every != nullptr ? *every : *count), "an event that is repeated has both every and count",
          "every = 24, count = 5");
  if (every != nullptr) {
    places.repetition = place_of(*every);
    event.every = real(*every, "every", positive, "a positive time");
    whole(entry, "count", 1, event.count);
  }
  if (const toml::node* data = entry.get("data")) {
    event.data = distinct_names(*data, "data", "[\"first\", \"second\"]");
    for (const toml::node& each : *data->as_array()) places.data.push_back(place_of(each));
  }
  return event;
}

}  // namespace thalweg::inline v0_1::reading
