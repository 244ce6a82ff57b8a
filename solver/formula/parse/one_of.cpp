#include "formula/parse/one_of.hpp"

namespace thalweg::inline v0_1::formula {
namespace {

constexpr std::size_t most_listed = 40;

}  // namespace

std::string one_of(const std::vector<std::string_view>& known) {
  std::string text = known.size() == 1 ? "" : "one of ";
  for (std::size_t i = 0; i < known.size() && i < most_listed; ++i) {
    if (i > 0) text += ", ";
    text += known[i];
  }
  if (known.size() > most_listed) text += ", ...";
  return text;
}

}  // namespace thalweg::inline v0_1::formula
