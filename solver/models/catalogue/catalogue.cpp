#include <thalweg/models/catalogue.hpp>

#include <algorithm>
#include <cmath>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1 {

const std::vector<CatalogueProblem>& catalogue() {
  static const std::vector<CatalogueProblem> all = [] {
    std::vector<CatalogueProblem> made;
    catalogue_parts::add_mgh(made);
    catalogue_parts::add_two_dimensional(made);
    catalogue_parts::add_domains(made);
    return made;
  }();
  return all;
}

const CatalogueProblem* find_in_catalogue(std::string_view name) {
  const auto found = std::find_if(catalogue().begin(), catalogue().end(),
                                  [&](const CatalogueProblem& each) { return each.name == name; });
  return found == catalogue().end() ? nullptr : &*found;
}

const KnownMinimum* reached_minimum(const CatalogueProblem& entry, double value) {
  for (const KnownMinimum& each : entry.minima) {
    const double above = value - each.value, margin = 1e-6 * std::abs(each.value) + 1e-12;
    if (above <= margin && (each.global || above >= -margin)) return &each;
  }
  return nullptr;
}

}  // namespace thalweg::inline v0_1
