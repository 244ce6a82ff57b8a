// The Thalweg format: the exact words for each mistake.
#include <thalweg/models/curve_fit.hpp>

#include <doctest/doctest.h>
#include <support/mutate.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "support/toml_line.hpp"

using thalweg::CurveFit;
using thalweg::FileError;
using thalweg::read_toml;
using toml_line::error_of;
using toml_line::error_with;
using toml_line::read;
using toml_line::valid;
using toml_line::with;

TEST_CASE("unknown keys are refused, with the nearest known one") {
  CHECK(error_with("title", "titel") ==
        "f.toml:1:1: unknown key 'titel' (did you mean 'title'?) at the top level; expected title, "
        "source, define, model, parameters, derived, constraints, ode, data, fit or certified");
  CHECK(error_with("lower = 0", "lowr = 0") ==
        "f.toml:9:20: unknown key 'lowr' (did you mean 'lower'?) in parameter 'b'; expected start, "
        "per, lower, upper, fixed, linear, prior, unit or description");
  CHECK(error_with("lower = 0", "prior = { mean = 1, sd = 2 }") ==
        "f.toml:9:40: unknown key 'sd' in prior of parameter 'b'; expected mean or sigma");
  CHECK(error_with("columns", "kolumns") ==
        "f.toml:12:1: unknown key 'kolumns' (did you mean 'columns'?) in [data]; expected name, "
        "model, columns, rows, file, sigma, sigma_x, correlation, weights, covariance, autocorrelation, noise, "
        "...");
  CHECK(error_with("[certified]", "[fit]\nnoises = 1\n[certified]") ==
        "f.toml:17:1: unknown key 'noises' (did you mean 'noise'?) in [fit]; expected noise or loss");
  CHECK(error_with("residual_sum", "residuel_sum") ==
        "f.toml:18:1: unknown key 'residuel_sum_of_squares' (did you mean "
        "'residual_sum_of_squares'?) in [certified]; expected a, b or residual_sum_of_squares");
  CHECK(error_with("error = 0.1", "eror = 0.1") ==
        "f.toml:17:20: unknown key 'eror' (did you mean 'error'?) in certified 'a'; expected value "
        "or error");
}

TEST_CASE("what is missing") {
  CHECK(error_of("title = 'x'\n") == "f.toml: there is no [parameters]; expected a problem file");
  CHECK(error_of("[parameters]\na = 1\n") == "f.toml: there is no [data]; expected a problem file");
  CHECK(error_of("") == "f.toml: is empty; expected a problem file");
  CHECK(error_of(" \n\t\n") == "f.toml: is empty; expected a problem file");
  CHECK(error_with("{ start = [1, 2] }", "{ lower = 0 }") ==
        "f.toml:8:1: parameter 'a' has no start; expected start = a number");
  CHECK(error_with("[1, 2] }", "[] }") == "f.toml:8:1: parameter 'a' has no start; expected start = a number");
  CHECK(error_with("[model]\ny = \"a + b * x\"", "") ==
        "f.toml:10:1: data set 'data' has no equation; expected [model], or model = \"y = ...\" in "
        "[data]");
  CHECK(error_with("y = \"a + b * x\"", "") ==
        "f.toml:4:1: [model] holds no equation; expected a line such as y = \"a * x\"");
  CHECK(error_with("columns = [\"x\", \"y\"]", "") ==
        "f.toml:11:1: data set 'data' has no columns; expected columns = [\"y\", \"x\"]");
  CHECK(error_with("[[1, 2], [2, 4.5],\n        [3, 6.25]]", "[]") ==
        "f.toml:11:1: there are no rows of data; expected at least one");
  CHECK(error_with("rows = [[1, 2], [2, 4.5],\n        [3, 6.25]]", "") ==
        "f.toml:11:1: data set 'data' has no rows; expected rows = [[...], ...] or file = "
        "\"x.csv\"");
  CHECK(error_of("model.y = '1'\n[parameters]\n[data]\ncolumns = ['y']\nrows = [[1]]\n") ==
        "f.toml:2:1: there are no parameters; expected at least one to fit");
}

