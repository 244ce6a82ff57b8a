// Several formulas at one point, and their derivatives.
#include <thalweg/formula/formula_system.hpp>

#include <doctest/doctest.h>

#include <cmath>

using namespace thalweg;

namespace {

std::vector<Formula> parsed(const std::vector<std::string>& texts) {
  std::vector<Formula> formulas;
  for (const std::string& text : texts) formulas.push_back(Formula::parse(text));
  return formulas;
}

}  // namespace

TEST_CASE("a system gives values and the derivatives that are not zero") {
  const FormulaSystem system(parsed({"a * exp(-b * t)", "b^2 + sin(c)", "3"}), {{"a", "b", "c"}, {"t"}}, {0, 1, 2});
  CHECK(system.functions() == 3);
  CHECK(system.variables() == 4);
  REQUIRE(system.entries().size() == 4);
  const double v[] = {2.0, 0.5, 0.25, 3.0};
  double value[3], slope[4], alone[3];
  FormulaSystem::Scratch scratch;
  system.evaluate(v, value, slope, scratch);
  system.evaluate(v, alone, scratch);
  const double e = std::exp(-1.5);
  CHECK(value[0] == doctest::Approx(2.0 * e).epsilon(1e-15));
  CHECK(value[1] == doctest::Approx(0.25 + std::sin(0.25)).epsilon(1e-15));
  CHECK(value[2] == 3.0);
  const double expected[3][3] = {{e, -6.0 * e, 0.0}, {0.0, 1.0, std::cos(0.25)}, {0.0, 0.0, 0.0}};
  for (std::size_t k = 0; k < 4; ++k) {
    const auto [function, variable] = system.entries()[k];
    CHECK(slope[k] == doctest::Approx(expected[function][variable]).epsilon(1e-14));
  }
  for (int i = 0; i < 3; ++i) CHECK(alone[i] == value[i]);
}

TEST_CASE("derivatives are taken by the variables asked for alone") {
  const FormulaSystem system(parsed({"a * b + c"}), {{"a", "b", "c"}, {}}, {2, 0});
  REQUIRE(system.entries().size() == 2);
  CHECK(system.entries()[0].variable == 2);
  CHECK(system.entries()[1].variable == 0);
  CHECK(FormulaSystem(parsed({"a"}), {{"a"}, {}}, {}).entries().empty());
}

TEST_CASE("every function of the language is the same in a system and in a model") {
  for (const char* text : {"exp(a)",    "expm1(a)",    "log(a)",        "log10(a)",
                           "log1p(a)",  "sqrt(a)",     "cbrt(a)",       "abs(-a)",
                           "sin(a)",    "cos(a)",      "tan(a)",        "asin(a)",
                           "acos(a)",   "atan(a)",     "sinh(a)",       "cosh(a)",
                           "tanh(a)",   "erf(a)",      "erfc(a)",       "gamma(a)",
                           "lgamma(a)", "atan2(a, b)", "hypot(a, b)",   "pow(a, b)",
                           "min(a, b)", "max(a, b)",   "a < b ? a : b", "if(a > b && a > 0, a, b)"}) {
    CAPTURE(text);
    const Symbols symbols{{"a", "b"}, {"y"}};
    const FormulaSystem system({Formula::parse(text)}, symbols, {0, 1});
    const FormulaModel model(Equation::parse(std::string("y = ") + text), symbols, {{0.0}});
    const double v[] = {0.375, 0.625, 0.0};
    double value = 0.0, slope[2] = {}, residual = 0.0, by_a = 0.0, by_b = 0.0, unused[2] = {};
    double* const jacobian[] = {&by_a, &by_b};
    FormulaSystem::Scratch scratch;
    system.evaluate(v, &value, slope, scratch);
    for (std::size_t k = 0; k < system.entries().size(); ++k) unused[system.entries()[k].variable] = slope[k];
    model.evaluate(v, 0, 1, &residual, jacobian);
    CHECK(value == doctest::Approx(residual).epsilon(1e-14));
    CHECK(unused[0] == doctest::Approx(by_a).epsilon(1e-13));
    CHECK(unused[1] == doctest::Approx(by_b).epsilon(1e-13));
  }
}

TEST_CASE("an unknown name is refused") {
  CHECK_THROWS_WITH_AS(FormulaSystem(parsed({"a * q"}), {{"a"}, {"t"}}, {0}),
                       "column 5: 'q' is neither a parameter nor a column; expected one of a, t", FormulaError);
}
