// Names of the values of an enumeration, as options, files and reports write them.
#pragma once

#include <cstddef>
#include <string_view>

namespace thalweg::inline v0_1 {

template <class E>
struct Name {
  std::string_view name;
  E value;
};

/// The first name of the value.
template <class E, std::size_t N>
constexpr std::string_view name_of(const Name<E> (&names)[N], E value) {
  for (const Name<E>& n : names)
    if (n.value == value) return n.name;
  return "?";
}

}  // namespace thalweg::inline v0_1