TEST_CASE("values of the wrong kind") {
  CHECK(error_with("\"A line\"", "3") == "f.toml:1:9: 'title' is a number; expected text in quotes");
  CHECK(error_with("[1, 2] }", "\"1\" }") ==
        "f.toml:8:15: start of parameter 'a' is text; expected a number or a list of numbers");
  CHECK(error_with("[1, 2] }", "[1, true] }") ==
        "f.toml:8:19: a start of parameter 'a' is true or false; expected a number");
  CHECK(error_with("{ start = [1, 2] }", "[1, 2]") ==
        "f.toml:8:5: parameter 'a' is a list; expected a start, or { start = ... }");
  CHECK(error_with("lower = 0", "fixed = 1") ==
        "f.toml:9:28: fixed of parameter 'b' is a number; expected true or false");
  CHECK(error_with("lower = 0", "prior = 1") ==
        "f.toml:9:28: prior of parameter 'b' is a number; expected { mean = number, sigma = number "
        "}");
  CHECK(error_with("[2, 4.5]", "[2, \"4.5\"]") == "f.toml:13:21: row 2, column 'y' is text; expected a number");
  CHECK(error_with("[2, 4.5]", "[2, 1979-05-27]") ==
        "f.toml:13:21: row 2, column 'y' is a date or time; expected a number");
  CHECK(error_with("[2, 4.5]", "7") == "f.toml:13:17: row 2 is a number; expected rows such as [[1, 2], [3, 4]]");
  CHECK(error_with("[\"x\", \"y\"]", "\"x\"") ==
        "f.toml:12:11: 'columns' is text; expected a list of names, such as [\"y\", \"x\"]");
  CHECK(error_of("[parameters]\na = 1\n[model]\ny = 'a'\n[data]\n[[data]]\n") ==
        "f.toml:6:1: 'data' is given twice; expected each key once");
}

TEST_CASE("numbers that make no sense") {
  CHECK(error_with("lower = 0", "lower = 1") ==
        "f.toml:9:1: parameter 'b' starts at 0.5, outside its bounds; expected a start from 1 to "
        "inf");
  CHECK(error_with("lower = 0", "lower = 2, upper = 1") ==
        "f.toml:9:1: parameter 'b' has lower 2 above upper 1; expected lower <= upper");
  CHECK(error_with("lower = 0", "lower = nan") ==
        "f.toml:9:1: parameter 'b' has a bound that is nan; expected a number");
  CHECK(error_with("0.5, lower", "inf, lower") ==
        "f.toml:9:1: parameter 'b' has the start inf; expected a finite number");
  CHECK(error_with("lower = 0", "prior = { mean = 1, sigma = 0 }") ==
        "f.toml:9:1: parameter 'b' has a prior with sigma 0; expected a positive number");
  CHECK(error_with("lower = 0", "fixed = true, prior = { mean = 1, sigma = 1 }") ==
        "f.toml:9:1: parameter 'b' is fixed and has a prior; expected one of the two");
  CHECK(error_with("lower = 0", "lower = 0.5, upper = 0.5, prior = { mean = 1, sigma = 1 }") ==
        "f.toml:9:1: parameter 'b' is fixed and has a prior; expected one of the two");
  CHECK(error_with("start = 0.5", "start = [1, 2, 3]") ==
        "f.toml:8:1: parameter 'a' has 2 starts but 'b' has 3; expected as many starts for each "
        "parameter, or one for all");
  CHECK(error_with("6.25", "nan") ==
        "f.toml:14:13: row 3, column 'y' is nan; expected a finite number, or missing = \"skip\" in [data]");
  CHECK(error_with("6.25", "-inf") == "f.toml:14:13: row 3, column 'y' is -inf; expected a finite number");
  CHECK(error_with("6.25", "1e999") == "f.toml:14:13: the number 1e999 is too large; expected a number below 1.8e308");
  CHECK(error_with("6.25", "99999999999999999999") ==
        "f.toml:14:13: the integer 99999999999999999999 is too large; expected a decimal point, as "
        "in 99999999999999999999.0");
  CHECK(error_with("\"A line\"", "1e99999") ==
        "f.toml:1:9: the number 1e99999 is too large; expected a number below 1.8e308");
  CHECK(error_with("error = 0.1", "error = -1") ==
        "f.toml:17:28: error of certified 'a' is -1; expected a number that is not negative");
  CHECK(error_with("1e-3", "-1e-3") ==
        "f.toml:18:27: residual_sum_of_squares is -0.001; expected a number that is not negative");
}

