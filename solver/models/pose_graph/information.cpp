#include "models/pose_graph/information.hpp"

#include <fmt/format.h>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::graph {

void root_of_information(int n, const double* omega, double* U, const char* what, std::size_t i) {
  if (std::any_of(omega, omega + triangle(n), [](double v) { return !(std::abs(v) <= largest_information); }))
    throw Error(fmt::format("the information of {} {} is too large; expected numbers up to {:.0e}", what, i,
                            largest_information));
  if (!square_root(n, omega, U)) throw Error(fmt::format("the information of {} {} is indefinite", what, i));
}

}  // namespace thalweg::inline v0_1::graph
