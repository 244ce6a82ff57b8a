#include <minimize/outer/constrained/conditions.hpp>

#include <algorithm>
#include <cmath>

#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {

GroupValues values_at(const ResidualGroup& group, const std::vector<double>& x) {
  const auto items = static_cast<std::size_t>(group.items()), dimension = static_cast<std::size_t>(group.dimension()),
             columns = static_cast<std::size_t>(group.columns());
  std::vector<double> value(dimension * items), jacobian(dimension * columns * items);
  std::vector<double*> rows, entries;
  for (std::size_t k = 0; k < dimension; ++k) rows.push_back(value.data() + k * items);
  for (std::size_t k = 0; k < dimension * columns; ++k) entries.push_back(jacobian.data() + k * items);
  group.evaluate(x.data(), {0, group.items(), rows.data(), entries.data()});
  GroupValues out{std::move(value), std::move(jacobian), std::vector<double>(dimension * items, 0.0),
                  std::vector<double>(dimension * items, 0.0)};
  for (std::size_t k = 0; k < dimension; ++k)
    for (std::size_t i = 0; i < items; ++i) {
      std::size_t column = 0;
      for (const Slot& slot : group.slots())
        for (int d = 0; d < slot.dimension; ++d, ++column) {
          // Of a block on a manifold a turn by one radian, or a step as long as one unit.
          const double at =
              slot.manifold ? 1.0 : x[static_cast<std::size_t>(slot.offset(static_cast<std::int64_t>(i)) + d)];
          const double slope = std::abs(out.jacobian[(k * columns + column) * items + i]);
          out.size[k * items + i] += slope * std::abs(at);
          out.slope[k * items + i] += slope;
        }
    }
  return out;
}

std::vector<double> gradient_at(const Problem& problem, std::span<const std::int64_t> pinned,
                                const std::vector<double>& x) {
  const Program program(problem, pinned);
  std::vector<double> by_column(static_cast<std::size_t>(program.columns()), 0.0), g(x.size(), 0.0);
  for (std::size_t group = 0; group < problem.groups().size(); ++group)
    for (std::int64_t item = 0; item < problem.groups()[group]->items(); ++item)
      program.add_item_gradient(group, item, x.data(), by_column.data());
  for (std::int64_t c = 0; c < program.columns(); ++c)
    g[static_cast<std::size_t>(program.component_of(c))] = by_column[static_cast<std::size_t>(c)];
  return g;
}

void add_terms(const ResidualGroup& group, const std::vector<double>* weight, const std::vector<double>& x,
               std::vector<double>& terms) {
  const GroupValues at = values_at(group, x);
  const std::vector<double>& w = weight ? *weight : at.value;
  const auto items = static_cast<std::size_t>(group.items());
  auto entry = at.jacobian.begin();
  for (std::size_t k = 0; k < static_cast<std::size_t>(group.dimension()); ++k)
    for (const Slot& slot : group.slots())
      for (int d = 0; d < slot.dimension; ++d)
        for (std::size_t i = 0; i < items; ++i, ++entry)
          terms[static_cast<std::size_t>(slot.offset(static_cast<std::int64_t>(i)) + d)] +=
              std::abs(w[k * items + i] * *entry);
}

double projected_norm(const Problem& problem, const std::vector<double>& x, const std::vector<double>& g) {
  double largest = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double inside = std::clamp(x[j] - g[j], problem.lower()[j], problem.upper()[j]);
    largest = std::max(largest, std::abs(inside - x[j]));
  }
  return largest;
}

}  // namespace thalweg::inline v0_1