TEST_CASE("rows and columns that do not fit") {
  CHECK(error_with("[2, 4.5]", "[2, 4.5, 6]") ==
        "f.toml:13:17: row 2 has 3 numbers but there are 2 columns; expected x and y");
  CHECK(error_with("[\"x\", \"y\"]", "[\"x\", \"x\"]") ==
        "f.toml:12:17: two columns are named 'x'; expected distinct names");
  CHECK(error_with("[\"x\", \"y\"]", "[\"a\", \"y\"]") ==
        "f.toml:8:1: 'a' is both a parameter and a column; expected distinct names");
  CHECK(error_with("columns = [\"x\", \"y\"]", "columns = [\"x\", \"y\"]\nsigma = \"s\"") ==
        "f.toml:13:9: sigma: unknown column 's'; expected x or y");
  CHECK(error_with("columns = [\"x\", \"y\"]", "columns = [\"x\", \"y\"]\nsigma = \"x\"") == "no error");
  CHECK(error_with("columns = [\"x\", \"y\"]\nrows = [[1, 2]",
                   "columns = [\"x\", \"y\"]\nsigma = \"x\"\nrows = [[0, 2]") ==
        "f.toml:14:10: row 1, column 'x' is 0; expected a positive standard deviation");
}

TEST_CASE("names in equations") {
  CHECK(error_with("a + b * x", "a + b * z") == "f.toml:5:14: unknown column or parameter 'z'; expected a, b, x or y");
  CHECK(error_with("y = \"a", "z = \"a") == "f.toml:5:1: unknown column 'z'; expected x or y");
  CHECK(error_with("y = \"a", "\"log(z)\" = \"a") == "f.toml:5:6: unknown column 'z'; expected x or y");
  CHECK(error_with("y = \"a", "equation = \"log(z) = a") == "f.toml:5:17: unknown column 'z'; expected x or y");
  CHECK(error_with("a + b * x", "a * x") ==
        "f.toml:9:1: parameter 'b' is not used by any equation; expected a parameter that some "
        "equation names");
  CHECK(error_with("b = {", "\"b c\" = {") ==
        "f.toml:9:1: parameter 'b c' has a name that formulas cannot use; expected letters, digits, "
        "_ and ., beginning with a letter, and not and, or, not");
  CHECK(error_with("b = {", "pi = {") == "f.toml:5:10: unknown column or parameter 'b'; expected a, pi, x or y");
  CHECK(error_with("b = {", "1 = {") == "f.toml:9:1: parameter '1' is not a name; expected a letter first");
  CHECK(error_with("y = \"a + b * x\"", "y = \"a + b * x\"\nx = \"a\"") ==
        "f.toml:6:1: [model] holds a second equation 'x'; expected one equation; several data sets "
        "name theirs in [[data]]");
  CHECK(error_of(with("[\"x\", \"y\"]", "[\"pi\", \"y\"]").replace(valid.find("* x"), 3, "*pi")) == "no error");
}

TEST_CASE("mistakes in a formula are shown at their character") {
  const auto place_of = [](const std::string& text) {
    try {
      read(text);
    } catch (const FileError& error) {
      return std::pair(error.line, error.column);
    }
    return std::pair(0, 0);
  };
  using Place = std::pair<int, int>;
  CHECK(place_of(with("a + b * x", "a + b * $x")) == Place(5, 14));
  CHECK(place_of(with("\"a + b * x\"", "'a + b * $x'")) == Place(5, 14));
  CHECK(place_of(with("y = \"a + b * x\"", "\"log(y\" = \"a + b * x\"")).first == 5);
  // With an escape or over several lines the string's own place is all that is known.
  CHECK(place_of(with("a + b * x", "a +\\t b * $x")) == Place(5, 5));
  CHECK(place_of(with("\"a + b * x\"", "\"\"\"a +\n b * $x\"\"\"")) == Place(5, 5));
}

