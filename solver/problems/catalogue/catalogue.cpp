#include <thalweg/problems/catalogue.hpp>

#include <algorithm>

#include "problems/catalogue/build.hpp"

namespace thalweg {

const std::vector<CatalogueProblem>& catalogue() {
  static const std::vector<CatalogueProblem> all = [] {
    std::vector<CatalogueProblem> made;
    catalogue_parts::add_mgh(made);
    catalogue_parts::add_two_dimensional(made);
    return made;
  }();
  return all;
}

const CatalogueProblem* find_in_catalogue(std::string_view name) {
  const auto found = std::find_if(catalogue().begin(), catalogue().end(),
                                  [&](const CatalogueProblem& each) { return each.name == name; });
  return found == catalogue().end() ? nullptr : &*found;
}

}  // namespace thalweg
