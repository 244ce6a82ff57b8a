// NIST's files: the traps of the format, and the exact words for each mistake.
#include <thalweg/models/curve_fit.hpp>

#include <doctest/doctest.h>
#include <support/mutate.hpp>

#include <cmath>
#include <random>
#include <string>

using thalweg::CurveFit;
using thalweg::FileError;
using thalweg::read_nist;

namespace {

const std::string valid = R"(Made for a test
Dataset Name:  Bend2             (Bend2.dat)
File Format:   Starting Values   (lines 8 to 9)
Data:          1 Response Variable  (y = bend)
Model:         Miscellaneous Class
               2 Parameters (b1 and b2)

               pi = 3.14159E0
               y = b1*arctan[x/pi]
                   + b2*x**2  +  e

          Starting values                  Certified Values

        Start 1     Start 2           Parameter     Standard Deviation
  b1 =   500         250           2.3894212918E+02  2.7070075241E+00
  b2 =    -0.0001     +0.0005      5.5015643181D-04  7.2668688436E-06

Residual Sum of Squares:                    1.2455138894E-01
Number of Observations:                            3

Data:   y               x
      10.07E0      77.6E0
      14.73E0     114.9E0
      17.94E0     141.1E0
)";

std::string error_of(const std::string& text) {
  try {
    read_nist(text, "f.dat");
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

std::string error_with(const std::string& part, const std::string& replacement) {
  std::string text = valid;
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return error_of(text.replace(at, part.size(), replacement));
}

}  // namespace

TEST_CASE("a NIST file is read whole") {
  const CurveFit fit = read_nist(valid, "f.dat");
  CHECK(fit.title == "Bend2");
  CHECK(fit.source == "NIST StRD nonlinear regression");
  REQUIRE(fit.data.size() == 1);
  // pi = ... skipped, brackets made round, lines joined, the error term dropped
  CHECK(fit.data[0].equation == "y = b1*arctan(x/pi) + b2*x**2");
  CHECK(fit.data[0].columns == std::vector<std::string>{"y", "x"});
  CHECK(fit.data[0].values[0] == std::vector<double>{10.07, 14.73, 17.94});
  CHECK(fit.data[0].values[1] == std::vector<double>{77.6, 114.9, 141.1});
  REQUIRE(fit.parameters.size() == 2);
  CHECK(fit.parameters[1].name == "b2");
  CHECK(fit.parameters[1].starts == std::vector<double>{-0.0001, 0.0005});
  CHECK(fit.parameters[1].certified->value == 5.5015643181e-04);
  CHECK(fit.parameters[1].certified->error == 7.2668688436e-06);
  CHECK(fit.certified_residual_sum_of_squares == 1.2455138894e-01);
}

TEST_CASE("a NIST file with one start and without sums") {
  std::string text = valid;
  text.erase(text.find("Residual Sum"), text.find("Data:   y") - text.find("Residual Sum"));
  text.replace(text.find("   250   "), 9, "         ");
  text.replace(text.find("+0.0005"), 7, "       ");
  const CurveFit fit = read_nist(text, "f.dat");
  CHECK(fit.parameters[0].starts == std::vector<double>{500});
  CHECK(std::isnan(fit.certified_residual_sum_of_squares));
}

TEST_CASE("malformed NIST files") {
  const std::string expected = "; expected a NIST StRD nonlinear-regression file";
  CHECK(error_of("") == "f.dat: is empty" + expected);
  CHECK(error_of("1 2\n3 4\n") == "f.dat: there is no line 'Model:'" + expected);
  CHECK(error_with("          Starting values", "          Beginnings") ==
        "f.dat: there is no heading 'Starting values'" + expected);
  CHECK(error_with("Data:   y  ", "Date:   y  ") == "f.dat: there is no line 'Data:' above the data" + expected);
  CHECK(error_with("y = b1*arctan[x/pi]\n                   +", "\n") ==
        "f.dat:5:1: there is no equation under 'Model:'; expected a line such as y = b1*x + e");
  CHECK(error_with("  b1 =   500         250           2.3894212918E+02  2.7070075241E+00\n  b2 =  "
                   "  -0.0001     +0.0005      5.5015643181D-04  7.2668688436E-06\n",
                   "") ==
        "f.dat:12:1: there are no starting values under this heading; expected lines such as b1 = "
        "500  250  "
        "238.94  2.7");
  CHECK(error_with("2.7070075241E+00", "") == "no error");  // one start less
  CHECK(error_with("2.3894212918E+02  2.7070075241E+00", "") ==
        "f.dat:15:6: parameter 'b1' has 2 numbers; expected one or two starts, the certified value "
        "and its "
        "standard deviation");
  CHECK(error_with("500  ", "five ") ==
        "f.dat:15:10: 'five' in the line of parameter 'b1' is not a number; expected a finite "
        "number");
  CHECK(error_with("1.2455138894E-01", "?") ==
        "f.dat:18:45: '?' for the residual sum of squares is not a number; expected a finite number");
  CHECK(error_with("b2 =", "b1 =") == "f.dat:16:3: two parameters are named 'b1'; expected distinct names");
  CHECK(error_with("Data:   y               x\n", "Data:\n") ==
        "f.dat:21:5: there are no names of columns after 'Data:'; expected names such as y x");
  CHECK(error_with("114.9E0", "many") == "f.dat:23:19: row 2, column 'x' is not a number: 'many'; expected a number");
  CHECK(error_with("114.9E0", "nan") == "f.dat:23:19: row 2, column 'x' is missing: 'nan'; expected a number");
  CHECK(error_with("114.9E0", "") == "f.dat:23:7: row 2 has 1 number but there are 2 columns; expected y and x");
  CHECK(error_with("      17.94E0     141.1E0\n", "") ==
        "f.dat:23: the file ends after 2 rows of data but speaks of 3 observations; expected the "
        "whole file");
  CHECK(error_with("      10.07E0      77.6E0\n      14.73E0     114.9E0\n      17.94E0     141.1E0\n", "") ==
        "f.dat:21:1: there are no rows of data; expected at least one");
}

TEST_CASE("mistakes in a NIST formula are shown where they are, on whichever line") {
  CHECK(error_with("x**2", "z**2") == "f.dat:10:25: unknown column or parameter 'z'; expected b1, b2, y or x");
  CHECK(error_with("y = b1", "w = b1") == "f.dat:9:16: unknown column 'w'; expected y or x");
  CHECK(error_with("+ b2*x**2", "") ==
        "f.dat:16:3: parameter 'b2' is not used by any equation; expected a parameter that some "
        "equation names");
}

TEST_CASE("a damaged NIST file is read or refused, nothing else") {
  std::mt19937 random(11);
  const std::string alphabet = "[]=:\n \t0123456789eED+-abxy_\r*^()";
  for (int i = 0; i < 3000; ++i) {
    const std::string text = test_support::mutate(valid, random, alphabet, 3, 60);
    try {
      const CurveFit fit = read_nist(text, "f.dat");
      CHECK(fit.parameters.size() > 0);
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).starts_with("f.dat:"));
    }
  }
}
