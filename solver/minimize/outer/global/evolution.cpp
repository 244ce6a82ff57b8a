#include "minimize/outer/global/evolution.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/math/special.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr double equal_costs = 1e-12;  // relative
constexpr double equal_numbers = 1e-9;

}  // namespace

double Draws::normal() { return normal_quantile(uniform()); }

Point Draws::point(std::size_t n) {
  Point u(n);
  for (double& each : u) each = uniform();
  return u;
}

bool is_one_point(const std::vector<Member>& members) {
  const auto by_cost = [](const Member& a, const Member& b) { return a.cost < b.cost; };
  const auto [lowest, highest] = std::minmax_element(members.begin(), members.end(), by_cost);
  if (!std::isfinite(highest->cost)) return false;
  if (highest->cost - lowest->cost <= equal_costs * std::abs(lowest->cost)) return true;
  for (std::size_t j = 0; j < lowest->u.size(); ++j)
    for (const Member& each : members)
      if (std::abs(each.u[j] - lowest->u[j]) > equal_numbers) return false;
  return true;
}

double back_inside(double value, double from, Draws& draws) {
  if (value < 0.0) return from * draws.uniform();
  if (value > 1.0) return from + (1.0 - from) * draws.uniform();
  return value;
}

}  // namespace thalweg::inline v0_1
