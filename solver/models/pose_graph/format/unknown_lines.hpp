// Lines of a graph's file whose tags are not known: which of them may be left out.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "models/pose_graph/format/line_stream.hpp"
#include "models/pose_graph/format/raw_graph.hpp"

namespace thalweg::inline v0_1::graph {

/// What a tag that a reader does not know may still tell, and what it expects instead.
struct Surroundings {
  std::string_view (*other_kind)(std::string_view tag);  ///< "a camera graph", whose tag it is; or empty
  const char* expected;                                  ///< in place of such a tag
  const char* example;                                   ///< of what the reader reads, for a file that has none of it
};

/// A vertex that no edge reads, parameters and the like are left out with a warning. A measurement never is, unless the
/// caller asked for it.
class UnknownLines {
 public:
  UnknownLines(reading::LineStream& in, bool ignore, const Surroundings& around)
      : in_(in), ignore_(ignore), around_(around) {}

  /// The line that `in` stands on, behind its tag. `known`: lines with known tags came before. What it is where it is a
  /// vertex. Throws FileError for the tags of another kind of file, and where too many differ before any is known.
  std::optional<UnknownVertex> take(std::string_view tag, bool known);
  /// Throws FileError, which names all of them, where measurements were left out; else warns of what was.
  void conclude(std::vector<std::string>& warnings) const;

 private:
  struct Skipped {
    std::string tag;
    std::size_t count;
    int line;
    bool measures;
  };
  reading::LineStream& in_;
  bool ignore_;
  Surroundings around_;
  std::vector<Skipped> skipped_;
  std::unordered_map<std::string, std::size_t> place_;  // of each tag in skipped_
};

}  // namespace thalweg::inline v0_1::graph
