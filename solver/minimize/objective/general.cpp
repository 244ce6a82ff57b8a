#include <minimize/objective/general.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <base/memory.hpp>
#include <thalweg/base/moved_starts.hpp>
#include <thalweg/minimize/convergence.hpp>
#include <thalweg/minimize/solve.hpp>

namespace thalweg::inline v0_1 {

Ending minimize_objective(const Objective& f, std::vector<double> x, const Box& box, Journal& journal) {
  const Options& options = journal.options;
  const bool model = options.method == Method::newton_cg ||
                     (options.method == Method::newton && options.globalization != Globalization::line_search);
  return model ? descend_by_newton_models(f, std::move(x), box, journal)
               : descend_along_directions(f, std::move(x), box, journal);
}

std::optional<Verdict> non_finite_start(const Objective& f, double value, std::span<const double> g) {
  const auto shown = [](double v) { return std::isnan(v) ? "nan" : fmt::format("{}", v); };
  if (!std::isfinite(value))
    return Verdict{Status::non_finite_start, fmt::format("the cost is {} at the start", shown(value))};
  for (std::size_t j = 0; j < g.size(); ++j)
    if (!std::isfinite(g[j]))
      return Verdict{Status::non_finite_start, fmt::format("the derivative of the cost by {} is {} at the start",
                                                           f.name(static_cast<std::int64_t>(j)), shown(g[j]))};
  return std::nullopt;
}

Box completed(Box box, std::size_t n) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (box.lower.empty()) box.lower.assign(n, -infinity);
  if (box.upper.empty()) box.upper.assign(n, infinity);
  if (box.lower.size() != n || box.upper.size() != n)
    throw Error(fmt::format("the box has {} lower and {} upper bounds; expected {} each", box.lower.size(),
                            box.upper.size(), n));
  for (std::size_t i = 0; i < n; ++i)
    if (!(box.lower[i] <= box.upper[i]))
      throw Error(
          fmt::format("bounds of component {} are {} and {}; expected lower <= upper", i, box.lower[i], box.upper[i]));
  return box;
}

void move_inside(const Objective& f, const Box& box, std::vector<double>& start, std::vector<std::string>& notes) {
  MovedStarts moved;
  for (std::size_t i = 0; i < start.size(); ++i) {
    const double inside = std::clamp(start[i], box.lower[i], box.upper[i]);
    if (inside != start[i]) moved.add(start[i], f.name(static_cast<std::int64_t>(i)), inside);
    start[i] = inside;
  }
  if (const auto sentence = moved.sentence()) notes.push_back(*sentence);
}

Result minimize(const Objective& objective, std::vector<double> start, const Options& options, const Box& box) {
  options.validate();
  const auto n = static_cast<std::size_t>(objective.dimension());
  if (needs_residuals(options.method))
    throw Error(
        fmt::format("{} needs residuals, and an objective has none; expected gradient-descent, nonlinear-cg, "
                    "newton, newton-cg, bfgs or lbfgs",
                    to_string(options.method)));
  if (options.curvature == Curvature::gauss_newton)
    throw Error("curvature gauss-newton needs residuals, and an objective has none; expected exact");
  if (options.graduated) throw Error("graduated non-convexity needs losses of residuals, and an objective has none");
  if (start.size() != n || n == 0) throw Error(fmt::format("a start of {} numbers; expected {}", start.size(), n));
  const Box bounds = completed(box, n);
  Stopwatch clock;
  Result result;
  Journal journal(options, clock, result);
  move_inside(objective, bounds, start, result.notes);
  clock.charge(Stopwatch::setup);
  descend_within_limits(journal, start, [&] {
    return within_memory([&] { return minimize_objective(objective, start, bounds, journal); });
  });
  return result;
}

}  // namespace thalweg::inline v0_1
