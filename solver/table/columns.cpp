// What the columns of a table may be called in a formula.
#include <algorithm>
#include <charconv>
#include <unordered_map>

#include <thalweg/formula/formula.hpp>
#include <thalweg/table/table.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

/// Signs that look alike are one: µ and Ω exist as letters and as signs of units.
std::string folded(std::string_view name) {
  std::string out(name);
  const auto replace = [&out](std::string_view sign, std::string_view letter) {
    for (std::size_t at = out.find(sign); at != std::string::npos; at = out.find(sign, at + letter.size()))
      out.replace(at, sign.size(), letter);
  };
  replace("\xC2\xB5", "\xCE\xBC");
  replace("\xE2\x84\xA6", "\xCE\xA9");
  return out;
}

/// "Time" of "Time (s)", "Voltage [V]", "T / K", "U, V"; empty where there is no unit.
std::string_view word_before_unit(std::string_view name) {
  const std::size_t bracket = name.find_first_of("([{");
  if (bracket != std::string_view::npos && bracket > 0) return reading::trim(name.substr(0, bracket));
  for (const std::string_view mark : {" / ", "/", ", ", " in "}) {
    const std::size_t at = name.find(mark);
    if (at != std::string_view::npos && at > 0) return reading::trim(name.substr(0, at));
  }
  return {};
}

/// Whether a formula can name it without backticks.
bool is_plain_name(const std::string& name) {
  try {
    const Formula formula = Formula::parse(name);
    const auto is_name = [&](const std::vector<Formula::Name>& names) {
      return names.size() == 1 && names[0].name == name;
    };
    return is_name(formula.names()) || is_name(formula.constants());
  } catch (const FormulaError&) {
    return false;
  }
}

/// N of "cN", from 1; 0 for another name.
std::size_t position_of(std::string_view name) {
  std::size_t n = 0;
  if (name.size() < 2 || name[0] != 'c' || name[1] == '0') return 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), n);
  return error == std::errc{} && end == name.data() + name.size() ? n : 0;
}

}  // namespace

struct ColumnNames::Index {
  std::unordered_map<std::string, std::vector<std::size_t>> exact, words;
};

ColumnNames::ColumnNames(std::vector<std::string> names) : names_(std::move(names)) {
  auto index = std::make_shared<Index>();
  for (std::size_t i = 0; i < names_.size(); ++i) {
    index->exact[folded(names_[i])].push_back(i);
    if (const std::string_view word = word_before_unit(names_[i]); !word.empty())
      index->words[folded(word)].push_back(i);
  }
  index_ = std::move(index);
}

ColumnNames::Found ColumnNames::find(std::string_view name) const {
  const std::string key = folded(name);
  for (const auto* names : {&index_->exact, &index_->words}) {
    const auto found = names->find(key);
    if (found != names->end() && found->second.size() == 1) return {found->second[0], {}, names == &index_->exact};
    if (found != names->end()) return {std::nullopt, found->second, names == &index_->exact};
    const std::size_t position = position_of(name);
    if (names == &index_->exact && position > 0 && position <= names_.size()) return {position - 1, {}, false};
  }
  return {};
}

std::vector<std::string> ColumnNames::spellings() const {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string position = "c" + std::to_string(i + 1);
    const bool several = index_->exact.at(folded(names_[i])).size() > 1;
    if (!several && (out.size() > 40 || is_plain_name(names_[i])))
      out.push_back(names_[i]);
    else if (!several && index_->exact.contains(position))  // another column is called so
      out.push_back("`" + names_[i] + "`");
    else if (several || names_[i].find('`') != std::string::npos)
      out.push_back(position);
    else
      out.push_back(position + " for `" + names_[i] + "`");
  }
  return out;
}

}  // namespace thalweg::inline v0_1
