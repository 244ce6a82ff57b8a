#include <thalweg/minimize/global_search.hpp>

#include <cstdint>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <base/names.hpp>
#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr Name<GlobalMethod> names[] = {{"differential-evolution", GlobalMethod::differential_evolution},
                                        {"de", GlobalMethod::differential_evolution},
                                        {"genetic", GlobalMethod::genetic},
                                        {"ga", GlobalMethod::genetic},
                                        {"cma-es", GlobalMethod::cma_es},
                                        {"cmaes", GlobalMethod::cma_es}};
constexpr GlobalMethod all_methods[] = {GlobalMethod::differential_evolution, GlobalMethod::genetic,
                                        GlobalMethod::cma_es};

template <class T>
void expect(bool holds, std::string_view field, T value, std::string_view expectation) {
  if (!holds) throw Error(fmt::format("option {} is {}; expected {}", field, value, expectation));
}

}  // namespace

std::string_view to_string(GlobalMethod method) { return name_of(names, method); }

GlobalMethod parse_global_method(std::string_view name) {
  for (const auto& each : names)
    if (same_word(each.name, name)) return each.value;
  throw Error(fmt::format("unknown global method '{}'; expected one of differential-evolution, genetic, cma-es", name));
}

std::span<const GlobalMethod> all_global_methods() { return all_methods; }

void GlobalOptions::validate() const {
  constexpr int least = 4, most = 1000000;  // DE draws three members beside each
  expect(population == 0 || (population >= least && population <= most), "population", population,
         "0 or a number from 4 to 1000000");
  expect(max_evaluations >= 0, "max_evaluations", max_evaluations, "a number >= 0");
  expect(max_generations >= 1, "max_generations", max_generations, "a number >= 1");
  expect(agreeing_runs >= 1, "agreeing_runs", agreeing_runs, "a number >= 1");
}

}  // namespace thalweg::inline v0_1
