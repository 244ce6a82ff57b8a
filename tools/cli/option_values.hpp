// Options of the command line that check their values as soon as they are read, and say what was expected.
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "cli/arguments.hpp"
#include "cli/usage.hpp"
#include "cli/wording.hpp"

namespace thalweg::tool {

template <class T>
std::optional<T> number_from(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// An option whose value is checked as soon as it is read.
template <class T>
CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<T>& target, T least,
                        const std::string& expected, const std::string& description) {
  const auto read = [&target, name, least, expected](const std::string& text) {
    target = number_from<T>(text);
    if (!target || !(*target >= least)) throw UsageError(fmt::format("{} is '{}'; expected {}", name, text, expected));
  };
  return app.add_option_function<std::string>(name, read, description)
      ->type_name(std::is_integral_v<T> ? "N" : "NUMBER");
}

template <class E>
CLI::Option* add_choice(CLI::App& app, const std::string& name, E& target, E (*parse)(std::string_view),
                        const std::string& description) {
  const auto read = [&target, parse](const std::string& text) { target = parse(text); };
  return app.add_option_function<std::string>(name, read, description)->type_name("NAME");
}

/// "a=1,b=2e3"; commas and repeated options are the same.
inline std::vector<Assignment> assignments(const std::string& option, const std::vector<std::string>& texts) {
  std::vector<Assignment> result;
  for (const std::string& piece : split_at_commas(texts)) {
    const auto equals = piece.find('=');
    std::optional<double> value;
    if (equals != std::string::npos) value = number_from<double>(trim(piece.substr(equals + 1)));
    const std::string name = trim(piece.substr(0, equals));
    if (!value || std::isnan(*value) || name.empty())
      throw UsageError(fmt::format("{}: '{}' is no assignment; expected name=number, such as a=1", option, piece));
    for (const Assignment& other : result)
      if (other.name == name) throw UsageError(fmt::format("{} names '{}' twice", option, name));
    result.push_back({name, *value});
  }
  return result;
}

/// "1,-2e3".
inline std::vector<double> numbers(const std::string& option, const std::string& text) {
  std::vector<double> result;
  for (const std::string& piece : split_at_commas({text})) {
    const auto value = number_from<double>(piece);
    if (!value || !std::isfinite(*value))
      throw UsageError(fmt::format("{}: '{}' is no number; expected numbers such as 2,-2", option, piece));
    result.push_back(*value);
  }
  if (result.empty()) throw UsageError(fmt::format("{} is '{}'; expected numbers such as 2,-2", option, text));
  return result;
}

/// A list of texts, which may be given again and again.
inline CLI::Option* add_texts(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                              const std::string& type, const std::string& description) {
  // As text: the type alone would be followed by " ...", as if blanks could separate the pieces.
  return app.add_option(name, target, description)->option_text(type)->allow_extra_args(false);
}

/// A flag that takes no value: --quiet=no is a mistake.
inline CLI::Option* add_flag(CLI::App& app, const std::string& name, bool& target, const std::string& description) {
  return app.add_flag(name, target, description)->disable_flag_override();
}

/// The path of a file to write.
inline CLI::Option* add_file(CLI::App& app, const std::string& name, std::string& target, bool may_be_standard_output,
                             const std::string& type, const std::string& description) {
  const auto read = [&target, name, may_be_standard_output](const std::string& text) {
    if (text.empty()) throw UsageError(fmt::format("{} is ''; expected the path of a file", name));
    if (text == "-" && !may_be_standard_output)
      throw UsageError(
          fmt::format("{} is '-'; expected the path of a file (only --json writes to standard output)", name));
    target = text;
  };
  return app.add_option_function<std::string>(name, read, description)->type_name(type);
}

}  // namespace thalweg::tool
