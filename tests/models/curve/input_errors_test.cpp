// Errors of inputs in problem files.
#include <doctest/doctest.h>

#include <string>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/toml_writer.hpp>

using namespace thalweg;

namespace {

/// A file of columns x, t, y, dx, dt, dy and r, whose equation begins in line 2 and whose [data] holds `more` in
/// line 10.
std::string file(const std::string& equation, const std::string& more,
                 const std::string& row = "1, 2, 3, 0.1, 0.2, 0.3, 0.5") {
  return "[model]\nequation = '" + equation + "'\n[parameters]\na = { start = 1 }\nb = { start = 1 }\n[data]\n" +
         "columns = ['x', 't', 'y', 'dx', 'dt', 'dy', 'r']\nrows = [[3, 1, 2, 0.1, 0.2, 0.3, 0], [2, 3, 1, 0.1, 0.2, "
         "0.3, 0],\n[" +
         row + "]]\n" + more + "\n";
}

/// The inputs with errors and their standard deviations, or the message.
std::string read(const std::string& text) {
  try {
    const CurveFit fit = read_toml(text, "f.toml", ".");
    build_problem(fit);
    std::string found;
    for (const InputError& each : fit.data[0].input_errors)
      found += (found.empty() ? "" : " ") + each.input + "=" + each.sigma;
    if (!fit.data[0].correlation.empty()) found += " r=" + fit.data[0].correlation;
    return found;
  } catch (const FileError& error) {
    return error.what();
  }
}

const std::string line = "y = a + b * x", plane = "y = a * x + b * t", circle = "0 = (x / a)^2 + (t / b)^2 - 1";

}  // namespace

TEST_CASE("sigma_x: a column, a number, one for each input; a correlation") {
  CHECK(read(file(line, "sigma_x = 'dx'")) == "x=dx");
  CHECK(read(file(line, "sigma_x = 0.25")) == "x=0.25");
  CHECK(read(file(line, "sigma_x = { x = 'dx' }\nsigma = 'dy'\ncorrelation = 'r'")) == "x=dx r=r");
  CHECK(read(file(line, "sigma_x = 'dx'\nsigma = 'dy'\ncorrelation = -0.5")) == "x=dx r=-0.5");
  CHECK(read(file(plane, "sigma_x = { t = 'dt', x = 0.1 }")) == "t=dt x=0.1");
  CHECK(read(file(plane, "sigma_x = { t = 'dt' }")) == "t=dt");
  CHECK(read(file(circle, "sigma_x = 0.1")) == "x=0.1 t=0.1");
  CHECK(read(file(circle, "sigma_x = { x = 'dx' }")) == "x=dx");
  CHECK(read(file("log(y) = a + b * x", "sigma_x = 'dx'")) == "x=dx");
  CHECK(read(file(line, "sigma_x = '0.1 * x + 0.01'")) == "x=0.1 * x + 0.01");
  CHECK(read(file("y = a + b * u", "sigma_x = 'dx'\n[define]\nu = 'log(x)'")) == "x=dx");
  CHECK(read(file(circle, "sigma_x = 0.1\n[fit]\nnoise = 'known'")) == "x=0.1 t=0.1");
}

TEST_CASE("what is written reads back the same") {
  const CurveFit fit = read_toml(file(line, "sigma_x = 'dx'\nsigma = 'dy'\ncorrelation = 0.5"), "f.toml", ".");
  const std::string text = write_toml(fit);
  CHECK(text.find("sigma_x = { x = \"dx\" }\ncorrelation = \"0.5\"\n") != std::string::npos);
  CHECK(read(text) == "x=dx r=0.5");
}

