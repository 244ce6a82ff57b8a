#include "diagnosis/probe.hpp"
#include <thalweg/problem/problem.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

// What differences leave of a singular value that is zero, generously.
constexpr double error_of_differences = 1e-8;

using Column = Eigen::Map<const Eigen::VectorXd>;

// Not std::uniform_real_distribution, whose draws differ between standard libraries.
double uniform(std::mt19937_64& random, double from, double to) {
  return from + (to - from) * (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53;
}

bool has_differences(const Problem& problem) {
  const auto& groups = problem.groups();
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return group->differenced(); });
}

bool moves_group(const Program& program, const DenseMatrix& J, std::size_t g) {
  const ResidualGroup& group = *program.problem().groups()[g];
  for (std::int64_t j = 0; j < J.columns(); ++j)
    for (int k = 0; k < group.dimension(); ++k) {
      const double* rows = J.column(j) + program.row_of(g, k);
      if (std::any_of(rows, rows + group.items(), [](double v) { return v != 0.0; })) return true;
    }
  return false;
}

/// The first of two candidates that lies within the bounds, or else a draw between them.
double within(double first, double second, double lower, double upper, std::mt19937_64& random) {
  for (const double candidate : {first, second})
    if (candidate >= lower && candidate <= upper) return candidate;
  const double low = std::max(lower, std::min(first, second)), high = std::min(upper, std::max(first, second));
  return uniform(random, low, high);
}

template <class Draw>
std::vector<double> drawn(const Program& program, std::vector<double> x, std::mt19937_64& random, Draw draw) {
  const Problem& problem = program.problem();
  const std::vector<double> from = x;
  std::vector<double> size(static_cast<std::size_t>(program.columns())), step(size.size());
  program.coordinates(from.data(), size.data());
  for (std::int64_t j = 0; j < program.columns(); ++j) {
    const auto i = static_cast<std::size_t>(program.component_of(j)), column = static_cast<std::size_t>(j);
    const auto [first, second] = draw(size[column]);
    step[column] = first - size[column];
    x[i] = within(first, second, problem.lower()[i], problem.upper()[i], random);
  }
  program.retract_curved(from.data(), step.data(), x.data());
  return x;
}

}  // namespace

Prober::Prober(const Program& program, int threads)
    : program_(program),
      threads_(threads),
      residuals_(program.problem().residual_count()),
      derivative_error_(has_differences(program.problem()) ? error_of_differences : 0.0),
      residual_(program.rows()),
      jacobian_(program.rows(), program.columns()) {}

Probe Prober::look(std::vector<double> x, Want want) {
  Probe probe;
  jacobian_.resize(program_.rows(), program_.columns());  // the last spectrum left traces in the rows of padding
  const double squares = program_.evaluate_without_loss(x.data(), residual_.data(), jacobian_, threads_);
  probe.residual = Column(residual_.data(), residual_.size()).stableNorm();
  bool finite = std::isfinite(squares);
  for (std::int64_t j = 0; j < jacobian_.columns(); ++j) {
    probe.influence.push_back(Column(jacobian_.column(j), jacobian_.stride()).stableNorm());
    finite = finite && std::isfinite(probe.influence.back());
  }
  for (std::size_t g = 0; g < program_.problem().groups().size(); ++g)
    probe.moves.push_back(moves_group(program_, jacobian_, g));
  if (finite && want == Want::spectrum && program_.columns() > 0)
    probe.spectrum = scaled_spectrum(jacobian_, static_cast<int>(residuals_), derivative_error_);
  probe.cost = program_.has_loss() ? program_.evaluate(x.data(), residual_.data(), threads_) : squares;
  probe.finite = finite && std::isfinite(probe.cost);
  probe.x = std::move(x);
  return probe;
}

std::vector<double> point_nearby(const Program& program, std::vector<double> x, std::mt19937_64& random) {
  return drawn(program, std::move(x), random, [&random](double v) {
    const bool up = (random() >> 63) != 0;
    const double step = (up ? 1.0 : -1.0) * (v == 0.0 ? 1.0 : v) * uniform(random, 0.1, 0.5);
    return std::pair(v + step, v - step);
  });
}

std::vector<double> point_far_away(const Program& program, std::vector<double> x, std::mt19937_64& random) {
  return drawn(program, std::move(x), random, [&random](double v) {
    const bool up = (random() >> 63) != 0;
    const double away = (up ? 1.0 : -1.0) * (v == 0.0 ? 1.0 : v) * std::pow(10.0, uniform(random, -2.0, 2.0));
    return std::pair(away, -away);
  });
}

}  // namespace thalweg::inline v0_1