TEST_CASE("counts") {
  CHECK(error_of(R"([parameters]
a = 1
b = 2
c = 3
[model]
y = "a + b*x + c*x^2"
[data]
columns = ["y", "x"]
rows = [[1, 2], [3, 4]]
)") == "f.toml:7:1: 3 parameters but only 2 rows of data; expected at least as many rows as "
       "parameters to fit");
  CHECK(error_of(R"([parameters]
a = 1
b = 2
c = { start = 3, prior = { mean = 1, sigma = 1 } }
d = { start = 3, fixed = true }
[model]
y = "a + b*x + c*x^2 + d"
[data]
columns = ["y", "x"]
rows = [[1, 2]]
)") == "f.toml:8:1: 3 free parameters but only 1 row of data and 1 prior; expected at least as "
       "many rows as parameters to fit");
}

TEST_CASE("several data sets that do not fit together") {
  const std::string head = "[parameters]\na = 1\n";
  const std::string set = "[[data]]\ncolumns = ['y']\nrows = [[1], [2]]\n";
  CHECK(error_of(head + set) ==
        "f.toml:3:1: data set 'data' has no equation; expected [model], or model = \"y = ...\" in "
        "[data]");
  CHECK(error_of(head + "[model]\ny = 'a'\n" + set + "model = 'y = a'\n") ==
        "f.toml:4:1: the equation in [model] is used by no data set; expected a data set without "
        "model = \"...\"");
  CHECK(error_of(head + "[model]\ny = 'a'\n" + set + "name = 's'\n" + set + "name = 's'\n") ==
        "f.toml:9:1: two data sets are named 's'; expected distinct names");
  CHECK(error_of(head + "[model]\ny = 'a'\n" + set + "[fit]\nnoise = 'known'\n") ==
        "f.toml:9:9: the noise is known but data set 'data' has no standard deviations; expected "
        "sigma, weights or a covariance in [data]");
  CHECK(error_of(head + "[model]\ny = 'a'\n" + set + "[fit]\nnoise = 'knwon'\n") ==
        "f.toml:9:9: unknown noise 'knwon' (did you mean 'known'?); expected known, estimated, "
        "estimated-per-data-set or poisson");
}

TEST_CASE("TOML's own errors speak our language") {
  CHECK(error_with("b = {", "a = {") == "f.toml:9:1: two parameters are named 'a'; expected distinct names");
  CHECK(error_with("lower = 0", "lower = 0, lower = 1") ==
        "f.toml:9:31: 'lower' is given twice; expected each key once");
  CHECK(error_of("[parameters.a]\nstart = 1\n[parameters.a]\nstart = 2\n") ==
        "f.toml:3:1: two parameters are named 'a'; expected distinct names");
  CHECK(error_with("0.5, lower", ".5, lower") ==
        "f.toml:9:15: unexpected '.' in a TOML floating-point; expected decimal digit");
  CHECK(error_with("[3, 6.25]]\n", "[3, 6.25]\n") ==
        "f.toml:16:1: unexpected '[' in a TOML array; expected comma or closing ']'");
  CHECK(
      error_with("[3, 6.25]]", "[ }") ==
      "f.toml:14:11: this is no TOML value; expected a value; a formula stands in double quotes, as in y = \"a * x\"");
  CHECK(error_of("title = \"x") == "f.toml:1:11: the file ends inside a TOML string; expected the rest of it");
}

