#include "table/units.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// Units that take a prefix.
constexpr std::array<std::string_view, 48> bases = {
    "m",   "g",    "s",   "A",   "K",   "mol", "cd",  "Hz",  "N",  "Pa",       "J",
    "W",   "C",    "V",   "F",   "S",   "Wb",  "T",   "H",   "lm", "lx",       "Bq",
    "Gy",  "Sv",   "l",   "L",   "eV",  "bar", "Ohm", "ohm", "M",  "B",        "dB",
    "cps", "Torr", "rad", "deg", "cal", "Pas", "Da",  "b",   "U",  "\xCE\xA9", "\xE2\x84\xA6",
    "sr",  "Wh",   "Ah",  "sec"};
/// Those that take none, without regard to case.
constexpr std::array<std::string_view, 58> others = {"%",
                                                     "-",
                                                     "1",
                                                     "#",
                                                     "h",
                                                     "hr",
                                                     "hrs",
                                                     "hour",
                                                     "hours",
                                                     "min",
                                                     "mins",
                                                     "minute",
                                                     "minutes",
                                                     "d",
                                                     "day",
                                                     "days",
                                                     "y",
                                                     "yr",
                                                     "year",
                                                     "years",
                                                     "second",
                                                     "seconds",
                                                     "volt",
                                                     "volts",
                                                     "ampere",
                                                     "amperes",
                                                     "amps",
                                                     "kelvin",
                                                     "celsius",
                                                     "degree",
                                                     "degrees",
                                                     "\xC2\xB0",
                                                     "\xC2\xB0"
                                                     "c",
                                                     "\xC2\xB0"
                                                     "f",
                                                     "degc",
                                                     "degf",
                                                     "counts",
                                                     "count",
                                                     "ct",
                                                     "cts",
                                                     "a.u.",
                                                     "au",
                                                     "arb",
                                                     "arb.",
                                                     "arb. u.",
                                                     "arb. units",
                                                     "arb.units",
                                                     "ppm",
                                                     "ppb",
                                                     "ppt",
                                                     "percent",
                                                     "rpm",
                                                     "mmhg",
                                                     "in",
                                                     "ft",
                                                     "oe",
                                                     "od",
                                                     "rfu"};
constexpr std::array<std::string_view, 22> prefixes = {"da", "\xC2\xB5", "\xCE\xBC", "Y", "Z", "E", "P", "T",
                                                       "G",  "M",        "k",        "h", "d", "c", "m", "u",
                                                       "n",  "p",        "f",        "a", "z", "K"};

template <class List>
bool holds(const List& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// One factor, such as km, s^-1 or m².
bool is_factor(std::string_view text) {
  if (holds(others, lower_case(text))) return true;
  for (const std::string_view power : {"\xC2\xB2", "\xC2\xB3", "\xC2\xB9", "\xE2\x81\xBB"})  // ² ³ ¹ ⁻
    for (std::size_t at = text.find(power); at != std::string_view::npos && at > 0; at = text.find(power))
      text = text.substr(0, at);
  const std::size_t end = text.find_last_not_of("0123456789^-+*");
  if (end == std::string_view::npos) return false;
  text = text.substr(0, end + 1);
  if (holds(bases, text) || holds(others, lower_case(text))) return true;
  return std::any_of(prefixes.begin(), prefixes.end(), [&](std::string_view prefix) {
    return text.starts_with(prefix) && holds(bases, text.substr(prefix.size()));
  });
}

}  // namespace

bool is_unit(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && std::string_view("([{").find(text.front()) != std::string_view::npos &&
      std::string_view(")]}").find(text.back()) != std::string_view::npos)
    text = trim(text.substr(1, text.size() - 2));
  if (text.empty() || text.size() > 40) return false;
  if (holds(others, lower_case(text))) return true;
  // The multiplication dot is two bytes, which end what a factor can be.
  std::string parted(text);
  for (const std::string_view dot : {"\xC2\xB7", "\xE2\x8B\x85"})
    for (std::size_t at = parted.find(dot); at != std::string::npos; at = parted.find(dot))
      parted.replace(at, dot.size(), " ");
  for (char& c : parted)
    if (c == '/' || c == '*' || c == '.' || c == '(' || c == ')') c = ' ';
  const auto factors = words(parted);
  return !factors.empty() &&
         std::all_of(factors.begin(), factors.end(), [](const Word& word) { return is_factor(word.text); });
}

}  // namespace thalweg::inline v0_1::reading
