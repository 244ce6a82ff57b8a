// Small pieces of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace thalweg::tool {

std::string trim(std::string_view text);

/// The non-empty pieces of "a,b" and of several such texts, trimmed.
std::vector<std::string> split_at_commas(const std::vector<std::string>& texts);

/// "a, b or c".
std::string either(const std::vector<std::string>& names);

/// The known name that `name` is probably a misspelling of, or empty.
std::string nearest(std::string_view name, const std::vector<std::string>& known);

/// " (did you mean 'start'?)" when one of the known names is near, else nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace thalweg::tool
