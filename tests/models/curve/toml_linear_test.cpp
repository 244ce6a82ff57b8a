// Parameters marked linear in problem files, and those that are found.
#include <doctest/doctest.h>

#include <string>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

using namespace thalweg;

namespace {

std::string file(const std::string& model, const std::string& a, const std::string& b) {
  return "[model]\ny = '" + model + "'\n[parameters]\na = { start = 1" + a + " }\nb = { start = 1" + b +
         " }\n[data]\ncolumns = ['y', 'x']\nrows = [[1, 0], [2, 1], [3, 2]]\n";
}

/// Which of a and b are marked, as "a", "b", "ab" or ""; or the message.
std::string marked(const std::string& text, bool detect = false) {
  try {
    CurveFit fit = read_toml(text, "f.toml", ".");
    fit.detect_linear = detect;
    const CurveProblem built = build_problem(fit);
    std::string names;
    for (std::size_t i = 0; i < 2; ++i)
      if (built.problem.linear()[i]) names += i == 0 ? "a" : "b";
    return names;
  } catch (const FileError& error) {
    return error.what();
  }
}

const std::string linear = ", linear = true";

}  // namespace

TEST_CASE("linear: marked in the file, found in the formula") {
  CHECK(marked(file("a * exp(-b * x)", linear, "")) == "a");
  CHECK(marked(file("a * exp(-b * x)", "", "")) == "");
  CHECK(marked(file("a * exp(-b * x)", "", ""), true) == "a");
  CHECK(marked(file("a + b * x", linear, linear)) == "ab");
  CHECK(marked(file("a + b * x", "", ""), true) == "ab");
  CHECK(marked(file("a * b * x + sin(a)", "", ""), true) == "b");
}

TEST_CASE("linear: what is not is refused") {
  CHECK(marked(file("a * exp(-b * x)", "", linear)) ==
        "f.toml: parameter 'b' is marked linear, but an equation is not linear in it; expected linear = false");
  CHECK(marked(file("a * b * x", linear, linear)) ==
        "f.toml: parameters 'a' and 'b' are marked linear, but an equation has their product; expected one of the two");
  CHECK(marked(file("a * exp(-b * x)", ", linear = 1", "")) ==
        "f.toml:4:27: linear of parameter 'a' is a number; expected true or false");
}
