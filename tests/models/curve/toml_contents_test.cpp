// The Thalweg format: what it holds.
#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "support/toml_line.hpp"

using thalweg::CurveFit;
using toml_line::read;
using toml_line::valid;
using toml_line::with;

TEST_CASE("a TOML problem is read whole") {
  const CurveFit fit = read(valid);
  CHECK(fit.file == "f.toml");
  CHECK(fit.title == "A line");
  CHECK(fit.source == "made up");
  REQUIRE(fit.parameters.size() == 2);
  CHECK(fit.parameters[0].name == "a");
  CHECK(fit.parameters[0].starts == std::vector<double>{1, 2});
  CHECK(fit.parameters[0].certified->value == 0.5);
  CHECK(fit.parameters[0].certified->error == 0.1);
  CHECK(fit.parameters[1].starts == std::vector<double>{0.5, 0.5});  // one start serves both
  CHECK(fit.parameters[1].lower == 0.0);
  CHECK(std::isinf(fit.parameters[1].upper));
  CHECK_FALSE(fit.parameters[1].certified);
  REQUIRE(fit.data.size() == 1);
  CHECK(fit.data[0].name == "data");
  CHECK(fit.data[0].equation == "y = a + b * x");
  CHECK(fit.data[0].columns == std::vector<std::string>{"x", "y"});
  CHECK(fit.data[0].values[1] == std::vector<double>{2, 4.5, 6.25});
  CHECK(fit.data[0].sigma.empty());
  CHECK(fit.noise == thalweg::Noise::estimated);
  CHECK(fit.certified_residual_sum_of_squares == 1e-3);
}

TEST_CASE("parameters keep the order of the file, not of the alphabet") {
  const CurveFit fit = read(R"([parameters]
b10 = 1
b2 = 2
b1.start = 3
[parameters.b0]
start = 4
[model]
y = "b10 + b2*x + b1*x^2 + b0*x^3"
[data]
columns = ["y", "x"]
rows = [[1, 1], [2, 2], [3, 3], [4, 4]]
)");
  REQUIRE(fit.parameters.size() == 4);
  CHECK(fit.parameters[0].name == "b10");
  CHECK(fit.parameters[1].name == "b2");
  CHECK(fit.parameters[2].name == "b1");
  CHECK(fit.parameters[3].name == "b0");
  CHECK(fit.parameters[3].starts[0] == 4.0);
}

TEST_CASE("all that a parameter can say") {
  const CurveFit fit = read(with("b = { start = 0.5, lower = 0 }", R"([parameters.b]
start = 0.5
lower = -inf
upper = 10
prior = { mean = 1, sigma = 0.25 }
unit = "m"
description = "slope")"));
  const thalweg::FitParameter& b = fit.parameters[1];
  CHECK(b.lower == -std::numeric_limits<double>::infinity());
  CHECK(b.upper == 10.0);
  CHECK_FALSE(b.fixed);
  CHECK(b.prior->mean == 1.0);
  CHECK(b.prior->sigma == 0.25);
  CHECK(b.unit == "m");
  CHECK(b.description == "slope");
  CHECK(read(with("lower = 0", "fixed = true")).parameters[1].fixed);
  CHECK(read(with("lower = 0", "lower = 0.5, upper = 0.5")).parameters[1].fixed);
}

TEST_CASE("transformed responses, as a key and as an equation") {
  CHECK(read(with("y = \"a", "\"log(y)\" = \"a")).data[0].equation == "log(y) = a + b * x");
  CHECK(read(with("y = \"a", "equation = \"log(y) = a")).data[0].equation == "log(y) = a + b * x");
  CHECK(read(with("\"a + b * x\"", "\"\"\"a\n   + b * x\"\"\"")).data[0].equation == "y = a + b * x");
}

TEST_CASE("several data sets share parameters") {
  const CurveFit fit = read(R"([parameters]
a = 1
b = 1
c = 1
[model]
y = "a + b * x"
[[data]]
columns = ["y", "x", "s"]
rows = [[1, 2, 0.1], [2, 3, 0.2]]
sigma = "s"
[[data]]
name = "second"
model = "z = c + b * t"
columns = ["z", "t", "s"]
rows = [[1, 2, 0.1]]
sigma = "s"
[fit]
noise = "known"
)");
  REQUIRE(fit.data.size() == 2);
  CHECK(fit.data[0].name == "data1");
  CHECK(fit.data[0].equation == "y = a + b * x");
  CHECK(fit.data[1].name == "second");
  CHECK(fit.data[1].equation == "z = c + b * t");
  CHECK(fit.data[1].sigma == "s");
  CHECK(fit.noise == thalweg::Noise::known);
}
