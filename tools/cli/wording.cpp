#include "cli/wording.hpp"

#include <algorithm>

namespace thalweg::tool {
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

std::string command_line(const std::string& program, const std::vector<std::string>& words) {
  constexpr const char* plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,+";
  std::string line = program;
  for (const std::string& word : words) {
    line += ' ';
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

}  // namespace thalweg::tool
