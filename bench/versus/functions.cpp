#include "functions.hpp"

#include <thalweg/base/error.hpp>
#include <thalweg/problem/problem.hpp>

namespace versus {

void Function::compute_second(const double*, const double*, double*) {
  throw thalweg::Error("no second derivative along a direction; expected none to be asked for");
}

void GroupFunction::compute_jacobian(const double* b, double* r, double* J, Order order) {
  if (order != Order::by_column) throw thalweg::Error("a residual group stores J by column");
  std::array<double*, 16> columns{};
  for (int j = 0; j < parameters(); ++j) columns.at(static_cast<std::size_t>(j)) = J + j * rows();
  if (!r) {
    spare_.resize(static_cast<std::size_t>(rows()));
    r = spare_.data();
  }
  group().evaluate(b, {.begin = 0, .end = rows(), .residual = &r, .jacobian = columns.data()});
}

ProgramFunction::ProgramFunction(thalweg::Problem problem)
    : problem_(std::move(problem)),
      program_(problem_),
      rows_(static_cast<int>(problem_.residual_count())),
      residual_(program_.rows()),
      jacobian_(program_.rows(), program_.columns()) {}

/// One padded column to every stride-th place.
void ProgramFunction::copy_rows(const double* padded, double* to, int stride) const {
  const auto& groups = problem_.groups();
  for (std::size_t g = 0; g < groups.size(); ++g)
    for (int k = 0; k < groups[g]->dimension(); ++k) {
      const double* from = padded + program_.row_of(g, k);
      for (std::int64_t i = 0; i < groups[g]->items(); ++i, to += stride) *to = from[i];
    }
}

void ProgramFunction::compute(const double* b, double* r) {
  program_.evaluate(b, residual_.data(), 1);
  copy_rows(residual_.data(), r, 1);
}

void ProgramFunction::compute_jacobian(const double* b, double* r, double* J, Order order) {
  program_.evaluate(b, residual_.data(), jacobian_, 1);
  if (r) copy_rows(residual_.data(), r, 1);
  const int n = parameters();
  for (int j = 0; j < n; ++j) {
    const double* column = jacobian_.column(j);
    if (order == Order::by_row) {
      copy_rows(column, J + j, n);
    } else {
      copy_rows(column, J + j * rows_, 1);
    }
  }
}

}  // namespace versus
