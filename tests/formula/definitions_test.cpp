// Names that stand for expressions, and parameters that have a value for each row.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>

using namespace thalweg;

namespace {

Definition definition(const std::string& name, const std::string& text) { return {name, Formula::parse(text)}; }

struct Evaluated {
  std::vector<double> residual;
  std::vector<std::vector<double>> J;
};

Evaluated evaluate(const FormulaModel& model, const std::vector<double>& p, const double* const* varying = nullptr) {
  const auto rows = static_cast<std::size_t>(model.rows());
  Evaluated e{std::vector<double>(rows),
              std::vector<std::vector<double>>(static_cast<std::size_t>(model.parameters()))};
  std::vector<double*> columns;
  for (auto& column : e.J) {
    column.resize(rows);
    columns.push_back(column.data());
  }
  model.evaluate(p.data(), 0, model.rows(), e.residual.data(), columns.data(), varying);
  return e;
}

const std::vector<std::vector<double>> data = {{0.5, 1.0, 2.5, -3.0, 0.0}, {1.0, 2.0, 0.5, 4.0, -1.0}};

}  // namespace

TEST_CASE("a formula with definitions is the formula with their text in place of their names") {
  const FormulaModel written(Equation::parse("y = a * exp(-((x - c) / w)^2) + (x - c) / w + w^2"),
                             {{"a", "c", "w"}, {"x", "y"}}, data);
  const FormulaModel defined(
      Equation::parse("y = a * exp(-u^2) + u + square"),
      {{"a", "c", "w"}, {"x", "y"}, {definition("u", "d / w"), definition("square", "w^2"), definition("d", "x - c")}},
      data);
  const std::vector<double> p = {2.0, 0.3, 1.7};
  const Evaluated a = evaluate(written, p), b = evaluate(defined, p);
  CHECK(a.residual == b.residual);
  CHECK(a.J == b.J);
}

TEST_CASE("a model that is a definition alone, and a response with one") {
  const FormulaModel model(Equation::parse("2 * z = u"),
                           {{"a"}, {"x", "y"}, {definition("u", "a * x"), definition("z", "y")}}, data);
  const Evaluated e = evaluate(model, {3.0});
  for (std::size_t i = 0; i < data[0].size(); ++i) {
    CHECK(e.residual[i] == doctest::Approx(3.0 * data[0][i] - 2.0 * data[1][i]));
    CHECK(e.J[0][i] == data[0][i]);
  }
  CHECK(model.response()[0] == 2.0);
}

TEST_CASE("nested definitions do not multiply the size of a formula") {
  std::vector<Definition> definitions = {definition("d0", "a * x")};
  for (int k = 1; k <= 200; ++k) {
    const std::string last = "d" + std::to_string(k - 1);
    definitions.push_back(definition("d" + std::to_string(k), "0.5 * (" + last + " + " + last + ")"));
  }
  const FormulaModel model(Equation::parse("y = d200"), {{"a"}, {"x", "y"}, definitions}, data);
  CHECK(evaluate(model, {2.0}).residual[0] == doctest::Approx(0.0));
}

TEST_CASE("definitions in a circle are named") {
  CHECK_THROWS_WITH_AS(
      in_order({definition("q", "1"), definition("a", "b + q"), definition("b", "2 * c"), definition("c", "a")}),
      "'a' is defined by itself: a reads b, b reads c, c reads a; expected definitions that do not "
      "lead back to themselves",
      CyclicDefinition);
  CHECK_THROWS_AS(in_order({definition("a", "a + 1")}), CyclicDefinition);
  CHECK_THROWS_WITH_AS(in_order({definition("a", "1"), definition("a", "2")}),
                       "two definitions are named 'a'; expected distinct names", Error);
}

TEST_CASE("an unknown name in a definition says which") {
  CHECK_THROWS_WITH_AS(FormulaModel(Equation::parse("y = u"), {{"a"}, {"x", "y"}, {definition("u", "a * q")}}, data),
                       "column 5: in the definition of 'u': 'q' is neither a parameter nor a column; expected one of "
                       "a, x, y",
                       FormulaError);
}

