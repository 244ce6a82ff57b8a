// Definitions, tied parameters and derived quantities of curve fits.
#include <thalweg/studies/derived.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "support/toml_line.hpp"

using namespace thalweg;
using toml_line::error_of;

namespace {

const std::string problems = std::string(THALWEG_SOURCE_DIR) + "/problems/curves/";

struct Solved {
  CurveFit fit;
  CurveProblem built;
  Result result;
  FitStatistics statistics;
};

Solved solved(CurveFit fit) {
  Solved s{std::move(fit), {}, {}, {}};
  s.built = build_problem(s.fit);
  s.result = solve(s.built.problem);
  s.statistics = statistics(s.built.problem, s.result);
  REQUIRE(s.result.converged());
  return s;
}

std::vector<DerivedStatistics> derived(const Solved& s) {
  std::vector<DerivedStatistics> all;
  for (DerivedQuantity& q : derived_quantities(s.fit, ParameterExpressions(s.fit), s.built, s.result.x, s.statistics))
    all.push_back(std::move(q.statistics));
  return all;
}

std::string file(const std::string& middle, const std::string& model = "a * exp(-u)") {
  return "[model]\ny = \"" + model + "\"\n" + middle + "[data]\ncolumns = [\"x\", \"y\"]\n" +
         "rows = [[0, 2], [1, 1.2], [2, 0.8], [3, 0.4], [4, 0.3]]\n";
}

}  // namespace

// lmfit 1.1, minimize() with ftol = xtol = gtol = 1e-15 from the file's starts; its expressions tie and derive, the
// area as sqrt(2*pi)*width*3*h1, for lmfit takes a tied parameter in an expression as a constant. Its errors come from
// differences, so they have fewer digits than its values.
TEST_CASE("tied and derived quantities of the sodium doublet are lmfit's") {
  const Solved s = solved(read_curve_fit(problems + "sodium_doublet.toml"));
  const std::vector<DerivedStatistics> all = derived(s);
  REQUIRE(all.size() == 4);
  const double values[] = {588.9960374455996, 1018.2023348958867, 0.28190872518431737, 458.31711501939145};
  const double errors[] = {0.000785600841655473, 5.920283071205568, 0.0019075526070953463, 3.1652306587051315};
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(all[i].name);
    CHECK(all[i].value == doctest::Approx(values[i]).epsilon(1e-8));
    CHECK(all[i].standard_error == doctest::Approx(errors[i]).epsilon(1e-4));
  }
  CHECK(s.statistics.residual_sum_of_squares == doctest::Approx(6418.976136245476).epsilon(1e-10));
  CHECK(s.statistics.degrees_of_freedom == 56);
}

// A straight line in 1/T: closed form by numpy.linalg.lstsq, errors by the gradient's product with the covariance.
TEST_CASE("derived quantities of an Arrhenius line are those of the closed form") {
  const Solved s = solved(read_curve_fit(problems + "arrhenius.toml"));
  const std::vector<DerivedStatistics> all = derived(s);
  REQUIRE(all.size() == 3);
  CHECK(std::log(all[0].value) == doctest::Approx(31.2728972).epsilon(1e-8));
  CHECK(all[1].value == doctest::Approx(3.5869203862278165e-05).epsilon(1e-10));
  CHECK(all[1].standard_error == doctest::Approx(5.25239257855366e-07).epsilon(1e-7));
  CHECK(all[2].value == doctest::Approx(5.367860525372832).epsilon(1e-10));
  CHECK(all[2].standard_error == doctest::Approx(0.07860255525724043).epsilon(1e-7));
}

TEST_CASE("the profile of a derived quantity is that of a parameter in its place") {
  const Solved s = solved(read_toml(
      file("[parameters]\na = 2\nk = 0.5\n[derived]\nh = \"log(2) / k\"\n", "a * exp(-k * x)"), "f.toml", ""));
  const Solved direct =
      solved(read_toml(file("[parameters]\na = 2\nh = 1.4\n", "a * exp(-log(2) / h * x)"), "f.toml", ""));
  std::vector<DerivedQuantity> quantities =
      derived_quantities(s.fit, ParameterExpressions(s.fit), s.built, s.result.x, s.statistics);
  const Profile found = profile_derived(s.fit, ParameterExpressions(s.fit), s.result, quantities, {}, 0.95);
  REQUIRE(found.available());
  const std::vector<DerivedStatistics> all = {quantities[0].statistics};
  const Profile expected = profile(direct.built.problem, direct.result, direct.statistics);
  const ProfileInterval& h = expected.intervals[1];
  REQUIRE(all[0].profile.has_value());
  CHECK(all[0].value == doctest::Approx(direct.result.x[1]).epsilon(1e-9));
  CHECK(all[0].standard_error == doctest::Approx(direct.statistics.parameters[1].standard_error).epsilon(1e-7));
  CHECK(all[0].lower() == doctest::Approx(h.lower.value).epsilon(1e-6));
  CHECK(all[0].upper() == doctest::Approx(h.upper.value).epsilon(1e-6));
  CHECK(all[0].profile->upper.kind == ProfileEnd::threshold);
  // It is not the linear one.
  CHECK(std::abs(all[0].upper() - all[0].upper_interval) > 0.01 * all[0].standard_error);
}

