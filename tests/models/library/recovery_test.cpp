// Fits of built-in models without a start reach the minimum that the true parameters lead to.
#include "models/library/trials.hpp"

#include <doctest/doctest.h>

#include <set>

TEST_CASE("the minimum next to the true parameters is reached without a start") {
  for (const trials::Case& c : trials::cases())
    for (const std::uint64_t seed : {1, 2, 3}) {
      const trials::Outcome outcome = trials::outcome(c, trials::noisy(c, seed));
      CAPTURE(c.model);
      CAPTURE(seed);
      CAPTURE(outcome.complaint);
      CAPTURE(outcome.cost);
      CAPTURE(outcome.from_truth);
      CHECK(outcome.reached());
    }
}

TEST_CASE("every model of the library has a trial") {
  std::set<std::string> tried;
  for (const trials::Case& c : trials::cases())
    for (const thalweg::ModelTerm& term :
         thalweg::expand_model(std::string("y = ") + c.model, {{"x", "y", "z"}, {}, {}, {}}).terms)
      tried.insert(term.model.name);
  for (const thalweg::LibraryModel& model : thalweg::model_library()) {
    if (model.name.starts_with("polynomial")) continue;  // one of them is enough
    CAPTURE(model.name);
    CHECK(tried.contains(model.name));
  }
}
