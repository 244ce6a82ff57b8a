#include <thalweg/train/update_rule.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::string_view title = "thalweg rule state 1";

/// One word after another of one line after another.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// False at the end of the text.
  bool next_line() {
    if (text_.empty()) return false;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line_ = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }

  std::string_view word(std::string_view expected) {
    line_.remove_prefix(std::min(line_.find_first_not_of(' '), line_.size()));
    const std::size_t end = std::min(line_.find(' '), line_.size());
    const std::string_view w = line_.substr(0, end);
    line_.remove_prefix(end);
    if (w.empty()) fail("the line ends early", expected);
    return w;
  }
  void end_of_line() {
    if (line_.find_first_not_of(' ') != std::string_view::npos)
      fail(fmt::format("'{}' is too much", line_.substr(1)), "the end of the line");
  }

  double number() {
    std::string_view w = word("a number");
    const bool negative = w.front() == '-';
    std::string_view digits = w.substr(negative ? 1 : 0);
    const bool hexadecimal = digits.starts_with("0x");
    if (hexadecimal) digits.remove_prefix(2);
    double value = 0.0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                              hexadecimal ? std::chars_format::hex : std::chars_format::general);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.starts_with('-'))
      fail(fmt::format("'{}' is no number", w), "one such as 0x1.8p-1");
    return negative ? -value : value;
  }
  std::int64_t count() {
    const std::string_view w = word("a whole number");
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(w.data(), w.data() + w.size(), value);
    if (error != std::errc() || end != w.data() + w.size() || value < 0)
      fail(fmt::format("'{}' is no count", w), "a whole number >= 0");
    return value;
  }

  [[noreturn]] void fail(std::string_view what, std::string_view expected) const {
    throw Error(fmt::format("rule state, line {}: {}; expected {}", number_, what, expected));
  }

 private:
  std::string_view text_, line_;
  int number_ = 0;
};

std::string in_hexadecimal(double v) { return fmt::format("{:a}", v); }

void read_line(Reader& reader, RuleState& state) {
  constexpr std::string_view known = "rule, steps, constant, array or end";
  const std::string_view key = reader.word(known);
  if (key == "rule") {
    state.rule = reader.word("the rule's name");
  } else if (key == "steps") {
    state.steps = reader.count();
  } else if (key == "constant") {
    const std::string name(reader.word("the constant's name"));
    state.constants.emplace_back(name, reader.number());
  } else if (key == "array") {
    const std::string name(reader.word("the array's name"));
    std::vector<double> values;
    const std::int64_t n = reader.count();
    for (std::int64_t i = 0; i < n; ++i) values.push_back(reader.number());
    state.arrays.emplace_back(name, std::move(values));
  } else {
    reader.fail(fmt::format("'{}' is unknown", key), known);
  }
  reader.end_of_line();
}

}  // namespace

std::string to_text(const RuleState& state) {
  std::string text = fmt::format("{}\nrule {}\nsteps {}\n", title, state.rule, state.steps);
  for (const auto& [name, value] : state.constants)
    text += fmt::format("constant {} {}\n", name, in_hexadecimal(value));
  for (const auto& [name, values] : state.arrays) {
    text += fmt::format("array {} {}", name, values.size());
    for (const double v : values) text += fmt::format(" {}", in_hexadecimal(v));
    text += "\n";
  }
  return text + "end\n";
}

RuleState parse_rule_state(std::string_view text) {
  Reader reader(text);
  if (!reader.next_line() || reader.line() != title)
    throw Error(fmt::format("rule state, line 1: '{}'; expected '{}'", reader.line().substr(0, 40), title));
  RuleState state;
  while (reader.next_line()) {
    if (reader.line() == "end") {
      if (state.rule.empty()) reader.fail("no line named the rule", "one such as 'rule adam'");
      return state;
    }
    read_line(reader, state);
  }
  reader.fail("the text breaks off after it", "a last line 'end'");
}

}  // namespace thalweg::inline v0_1