TEST_CASE("keys and tables too deep for the parser are refused before") {
  const auto repeated = [](const std::string& part, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += part;
    return result;
  };
  const std::string many = "; expected keys such as parameters.a.start";
  const std::string key = repeated("a.", 200000) + "a";
  CHECK(error_of("\n  " + key + " = 1\n") == "f.toml:2:3: a key has more than 100 parts" + many);
  CHECK(error_of("\xEF\xBB\xBF" + key + " = 1\n") == "f.toml:1:1: a key has more than 100 parts" + many);
  CHECK(error_of("[" + key + "]\n") == "f.toml:1:2: a key has more than 100 parts" + many);
  CHECK(error_of("[[ " + key + "]]\n") == "f.toml:1:4: a key has more than 100 parts" + many);
  CHECK(error_of("x = \"\"\" \\\"\"\"\"\"\"\n" + key + " = 1\n") == "f.toml:2:1: a key has more than 100 parts" + many);
  CHECK(error_of("x = [{b = 1},\n { " + key + " = 1}]\n") == "f.toml:2:4: a key has more than 100 parts" + many);
  CHECK(error_of(repeated("\"a\" . ", 200) + "a = 1\n") == "f.toml:1:1: a key has more than 100 parts" + many);
  CHECK(error_of("x = " + repeated("[{ a.b = ", 200) + "1" + repeated(" }]", 200) + "\n") ==
        "f.toml:1:899: tables in tables are more than 100 deep" + many);
  // Dots of strings, comments and numbers are none of keys.
  const std::string dots = repeated(".", 200);
  CHECK(read(with("title = \"A line\"", "title = \"" + dots + "\" # " + dots)).title == dots);
  CHECK(read(with("title = \"A line\"", "title = '''" + dots + "\n\"'''")).title == dots + "\n\"");
  CHECK(read(with("title = \"A line\"", "title = \"\\\"" + dots + "\"")).title == "\"" + dots);
  CHECK(read(with("title = \"A line\"", "title = \"\"\"" + dots + "\"\"\"\"\"")).title == dots + "\"\"");
  CHECK(error_with("[1, 2]", "[" + repeated("1.5, ", 200) + "2.5]").find("201 starts") == std::string::npos);
}

TEST_CASE("quotes forgotten around a formula or its response") {
  const std::string hint = "a formula stands in double quotes, as in y = \"a * x\"";
  for (const std::string bare :
       {"a+b*x", "b*x", "2*x", "-a*x", "(a+b*x)", "t*x", "i*x", "n*x", "e^x", "1.5*x", "exp(x)"}) {
    const std::string error = error_with("\"a + b * x\"", bare);
    CHECK_MESSAGE(error.ends_with(hint), error);
    CHECK(error.starts_with("f.toml:5:"));
  }
  CHECK(error_with("\"a + b * x\"", "a*x") == "f.toml:5:5: this is no TOML value; expected a value; " + hint);
  for (const std::string bare : {"log(y)", "y/x", "y^2", "(y)", "2*y"}) {
    const std::string error = error_with("y = \"a", bare + " = \"a");
    CHECK_MESSAGE(error.ends_with("; a key with brackets or signs stands in quotes, as in \"log(y)\" = \"a * x\""),
                  error);
  }
}

TEST_CASE("what is not text") {
  CHECK(error_of(std::string("title = \"a\0b\"", 13)) ==
        "f.toml:1:11: is not text: byte 0x00; expected a problem file in UTF-8");
  CHECK(error_of("a = 1\n\xE9t\xE9 = 2\n") ==
        "f.toml:2:1: is not text: byte 0xe9 is not valid UTF-8; expected a problem file in UTF-8");
  CHECK(error_of("\xEF\xBB\xBF" + valid) == "no error");
  CHECK(error_of([] {  // carriage returns
          std::string text;
          for (const char c : valid) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
          return text;
        }()) == "no error");
}

TEST_CASE("a damaged TOML text is read or refused, nothing else") {
  std::mt19937 random(7);
  const std::string alphabet = "[]{}=\"'.,#\n\\ \t0123456789eE+-abxynif_\r\xC3\xA9*^()";
  int read_whole = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string text = test_support::mutate(valid, random, alphabet, 3, 20);
    try {
      const CurveFit fit = read(text);
      ++read_whole;
      for (const auto& column : fit.data[0].values) {
        CHECK(column.size() == fit.data[0].values[0].size());
      }
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).starts_with("f.toml:"));
    }
  }
  CHECK(read_whole > 100);
}
