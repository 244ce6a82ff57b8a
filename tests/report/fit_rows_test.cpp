#include <thalweg/report/fit_rows.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using thalweg::FitRows;

namespace {

FitRows two_rows() {
  FitRows rows;
  rows.name = "first, of two";
  rows.response = "y";
  rows.columns = {"x", "fit"};
  rows.values = {{0.1, 1e-300}, {3.0, 4.0}};
  rows.fit = {1.0 / 3.0, -2.5};
  rows.residual = {0.5, NAN};
  return rows;
}

}  // namespace

TEST_CASE("rows as a table, letter by letter") {
  CHECK(to_csv(std::vector{two_rows()}) == "x,fit_,fit,residual\n0.1,3,0.3333333333333333,0.5\n1e-300,4,-2.5,\n");
  CHECK(to_csv(std::vector{two_rows()}, '\t') ==
        "x\tfit_\tfit\tresidual\n0.1\t3\t0.3333333333333333\t0.5\n1e-300\t4\t-2.5\t\n");
}

TEST_CASE("rows of several data sets name their set, and leave open what is not theirs") {
  FitRows other;
  other.name = "\"second\"";
  other.columns = {"t", "x"};
  other.values = {{7.0}, {8.0}};
  other.fit = {9.0};
  other.leverage = {0.25};
  CHECK(to_csv(std::vector{two_rows(), other}) ==
        "data,x,fit_,t,fit,residual,leverage\n\"first, of two\",0.1,3,,0.3333333333333333,0.5,\n"
        "\"first, of two\",1e-300,4,,-2.5,,\n\"\"\"second\"\"\",8,,7,9,,0.25\n");
}
