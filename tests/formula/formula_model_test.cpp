// Values and derivatives of formulas bound to data.
#include <support/formula_values.hpp>

using namespace thalweg;
using namespace thalweg::test;

TEST_CASE("formula: every function's value and first and second derivatives") {
  struct Case {
    const char* name;
    double (*f)(double);
    double low, high;
  };
  const Case cases[] = {
      {"exp", [](double t) { return std::exp(t); }, -2, 2},
      {"expm1", [](double t) { return std::expm1(t); }, -2, 2},
      {"log", [](double t) { return std::log(t); }, 0.3, 5},
      {"ln", [](double t) { return std::log(t); }, 0.3, 5},
      {"log10", [](double t) { return std::log10(t); }, 0.3, 5},
      {"log1p", [](double t) { return std::log1p(t); }, -0.6, 5},
      {"sqrt", [](double t) { return std::sqrt(t); }, 0.2, 5},
      {"cbrt", [](double t) { return std::cbrt(t); }, 0.2, 5},
      {"cbrt", [](double t) { return std::cbrt(t); }, -5, -0.2},
      {"abs", [](double t) { return std::abs(t); }, 0.2, 5},
      {"abs", [](double t) { return std::abs(t); }, -5, -0.2},
      {"sign", [](double t) { return t > 0 ? 1.0 : -1.0; }, -5, -0.2},
      {"sin", [](double t) { return std::sin(t); }, -4, 4},
      {"cos", [](double t) { return std::cos(t); }, -4, 4},
      {"tan", [](double t) { return std::tan(t); }, -1, 1},
      {"asin", [](double t) { return std::asin(t); }, -0.8, 0.8},
      {"acos", [](double t) { return std::acos(t); }, -0.8, 0.8},
      {"atan", [](double t) { return std::atan(t); }, -4, 4},
      {"arcsin", [](double t) { return std::asin(t); }, -0.8, 0.8},
      {"arccos", [](double t) { return std::acos(t); }, -0.8, 0.8},
      {"arctan", [](double t) { return std::atan(t); }, -4, 4},
      {"sinh", [](double t) { return std::sinh(t); }, -2, 2},
      {"cosh", [](double t) { return std::cosh(t); }, -2, 2},
      {"tanh", [](double t) { return std::tanh(t); }, -2, 2},
      {"erf", [](double t) { return std::erf(t); }, -2, 2},
      {"erfc", [](double t) { return std::erfc(t); }, -2, 2},
      {"gamma", [](double t) { return std::tgamma(t); }, 0.5, 4},
      {"lgamma", [](double t) { return std::lgamma(t); }, 0.5, 6},
      {"lgamma", [](double t) { return std::lgamma(t); }, -1.9, -1.1},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::vector<double> x;
    for (int i = 0; i < 9; ++i) x.push_back(c.low + (c.high - c.low) * (i + 0.5) / 9.0);
    // Row by row, with the parameters in the argument; and as a scalar of the parameters alone.
    const auto rows = make("y = a * " + std::string(c.name) + "(b*x + c)", {{"a", "b", "c"}, {"x", "y"}},
                           {x, std::vector<double>(9, 0.0)});
    const std::vector<double> p = {1.3, 1.0, 0.0};
    const Evaluated at = evaluate(rows, p);
    for (std::size_t i = 0; i < 9; ++i) CHECK(close(at.residual[i], 1.3 * c.f(x[i]), 1e-14));
    check_derivatives(rows, p);
    const auto scalar = make("y = x * " + std::string(c.name) + "(b)", {{"b"}, {"x", "y"}}, {{1.5}, {0.0}});
    CHECK(close(evaluate(scalar, {x[3]}).residual[0], 1.5 * c.f(x[3]), 1e-14));
    check_derivatives(scalar, {x[3]});
  }
}

