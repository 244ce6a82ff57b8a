// What options mean together.
#pragma once

#include "cli/arguments.hpp"

namespace thalweg::tool {

/// After every option was set, and Request::given: defaults that depend on others. Throws UsageError for options that
/// contradict each other, or that the method would not heed.
void finish(Arguments& arguments);

/// The words that may stand behind `generate`.
inline const std::vector<std::string> generated_kinds = {"bundle", "pose-graph"};

}  // namespace thalweg::tool
