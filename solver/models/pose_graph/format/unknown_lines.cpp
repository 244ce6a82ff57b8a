#include "models/pose_graph/format/unknown_lines.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <thalweg/base/words.hpp>
#include <thalweg/io/file_error.hpp>

#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1::graph {
namespace {

constexpr std::size_t most_tags = 20, longest_tag = 64;

bool is_vertex(std::string_view tag) { return tag.starts_with("VERTEX"); }

/// Vertices, parameters, and what a robot recorded beside its poses, state no relation between vertices; of iSAM's
/// lines what is there for starts, for comparison with the truth, and to say when to solve. Whatever else there is may
/// be a measurement, or hold a vertex, or be one of those misspelt.
bool measures(std::string_view tag) {
  constexpr std::string_view harmless[] = {"VERTEX",     "PARAMS",     "ROBOT",       "RAWLASER", "FLASER",
                                           "EDGE3_INIT", "EDGE3_TRUE", "POSE3D_TRUE", "SOLVE"};
  return std::none_of(std::begin(harmless), std::end(harmless), [&](auto start) { return tag.starts_with(start); });
}

std::string lines(std::size_t count, const std::string& tag, int line) {
  return fmt::format("{} with the tag {} (first on line {})", counted(static_cast<long long>(count), "line"),
                     reading::quoted(tag), line);
}

}  // namespace

std::optional<UnknownVertex> UnknownLines::take(std::string_view tag, bool known) {
  if (const std::string_view what = around_.other_kind(tag); !what.empty() && !ignore_)
    in_.fail(fmt::format("{} belongs to {}", reading::quoted(tag), what), around_.expected);
  if (!known && !ignore_ && skipped_.size() >= most_tags) in_.fail("no line with a known tag yet", around_.example);
  const std::string name(tag.substr(0, longest_tag));
  const auto [place, is_new] = place_.emplace(name, skipped_.size());
  if (is_new)
    skipped_.push_back({name, 1, in_.line(), measures(name)});
  else
    ++skipped_[place->second].count;
  if (!is_vertex(tag)) return std::nullopt;
  UnknownVertex vertex{0, in_.line(), name};
  if (in_.whole(vertex.id) != reading::LineStream::Outcome::ok) return std::nullopt;
  return vertex;
}

void UnknownLines::conclude(std::vector<std::string>& warnings) const {
  std::string refused;
  int first = 0;
  std::size_t tags = 0;
  for (const Skipped& s : skipped_) {
    if (!s.measures || ignore_) continue;
    if (first == 0) first = s.line;
    if (++tags <= most_tags) refused += (refused.empty() ? "" : ", ") + lines(s.count, s.tag, s.line);
  }
  if (tags > most_tags) refused += fmt::format(" and lines with {} more tags", tags - most_tags);
  if (!refused.empty())
    throw FileError(in_.name(), first, 0, refused + ": a tag that is not known, and may be a measurement",
                    "known tags, in capitals, or --ignore-unknown to leave these lines out",
                    most_tags * (longest_tag + 64));
  for (std::size_t k = 0; k < skipped_.size(); ++k) {
    if (k == most_tags) {
      warnings.push_back(fmt::format("lines with {} more unknown tags left out", skipped_.size() - most_tags));
      break;
    }
    const Skipped& s = skipped_[k];
    warnings.push_back(fmt::format("{} left out: tag {} (first on line {}) is not known",
                                   counted(static_cast<long long>(s.count), "line"), reading::quoted(s.tag), s.line));
  }
}

}  // namespace thalweg::inline v0_1::graph
