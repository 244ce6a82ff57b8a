#include <methods/landscape.hpp>

#include <algorithm>
#include <cmath>

#include <math/dense_kernels.hpp>
#include <thalweg/problem/program.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr int points_of_whole = 121;  // along each side of the grid
constexpr int points_of_parts = 161;  // with several starts, for each of which a page shows a part of the map
constexpr double margin = 0.15;       // around what must be seen, of its extent
constexpr double leash = 0.4;         // of the larger extent: how far a path may stray and still widen the window

/// What one side of the window must hold.
struct Extent {
  double lower = std::numeric_limits<double>::infinity(), upper = -lower;

  void hold(double v) {
    if (!std::isfinite(v)) return;
    lower = std::min(lower, v);
    upper = std::max(upper, v);
  }
  double width() const { return upper - lower; }
  void widen(double by) {
    lower -= by;
    upper += by;
  }
};

void hold_paths(const ComparedProblem& compared, Extent (&window)[2]) {
  Extent wide[2] = {window[0], window[1]};
  const double extent = std::max(window[0].width(), window[1].width());
  for (Extent& side : wide) side.widen(leash * extent);
  for (const ComparedMethod& method : compared.methods)
    for (const ComparedRun& run : method.runs)
      for (const IterationRecord& record : run.result.trace) {
        if (record.x.size() != 2) continue;
        for (std::size_t d = 0; d < 2; ++d)
          if (record.x[d] >= wide[d].lower && record.x[d] <= wide[d].upper) window[d].hold(record.x[d]);
      }
}

/// F of either form.
class Cost {
 public:
  explicit Cost(const Subject& subject) : objective_(subject.objective) {
    if (objective_) return;
    program_.emplace(*subject.residuals);
    residual_.emplace(program_->rows());
  }
  double operator()(const std::vector<double>& x) {
    return objective_ ? objective_->value(x) : program_->evaluate(x.data(), residual_->data(), 1);
  }

 private:
  const Objective* objective_;
  std::optional<Program> program_;
  std::optional<AlignedArray> residual_;
};

}  // namespace

Landscape survey(const CompareCase& problem, const ComparedProblem& compared) {
  Extent window[2];
  const auto hold = [&](const std::vector<double>& x) {
    for (std::size_t d = 0; d < 2 && x.size() == 2; ++d) window[d].hold(x[d]);
  };
  for (const auto& start : problem.starts) hold(start);
  for (const auto& minimum : problem.minima) hold(minimum);
  for (const ComparedMethod& method : compared.methods)
    for (const ComparedRun& run : method.runs)
      if (run.reached) hold(run.result.x);
  // Of one point there is no extent: its own size serves.
  const double least = 0.25 * std::max(window[0].width(), window[1].width());
  for (Extent& side : window) {
    const double size = std::max(std::abs(side.lower), std::abs(side.upper));
    if (side.width() < least) side.widen(0.5 * (least - side.width()));
    if (side.width() == 0.0) side.widen(size > 0.0 ? size : 1.0);
  }
  hold_paths(compared, window);
  for (Extent& side : window) side.widen(margin * side.width());

  Landscape map;
  const Subject& subject = problem.subject;
  for (int d = 0; d < 2; ++d) {
    map.names[d] = subject.residuals ? subject.residuals->parameter_name(d) : subject.objective->name(d);
    map.lower[d] = window[d].lower;
    map.upper[d] = window[d].upper;
  }
  const int points = problem.starts.size() > 1 ? points_of_parts : points_of_whole;
  map.columns = map.rows = points;
  map.minima = problem.minima;
  Cost cost(subject);
  std::vector<double> x(2);
  for (int row = 0; row < points; ++row)
    for (int column = 0; column < points; ++column) {
      x[0] = window[0].lower + window[0].width() * column / (points - 1);
      x[1] = window[1].lower + window[1].width() * row / (points - 1);
      const double value = cost(x);
      map.cost.push_back(std::isfinite(value) ? value : IterationRecord::unset);
    }
  return map;
}

}  // namespace thalweg::inline v0_1
