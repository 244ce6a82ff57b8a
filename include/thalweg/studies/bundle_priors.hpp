// Priors of a bundle adjustment, as --prior names them, and what they do to its start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/bundle_terms.hpp>

namespace thalweg::inline v0_1 {

/// What the words of --prior say: files, or priors themselves. Throws Error, also where there are none, and FileError.
BundlePriors priors_named(const std::vector<std::string>& names, const BundleCounts& counts);

/// Whether a start is brought into the world of the priors.
struct PriorAlignment {
  std::optional<Similarity> by;    ///< where that lowers the cost of the priors
  bool loose = false;              ///< the priors' places leave a turn or a scale open, as those on a line
  std::vector<std::string> notes;  ///< what was done, and what the priors leave free
};
/// `bundle`: what has priors of it is enough. `fix`: the words of --fix, which may keep places of the file.
PriorAlignment aligned_with(const BundlePriors& priors, const Bundle& bundle, const std::vector<std::string>& fix);

}  // namespace thalweg::inline v0_1
