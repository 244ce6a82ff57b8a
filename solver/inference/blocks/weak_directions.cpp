#include <thalweg/inference/weak_directions.hpp>

#include <limits>

#include <base/memory.hpp>
#include <inference/blocks/columns_at_bounds.hpp>
#include <inference/blocks/weak_subspace.hpp>
#include <minimize/system/blocks/block_system.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// T y, at the numbers of x.
std::vector<double> in_components(const WhitenedJacobian& J, const Eigen::VectorXd& y, double scale) {
  const BlockProgram& program = J.program();
  const BlockStructure& structure = program.structure();
  std::vector<double> change(at(program.size()));
  for (std::int64_t b = 0; b < structure.blocks(); ++b) {
    const std::int64_t first = structure.first[at(b)];
    const Eigen::VectorXd own = J.units(b) * y.segment(first, structure.dimension[at(b)]);
    for (Eigen::Index d = 0; d < own.size(); ++d) change[at(program.component_of(first + d))] = scale * own[d];
  }
  return change;
}

std::vector<double> deviations_alone(const WhitenedJacobian& J, double deviation) {
  const BlockProgram& program = J.program();
  const BlockStructure& structure = program.structure();
  std::vector<double> alone(at(program.size()));
  for (std::int64_t b = 0; b < structure.blocks(); ++b)
    for (int d = 0; d < structure.dimension[at(b)]; ++d) {
      const std::int64_t column = structure.first[at(b)] + d;
      alone[at(program.component_of(column))] =
          J.is_unseen(column) ? std::numeric_limits<double>::infinity() : deviation * J.units(b).row(d).norm();
    }
  return alone;
}

}  // namespace

WeakDirections weak_directions(const Problem& problem, const std::vector<double>& x, int count, double deviation,
                               const Options& options) {
  return within_memory([&] {
    BlockSystem system(problem);
    SchurSolver* const linear = system.equations_at(x, options.linear_solver, options.memory_limit, options.threads);
    if (!linear) throw Error("a residual or derivative is not finite where its weak directions are asked for");
    const std::vector<char> held = columns_at_bounds(system.program(), x);
    WhitenedJacobian J(system.program(), x.data(), held);
    WeakDirections found;
    found.alone = deviations_alone(J, deviation);
    DampedInverse inverse(J, *linear, options.threads);
    const WeakSubspace weak = find_weak_subspace(J, inverse, count);
    found.free = static_cast<int>(weak.null);
    for (Eigen::Index k = weak.null; k < weak.sigma.size() && k < weak.null + count; ++k)
      found.directions.push_back({weak.sigma[k], in_components(J, weak.V.col(k), deviation / weak.sigma[k])});
    return found;
  });
}

}  // namespace thalweg::inline v0_1
