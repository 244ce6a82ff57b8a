// Starts outside their bounds, in words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace thalweg::inline v0_1 {

/// Gathers starts that were moved into their bounds: one sentence for all of them, with the first few.
class MovedStarts {
 public:
  void add(double from, const std::string& name, double to);
  /// Empty where none was moved.
  std::optional<std::string> sentence() const;

 private:
  std::size_t count_ = 0;
  std::string first_;
  std::vector<std::string> moves_;
};

}  // namespace thalweg::inline v0_1