TEST_CASE("wrong errors of inputs are refused where they stand") {
  CHECK(read(file(line, "sigma_x = 'dz'")) ==
        "f.toml:10:11: sigma_x: unknown column 'dz' (did you mean 'dx'?); expected x, t, y, dx, dt, dy or r");
  CHECK(read(file(line, "sigma_x = 0")) == "f.toml:10:11: sigma_x is 0; expected a positive standard deviation");
  CHECK(read(file(line, "sigma_x = true")) ==
        "f.toml:10:11: 'sigma_x' is true or false; expected a column, a number or a formula of columns");
  CHECK(read(file(line, "sigma_x = {}")) == "f.toml:10:11: sigma_x is empty; expected sigma_x = { x = \"dx\" }");
  CHECK(read(file(line, "sigma_x = 'y'")) ==
        "f.toml:10:11: sigma_x of 'x' is 'y', which is no standard deviation; expected another column, a number or a "
        "formula");
  CHECK(read(file(line, "sigma_x = { t = 'dt' }")) ==
        "f.toml:10:13: sigma_x names 't', which the equation does not use; expected x");
  CHECK(read(file(line, "sigma_x = { q = 'dt' }")) == "f.toml:10:13: sigma_x names an unknown column 'q'; expected x");
  CHECK(read(file(line, "sigma_x = { y = 'dy' }")) ==
        "f.toml:10:13: sigma_x names 'y', the response; expected sigma for its standard deviation");
  CHECK(read(file(plane, "sigma_x = 'dx'")) ==
        "f.toml:10:11: sigma_x is one error, but the equation has the inputs x and t; expected names, such as "
        "sigma_x = { x = 0.1, t = 0.1 }");
  CHECK(read(file("y = a + b", "sigma_x = 'dx'")) ==
        "f.toml:10:11: sigma_x is given, but the equation has no input; expected a column in it");
  CHECK(read(file("y = a * x + b * t * dx * r", "sigma_x = { x = 1, t = 1, dx = 1, r = 1 }")) ==
        "f.toml:10:13: sigma_x names 4 inputs; expected at most 3");
  CHECK(read(file(line, "sigma_x = 'dx'", "1, 2, 3, -0.1, 0.2, 0.3, 0.5")) ==
        "f.toml:9:11: row 3, column 'dx' is -0.1; expected a positive standard deviation");
}

TEST_CASE("what has residuals of its own does not go with errors of inputs") {
  const std::string has = "f.toml:10:11: data set 'data' has errors in x and ";
  CHECK(read(file(line, "sigma_x = 'dx'\nsigma = 'dy'\n[fit]\nnoise = 'estimated-per-data-set'")) ==
        has + "noise that is estimated per data set; expected one of the two");
  CHECK(read(file(line, "sigma_x = 'dx'\nautocorrelation = 0.5")) ==
        has + "an autocorrelation; expected one of the two");
}

TEST_CASE("equations that hold exactly need errors of their inputs, and no others") {
  CHECK(read(file(circle, "")) ==
        "f.toml:2:13: the response is a constant; expected a column, or for an implicit equation sigma_x, the standard "
        "deviations of its inputs");
  CHECK(read(file(circle, "sigma_x = 0.1\nsigma = 'dy'")) ==
        "f.toml:11:9: the response is a constant, which has no error; expected sigma_x alone");
}

TEST_CASE("wrong correlations are refused") {
  CHECK(
      read(file(line, "correlation = 'r'")) ==
      "f.toml:10:15: there is a correlation but no sigma_x; expected both, the correlation of the errors of input and "
      "response");
  CHECK(read(file(line, "sigma_x = 'dx'\ncorrelation = 'r'")) ==
        "f.toml:11:15: correlation needs the standard deviations of the response, too; expected sigma");
  CHECK(read(file(line, "sigma_x = 'dx'\nsigma = 'dy'\ncorrelation = 1")) ==
        "f.toml:12:15: correlation is 1; expected a correlation between -1 and 1");
  CHECK(read(file(line, "sigma_x = 'dx'\nsigma = 'dy'\ncorrelation = 'r'", "1, 2, 3, 0.1, 0.2, 0.3, 1.5")) ==
        "f.toml:9:26: row 3, column 'r' is 1.5; expected a correlation between -1 and 1");
  CHECK(read(file("log(y) = a + b * x", "sigma_x = 'dx'\nsigma = 'dy'\ncorrelation = 'r'")) ==
        "f.toml:12:15: correlation needs a response that is a column; expected an equation such as y = a + b * x");
  CHECK(read(file(plane, "sigma_x = { x = 'dx', t = 1 }\nsigma = 'dy'\ncorrelation = 'r'")) ==
        "f.toml:12:15: correlation is given beside the errors of several inputs; expected one input");
}

TEST_CASE("with errors in the inputs no parameter is linear") {
  const std::string text = file(line, "sigma_x = 'dx'");
  std::string marked = text;
  marked.replace(marked.find("b = { start = 1"), 15, "b = { start = 1, linear = true");
  CHECK(read(marked) ==
        "f.toml:5:1: parameter 'b' is marked linear, but with errors in the inputs no parameter is; expected linear = "
        "false");
  CurveFit fit = read_toml(text, "f.toml", ".");
  fit.detect_linear = true;
  CHECK_THROWS_WITH_AS(build_problem(fit),
                       "f.toml: no parameter is linear with errors in the inputs; expected no detection of linear ones",
                       FileError);
}

TEST_CASE("a column that is named as the error of an input, and not read, is said") {
  const CurveFit fit = read_toml(file(line, "sigma = 'dy'"), "f.toml", ".");
  REQUIRE(fit.notes.size() == 1);
  CHECK(fit.notes[0] ==
        "column 'dx' is not read; if it holds standard deviations of 'x', sigma_x = \"dx\" in [data] counts the errors "
        "of both variables");
}
