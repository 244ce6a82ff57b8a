// Small pieces of sentences.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thalweg::inline v0_1 {

/// The known name that `name` is probably a misspelling of, or empty: at most two edits away, of short names one, and
/// fewer than the name has letters. Case counts nothing, and two neighbours that changed places are one edit.
std::string nearest(std::string_view name, std::span<const std::string_view> known);
std::string nearest(std::string_view name, const std::vector<std::string>& known);
/// " (did you mean 'start'?)" where one of the known names is near, else nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

/// Whether two words are the same when the case of the letters A to Z counts nothing: "LBFGS" is "lbfgs".
bool same_word(std::string_view a, std::string_view b);

/// "a, b and c"
std::string enumerated(const std::vector<std::string>& words);

/// "1 iteration", "2 iterations".
std::string counted(long long n, std::string_view noun);
/// "12 %", "0.034 %"; nothing where it is not finite.
std::string percent(double fraction);

}  // namespace thalweg::inline v0_1
