// Losses in problem files.
#include <doctest/doctest.h>

#include <string>

#include <thalweg/models/curve_fit.hpp>

using thalweg::CurveFit;
using thalweg::FileError;
using thalweg::read_toml;

namespace {

const std::string parameters = "[parameters]\na = 1\n", rows = "columns = ['y']\nrows = [[1], [2]]\n";
const std::string first = "[[data]]\nname = '1'\nmodel = 'y = a'\n" + rows;
const std::string second = "[[data]]\nmodel = 'y = a'\n" + rows;

std::string losses(const std::string& text) {
  try {
    const CurveFit fit = read_toml(text, "f.toml", ".");
    return to_string(fit.data[0].loss) + " " + to_string(fit.data[1].loss);
  } catch (const FileError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("losses: of a data set, or of all that name none") {
  CHECK(losses(parameters + first + second) == "trivial trivial");
  CHECK(losses(parameters + first + "loss = 'huber:1.5'\n" + second) == "huber:1.5 trivial");
  CHECK(losses(parameters + first + "loss = 'huber:1.5'\n" + second + "[fit]\nloss = '0.5*tukey:2'\n") ==
        "huber:1.5 0.5*tukey:2");
  CHECK(losses(parameters + first + "loss = 'trivial'\n" + second + "[fit]\nloss = 'cauchy'\n") == "trivial cauchy:1");
}

TEST_CASE("wrong losses are refused where they stand") {
  CHECK(losses(parameters + first + "loss = 'hubr:1'\n" + second) ==
        "f.toml:8:8: unknown loss 'hubr'; expected one of trivial, huber, soft-l1, cauchy, arctan, tukey, "
        "geman-mcclure, welsch, tolerant, barron");
  CHECK(losses(parameters + first + "loss = 'huber:x'\n" + second) ==
        "f.toml:8:8: loss 'huber:x' has 'x' for a number; expected huber:SCALE");
  CHECK(losses(parameters + first + "loss = 1.5\n" + second) ==
        "f.toml:8:8: 'loss' is a number; expected text in quotes");
  CHECK(losses(parameters + first + second + "[fit]\nloss = 'tukey:0'\n") ==
        "f.toml:13:8: loss tukey has the scale 0; expected a number from 1e-150 to 1e150");
}