TEST_CASE("formula: derivatives of operators and functions of two arguments") {
  const std::vector<std::string> models = {"a + b*x - c",
                                           "a*b*x*c",
                                           "a/(b + c*x)",
                                           "(a + b*x)/(1 + c*x)",
                                           "-(a - x)^2/b^2 + c",
                                           "(a + b*x)^3",
                                           "(a + b*x)^-2",
                                           "(a + b*x)^2.5",
                                           "(a + b*x)^-0.5",
                                           "(a + b*x)^c",
                                           "x^a + b^x + c",
                                           "pow(a, b) * x^c",
                                           "(a*x)^0.3 * b - c",
                                           "(a + x)^7.25",
                                           "a^(b*x + c)",
                                           "2^(a*x)*b+c",
                                           "atan2(a*x, b + x)*c",
                                           "hypot(a*x, b)+c",
                                           "min(a*x, b, c*x)",
                                           "max(a*x, b + c*x)",
                                           "a*exp(-b*x) + c",
                                           "exp(a*x)/(b+exp(c*x))",
                                           "sqrt(a*a + b*x*c)",
                                           "if(x > 1, a*x^2, b*x + c)",
                                           "if(a*x > b && !(x < 1), log(a*x), c*b)",
                                           "a/(1 + (x/b)^c)",
                                           "a*tanh(b*x)*tanh(b*x) + c",
                                           "log(a*x)*log(b*x + 1)^c",
                                           "a*b/c",
                                           "sin(a)*x + cos(b)*sin(a) - c*c*c"};
  const std::vector<double> x = ramp(11);
  for (const std::string& model : models) {
    CAPTURE(model);
    const auto bound = make("y = " + model, {{"a", "b", "c"}, {"x", "y"}}, {x, std::vector<double>(x.size(), 0.25)});
    check_derivatives(bound, {1.3, 0.7, 1.9});
  }
}

TEST_CASE("formula: a transformed response, and a response with parameters") {
  const Table data = {ramp(5), {1.0, 2.0, 3.0, 4.0, 5.0}};
  const Symbols symbols{{"a", "b"}, {"x", "y"}};
  const auto model = make("log(y) = a + b*x", symbols, data);
  const Evaluated at = evaluate(model, {0.5, 2.0});
  const std::vector<double> response = model.response();
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(response[i] == doctest::Approx(std::log(data[1][i])).epsilon(1e-15));
    CHECK(at.residual[i] == doctest::Approx(0.5 + 2.0 * data[0][i] - std::log(data[1][i])));
    CHECK(at.jacobian[0][i] == 1.0);
    CHECK(at.jacobian[1][i] == data[0][i]);
  }
  const auto both = make("y^a = b*x", symbols, data);
  check_derivatives(both, {0.5, 2.0});
  CHECK_THROWS_WITH_AS(both.response(),
                       "formula: the response 'y^a ' depends on parameters, so it has no value "
                       "without them",
                       Error);
  const auto constant = make("0 = y - a*x + b", symbols, data);
  CHECK(constant.response() == std::vector<double>(5, 0.0));
  CHECK(evaluate(constant, {2.0, 1.0}).residual[1] == doctest::Approx(2.0 - 2.0 * data[0][1] + 1.0));
}

TEST_CASE("formula: a row is the same, bit for bit, in every range and with or without Jacobian") {
  const int rows = 700;
  const std::vector<double> p = {1.7, 0.3, -0.2, 2.1};
  const auto model = make("y = a*exp(-b*x) + c*sin(d*x)/(1 + (x/d)^2) + a*b*x^1.3 - x*a*c",
                          {{"a", "b", "c", "d"}, {"x", "y"}}, {ramp(rows), ramp(rows)});
  const Evaluated all = evaluate(model, p);
  std::vector<double> alone(rows), predicted(rows);
  model.evaluate(p.data(), 0, rows, alone.data(), nullptr);
  for (std::size_t i = 0; i < rows; ++i) REQUIRE(same_bits(alone[i], all.residual[i]));
  for (const auto& [begin, end] : std::vector<std::pair<int, int>>{
           {0, 1}, {1, 2}, {3, 20}, {5, 6}, {255, 257}, {100, 699}, {1, 700}, {699, 700}, {7, 7}}) {
    CAPTURE_BINDING(begin);
    CAPTURE_BINDING(end);
    const Evaluated part = evaluate(model, p, begin, end);
    for (int i = begin; i < end; ++i) {
      const auto k = static_cast<std::size_t>(i - begin), row = static_cast<std::size_t>(i);
      REQUIRE(same_bits(part.residual[k], all.residual[row]));
      for (std::size_t j = 0; j < p.size(); ++j) {
        REQUIRE(same_bits(part.jacobian[j][k], all.jacobian[j][row]));
      }
    }
  }
}

TEST_CASE("formula: any number of rows; nothing is written beyond them") {
  const double untouched = -77.0;
  for (int rows = 0; rows <= 17; ++rows) {
    CAPTURE(rows);
    const auto model = make("y = a*x + log(b*x)", {{"a", "b"}, {"x", "y"}},
                            {ramp(rows), std::vector<double>(static_cast<std::size_t>(rows), 1.0)});
    REQUIRE(model.rows() == rows);
    // Everything is off by one double, so that nothing is aligned.
    std::vector<double> residual(40, untouched), slope(40, untouched);
    double* const jacobian[] = {nullptr, slope.data() + 1};
    const double p[] = {2.0, 3.0};
    model.evaluate(p, 0, rows, residual.data() + 1, jacobian);
    for (int i = 0; i < 39; ++i) {
      const double x = 0.3 + 0.17 * i;
      const auto k = static_cast<std::size_t>(i) + 1;
      CHECK(residual[k] ==
            (i < rows ? doctest::Approx(2.0 * x + std::log(3.0 * x) - 1.0) : doctest::Approx(untouched)));
      CHECK(slope[k] == doctest::Approx(i < rows ? 1.0 / 3.0 : untouched));
    }
    CHECK(residual[0] == untouched);
    CHECK(slope[0] == untouched);
  }
}

