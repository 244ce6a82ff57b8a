#include <minimize/general.hpp>
#include <thalweg/math/error.hpp>

namespace thalweg {

Ending descend_along_directions(const Objective&, std::vector<double>, const Box&, Journal&) {
  throw Error("line-search methods are being built");
}

}  // namespace thalweg
