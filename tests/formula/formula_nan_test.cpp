// A NaN in a formula is never swallowed, and derivatives keep their digits where the usual expressions cancel.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <thalweg/formula/formula.hpp>
#include <vector>

using namespace thalweg;

namespace {

struct Values {
  double value, slope, bend;
};

/// The formula of p at each p, by the tape: value, first and second derivative.
Values at(const std::string& formula, double p, double x = 1.0) {
  const FormulaModel model(Equation::parse("y = " + formula), {{"p"}, {"x", "y"}}, {{x}, {0.0}});
  Values v{};
  double* jacobian[] = {&v.slope};
  model.evaluate(&p, 0, 1, &v.value, jacobian);
  const double weight = 1.0;
  model.add_curvature(&p, 0, 1, &weight, &v.bend);
  return v;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("formula: a NaN among the arguments makes the result NaN, in every place and order") {
  const std::vector<std::string> nans = {"sqrt(-p)", "log(x - p - 1)", "(p - p)/(x - x)"};
  const std::vector<std::string> formulas = {"min(N, x)",
                                             "min(x, N)",
                                             "max(N, x)",
                                             "max(x, N)",
                                             "min(x, p, N)",
                                             "min(N, p, x)",
                                             "abs(N)",
                                             "sign(N)",
                                             "N^0",
                                             "pow(N, 0)",
                                             "pow(1, N)",
                                             "1^N",
                                             "N^(p - 1)",
                                             "hypot(N, x)",
                                             "hypot(x, N)",
                                             "hypot(1e300*1e300*x, N)",
                                             "if(N < 1, 1, 2)",
                                             "if(1 <= N, 1, 2)",
                                             "if(N == N, 1, 2)",
                                             "if(N != N, 1, 2)",
                                             "if(N > 1, x, x)",
                                             "if(not (N > 1), 1, 2)",
                                             "if(N > 1 and x > 0, 1, 2)",
                                             "if(N > 1 or x < 0, 1, 2)",
                                             "N < 1 ? p : x",
                                             "atan2(N, x)",
                                             "atan2(x, N)",
                                             "0 * N",
                                             "tanh(N)",
                                             "erf(N)",
                                             "gamma(N)",
                                             "lgamma(N)",
                                             "N - N",
                                             "cbrt(N)",
                                             "expm1(N)",
                                             "log1p(N)"};
  for (std::string formula : formulas)
    for (const std::string& nan : nans) {
      std::string text = formula;
      for (std::size_t i = 0; (i = text.find('N', i)) != std::string::npos; i += nan.size() + 2)
        text.replace(i, 1, "(" + nan + ")");
      CHECK_MESSAGE(std::isnan(at(text, 1.0).value), text);
    }
}

TEST_CASE("formula: a branch that is not taken does not count, and a condition that is decided is decided") {
  CHECK(at("if(x > 0, p, sqrt(-p))", 1.0).value == 1.0);
  CHECK(at("if(x > 0, p, sqrt(-p))", 1.0).slope == 1.0);
  CHECK(at("if(x < 0, min(sqrt(-p), 1), 3*p)", 1.0).slope == 3.0);
  CHECK(at("if(x < 0, min(sqrt(-p), p), p^2)", 1.0).bend == 2.0);
  CHECK(at("if(x < 0 and sqrt(-p) > 1, 1, 2*p)", 1.0).value == 2.0);
  CHECK(at("if(x > 0 or sqrt(-p) > 1, 2*p, 1)", 1.0).value == 2.0);
  CHECK(at("p^0", 0.0).value == 1.0);
  CHECK(at("p^0", 0.0).slope == 0.0);
}

TEST_CASE("formula: the slope of tanh is 1/cosh², saturated or not") {
  for (const double p : {-700.0, -300.0, -30.0, -19.5, -1.0, -1e-9, 0.0, 0.3, 5.0, 18.0, 25.0, 100.0, 354.0}) {
    const Values v = at("tanh(p)", p);
    const long double c = std::cosh(static_cast<long double>(p)), slope = 1.0L / (c * c);
    const double expected = static_cast<double>(slope),
                 bend = static_cast<double>(-2.0L * std::tanh(static_cast<long double>(p)) * slope);
    CHECK(v.slope == doctest::Approx(expected).epsilon(1e-13));
    CHECK(std::abs(v.slope - expected) <= 1e-13 * expected + 1e-320);
    CHECK(std::abs(v.bend - bend) <= 1e-13 * std::abs(bend) + 1e-320);
  }
}

TEST_CASE("formula: a logistic curve has finite derivatives where its exponential overflows") {
  for (const char* formula : {"1/(1 + exp(-p*x))", "1/(1 + exp(p*x))", "x/(1 + (p*x)^300)", "1/cosh(p*x)"})
    for (const double p : {-800.0, -40.0, 40.0, 800.0, 1e5}) {
      const Values v = at(formula, p);
      CHECK_MESSAGE(std::isfinite(v.value), formula, " at ", p);
      CHECK_MESSAGE(std::isfinite(v.slope), formula, " at ", p);
      CHECK_MESSAGE(std::isfinite(v.bend), formula, " at ", p);
    }
  CHECK(at("1/(1 + exp(p))", 40.0).slope == doctest::Approx(-std::exp(-40.0)).epsilon(1e-12));
  CHECK(at("1/p", infinity).value == 0.0);
}
