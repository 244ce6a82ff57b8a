// The known name that a misspelt one probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::formula {

/// The nearest of `known` within two edits (fewer than the length of the name), or empty.
std::string nearest_name(std::string_view name, const std::vector<std::string_view>& known);

/// "one of a, b, c", cut short when long.
std::string one_of(const std::vector<std::string_view>& known);

}  // namespace thalweg::formula
