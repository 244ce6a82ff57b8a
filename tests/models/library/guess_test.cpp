// Starts that are guessed: what a user says of them, what is shared, what cannot be guessed.
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "models/library/trials.hpp"

#include <doctest/doctest.h>

using thalweg::CurveFit;
using thalweg::FileError;
using thalweg::read_toml;

namespace {

/// A problem file with this model, these lines of parameters and 40 rows of y = f(x), x from 0 to 10.
template <class F>
std::string file(const std::string& model, const std::string& parameters, const F& f) {
  std::string text = "[model]\n" + model + "\n" + parameters + "[data]\ncolumns = [\"x\", \"y\"]\nrows = [";
  for (int i = 0; i < 40; ++i)
    text += fmt::format("[{}, {}],", static_cast<double>(i) / 4.0, f(static_cast<double>(i) / 4.0) + 0.0);
  return text + "]\n";
}

double peak(double x) { return 20.0 * std::exp(-(x - 6.0) * (x - 6.0) / 0.5) + 3.0; }

std::string error_of(const std::string& text) {
  try {
    read_toml(text, "f.toml", "");
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

double start_of(const CurveFit& fit, const std::string& name) {
  for (const auto& parameter : fit.parameters)
    if (parameter.name == name) return parameter.starts.at(0);
  FAIL("no parameter " << name);
  return 0.0;
}

}  // namespace

TEST_CASE("a problem file needs no parameters, and may say something of some") {
  const CurveFit fit = read_toml(file("y = \"gaussian + constant\"", "", peak), "f.toml", "");
  REQUIRE(fit.parameters.size() == 4);
  CHECK(fit.parameters[0].name == "gaussian.amplitude");
  CHECK(fit.parameters[2].lower == 0.0);
  CHECK(start_of(fit, "gaussian.center") == doctest::Approx(6.0).epsilon(0.01));
  CHECK(start_of(fit, "constant.c") == doctest::Approx(3.0).epsilon(0.01));
  // Quoted, dotted, and as a table of their own.
  for (const char* parameters : {"[parameters]\n\"gaussian.sigma\" = { start = 0.7, upper = 2 }\n",
                                 "[parameters]\ngaussian.sigma = { start = 0.7, upper = 2 }\n",
                                 "[parameters.gaussian]\nsigma = { start = 0.7, upper = 2 }\n"}) {
    const CurveFit some = read_toml(file("y = \"gaussian + constant\"", parameters, peak), "f.toml", "");
    CHECK(start_of(some, "gaussian.sigma") == 0.7);
    CHECK(some.parameters[2].lower == 0.0);
    CHECK(some.parameters[2].upper == 2.0);
  }
  const CurveFit own =
      read_toml(file("y = \"scale*gaussian + c\"", "[parameters]\nscale = { start = 2, fixed = true }\nc = 3\n", peak),
                "f.toml", "");
  CHECK(own.parameters[0].name == "scale");
  CHECK(start_of(own, "gaussian.amplitude") == doctest::Approx(10.0 * std::sqrt(std::acos(-1.0) * 0.5)).epsilon(0.05));
}

TEST_CASE("what is written reads back as the same fit") {
  const CurveFit fit = read_toml(file("y = \"gaussian + constant\"", "", peak), "f.toml", "");
  const CurveFit again = read_toml(thalweg::write_toml(fit), "g.toml", "");
  REQUIRE(again.parameters.size() == fit.parameters.size());
  CHECK(again.data[0].equation == fit.data[0].equation);
  for (std::size_t i = 0; i < fit.parameters.size(); ++i) {
    CHECK(again.parameters[i].name == fit.parameters[i].name);
    CHECK(again.parameters[i].starts == fit.parameters[i].starts);
    CHECK(again.parameters[i].lower == fit.parameters[i].lower);
  }
}

TEST_CASE("equal peaks are numbered from the left, unless something is said of one") {
  const auto two = [](double x) {
    return 5.0 * std::exp(-2.0 * (x - 3.0) * (x - 3.0)) + 9.0 * std::exp(-2.0 * (x - 7.0) * (x - 7.0));
  };
  const CurveFit fit = read_toml(file("y = \"gaussian + gaussian\"", "", two), "f.toml", "");
  CHECK(start_of(fit, "gaussian1.center") == doctest::Approx(3.0).epsilon(0.01));
  CHECK(start_of(fit, "gaussian2.center") == doctest::Approx(7.0).epsilon(0.01));
  const CurveFit said =
      read_toml(file("y = \"gaussian + gaussian\"", "[parameters]\ngaussian1.center = 7\n", two), "f.toml", "");
  CHECK(start_of(said, "gaussian1.center") == 7.0);
  CHECK(start_of(said, "gaussian2.center") == doctest::Approx(3.0).epsilon(0.01));
}

TEST_CASE("a parameter of a model may be tied") {
  const auto two = [](double x) {
    return 5.0 * std::exp(-2.0 * (x - 3.0) * (x - 3.0)) + 9.0 * std::exp(-2.0 * (x - 7.0) * (x - 7.0));
  };
  const CurveFit fit = read_toml(
      file("y = \"gaussian + gaussian\"", "[parameters]\ngaussian2.sigma = { expr = \"gaussian1.sigma\" }\n", two),
      "f.toml", "");
  CHECK(fit.parameters.size() == 5);
  CHECK(start_of(fit, "gaussian2.center") == doctest::Approx(7.0).epsilon(0.01));
}

TEST_CASE("each group has a start of its own for what is per group") {
  std::string text =
      "[model]\ny = \"gaussian + constant\"\n[parameters]\ngaussian.center = { per = \"group\" }\n"
      "gaussian.amplitude = { per = \"group\" }\n[data]\ngroup = \"g\"\ncolumns = [\"x\", \"y\", \"g\"]\nrows = [";
  for (const double center : {2.0, 5.0, 8.0})
    for (double x = 0.0; x <= 10.0; x += 0.25)
      text += fmt::format("[{}, {}, {}],", x, 1.0 + center * std::exp(-(x - center) * (x - center)), center);
  const CurveFit fit = read_toml(text + "]\n", "f.toml", "");
  for (const auto& parameter : fit.parameters) {
    if (parameter.name != "gaussian.center") continue;
    REQUIRE(parameter.group_starts.size() == 3);
    for (std::size_t g = 0; g < 3; ++g)
      CHECK(parameter.group_starts[g].second == doctest::Approx(2.0 + 3.0 * static_cast<double>(g)).epsilon(0.01));
  }
  CHECK(start_of(fit, "gaussian.sigma") == doctest::Approx(std::sqrt(0.5)).epsilon(0.01));
}

TEST_CASE("a start that cannot be guessed") {
  const auto level = [](double) { return 3.0; };
  CHECK(
      error_of(file("y = \"gaussian + constant\"", "", level)) ==
      "f.toml:3:1: no start can be guessed for 'gaussian': the rest of the model leaves nothing of the response to it, "
      "or the input 'x' is far out of its range; expected starts of its parameters (start = ... in [parameters])");
  const std::string equal = "[data]\ncolumns = [\"x\", \"y\"]\nrows = [[1, 1], [1, 2], [1, 3], [1, 4], [1, 5]]\n";
  CHECK(
      error_of("[model]\ny = \"gaussian\"\n" + equal) ==
      "f.toml:3:1: no start can be guessed for 'gaussian': 'x' is 1 in every row, the model has 3 parameters; expected "
      "more of them, or starts of its parameters (start = ... in [parameters])");
  CHECK(error_of("[model]\ny = \"power_law\"\n[data]\ncolumns = [\"x\", \"y\"]\nrows = [[-1, 1], [1, 2], [2, 3]]\n") ==
        "f.toml:3:1: no start can be guessed for 'power_law': 'x' is -1 somewhere; expected no value below 0 (start = "
        "... "
        "in [parameters])");
  CHECK(error_of("[model]\ny = \"gaussian\"\n[data]\ncolumns = [\"x\", \"y\"]\nrows = [[1, 1], [2, 2]]\n") ==
        "f.toml:3:1: 3 parameters but only 2 rows of data; expected at least as many rows as parameters to fit");
  CHECK(error_of("[model]\ny = \"a*x\"\n" + equal) == "f.toml: there is no [parameters]; expected a problem file");
  CHECK(error_of("[model]\ny = \"gaussian\"\n[parameters]\ngaussian.width = 1\n" + equal) ==
        "f.toml:4:10: parameter 'gaussian.width' is not used by any equation; expected a parameter that some equation "
        "names");
  CHECK(error_of("[model]\ny = \"gausian\"\n" + equal) ==
        "f.toml: there is no [parameters], and no built-in model 'gausian' (did you mean 'gaussian'?); expected a "
        "problem file");
}

TEST_CASE("many rows are looked at in part, and found all the same") {
  trials::Case c{"gaussian + linear", {30.0, 6.2, 0.05, -1.5, 80.0}, 0, 10, 0.1, 20000};
  CHECK(trials::outcome(c, trials::noisy(c, 2)).reached());
}
