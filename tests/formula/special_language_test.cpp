// Special functions in the language: names, refusals, limits, NaN, and the same bits in every range.
#include <support/formula_values.hpp>

using namespace thalweg;
using namespace thalweg::test;

namespace {

double value(const std::string& formula, double p = 1.0) {
  const auto model = make("y = " + formula, {{"p"}, {"x", "y"}}, {{1.0}, {0.0}});
  double result = 0.0;
  model.predict(&p, 0, 1, &result);
  return result;
}

std::string message(const std::string& equation, const Symbols& symbols = {{"a", "b"}, {"x", "y"}}) {
  try {
    make(equation, symbols, {{1.0}, {0.0}});
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("formula: a function's name without a parenthesis is a plain name") {
  for (const std::string name :
       {"beta", "gamma", "step", "mod", "sinc", "floor", "voigt", "round", "exp2", "digamma"}) {
    CAPTURE(name);
    const auto model =
        make("y = " + name + "*x + beta(" + name + ", 2) - [" + name + "]", {{name}, {"x", "y"}}, {{3.0}, {0.0}});
    // B(b, 2) = 1/(b (b + 1))
    CHECK(evaluate(model, {1.5}).residual[0] == doctest::Approx(3.0 + 1.0 / 3.75).epsilon(1e-14));
    const auto column = make("y = a*" + name, {{"a"}, {name, "y"}}, {{3.0}, {0.0}});
    CHECK(evaluate(column, {2.0}).residual[0] == 6.0);
  }
  CHECK(message("y = beta*x") ==
        "column 5: 'beta' is neither a parameter nor a column; expected '(' after a function's name");
}

TEST_CASE("formula: an order that depends on parameters is refused") {
  const std::string why =
      " of a Bessel function depends on parameters; expected a number or a column, for there is no "
      "derivative by the order";
  CHECK(message("y = a*besselj(b, x)") == "column 15: the order 'b'" + why);
  CHECK(message("y = a + bessely((2*x + b), x)") == "column 18: the order '2*x + b'" + why);
  CHECK(message("y - besseli(a, x) = b") == "column 13: the order 'a'" + why);
  CHECK(message("y = a + besselk(x > b, x)") == "column 17: the order 'x > b'" + why);
  CHECK(message("y = a*besselj(x, b)") == "no error");
  CHECK(message("y = a*besselj(2.5, b*x)") == "no error");
  Symbols defined{{"a", "b"}, {"x", "y"}};
  defined.definitions = {{"n", Formula::parse("b + 1")}, {"z", Formula::parse("a*x")}};
  CHECK(message("y = a*besselj(n, x)", defined) == "column 15: the order 'n'" + why);
  CHECK(message("y = b*besselj(1, z)", defined) == "no error");
  defined.definitions = {{"n", Formula::parse("besselj(b, x)")}};
  CHECK(message("y = a*n", defined) == "column 9: in the definition of 'n': the order 'b'" + why);
  Symbols varying{{"a"}, {"x", "y"}};
  varying.varying = {"v"};
  CHECK(message("y = a*besselj(v, x)", varying) == "column 15: the order 'v'" + why);
}

TEST_CASE("formula: numbers of arguments of the special functions") {
  CHECK(message("y = a*voigt(x, b)") == "column 7: 'voigt' is given 2 arguments; expected 3 arguments");
  CHECK(message("y = a*erfcx(x, b)") == "column 7: 'erfcx' is given 2 arguments; expected 1 argument");
  CHECK(message("y = a*bessel(1, x)") == "column 7: unknown function 'bessel'; expected 'besselj'");
}

TEST_CASE("formula: limits of the special functions") {
  CHECK(value("sinc(0)") == 1.0);
  CHECK(value("sinc(p)", infinity) == 0.0);
  CHECK(value("voigt(p, 0, 1)", 0.0) == doctest::Approx(0.31830988618379067).epsilon(1e-15));
  CHECK(value("voigt(p, 1, 0)", 0.0) == doctest::Approx(0.39894228040143268).epsilon(1e-15));
  CHECK(value("voigt(p, 1, 0)", 30.0) ==
        doctest::Approx(1.4736461348785476e-196).epsilon(1e-13));  // exp(-450)/sqrt(2 pi)
  CHECK(value("voigt(2, p, 1)", 1e-200) == doctest::Approx(1.0 / (5.0 * 3.14159265358979324)).epsilon(1e-15));
  CHECK(value("voigt(p, 1e-160, 1e-160)", 0.0) == doctest::Approx(1e160 * value("voigt(p, 1, 1)", 0.0)).epsilon(1e-14));
  CHECK(value("voigt(p, 1e160, 1e160)", 0.0) == doctest::Approx(1e-160 * value("voigt(p, 1, 1)", 0.0)).epsilon(1e-14));
  for (const char* nan : {"voigt(p, -1, 1)", "voigt(p, 1, -1)", "voigt(p - 1, 0, 0)", "gammap(-p, 1)", "gammap(p, -1)",
                          "betainc(p, 1, 1.5)", "betainc(-p, 1, 0.5)", "besselj(0.5, -p)", "bessely(1, -p)",
                          "besselk(1, -p)", "digamma(-p)", "beta(-p, 2)", "mod(p, 0)", "log2(-p)"})
    CHECK_MESSAGE(std::isnan(value(nan)), nan);
  CHECK(value("gammap(p, 0)") == 0.0);
  CHECK(value("gammaq(p, 0)") == 1.0);
  CHECK(value("gammap(2, p)", infinity) == 1.0);
  CHECK(value("betainc(2, 3, p)", 0.0) == 0.0);
  CHECK(value("betainc(2, 3, p)", 1.0) == 1.0);
  CHECK(value("besselk(0, p)", 0.0) == infinity);
  CHECK(value("bessely(0, p)", 0.0) == -infinity);
  CHECK(value("bessely(9000, p)", 1e-30) == -infinity);
  CHECK(value("bessely(-9001, p)", 1e-30) == infinity);
  CHECK(value("besselj(-0.5, p)", 0.0) == infinity);
  CHECK(value("besselj(-1.5, p)", 0.0) == -infinity);
  CHECK(std::isnan(value("besselj(20000, p)")));
  CHECK(value("besselj(0, p)", 0.0) == 1.0);
  CHECK(value("expit(p)", -1000.0) == 0.0);
  CHECK(value("expit(p)", 1000.0) == 1.0);
  CHECK(value("softplus(p)", 1000.0) == 1000.0);
  CHECK(value("step(p)", 0.0) == 1.0);
  CHECK(value("step(p)", -1e-300) == 0.0);
  CHECK(value("round(p)", 2.5) == 3.0);
  CHECK(value("round(p)", -2.5) == -3.0);
  CHECK(value("mod(p, 3)", -1.0) == 2.0);
  CHECK(value("mod(p, -3)", 1.0) == -2.0);
  CHECK(value("mod(p, 3)", 6.0) == 0.0);
  CHECK(value("floor(p) + ceil(p)", -1.5) == -3.0);
}

TEST_CASE("formula: slopes of the special functions where the usual expressions divide by zero") {
  const auto slopes = [](const std::string& model, double x, const std::vector<double>& p) {
    const auto bound = make("y = " + model, {{"a", "b"}, {"x", "y"}}, {{x}, {0.0}});
    const Evaluated at = evaluate(bound, p);
    return std::vector<double>{at.jacobian[0][0], at.jacobian[1][0]};
  };
  using V = std::vector<double>;
  CHECK(slopes("gammap(a, b*x)", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("gammap(a, b*x)", 0.0, {0.5, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("betainc(a, b, x)", 0.0, {0.5, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("betainc(a, b, x)", 1.0, {0.5, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("besselj(0.5, a*x) + b", 0.0, {2.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("sinc(a*x) + b", 0.0, {2.0, 0.5}) == V{0.0, 1.0});
  // by sigma = 0 the profile is even in sigma: no slope, and the second derivative is that by x
  CHECK(slopes("voigt(x, a, b)", 0.7, {0.0, 0.5})[0] == 0.0);
  const auto S =
      hessian(make("y = voigt(x - c, a, b)", {{"a", "b", "c"}, {"x", "y"}}, {{0.7}, {0.0}}), {0.0, 0.5, 0.0}, 0);
  CHECK(S[0] == doctest::Approx(S[8]).epsilon(1e-14));
  CHECK(slopes("mod(a*x, b)", 1.0, {7.5, 2.0}) == V{1.0, -3.0});
  CHECK(slopes("floor(a*x) + ceil(b) + round(a) + step(b)", 1.0, {7.5, 2.0}) == V{0.0, 0.0});
}

TEST_CASE("formula: a NaN among the arguments of a special function makes the result NaN") {
  for (const char* formula :
       {"erfcx(N)",         "dawson(N)",        "wofz_re(N, x)",  "wofz_re(x, N)", "wofz_im(N, x)", "wofz_im(x, N)",
        "voigt(N, x, x)",   "voigt(x, N, x)",   "voigt(x, x, N)", "besselj(x, N)", "bessely(x, N)", "besseli(x, N)",
        "besselk(x, N)",    "gammap(N, x)",     "gammap(x, N)",   "gammaq(N, x)",  "gammaq(x, N)",  "betainc(N, x, x)",
        "betainc(x, N, x)", "betainc(x, x, N)", "beta(N, x)",     "beta(x, N)",    "lbeta(N, x)",   "lbeta(x, N)",
        "digamma(N)",       "trigamma(N)",      "sinc(N)",        "floor(N)",      "ceil(N)",       "round(N)",
        "mod(N, x)",        "mod(x, N)",        "step(N)",        "log2(N)",       "exp2(N)",       "expit(N)",
        "softplus(N)",      "normcdf(N)",       "normpdf(N)",     "besselj(M, x)", "besselk(M, x)"}) {
    for (const std::string nan : {"sqrt(-p)", "(p - p)/(x - x)"}) {
      std::string text = formula;
      for (std::size_t i = 0; (i = text.find('N', i)) != std::string::npos; i += nan.size() + 2)
        text.replace(i, 1, "(" + nan + ")");
      for (std::size_t i = 0; (i = text.find('M', i)) != std::string::npos; i += 10) text.replace(i, 1, "sqrt(-x)");
      CHECK_MESSAGE(std::isnan(value(text)), text);
    }
  }
}

TEST_CASE("formula: rows of special functions are the same, bit for bit, in every range and without Jacobian") {
  const int rows = 300;
  const std::vector<double> p = {1.7, 0.3, 0.2};
  const auto model = make(
      "y = a*voigt(x - 20, b, c) + besselj(2, a*x)*gammap(a, b*x) + expit(x - b) + betainc(a, c, mod(x, 1)) "
      "+ softplus(b*x)*normcdf(a - x) + sinc(c*x)*dawson(a*x) + besselk(floor(x), a)",
      {{"a", "b", "c"}, {"x", "y"}}, {ramp(rows), ramp(rows)});
  const Evaluated all = evaluate(model, p);
  std::vector<double> alone(rows);
  model.evaluate(p.data(), 0, rows, alone.data(), nullptr);
  for (std::size_t i = 0; i < rows; ++i) REQUIRE(same_bits(alone[i], all.residual[i]));
  for (const auto& [begin, end] : std::vector<std::pair<int, int>>{{0, 1}, {3, 20}, {5, 6}, {127, 130}, {299, 300}}) {
    const Evaluated part = evaluate(model, p, begin, end);
    for (int i = begin; i < end; ++i) {
      const auto k = static_cast<std::size_t>(i - begin), row = static_cast<std::size_t>(i);
      REQUIRE(same_bits(part.residual[k], all.residual[row]));
      for (std::size_t j = 0; j < p.size(); ++j) REQUIRE(same_bits(part.jacobian[j][k], all.jacobian[j][row]));
    }
  }
}

TEST_CASE("formula: where a special function is not finite, and where it is out of range") {
  const auto model = make("y = a + besselk(0, b*x)", {{"a", "b"}, {"x", "y"}}, {{1.0, 0.0}, {0.0, 0.0}});
  const double p[] = {1.0, 2.0};
  const auto found = model.first_non_finite(p);
  REQUIRE(found);
  CHECK(found->row == 1);
  CHECK(found->subexpression == "besselk(0, b*x)");
  CHECK(found->value == infinity);
  const auto flat = make("y = a*normcdf((x - b)/0.01)", {{"a", "b"}, {"x", "y"}}, {{1.0, 2.0}, {0.0, 0.0}});
  const double far[] = {1.0, 100.0};
  const auto saturated = flat.saturated(far);
  REQUIRE(saturated);
  CHECK(saturated->subexpression == "normcdf((x - b)/0.01)");
  CHECK(saturated->value == 0.0);
  CHECK(saturated->parameter == 1);
}