TEST_CASE("formula: derivatives at singular points have their limits") {
  const Symbols symbols{{"a", "b"}, {"x", "y"}};
  const auto slopes = [&](const std::string& model, double x, std::vector<double> p) {
    const Evaluated at = evaluate(make("y = " + model, symbols, {{x}, {0.0}}), p);
    CHECK(std::isfinite(at.residual[0]));
    return std::vector<double>{at.jacobian[0][0], at.jacobian[1][0]};
  };
  using V = std::vector<double>;
  CHECK(slopes("a*x^b", 0.0, {2.0, 1.5}) == V{0.0, 0.0});
  CHECK(slopes("a*x^b", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("(a*x)^b", 0.0, {2.0, 1.5}) == V{0.0, 0.0});
  CHECK(slopes("(a*x)^b", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("sqrt(a*x) + b", 0.0, {2.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("b*sqrt(a*x)", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("b + (a*x)^0.3", 0.0, {2.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("a*cbrt(b*x)", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("a^2.5 + b", 1.0, {0.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("a^1*b^2", 1.0, {0.0, 0.5}) == V{0.25, 0.0});
  CHECK(slopes("abs(a)*b", 1.0, {0.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("hypot(a, b)", 1.0, {0.0, 0.0}) == V{0.0, 0.0});
  CHECK(slopes("a*exp(-b/x^2)", 0.0, {2.0, 0.5}) == V{0.0, 0.0});
  CHECK(slopes("x*asin(a) + b", 0.0, {1.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("(a - 2*b)^3", 0.0, {1.0, 1.5}) == V{12.0, -24.0});
  // The branch that is not taken leaves no trace.
  CHECK(slopes("if(x > 0, a*log(b*x), b)", 0.0, {2.0, 0.5}) == V{0.0, 1.0});
  CHECK(slopes("x > 0 ? sqrt(a - 5) : a*b", -1.0, {2.0, 0.5}) == V{0.5, 2.0});
  const auto S = hessian(make("y = if(x > 0, a*log(b*x), a*b*b)", symbols, {{0.0}, {0.0}}), {2.0, 0.5}, 0);
  CHECK(S == V{0.0, 1.0, 1.0, 4.0});
}

TEST_CASE("formula: simplification keeps values exact") {
  const Symbols symbols{{"a"}, {"x", "y"}};
  const auto at = [&](const std::string& model, double a, double x) {
    const auto bound = make("y = " + model, symbols, {{x}, {0.0}});
    double value = 0.0;
    bound.predict(&a, 0, 1, &value);
    return value;
  };
  CHECK(at("a*1 + 0", 0.1, 0.0) == 0.1);
  CHECK(at("a - -x", 0.1, 0.2) == 0.1 + 0.2);
  CHECK(at("x/a", 3.0, 0.1) == 0.1 / 3.0);
  CHECK(at("-(a - x)", 0.1, 0.7) == 0.7 - 0.1);
  CHECK(at("a*x - x*a", 0.1, 0.3) == 0.0);
  CHECK(at("sqrt(a*a*x - x*a*a)", 0.1, 1.0) == 0.0);
  CHECK(std::isnan(at("0*a*x", std::numeric_limits<double>::infinity(), 1.0)));
  CHECK(std::isnan(at("x*0", 1.0, std::nan(""))));
}

TEST_CASE("formula: a sum of ten thousand terms") {
  std::string text = "y = a";
  for (int i = 0; i < 10000; ++i) text += i % 2 == 0 ? " + b*x" : " - x*" + std::to_string(i) + "*a";
  const auto model = make(text, {{"a", "b"}, {"x", "y"}}, {{1.0, 2.0, 3.0}, {0.0, 0.0, 0.0}});
  const Evaluated at = evaluate(model, {1.0, 2.0});
  const double odd = 5000.0 * 5000.0;  // 1 + 3 + … + 9999
  CHECK(at.residual[1] == doctest::Approx(1.0 + 10000.0 * 2.0 - 2.0 * odd));
  CHECK(at.jacobian[0][1] == doctest::Approx(1.0 - 2.0 * odd));
  CHECK(at.jacobian[1][1] == doctest::Approx(10000.0));
  CHECK(hessian(model, {1.0, 2.0}, 0) == std::vector<double>(4, 0.0));
}
