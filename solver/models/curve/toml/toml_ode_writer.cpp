#include "models/curve/toml/toml_ode_writer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::writing {

/// A basic string: quotes, backslashes and control characters escaped.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string key(const std::string& name) {
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? name : quoted(name);
}

/// The shortest text that reads back as the same bits. "-0" would be read as an integer.
std::string number(double v) {
  if (std::isnan(v)) return "nan";
  if (v == 0.0) return std::signbit(v) ? "-0.0" : "0";
  return fmt::format("{}", v);
}

namespace {

/// A number as a number, a formula in quotes.
std::string value(const std::string& text) {
  const reading::Number parsed = reading::parse_number(text);
  const bool plain = parsed.kind == reading::Number::Kind::number && number(parsed.value) == text;
  return plain ? text : quoted(text);
}

std::string event_table(const OdeEvent& event) {
  const char* const kinds[] = {"add", "set", "rate"};
  std::string out = "\n[[ode.event]]\nstate = " + quoted(event.state) + "\n";
  out += fmt::format("{} = {}\n", kinds[static_cast<int>(event.kind)], value(event.amount));
  if (event.kind == OdeEvent::Kind::rate)
    out += "from = " + number(event.time) + "\nto = " + number(event.until) + "\n";
  else
    out += "time = " + number(event.time) + "\n";
  if (event.count > 1) out += fmt::format("every = {}\ncount = {}\n", number(event.every), event.count);
  for (std::size_t i = 0; i < event.data.size(); ++i) out += (i == 0 ? "data = [" : ", ") + quoted(event.data[i]);
  return event.data.empty() ? out : out + "]\n";
}

}  // namespace

std::string ode_tables(const OdeSystem& system) {
  const OdeSystem defaults;
  std::string out = "\n[ode]\n";
  for (const OdeState& state : system.states) out += key("d" + state.name) + " = " + quoted(state.derivative) + "\n";
  if (system.time != defaults.time) out += "time = " + quoted(system.time) + "\n";
  if (system.from != defaults.from) out += "from = " + number(system.from) + "\n";
  if (system.method == OdeSystem::Method::adams) out += "method = \"adams\"\n";
  if (system.relative_tolerance != defaults.relative_tolerance)
    out += "relative_tolerance = " + number(system.relative_tolerance) + "\n";
  out += "\n[ode.initial]\n";
  for (const OdeState& state : system.states) out += key(state.name) + " = " + value(state.initial) + "\n";
  for (const OdeEvent& event : system.events) out += event_table(event);
  return out;
}

std::string initial_line(const DataSet& data) {
  std::string out;
  for (const OdeInitial& initial : data.initial)
    out += (out.empty() ? "initial = { " : ", ") + key(initial.state) + " = " + value(initial.value);
  return out.empty() ? out : out + " }\n";
}

}  // namespace thalweg::inline v0_1::writing
