// Names that there are, in a sentence.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1::formula {

/// "one of a, b, c", cut short when long.
std::string one_of(const std::vector<std::string_view>& known);

}  // namespace thalweg::inline v0_1::formula
