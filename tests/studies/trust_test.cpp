// Answers that must not be given: converged where data of a small size are left, errors of what is not determined.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/studies/derived.hpp>
#include <thalweg/studies/model_comparison.hpp>
#include <thalweg/table/table.hpp>

using namespace thalweg;

namespace {

struct Solved {
  CurveFit fit;
  CurveProblem built;
  Result result;
  FitStatistics statistics;
};

Solved solved(const std::string& model, const std::string& parameters, const std::string& rows) {
  Solved s{read_toml("[model]\ny = \"" + model + "\"\n[parameters]\n" + parameters +
                         "[data]\ncolumns = [\"x\", \"y\"]\nrows = " + rows + "\n",
                     "f.toml", ""),
           {},
           {},
           {}};
  s.built = build_problem(s.fit);
  s.result = solve(s.built.problem);
  s.statistics = statistics(s.built.problem, s.result);
  return s;
}

const std::string four = "[[1, 2], [2, 3.1], [3, 3.9], [4, 5.2]]";

}  // namespace

TEST_CASE("data in small units are fitted from starts in others") {
  // Heat capacities per molecule, J/K: exactly 2e-19 + 3e-21 T, from starts of 1.
  std::string rows = "[";
  for (int T = 100; T <= 1200; T += 100)
    rows += (rows.size() > 1 ? ", [" : "[") + std::to_string(T) + ", " + std::to_string(200 + 3 * T) + "e-21]";
  const Solved s = solved("a + b*x + c*x^2", "a = 1\nb = 1\nc = 1\n", rows + "]");
  CHECK(s.result.x[1] == doctest::Approx(3e-21).epsilon(1e-4));
  CHECK(s.result.x[0] == doctest::Approx(2e-19).epsilon(1e-3));
}

TEST_CASE("a product of parameters is not determined, wherever the solve began") {
  const Solved line = solved("a*x + c", "a = 1\nc = 1\n", four);
  for (const char* start : {"a = 1\nb = 1\n", "a = 0.5\nb = 0.5\n", "a = 1\nb = 3\n", "a = 2\nb = 2\n"}) {
    CAPTURE(start);
    const Solved s = solved("a*b*x + c", std::string(start) + "c = 1\n", four);
    CHECK(std::isnan(s.statistics.parameters[0].standard_error));
    CHECK(std::isnan(s.statistics.parameters[1].standard_error));
    CHECK(s.statistics.degrees_of_freedom == 2);
    CHECK(s.statistics.parameters[2].standard_error ==
          doctest::Approx(line.statistics.parameters[1].standard_error).epsilon(1e-6));
  }
}

TEST_CASE("a derived quantity that does not exist leaves the others alone") {
  const Solved s = solved("a + b*x", "a = 1\nb = 1\n[derived]\nnone = \"1 / (a - a)\"\ntwice = \"2*a\"\n", four);
  const auto all = derived_quantities(s.fit, ParameterExpressions(s.fit), s.built, s.result.x, s.statistics);
  REQUIRE(all.size() == 2);
  CHECK(std::isnan(all[0].statistics.standard_error));
  CHECK(all[1].statistics.standard_error ==
        doctest::Approx(2.0 * s.statistics.parameters[0].standard_error).epsilon(1e-12));
}

TEST_CASE("models without an AICc are compared by AIC") {
  const std::string data = "[data]\ncolumns = ['x', 'y']\nrows = " + four + "\n";
  const CurveFit line = read_toml("[model]\ny = 'a + b*x'\n[parameters]\na = 1\nb = 1\n" + data, "f.toml", "");
  const CurveFit constant = read_toml("[model]\ny = 'a'\n[parameters]\na = 1\n" + data, "f.toml", "");
  const ModelComparison c = compare_models({line, constant}, {"line", "constant"}, {});
  CHECK(std::isnan(c.fits[0].report.statistics.aicc));
  CHECK(c.by_aic);
  CHECK(c.fits[0].model == "line");
  CHECK(c.fits[0].weight > 0.9);
}

TEST_CASE("a row below the header that cannot be cut is refused, not left out") {
  CHECK_THROWS_WITH_AS(DataTable::parse("x,y\n1,\"2\n2,3\n3,4.5\n4,6.1\n", "t.csv"),
                       "t.csv:2:3: a quote is not closed on its line; expected a closing \"", FileError);
}
