// The Moré-Garbow-Hillstrom set in boxes that cut off the free minimum: every method that honours bounds ends where the
// Karush-Kuhn-Tucker conditions hold.
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/cutting_box.hpp>

using namespace thalweg;

namespace {

struct Start {
  const char* name;
  std::vector<double> x;
};

std::vector<Start> starts(const CatalogueProblem& entry, const Box& box) {
  const std::vector<double> free = solve(entry.problem(entry.starts.front())).x;
  std::vector<double> inside = entry.starts.front(), facing = inside, corner = inside, outside = inside;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    facing[i] = free[i] < inside[i] ? box.lower[i] : box.upper[i];
    corner[i] = i % 2 ? box.lower[i] : box.upper[i];
    outside[i] = i % 2 ? box.lower[i] - 1.0 : box.upper[i] + 1.0;
  }
  return {{"inside", inside}, {"on the bounds that cut", facing}, {"in a corner", corner}, {"outside", outside}};
}

// The default test on the cost, 1e-10, is met before the gradient has fallen as far.
constexpr double tight = 1e-14;

/// The starts whose end violates the conditions by more than 1e-6, or is not called converged.
std::set<std::string> violations(Options options) {
  std::set<std::string> bad;
  for (int k = 0; k < mgh_instances; ++k) {
    const CatalogueProblem& entry = catalogue()[static_cast<std::size_t>(k)];
    // The box ends at x1 = 0, where this function jumps.
    if (entry.name == "helical-valley") continue;
    const Box box = cutting_box(entry);
    for (const Start& start : starts(entry, box)) {
      const Result result = solve(boxed(entry, box, start.x), options);
      if (kkt_violation(entry, box, result.x) > 1e-6) bad.insert(entry.name + ", " + start.name);
    }
  }
  return bad;
}

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += "\n  " + name;
  return text;
}

void check(Options options) {
  const std::set<std::string> bad = violations(options);
  CAPTURE(to_string(options.method));
  INFO("violated:" << listed(bad));
  CHECK(bad.empty());
}

}  // namespace

TEST_CASE("bounds: the optimality conditions hold for the damped methods") {
  check({.function_tolerance = tight});
  check({.method = Method::levenberg, .function_tolerance = tight});
  check({.damping = Damping::marquardt, .function_tolerance = tight});
  check({.damping = Damping::radius, .function_tolerance = tight});
}

TEST_CASE("bounds: the optimality conditions hold for the doglegs") {
  check({.method = Method::dogleg, .function_tolerance = tight});
  check({.method = Method::subspace_dogleg, .function_tolerance = tight});
}

TEST_CASE("bounds: the optimality conditions hold for Newton's methods") {
  check({.method = Method::newton});
  check({.method = Method::newton_cg});
}

TEST_CASE("bounds: the optimality conditions hold for BFGS and L-BFGS") {
  check({.method = Method::bfgs, .function_tolerance = tight});
  check({.method = Method::lbfgs, .function_tolerance = tight});
}
