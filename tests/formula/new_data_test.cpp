// A formula's residuals with other data in the place of theirs.
#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include <support/count_allocations.hpp>
#include <thalweg/formula/formula.hpp>

using namespace thalweg;

namespace {

constexpr std::int64_t rows = 37;

struct Data {
  explicit Data(double shift) {
    for (int i = 0; i < rows; ++i) {
      x.push_back(0.5 + 0.1 * i + shift);
      y.push_back(std::sin(0.3 * i) + 2.0 + shift);
    }
  }
  std::vector<double> x, y;
};

/// log(x), x^2 and exp of both are computed from the data alone, in one pass after another.
std::shared_ptr<const FormulaModel> model_of(const Data& data) {
  return std::make_shared<const FormulaModel>(Equation::parse("log(y) = a*log(x)^2 + b*exp(-x^2)*x + c*sin(a*x)"),
                                              Symbols{{"a", "b", "c"}, {"x", "y"}, {}, {}},
                                              std::vector<std::vector<double>>{data.x, data.y});
}

/// Residuals, derivatives and curvature of all items.
std::vector<double> numbers_of(const ResidualGroup& group) {
  const double p[] = {0.7, -1.2, 0.4};
  std::vector<double> all(rows * 4 + 9);
  double* const residual[] = {all.data()};
  double* const jacobian[] = {all.data() + rows, all.data() + 2 * rows, all.data() + 3 * rows};
  group.evaluate(p, {0, rows, residual, jacobian});
  const double* const weight[] = {all.data()};
  group.add_curvature(p, 0, rows, weight, all.data() + 4 * rows);
  return all;
}

}  // namespace

TEST_CASE("formula: residuals of new data are those of a group made with them") {
  const Data first(0.0), second(0.25);
  FormulaResiduals group("f", model_of(first), 0);
  const FormulaResiduals same("f", model_of(first), 0), fresh("f", model_of(second), 0);
  const std::vector<double> of_first = numbers_of(same), of_second = numbers_of(fresh);
  REQUIRE(of_first != of_second);
  CHECK(numbers_of(group) == of_first);
  group.set_data(second.x, second.y);
  CHECK(numbers_of(group) == of_second);
  group.set_data(first.x, first.y);
  CHECK(numbers_of(group) == of_first);
  CHECK(group.data_revision() == 2);
}

TEST_CASE("formula: a model that groups share keeps its data") {
  const Data first(0.0), second(0.25);
  const auto model = model_of(first);
  FormulaResiduals one("one", model, 0);
  const FormulaResiduals other("other", model, 0);
  const std::vector<double> before = numbers_of(other);
  one.set_data(second.x, second.y);
  CHECK(numbers_of(other) == before);
  CHECK(model->column(0)[0] == first.x[0]);
  CHECK(one.model().column(0)[0] == second.x[0]);
}

TEST_CASE("formula: a group in another order takes new data and sigma of its original") {
  const Data first(0.0), second(0.25);
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < rows; ++i) order.push_back((5 * i + 3) % rows);
  FormulaResiduals group("f", model_of(first), 0);
  group.set_sigma(std::vector<double>(rows, 2.0));
  const auto reordered = group.reordered(order);
  std::vector<double> sigma;
  for (int i = 0; i < rows; ++i) sigma.push_back(1.0 + 0.1 * i);
  group.set_data(second.x, second.y);
  group.set_sigma(sigma);
  CHECK(group.revision() == 1);
  CHECK(group.data_revision() == 2);
  reordered->refresh(group, order);
  CHECK(numbers_of(*reordered) == numbers_of(*group.reordered(order)));
}

TEST_CASE("formula: new data are copied without allocation, from the second time on") {
  if (!test::can_count_allocations()) return;
  const Data first(0.0), second(0.25);
  FormulaResiduals group("f", model_of(first), 0);
  group.set_data(second.x, second.y);
  const std::int64_t before = test::allocations();
  group.set_data(first.x, first.y);
  CHECK(test::allocations() == before);
}

TEST_CASE("formula: new data of another shape are refused, and the data stay") {
  const Data first(0.0);
  FormulaResiduals group("f", model_of(first), 0);
  const std::vector<double> before = numbers_of(group), shorter(rows - 1, 1.0);
  CHECK_THROWS_WITH_AS(group.set_data(first.x),
                       "residual group 'f' has 2 data columns, but 1 are given; expected as many", Error);
  CHECK_THROWS_WITH_AS(group.set_data(shorter, first.y),
                       "data column 0 of residual group 'f' is given with 36 elements; expected 37, as many as it has",
                       Error);
  const std::vector<int> whole(rows, 1);
  CHECK_THROWS_WITH_AS(group.set_data(whole, first.y),
                       "data column 0 of residual group 'f' is given with elements of another type; expected the type "
                       "that it has",
                       Error);
  CHECK(numbers_of(group) == before);
}
