#include "functions.hpp"

#include <thalweg/math/error.hpp>

namespace versus {

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

void GroupFunction::compute_second(const double*, const double*, double*) {
  throw thalweg::Error("a residual group has no second derivative along a direction");
}

}  // namespace versus
