// Schedules as text: "warmup:100+cosine:1000".
#include <thalweg/train/schedule.hpp>

#include <charconv>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

using Kind = Schedule::Kind;
using Unit = Schedule::Unit;

constexpr std::string_view known =
    "constant, step:N:FACTOR, exponential:FACTOR, inverse:K, cosine:T, plateau:EPOCHS:FACTOR or search";

/// The text between the colons, and the whole of it for messages.
struct Parts {
  std::string_view whole;
  std::vector<std::string_view> parts;

  [[noreturn]] void fail(const std::string& what, std::string_view expected) const {
    throw Error(fmt::format("schedule '{}': {}; expected {}", whole, what, expected));
  }
  void expect_count(std::size_t least, std::size_t most, std::string_view shape) const {
    if (parts.size() < least) fail("something is missing", shape);
    if (parts.size() > most) fail(fmt::format("'{}' is too much", parts[most]), shape);
  }

  /// A whole number ≥ 1, of epochs when an e follows.
  std::int64_t length(std::size_t i, Unit* unit, std::string_view shape) const {
    std::string_view w = parts[i];
    if (unit && w.ends_with('e')) {
      *unit = Unit::epochs;
      w.remove_suffix(1);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), value);
    if (error != std::errc() || end != w.data() + w.size() || value < 1)
      fail(fmt::format("'{}' is no whole number >= 1", parts[i]), shape);
    return value;
  }
  double factor(std::size_t i, std::string_view shape) const {
    const std::string_view w = parts[i];
    double value = 0.0;
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), value);
    if (error != std::errc() || end != w.data() + w.size() || !(value > 0.0 && value <= 1.0))
      fail(fmt::format("'{}' is no number > 0 and <= 1", w), shape);
    return value;
  }
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at != std::string_view::npos; at = text.find(separator, at)) {
    if (!parts.empty()) ++at;
    parts.push_back(text.substr(at, text.find(separator, at) - at));
  }
  return parts;
}

void read_with_factor(const Parts& p, Schedule& s, Unit* unit, std::string_view shape) {
  p.expect_count(2, 3, shape);
  s.length = p.length(1, unit, shape);
  if (p.parts.size() == 3) s.factor = p.factor(2, shape);
}

void read_length(const Parts& p, Schedule& s, std::string_view shape) {
  p.expect_count(2, 2, shape);
  s.length = p.length(1, &s.unit, shape);
}

void read_exponential(const Parts& p, Schedule& s, std::string_view shape) {
  p.expect_count(2, 3, shape);
  s.factor = p.factor(1, shape);
  if (p.parts.size() == 2) return;
  if (p.parts[2] != "e") p.fail(fmt::format("'{}' is too much", p.parts[2]), shape);
  s.unit = Unit::epochs;
}

void read_search(const Parts& p, Schedule& s, std::string_view shape) {
  p.expect_count(1, 2, shape);
  if (p.parts.size() == 1 || p.parts[1] == "exact") return;
  if (p.parts[1] != "backtracking") p.fail(fmt::format("'{}' is unknown", p.parts[1]), shape);
  s.search = Schedule::Search::backtracking;
}

void read_kind(const Parts& p, Schedule& s) {
  const std::string_view name = p.parts[0];
  if (name == "constant") {
    p.expect_count(1, 1, "constant");
  } else if (name == "step") {
    s.kind = Kind::step;
    read_with_factor(p, s, &s.unit, "step:N:FACTOR, such as step:100:0.5, or step:10e:0.5 for epochs");
  } else if (name == "exponential") {
    s.kind = Kind::exponential;
    read_exponential(p, s, "exponential:FACTOR, such as exponential:0.999, or exponential:0.9:e for epochs");
  } else if (name == "inverse") {
    s.kind = Kind::inverse;
    read_length(p, s, "inverse:K, such as inverse:50, or inverse:5e for epochs");
  } else if (name == "cosine") {
    s.kind = Kind::cosine;
    read_length(p, s, "cosine:T, such as cosine:1000, or cosine:100e for epochs");
  } else if (name == "plateau") {
    s.kind = Kind::plateau;
    read_with_factor(p, s, nullptr, "plateau:EPOCHS:FACTOR, such as plateau:10:0.5");
  } else if (name == "search") {
    s.kind = Kind::search;
    read_search(p, s, "search, search:exact or search:backtracking");
  } else {
    p.fail(fmt::format("'{}' is unknown", name), fmt::format("{}, behind warmup:N+ if wanted", known));
  }
}

std::string shown(std::int64_t length, Unit unit) {
  return fmt::format("{}{}", length, unit == Unit::epochs ? "e" : "");
}

std::string kind_text(const Schedule& s) {
  switch (s.kind) {
    case Kind::step:
      return fmt::format("step:{}:{}", shown(s.length, s.unit), s.factor);
    case Kind::exponential:
      return fmt::format("exponential:{}{}", s.factor, s.unit == Unit::epochs ? ":e" : "");
    case Kind::inverse:
      return fmt::format("inverse:{}", shown(s.length, s.unit));
    case Kind::cosine:
      return fmt::format("cosine:{}", shown(s.length, s.unit));
    case Kind::plateau:
      return fmt::format("plateau:{}:{}", s.length, s.factor);
    case Kind::search:
      return s.search == Schedule::Search::exact ? "search:exact" : "search:backtracking";
    case Kind::constant:
      break;
  }
  return "constant";
}

}  // namespace

std::string to_string(const Schedule& s) {
  return s.warmup > 0 ? fmt::format("warmup:{}+{}", shown(s.warmup, s.warmup_unit), kind_text(s)) : kind_text(s);
}

Schedule parse_schedule(std::string_view text) {
  Schedule s;
  std::string_view rest = text;
  if (text.starts_with("warmup")) {
    constexpr std::string_view shape = "warmup:N+ and a schedule, such as warmup:100+cosine:1000";
    const std::size_t plus = text.find('+');
    const Parts warm{text, split(text.substr(0, plus), ':')};
    warm.expect_count(2, 2, shape);
    if (warm.parts[0] != "warmup") warm.fail(fmt::format("'{}' is unknown", warm.parts[0]), shape);
    s.warmup = warm.length(1, &s.warmup_unit, shape);
    rest = plus == std::string_view::npos ? "constant" : text.substr(plus + 1);
  }
  const Parts parts{text, split(rest, ':')};
  read_kind(parts, s);
  if (s.kind == Kind::search && s.warmup > 0) parts.fail("search finds every rate itself", "no warm-up before it");
  return s;
}

}  // namespace thalweg::inline v0_1
