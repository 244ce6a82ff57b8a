// Small pieces of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <thalweg/base/words.hpp>

namespace thalweg::tool {

std::string trim(std::string_view text);

/// The non-empty pieces of "a,b" and of several such texts, trimmed.
std::vector<std::string> split_at_commas(const std::vector<std::string>& texts);

/// "a, b or c".
std::string either(const std::vector<std::string>& names);

/// A command as a shell would take it again.
std::string command_line(const std::string& program, const std::vector<std::string>& words);

}  // namespace thalweg::tool
