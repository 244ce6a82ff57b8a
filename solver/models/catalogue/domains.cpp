// Where the field's comparisons of global methods search for the minima (Jamil & Yang, "A literature survey of
// benchmark functions for global optimization problems", 2013); of the functions that are not theirs, around the
// starts.
#include <algorithm>

#include "models/catalogue/build.hpp"

namespace thalweg::inline v0_1::catalogue_parts {
namespace {

struct Domain {
  const char* name;
  double lower, upper;  ///< of every parameter
};
constexpr Domain domains[] = {{"rosenbrock", -30.0, 30.0},
                              {"freudenstein-roth", -10.0, 10.0},
                              {"beale", -4.5, 4.5},
                              {"jennrich-sampson", -1.0, 1.0},
                              {"helical-valley", -10.0, 10.0},
                              {"biggs-exp6", -20.0, 20.0},
                              {"watson-6", -10.0, 10.0},
                              {"watson-9", -10.0, 10.0},
                              {"watson-12", -10.0, 10.0},
                              {"extended-rosenbrock-10", -30.0, 30.0},
                              {"extended-powell-singular-12", -4.0, 5.0},
                              {"himmelblau", -5.0, 5.0},
                              {"booth", -10.0, 10.0},
                              {"matyas", -10.0, 10.0},
                              {"quadratic-valley", -5.0, 5.0},
                              {"three-hump-camel", -5.0, 5.0},
                              {"easom", -100.0, 100.0},
                              {"saddle", -3.0, 3.0}};

}  // namespace

void add_domains(std::vector<CatalogueProblem>& all) {
  for (const Domain& domain : domains) {
    const auto entry =
        std::find_if(all.begin(), all.end(), [&](const CatalogueProblem& each) { return each.name == domain.name; });
    const auto n = static_cast<std::size_t>(entry->parameters);
    entry->domain_lower.assign(n, domain.lower);
    entry->domain_upper.assign(n, domain.upper);
  }
}

}  // namespace thalweg::inline v0_1::catalogue_parts
