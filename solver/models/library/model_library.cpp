#include <thalweg/models/model_library.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "models/library/entry.hpp"

namespace thalweg::inline v0_1 {
namespace library {

std::vector<double> even(double from, double to, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(from + (to - from) * i / (count - 1));
  return values;
}

std::vector<double> geometric(double from, double to, int count) {
  std::vector<double> values = even(std::log(from), std::log(to), count);
  for (double& v : values) v = std::exp(v);
  return values;
}

std::vector<double> both_signs(std::vector<double> values) {
  const std::size_t count = values.size();
  for (std::size_t i = 0; i < count; ++i) values.push_back(-values[i]);
  return values;
}

std::span<const Entry> entries() {
  static const std::vector<Entry> all = [] {
    std::vector<Entry> joined;
    for (const auto& part : {polynomials(), exponentials(), saturations(), sigmoids(), peaks(), waves()})
      joined.insert(joined.end(), part.begin(), part.end());
    return joined;
  }();
  return all;
}

const Entry* find_entry(std::string_view name) {
  const auto all = entries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Entry& e) { return e.model.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace library

std::span<const LibraryModel> model_library() {
  static const std::vector<LibraryModel> models = [] {
    std::vector<LibraryModel> all;
    for (const library::Entry& entry : library::entries()) all.push_back(entry.model);
    return all;
  }();
  return models;
}

}  // namespace thalweg::inline v0_1
