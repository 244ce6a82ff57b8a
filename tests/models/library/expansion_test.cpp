// Names of built-in models in equations: what they stand for, and what is refused.
#include <thalweg/models/model_library.hpp>

#include <doctest/doctest.h>

using thalweg::expand_model;
using thalweg::ExpandedModel;
using thalweg::FormulaError;

namespace {

const thalweg::ModelNames x_and_y = {{"x", "y"}, {}, {}, {}};

std::string error_of(const std::string& text, const thalweg::ModelNames& names = x_and_y) {
  try {
    expand_model(text, names);
  } catch (const FormulaError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a model is written out with its own names") {
  const ExpandedModel line = expand_model("y = linear", x_and_y);
  CHECK(line.equation == "y = (linear.slope*x + linear.intercept)");
  CHECK(line.notes == std::vector<std::string>{"the input of the model is column 'x'"});
  CHECK(expand_model("y = 2*decay(t - 5) + c", {{"t", "y"}, {}, {"c"}, {}}).equation ==
        "y = 2*(decay.amplitude*exp(-decay.rate*(t - 5))) + c");
  CHECK(expand_model("log(y) ~ linear(`T (K)`)", {{"T (K)", "y"}, {}, {}, {}}).equation ==
        "log(y) ~ (linear.slope*`T (K)` + linear.intercept)");
  CHECK(expand_model("y = a*x + b", x_and_y).equation == "y = a*x + b");
  CHECK(expand_model("y = a*x + b", x_and_y).terms.empty());
  CHECK(expand_model("v = michaelis_menten(s)", {{"s", "v"}, {}, {}, {}}).equation ==
        "v = (michaelis_menten.vmax*s/(michaelis_menten.km + s))");
}

TEST_CASE("models that occur twice are numbered") {
  const ExpandedModel two = expand_model("y = constant + decay + decay", x_and_y);
  CHECK(two.terms[0].prefix == "constant");
  CHECK(two.terms[1].prefix == "decay1");
  // decay2 is a model of its own.
  CHECK(two.terms[2].prefix == "decay_2");
  CHECK(expand_model("y = decay2 + decay2", x_and_y).terms[0].prefix == "decay2_1");
}

TEST_CASE("response and input that are not named") {
  const ExpandedModel both = expand_model("gaussian + constant", {{"wavelength", "counts", "err"}, {}, {}, {}});
  CHECK(both.equation.starts_with("counts = (gaussian.amplitude/"));
  CHECK(both.notes ==
        std::vector<std::string>{"the input of the model is column 'wavelength'", "the response is column 'counts'"});
  // y and x go before the order of the columns; sigma is no input.
  CHECK(expand_model("constant + linear", {{"y", "err", "t"}, {}, {}, {}}).equation ==
        "y = (constant.c) + (linear.slope*t + linear.intercept)");
  CHECK(expand_model("log(v) = linear", {{"w", "v", "t"}, {}, {}, "w"}).equation ==
        "log(v) = (linear.slope*t + linear.intercept)");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::vector<double>> values = {{nan}, {1.0}, {2.0}};
  CHECK(expand_model("linear", {{"name", "U (V)", "I"}, values, {}, {}}).equation ==
        "I = (linear.slope*`U (V)` + linear.intercept)");
}

TEST_CASE("a column or a parameter of the same name goes before a model") {
  const ExpandedModel column = expand_model("y = a*linear", {{"linear", "y"}, {}, {"a"}, {}});
  CHECK(column.equation == "y = a*linear");
  CHECK(column.notes == std::vector<std::string>{"'linear' is a column here, not the built-in model"});
  CHECK(expand_model("y = decay*x", {{"x", "y"}, {}, {"decay"}, {}}).terms.empty());
  // A function with as many arguments, too.
  CHECK(expand_model("y = a*voigt(x, s, g)", x_and_y).terms.empty());
  CHECK(expand_model("y = voigt(x)", x_and_y).terms.size() == 1);
}

TEST_CASE("places in the equation lead back to the text") {
  const std::string text = "y = gaussian + oops";
  const ExpandedModel model = expand_model(text, x_and_y);
  const int at = static_cast<int>(model.equation.find("oops"));
  const thalweg::TextRange source = model.source({at, at + 4});
  CHECK(source.begin == 15);
  CHECK(source.end == 19);
  const int inside = static_cast<int>(model.equation.find("sqrt"));
  CHECK(model.source({inside, inside + 4}).begin == 4);
}

TEST_CASE("a spline has knots") {
  const ExpandedModel two = expand_model("y = spline(x, 1, 3)", x_and_y);
  CHECK(two.equation == "y = (spline.value1 + (-0.5*spline.value1 + 0.5*spline.value2)*(x - (1)))");
  CHECK(error_of("y = spline(x, 1)") ==
        "column 5: a spline with 1 knot; expected 2 to 20 knots behind the input, spline(x, 0, 1, 2)");
  CHECK(error_of("y = spline(x, 1, 1)") ==
        "column 5: the knot 1 is not above the one before it; expected knots in ascending order");
  CHECK(error_of("y = spline(x, 1, k)") ==
        "column 5: the knot 'k' is no number; expected numbers behind the input, spline(x, 0, 1, 2)");
  CHECK(error_of("y = spline") ==
        "column 5: 'spline' stands without what it reads; expected spline(x, 0, 1, 2), its input and knots");
}

TEST_CASE("what is wrong with a call") {
  CHECK(error_of("y = gausian(x)") ==
        "column 5: unknown function 'gausian' (did you mean 'gaussian'?); expected a function or a built-in model "
        "(thalweg list models)");
  CHECK(error_of("y = gaussian(x, x)") == "column 5: 'gaussian' has 2 arguments; expected gaussian(x)");
  CHECK(error_of("y = gaussian()") == "column 5: 'gaussian' has an empty argument; expected gaussian(x)");
  CHECK(error_of("y = gaussian(x") == "column 13: '(' is never closed; expected a ')'");
  CHECK(error_of("y = competitive_inhibition") ==
        "column 5: 'competitive_inhibition' stands without what it reads; expected "
        "competitive_inhibition(substrate, inhibitor)");
  CHECK(error_of("y = gaussian", {{"y"}, {}, {}, {}}) ==
        "column 5: there is no column that 'gaussian' could read; expected its input, gaussian(t)");
  CHECK(error_of("gaussian", {{"x"}, {}, {}, {}}) ==
        "column 1: no '=', and no column that could be the response; expected response = model, such as y = gaussian");
  CHECK(error_of("y = sinh(x) + pow(x, 2)").empty());
}

TEST_CASE("formulas of the library are those of their inputs and parameters") {
  for (const thalweg::LibraryModel& model : thalweg::model_library()) {
    if (model.is_spline) continue;
    CAPTURE(model.name);
    const thalweg::Formula formula = thalweg::Formula::parse(model.formula);
    std::vector<std::string> expected = model.inputs, found;
    for (const auto& parameter : model.parameters) expected.push_back(parameter.name);
    if (model.name == "constant") expected = {"c"};
    for (const auto& name : formula.names()) found.push_back(name.name);
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    CHECK(found == expected);
  }
}
