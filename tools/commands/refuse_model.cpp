#include "commands/refuse_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/usage.hpp"

namespace thalweg::tool {
namespace {

/// The part of a formula that is shown on one line around [begin, end), with the place of the part's first byte.
std::pair<std::string, int> shown_part(const std::string& model, int begin, int end) {
  constexpr int before = 60, width = 100;
  const auto continues = [&](int i) {
    return i < static_cast<int>(model.size()) && (model[static_cast<std::size_t>(i)] & 0xC0) == 0x80;
  };
  int first = std::max(0, begin - before),
      last = std::min(static_cast<int>(model.size()), std::max(first + width, std::min(end, begin + width)));
  while (continues(first)) ++first;
  while (continues(last)) ++last;
  std::string part = model.substr(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
  std::replace_if(
      part.begin(), part.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return {part, first};
}

}  // namespace

void refuse_model(const std::string& model, TextRange where, const std::string& complaint) {
  // The columns of a message count bytes; a caret stands below characters.
  const auto shown_width = [&](int begin, int end) {
    return std::count_if(model.begin() + begin, model.begin() + end, [](char c) { return (c & 0xC0) != 0x80; });
  };
  const int size = static_cast<int>(model.size());
  const int begin = std::clamp(where.begin, 0, size), end = std::clamp(where.end, begin, size);
  const auto [part, first] = shown_part(model, begin, end);
  const int last = first + static_cast<int>(part.size());
  const std::string left = first > 0 ? "…" : "", right = last < size ? "…" : "";
  const auto carets = std::max<std::ptrdiff_t>(1, shown_width(begin, std::min(end, last)));
  const auto indent = shown_width(first, begin) + (first > 0 ? 1 : 0);
  throw UsageError(fmt::format("--model: {}\n  {}{}{}\n  {}{}", complaint, left, part, right,
                               std::string(static_cast<std::size_t>(indent), ' '),
                               std::string(static_cast<std::size_t>(carets), '^')));
}

void refuse_model(const std::string& model, TextRange where, const FormulaError& error) {
  refuse_model(model, where, fmt::format("column {}: {}; expected {}", where.begin + 1, error.problem, error.expected));
}

}  // namespace thalweg::tool
