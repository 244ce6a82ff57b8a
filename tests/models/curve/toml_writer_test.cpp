#include <thalweg/models/toml_writer.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using thalweg::CurveFit;
using thalweg::read_toml;
using thalweg::write_toml;

namespace {

constexpr const char* canonical = R"toml(title = "A \"line\""
source = "made up"

[model]
"log(y)" = "a + b * x"

[parameters]
a = { start = [1, 2], upper = 1e+20, prior = { mean = 0, sigma = 0.1 }, unit = "m" }
b = { start = 0.5, lower = 0.5, upper = 0.5, fixed = true, description = "c:\\d" }

[data]
name = "north"
columns = ["x", "y", "s e"]
sigma = "s e"
loss = "0.5*huber:1.5"
rows = [
  [0, 1, 0.1],
  [1e-300, 3.25, 2],
]

[fit]
noise = "known"

[certified]
a = { value = 1.5, error = 0.25 }
residual_sum_of_squares = 1e-07
)toml";

}  // namespace

TEST_CASE("a canonical text is written as it was read") {
  CHECK(write_toml(read_toml(canonical, "f.toml", ".")) == canonical);
}

TEST_CASE("numbers keep every bit") {
  CurveFit fit = read_toml(
      "[model]\ny = 'a * x'\n[parameters]\na = 1\n[data]\ncolumns = ['x', 'y']\n"
      "rows = [[1, 1]]\n",
      "f.toml", ".");
  for (const double v : {0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, 123456789012345678.0}) {
    fit.parameters[0].starts = {v};
    fit.data[0].values[0][0] = v;
    const CurveFit again = read_toml(write_toml(fit), "f.toml", ".");
    CHECK(again.parameters[0].starts[0] == v);
    CHECK(std::signbit(again.parameters[0].starts[0]) == std::signbit(v));
    CHECK(again.data[0].values[0][0] == v);
  }
}

TEST_CASE("several data sets carry their names and equations") {
  const CurveFit fit = read_toml(R"([parameters]
a = 1
[[data]]
model = "y = a * x"
columns = ["x", "y"]
rows = [[1, 1]]
[[data]]
name = "b\tc"
model = "z = a * t"
columns = ["t", "z"]
rows = [[1, 1]]
)",
                                 "f.toml", ".");
  const CurveFit again = read_toml(write_toml(fit), "f.toml", ".");
  REQUIRE(again.data.size() == 2);
  CHECK(again.data[0].name == "data1");
  CHECK(again.data[1].name == "b\tc");
  CHECK(again.data[1].equation == "z = a * t");
}

TEST_CASE("an equation whose spacing a key would change is kept as it is") {
  const CurveFit fit = read_toml(
      "[model]\nequation = 'y=a * x'\n[parameters]\na = 1\n[data]\n"
      "columns = ['x', 'y']\nrows = [[1, 1]]\n",
      "f.toml", ".");
  CHECK(write_toml(fit).find("equation = \"y=a * x\"\n") != std::string::npos);
  CHECK(read_toml(write_toml(fit), "f.toml", ".").data[0].equation == fit.data[0].equation);
}