TEST_CASE("a tied parameter is the same fit as the expression in its place") {
  const Solved tied = solved(read_toml(
      file("[parameters]\na = 2\nb = { expr = \"a / 4\" }\nk = 0.5\n[define]\nu = \"k * x + b\"\n"), "f.toml", ""));
  const Solved written =
      solved(read_toml(file("[parameters]\na = 2\nk = 0.5\n", "a * exp(-(k * x + a / 4))"), "f.toml", ""));
  CHECK(tied.result.x[0] == doctest::Approx(written.result.x[0]).epsilon(1e-12));
  CHECK(tied.result.final_cost == doctest::Approx(written.result.final_cost).epsilon(1e-12));
  CHECK(derived(tied)[0].standard_error ==
        doctest::Approx(0.25 * written.statistics.parameters[0].standard_error).epsilon(1e-9));
}

TEST_CASE("a quantity of what is not determined has no error; one of what is fixed has the error 0") {
  const Solved s = solved(
      read_toml(file("[parameters]\na = 2\nb = 1\nk = 0.5\nc = { start = 1, fixed = true }\n[derived]\nproduct = "
                     "\"a * b\"\nlone = \"2 * a\"\nrate = \"2 * k\"\nthree = \"3 * c\"\n",
                     "a * b * c * exp(-k * x)"),
                "f.toml", ""));
  const std::vector<DerivedStatistics> all = derived(s);
  CHECK(std::isnan(all[1].standard_error));
  CHECK(all[2].standard_error > 0.0);
  CHECK(all[3].value == 3.0);
  CHECK(all[3].standard_error == 0.0);
}

TEST_CASE("what is written reads back as the same fit") {
  for (const char* name : {"arrhenius.toml", "sodium_doublet.toml"}) {
    const CurveFit fit = read_curve_fit(problems + name);
    const CurveFit again = read_toml(write_toml(fit), "f.toml", "");
    const auto same = [](const std::vector<NamedExpression>& a, const std::vector<NamedExpression>& b) {
      REQUIRE(a.size() == b.size());
      for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].name == b[i].name);
        CHECK(a[i].expression == b[i].expression);
        CHECK(a[i].unit == b[i].unit);
        CHECK(a[i].description == b[i].description);
      }
    };
    same(fit.tied, again.tied);
    same(fit.definitions, again.definitions);
    same(fit.derived, again.derived);
  }
}

TEST_CASE("what is wrong with an expression, and where") {
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"k * (x\"\n")) ==
        "f.toml:7:10: 'u': '(' is never closed; expected ')'");
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"k * q\"\n")) ==
        "f.toml:7:10: unknown column or parameter 'q'; expected a, k, u, x or y");
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"v * x\"\nv = \"w\"\nw = \"k + u\"\n")) ==
        "f.toml:7:1: 'u' is defined by itself: u reads v, v reads w, w reads u; expected definitions that do not lead "
        "back to themselves");
  CHECK(error_of(file("[parameters]\na = { expr = \"2 * b\" }\nb = { expr = \"a\" }\nk = 1\n[define]\nu = \"k\"\n")) ==
        "f.toml:4:1: 'a' is defined by itself: a reads b, b reads a; expected definitions that do not lead back to "
        "themselves");
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"k\"\nv = \"k\"\n")) ==
        "f.toml:8:1: definition 'v' is not used by any equation; expected one that some equation names");
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"k\"\nk = 3\n")) ==
        "f.toml:8:1: 'k' is both a parameter and a definition; expected distinct names");
  CHECK(error_of(file("[parameters]\na = 2\nk = 1\n[define]\nu = \"k\"\nx = \"k\"\n")) ==
        "f.toml:8:1: 'x' is both a definition and a column; expected distinct names");
  CHECK(error_of(file("[parameters]\na = { expr = \"2 * x\" }\nk = 1\n[define]\nu = \"k\"\n")) ==
        "f.toml:4:19: tied parameter 'a' reads 'x', which is no parameter; expected k or u");
  CHECK(error_of(file("[parameters]\na = 1\nk = 1\n[define]\nu = \"k * x\"\n[derived]\nd = \"1 + u\"\n")) ==
        "f.toml:9:6: derived quantity 'd' reads 'u', which reads 'x', which is no parameter; expected a, k or u");
  CHECK(error_of(file("[parameters]\na = { expr = \"2 * k\", start = 1 }\nk = 1\n[define]\nu = \"k\"\n")) ==
        "f.toml:4:23: unknown key 'start' in 'a'; expected expr, unit or description");
  CHECK(error_of(file("[parameters]\na = 1\nk = 1\n[define]\nu = { unit = \"m\" }\n")) ==
        "f.toml:7:1: 'u' has no expression; expected expr = \"2*a + c\"");
  CHECK(error_of(file("[parameters]\na = 1\nk = 1\n[define]\nu = nan\n")) ==
        "f.toml:7:5: value of 'u' is nan; expected a finite number");
}
