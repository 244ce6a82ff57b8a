// The grammar of formulas and the messages about what is not one.
#include <doctest/doctest.h>
#include <cmath>
#include <random>
#include <string>
#include <support/capture.hpp>
#include <thalweg/formula/formula.hpp>
#include <utility>
#include <vector>

using namespace thalweg;

namespace {

/// Value of a formula at x = 3, y = 2, z = −0.5 (columns) and a = 1.25 (a parameter).
double value(const std::string& text) {
  const FormulaModel model(Equation::parse("y = " + text), {{"a"}, {"x", "y", "z"}}, {{3.0}, {2.0}, {-0.5}});
  const double a = 1.25;
  double result = 0.0;
  model.predict(&a, 0, 1, &result);
  return result;
}

std::string message(const std::string& text) {
  try {
    Formula::parse(text);
  } catch (const FormulaError& error) {
    return error.what();
  }
  return "no error";
}

std::string equation_message(const std::string& text) {
  try {
    const FormulaModel model(Equation::parse(text), {{"b1", "b2"}, {"time", "y"}}, {{1.0}, {1.0}});
  } catch (const FormulaError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("formula: numbers") {
  CHECK(value("1") == 1.0);
  CHECK(value(".5") == 0.5);
  CHECK(value("5.") == 5.0);
  CHECK(value("1e-3") == 1e-3);
  CHECK(value("1E+3") == 1e3);
  CHECK(value("1D-3") == 1e-3);
  CHECK(value("2.5d2") == 250.0);
  CHECK(value("0.1") == 0.1);
}

TEST_CASE("formula: precedence and association") {
  const std::vector<std::pair<const char*, double>> cases = {{"1 + 2 * 3", 7.0},
                                                             {"(1 + 2) * 3", 9.0},
                                                             {"[1 + (2 - 3)] * 3", 0.0},
                                                             {"10 - 4 - 3", 3.0},
                                                             {"24 / 4 / 2", 3.0},
                                                             {"2 ^ 3 ^ 2", 512.0},
                                                             {"2 ** 3 ** 2", 512.0},
                                                             {"-x^2", -9.0},
                                                             {"-x**2", -9.0},
                                                             {"(-x)^2", 9.0},
                                                             {"2^-x", 0.125},
                                                             {"2^-x^2*512", 1.0},
                                                             {"--x", 3.0},
                                                             {"-+-x", 3.0},
                                                             {"x - -y", 5.0},
                                                             {"2*-x", -6.0},
                                                             {"-x*y", -6.0},
                                                             {"x/y*y", 3.0},
                                                             {"x^2*y", 18.0},
                                                             {"x + y^2*x", 15.0},
                                                             {"sqrt(x*x)^2", 9.0},
                                                             {"a*4", 5.0},
                                                             {"z^2", 0.25},
                                                             {"z^-3", -8.0},
                                                             {"(4*z)^5", -32.0},
                                                             {"(2*z)^21", -1.0},
                                                             {"min(x, y, z)", -0.5},
                                                             {"max(z, y, x)", 3.0},
                                                             {"pow(y, x)", 8.0},
                                                             {"hypot(3, 4)", 5.0},
                                                             {"norm(2, 3, 6)", 7.0},
                                                             {"sign(z) + sign(x)", 0.0}};
  for (const auto& [text, expected] : cases) {
    CAPTURE_BINDING(text);
    CHECK(value(text) == doctest::Approx(expected).epsilon(1e-15));
  }
}

TEST_CASE("formula: conditionals, comparisons and logic") {
  const std::vector<std::pair<const char*, double>> cases = {{"if(x > y, 1, 2)", 1.0},
                                                             {"if(x < y, 1, 2)", 2.0},
                                                             {"x >= 3 ? 1 : 2", 1.0},
                                                             {"x <= 3 ? 1 : 2", 1.0},
                                                             {"x == 3 ? 1 : 2", 1.0},
                                                             {"x != 3 ? 1 : 2", 2.0},
                                                             {"x < 1 ? 1 : x < 5 ? 2 : 3", 2.0},
                                                             {"if(x > 1 && y > 5, 1, 2)", 2.0},
                                                             {"if(x > 1 || y > 5, 1, 2)", 1.0},
                                                             {"if(!(x > 1), 1, 2)", 2.0},
                                                             {"if(x > 1 and not y > 5, 1, 2)", 1.0},
                                                             {"if(x < 1 or y > 1, 1, 2)", 1.0},
                                                             {"if(x < 1 && y > 1 || z < 0, 1, 2)", 1.0},
                                                             {"if((x < 1) && ((y > 1) || z < 0), 1, 2)", 2.0},
                                                             {"1 + (x > 1 ? 2 : 3) * 4", 9.0}};
  for (const auto& [text, expected] : cases) {
    CAPTURE_BINDING(text);
    CHECK(value(text) == expected);
  }
}

TEST_CASE("formula: constants, and names that hide them or look like functions") {
  CHECK(value("pi") == 3.14159265358979323846);
  CHECK(value("e") == 2.71828182845904523536);
  CHECK(value("e^2") == doctest::Approx(std::exp(2.0)).epsilon(1e-15));
  const FormulaModel model(Equation::parse("y = e * exp + gamma.1*_b"), {{"e"}, {"y", "exp", "gamma.1", "_b"}},
                           {{0.0}, {5.0}, {2.0}, {3.0}});
  const double e = 7.0;
  double result = 0.0;
  model.predict(&e, 0, 1, &result);
  CHECK(result == 41.0);
}

TEST_CASE("formula: names come in order of first appearance with their places") {
  const Formula f = Formula::parse("b * exp(-x) + pi*b + a", 10);
  REQUIRE(f.names().size() == 3);
  CHECK(f.names()[0].name == "b");
  CHECK(f.names()[0].where.begin == 10);
  CHECK(f.names()[1].name == "x");
  CHECK(f.names()[1].where.begin == 19);
  CHECK(f.names()[1].where.end == 20);
  CHECK(f.names()[2].name == "a");
}

TEST_CASE("formula: what is wrong is said exactly") {
  const std::string operand = "a number, a name, a function or '('";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "column 1: the formula is empty; expected an expression such as a*exp(-b*x)"},
      {"  ", "column 3: the formula is empty; expected an expression such as a*exp(-b*x)"},
      {"a*(x + (b", "column 8: '(' is never closed; expected ')'"},
      {"[a + b", "column 1: '[' is never closed; expected ']'"},
      {"exp(x", "column 4: '(' is never closed; expected ')'"},
      {"a + b) * c", "column 6: ')' closes nothing; expected '(' before it"},
      {"(a + b]", "column 7: '(' is closed by ']'; expected ')'"},
      {"a +", "column 4: missing operand at the end; expected " + operand},
      {"a * / b", "column 5: missing operand before '/'; expected " + operand},
      {"()", "column 2: missing operand before ')'; expected " + operand},
      {"2 x", "column 3: missing operator before 'x'; expected an operator such as *"},
      {"2x", "column 2: missing operator before 'x'; expected an operator such as *"},
      {"(a)(b)", "column 4: missing operator before '('; expected an operator such as *"},
      {"expp(x)", "column 1: unknown function 'expp'; expected 'exp'"},
      {"1 + sqr(x)", "column 5: unknown function 'sqr'; expected 'sqrt'"},
      {"exp(x, y)", "column 1: 'exp' is given 2 arguments; expected 1 argument"},
      {"a + atan2(x)", "column 5: 'atan2' is given 1 argument; expected 2 arguments"},
      {"min(x)", "column 1: 'min' is given 1 argument; expected at least 2 arguments"},
      {"cos()", "column 1: 'cos' is given 0 arguments; expected 1 argument"},
      {"if(x > 1, 2)", "column 1: 'if' is given 2 arguments; expected 3 arguments: if(condition, a, b)"},
      {"a $ b", "column 3: stray character '$'; expected an operator, a number, a name or a parenthesis"},
      {"a × b", "column 3: stray character '×'; expected '*'"},
      {"a \xff", "column 3: stray byte 0xFF; expected an operator, a number, a name or a parenthesis"},
      {"1.2.3", "column 1: malformed number '1.2.3'; expected one decimal point"},
      {"2e+", "column 1: malformed number '2e+'; expected digits after the exponent's letter"},
      {"1e999", "column 1: the number 1e999 is out of range; expected a magnitude between 1e-307 and 1e308"},
      {"a, b", "column 2: ',' outside the arguments of a function; expected an operator"},
      {"if(x, 1, 2)", "column 4: 'x' is a number, not a condition; expected a comparison such as x > 0"},
      {"x > 1 ? 2", "column 7: '?' without ':'; expected condition ? a : b"},
      {"1 < x < 2 ? 3 : 4", "column 7: comparisons cannot be chained; expected a < b && b < c"},
      {"a = b", "column 3: stray character '='; expected '==' for a comparison"}};
  for (const auto& [text, expected] : cases) {
    CAPTURE_BINDING(text);
    CHECK(message(text) == expected);
  }
  CHECK(message("frobnicate(x)").rfind("column 1: unknown function 'frobnicate'; expected one of exp, log,", 0) == 0);
}

TEST_CASE("names beyond ASCII, between backticks, and the constants that occur") {
  const auto names = [](const std::string& text) {
    std::string all;
    const thalweg::Formula formula = thalweg::Formula::parse(text);
    for (const auto& name : formula.names()) all += name.name + ";";
    return all;
  };
  CHECK(names("λ*x₁ + µ") == "λ;x₁;µ;");
  CHECK(names("`Time (s)` + `a=b` + T") == "Time (s);a=b;T;");
  CHECK(message("`Time") == "column 1: '`' is never closed; expected '`' behind the name of a column");
  CHECK(message("`` + 1") == "column 1: no name between '`' and '`'; expected the name of a column");
  CHECK(thalweg::Formula::parse("e*pi + e").constants().size() == 2);
  CHECK(thalweg::Formula::parse("x < 1 && y > 2").is_condition());
  CHECK_FALSE(thalweg::Formula::parse("(x < 1) * 2").is_condition());
  CHECK(thalweg::Equation::parse("`a=b` ~ c + d").response.names()[0].name == "a=b");
}

TEST_CASE("formula: depth is limited, length is not") {
  const std::string deep = "nested more than 200 levels deep; expected a flatter formula";
  CHECK(message(std::string(100000, '(')) == "column 201: " + deep);
  CHECK(message(std::string(100000, '-') + "x").find(deep) != std::string::npos);
  std::string tower = "x";
  for (int i = 0; i < 100000; ++i) tower += "^x";
  CHECK(message(tower).find(deep) != std::string::npos);
  std::string nested = "x";
  for (int i = 0; i < 100000; ++i) nested = "sin(" + std::move(nested);
  CHECK(message(nested).find(deep) != std::string::npos);
  CHECK(message(std::string(150, '(') + "x" + std::string(150, ')')) == "no error");
  std::string sum = "x";
  for (int i = 0; i < 100000; ++i) sum += " - x";
  CHECK(message(sum) == "no error");
}

TEST_CASE("equation: exactly one =, positions count from its start") {
  CHECK(equation_message("y = b1*exp(-b2*time)") == "no error");
  CHECK(equation_message("y = time >= 1 ? b1 : b2") == "no error");
  CHECK(equation_message("y + b1") == "column 1: no '='; expected response = model, such as y = a*x + b");
  CHECK(equation_message("y == b1") == "column 1: no '='; expected response = model, such as y = a*x + b");
  CHECK(equation_message("y = b1 = b2") == "column 8: a second '='; expected one '=', and '==' for a comparison");
  CHECK(equation_message("y = b1*") ==
        "column 8: missing operand at the end; expected a number, a name, a function or '('");
  CHECK(equation_message(" = b1") == "column 2: the formula is empty; expected an expression such as a*exp(-b*x)");
}

TEST_CASE("equation: unknown names") {
  CHECK(equation_message("y = b1 + tme") == "column 10: 'tme' is neither a parameter nor a column; expected 'time'");
  CHECK(equation_message("y = B1 + time") == "column 5: 'B1' is neither a parameter nor a column; expected 'b1'");
  CHECK(equation_message("y = b1 + velocity") ==
        "column 10: 'velocity' is neither a parameter nor a column; expected one of b1, b2, time, y");
  CHECK(equation_message("y = b1 + sinh") ==
        "column 10: 'sinh' is neither a parameter nor a column; expected '(' after a function's "
        "name");
}

TEST_CASE("formula: random text parses or is refused, and never crashes") {
  const std::vector<std::string> parts = {"a",   "x",    "1",    "2.5",      "1e",   ".",     "e",    "(",    ")",
                                          "[",   "]",    "+",    "-",        "*",    "/",     "^",    "**",   ",",
                                          "exp", "exp(", "min(", "if(",      "pow(", "sqrt(", "<",    "<=",   ">",
                                          "==",  "!=",   "!",    "&&",       "||",   "and",   " or ", "not ", "?",
                                          ":",   " ",    "=",    "\xc3\xa9", "\x80", "$",     "1e9",  "x>1",  "log(x)"};
  // These two in turn make many formulas that are right.
  const std::vector<std::string> operands = {"a", "x", "2", "-x", "exp(-a*x)", "(x - a)", "if(x > a, a, x)", "sqrt(x"};
  const std::vector<std::string> operators = {"+", "-", "*", "/", "^", ")*", " > ", " ? a : "};
  std::mt19937 random(20240);
  int parsed = 0;
  for (int i = 0; i < 40000; ++i) {
    std::string text;
    const int length = static_cast<int>(random() % 12);
    for (int k = 0; k <= length; ++k) {
      switch (i % 4) {
        case 0:
          text += static_cast<char>(random() % 256);
          break;
        case 1:
          text += parts[random() % parts.size()];
          break;
        default:
          text += (k % 2 == 0 ? operands : operators)[random() % 8];
      }
    }
    CAPTURE(text);
    try {
      const Formula f = Formula::parse(text);
      const Formula y = Formula::parse("x");
      const FormulaModel model({text, y, f}, {{"a"}, {"x"}}, {{1.5, 2.0, -0.5}});
      const double a = 0.7;
      double residual[3], slope[3], curvature = 0.0;
      double* const jacobian[] = {slope};
      const double weight[] = {1.0, 2.0, 3.0};
      model.evaluate(&a, 0, 3, residual, jacobian);
      model.add_curvature(&a, 0, 3, weight, &curvature);
      model.first_non_finite(&a);
      ++parsed;
    } catch (const FormulaError& error) {
      CHECK(error.where.begin >= 0);
      CHECK(error.where.begin <= error.where.end);
      CHECK(error.where.end <= static_cast<int>(text.size()));
    }
  }
  CHECK(parsed > 1000);
}
