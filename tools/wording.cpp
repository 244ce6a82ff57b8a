#include "wording.hpp"

#include <algorithm>
#include <numeric>

namespace thalweg::tool {
namespace {

/// Insertions, deletions and replacements that turn one into the other (Levenshtein 1966).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

std::vector<std::string> split_at_commas(const std::vector<std::string>& texts) {
  std::vector<std::string> pieces;
  for (std::string_view text : texts)
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      if (std::string piece = trim(text.substr(0, comma)); !piece.empty()) pieces.push_back(std::move(piece));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  return pieces;
}

std::string either(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  return out;
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  std::size_t best = std::min<std::size_t>(3, name.size());  // fewer edits than that
  std::string found;
  for (const std::string& candidate : known)
    if (const std::size_t edits = edit_distance(name, candidate); edits < best) {
      best = edits;
      found = candidate;
    }
  return found;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const std::string meant = nearest(name, known);
  return meant.empty() ? "" : " (did you mean '" + meant + "'?)";
}

}  // namespace thalweg::tool