TEST_CASE("what is not finite is found inside a definition") {
  const FormulaModel model(Equation::parse("y = 1 + u"), {{"a"}, {"x", "y"}, {definition("u", "log(x - a)")}}, data);
  const double p[] = {0.0};
  const auto found = model.first_non_finite(p);
  REQUIRE(found.has_value());
  CHECK(found->row == 3);
  CHECK(found->subexpression == "log(x - a)");
}

TEST_CASE("parameters that vary give what data would, and derivatives besides") {
  const std::vector<double> k = {0.1, 0.2, 0.2, 0.4, 0.5};
  std::vector<double> padded = k;
  padded.resize(k.size() + FormulaModel::padding, 0.0);
  const FormulaModel varying(Equation::parse("y = a * exp(-k * x) + k"), {{"a"}, {"x", "y"}, {}, {"k"}}, data);
  const FormulaModel fixed(Equation::parse("y = a * exp(-k * x) + k"), {{"a"}, {"x", "y", "k"}}, {data[0], data[1], k});
  CHECK(varying.parameters() == 2);
  CHECK(varying.varying() == 1);
  const double* const arrays[] = {padded.data()};
  const Evaluated a = evaluate(varying, {2.0}, arrays), b = evaluate(fixed, {2.0});
  for (std::size_t i = 0; i < k.size(); ++i) {
    CHECK(a.residual[i] == doctest::Approx(b.residual[i]).epsilon(1e-14));
    CHECK(a.J[0][i] == doctest::Approx(b.J[0][i]).epsilon(1e-14));
    const double x = data[0][i];
    CHECK(a.J[1][i] == doctest::Approx(1.0 - 2.0 * x * std::exp(-k[i] * x)).epsilon(1e-14));
  }
}

TEST_CASE("a group with varying slots reads each row's block; its order may change; its curvature is exact") {
  const auto model = std::make_shared<const FormulaModel>(Equation::parse("y = a * exp(-k * x) + c"),
                                                          Symbols{{"a"}, {"x", "y"}, {}, {"k", "c"}}, data);
  const std::vector<double> x = {2.0, 0.1, 1.0, 0.3, -1.0};  // a; two blocks of k and c
  Slot local{2, 0, {}};
  local.offsets = {1, 1, 3, 1, 3};
  const FormulaResiduals group("data", model, std::vector<Slot>{{1, 0, {}}, local});
  std::vector<double> r(5), J0(5), J1(5), J2(5);
  double* const residual[] = {r.data()};
  double* const J[] = {J0.data(), J1.data(), J2.data()};
  group.evaluate(x.data(), {.begin = 0, .end = 5, .residual = residual, .jacobian = J});
  for (std::size_t i = 0; i < 5; ++i) {
    const auto at = static_cast<std::size_t>(local.offsets[i]);
    const double e = std::exp(-x[at] * data[0][i]);
    CHECK(r[i] == doctest::Approx(x[0] * e + x[at + 1] - data[1][i]));
    CHECK(J0[i] == doctest::Approx(e));
    CHECK(J1[i] == doctest::Approx(-x[0] * data[0][i] * e));
    CHECK(J2[i] == 1.0);
  }
  const std::vector<std::int64_t> order = {4, 2, 0, 1, 3};
  const auto moved = group.reordered(order);
  std::vector<double> again(5);
  double* const to[] = {again.data()};
  moved->evaluate(x.data(), {.begin = 0, .end = 5, .residual = to});
  for (std::size_t i = 0; i < 5; ++i) CHECK(again[i] == r[static_cast<std::size_t>(order[i])]);

  std::vector<double> S(9);
  const double weight[] = {1.0};
  const double* const weights[] = {weight};
  group.add_curvature(x.data(), 2, 3, weights, S.data());
  const double t = data[0][2], e = std::exp(-x[3] * t);
  CHECK(S[0] == 0.0);
  CHECK(S[1] == doctest::Approx(-t * e));
  CHECK(S[4] == doctest::Approx(x[0] * t * t * e));
  CHECK(S[8] == 0.0);
}
