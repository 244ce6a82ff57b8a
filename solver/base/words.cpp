#include <thalweg/base/words.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t longest_compared = 64;
constexpr int farthest = 2;            // edits
constexpr std::size_t short_name = 3;  // up to this length only one edit: foo is no misspelt log

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Levenshtein's distance, case counting nothing, with the swap of two neighbours as one edit.
int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char s = lower(a[i - 1]), t = lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (s == t ? 0 : 1)});
      if (i > 1 && j > 1 && s == lower(b[j - 2]) && lower(a[i - 2]) == t) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > longest_compared) return {};
  std::string_view best;
  const int limit = name.size() <= short_name ? 1 : farthest;
  int best_distance = std::min(limit + 1, static_cast<int>(name.size()));
  for (const std::string_view candidate : known) {
    if (candidate.size() > name.size() + farthest) continue;
    const int distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return std::string(best);
}

std::string nearest(std::string_view name, const std::vector<std::string>& known) {
  return nearest(name, std::vector<std::string_view>(known.begin(), known.end()));
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const std::string meant = nearest(name, known);
  return meant.empty() ? "" : " (did you mean '" + meant + "'?)";
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower_ascii = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower_ascii(x) == lower_ascii(y); });
}

std::string enumerated(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 < words.size() ? ", " : " and ") + words[i];
  return out;
}

std::string counted(long long n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

std::string percent(double fraction) {
  if (!std::isfinite(fraction)) return "";
  const double p = 100.0 * std::abs(fraction);
  if (p > 9999.0) return "> 9999 %";
  return p >= 99.5 ? fmt::format("{:.0f} %", p) : fmt::format("{:.2g} %", p);
}

}  // namespace thalweg::inline v0_1
