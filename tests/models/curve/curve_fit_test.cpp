// The checks that all ways to a CurveFit share.
#include <thalweg/models/curve_fit.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using thalweg::CurveFit;
using thalweg::FileError;

namespace {

const std::string valid = R"([model]
y = "a + b * x"
[parameters]
a = 1
b = { start = 0.5, lower = 0 }
[data]
columns = ["x", "y"]
rows = [[1, 2], [2, 4.5], [3, 6.25]]
)";

}  // namespace

TEST_CASE("a curve fit put together by hand is checked alike") {
  const auto error_by_hand = [](const auto& change) -> std::string {
    CurveFit fit = thalweg::read_toml(valid, "f.toml", ".");
    fit.file = "t.csv";
    change(fit);
    try {
      thalweg::check_curve_fit(std::move(fit));
    } catch (const FileError& error) {
      return error.what();
    }
    return "no error";
  };
  CHECK(error_by_hand([](CurveFit&) {}) == "no error");
  CHECK(error_by_hand([](CurveFit& fit) {
          fit.data[0].columns[0] = "e";
          fit.data[0].equation = "y = a + b * e";
        }) == "no error");
  CHECK(error_by_hand([](CurveFit& fit) {
          fit.parameters[0].fixed = true;
          fit.parameters[0].prior = thalweg::FitParameter::Prior{};
        }) == "t.csv: parameter 'a' is fixed and has a prior; expected one of the two");
  CHECK(error_by_hand([](CurveFit& fit) { fit.data.clear(); }) == "t.csv: there is no data set; expected at least one");
  CHECK(error_by_hand([](CurveFit& fit) { fit.data[0].values.pop_back(); }) ==
        "t.csv: data set 'data' has 1 array; expected as many as names of columns: 2");
  CHECK(error_by_hand([](CurveFit& fit) { fit.data[0].values[1].pop_back(); }) ==
        "t.csv: data set 'data' has columns of 3 rows and of 2; expected columns of equal length");
  CHECK(error_by_hand([](CurveFit& fit) { fit.noise = thalweg::Noise::known; }) ==
        "t.csv: the noise is known but data set 'data' has no standard deviations; expected sigma, weights or a "
        "covariance");
}
