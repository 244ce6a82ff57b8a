// Fits from the field on which programs of this kind called a wrong answer converged, gave up in SI units, or climbed.
// The right sums of squares are those of MINPACK or of a scan, checked by a second program.
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/run.hpp"

using namespace command_test;
using nlohmann::json;

namespace {

struct Case {
  const char *name, *table, *model, *start, *more;
  double right;        // sum of squares
  bool must_converge;  // else: right, or not called converged
};

constexpr const char* broken_stick = "y = x < x0 ? k1*x+y0-k1*x0 : k2*x+y0-k2*x0";
const std::vector<Case> cases = {
    {"diode, hot start", "diode.csv", "y = b1*(exp(x/b2)-1)", "b1=1e-3,b2=0.015", "", 1.8261586421e-4, true},
    {"viral load, hot start", "viral.csv", "V2 = v0*(1-epi+epi*exp(-cl*(T2-t0)))", "v0=1e7,epi=0.9,cl=6.2,t0=8.7", "",
     1710505047.2, true},
    {"exponential, hot start", "lsq155.csv", "y = p1*exp(p2*t)", "p1=0.03,p2=16", "", 4.179990141, true},
    {"black body in SI units", "cmb.csv", "B = 2*6.626e-34/(3e8)^2*nu^3/(exp(6.626e-34/1.38e-23*nu/T)-1)", "T=1", "",
     1.84720603e-39, true},
    {"flux of 1e-44", "ast1e-44.csv", "f = A*exp(-0.5*(w-m)^2/s^2)", "A=1e-44,m=1.5,s=0.2", "", 8.682411084e-89, true},
    {"broken stick", "piece.csv", broken_stick, "x0=9000,y0=0.9,k1=1e-5,k2=1e-5", "", 2.3928114741e-4, true},
    {"broken stick, scattered starts", "piece.csv", broken_stick, "x0=9000,y0=1,k1=1,k2=1",
     "--lower x0=7228 --upper x0=10942 --starts 20", 2.3928114741e-4, true},
    {"Gaussian whose start misses the data", "g4.2e2.csv", "y = p0*exp(-(x-p1)^2/p2^2)", "p0=1,p1=0,p2=1", "",
     0.1290376294, false},
    {"double exponential", "disperse.csv", "Retention = exp(b0*exp(b1*Area^th))", "b0=3.82,b1=0.02,th=0.01", "",
     686.7802806, true},
    {"damped sine sampled at half periods", "damped.txt", "c2 = A*exp(-a*c1)*cos(b*c1)", "a=0.005,b=0.07,A=400", "",
     41.21518706, true},
};

struct Solved {
  int code = -1;
  std::string status, reason;
  double squares = 0.0, initial = 0.0;
  json whole;
};

Solved solved(const std::string& arguments) {
  const Outcome outcome = run(arguments + " --json -");
  CAPTURE(outcome.err);
  REQUIRE(!outcome.out.empty());
  Solved s{outcome.code, "", "", 0.0, 0.0, json::parse(outcome.out)};
  s.status = s.whole["status"];
  s.reason = s.whole["reason"];
  s.squares = 2.0 * s.whole["final_cost"].get<double>();
  s.initial = 2.0 * s.whole["initial_cost"].get<double>();
  return s;
}

Solved fit(const Case& c) {
  return solved(
      fmt::format("fit tests/field/curves/{} --model \"{}\" --start {} {}", c.table, c.model, c.start, c.more));
}

Solved attack(const std::string& file, const std::string& method) {
  return solved(fmt::format("solve tests/field/attack/{} --method {}", file, method));
}

}  // namespace

TEST_CASE("field: a fit ends at the right minimum, or is not called converged") {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Solved s = fit(c);
    CAPTURE(s.reason);
    CAPTURE(s.squares);
    const bool right = s.status == "converged" && s.squares <= c.right * (1.0 + 1e-6);
    if (c.must_converge)
      CHECK(right);
    else
      CHECK((right || (s.status != "converged" && s.code == 1)));
  }
}

TEST_CASE("field: a minimum at a kink is said to be one, and has intervals") {
  const Solved s = fit(cases[5]);
  CHECK(s.code == 0);
  CHECK(contains(s.reason, "at a kink in 'x0'"));
  for (const json& p : s.whole["parameters"])
    if (p["name"] == "x0") {
      CHECK(p["standard_error"].is_null());
      REQUIRE(p["interval"].is_array());
      CHECK(p["interval"][0].get<double>() < p["value"].get<double>());
      CHECK(p["interval"][1].get<double>() > p["value"].get<double>());
    }
}

TEST_CASE("field: no method climbs") {
  for (const char* method :
       {"gauss-newton", "dogleg", "subspace-dogleg", "lm", "levenberg", "newton", "newton-cg", "bfgs", "lbfgs", "ncg"})
    for (const char* file : {"cost-rises-gauss-newton.toml", "cost-rises-subspace.toml"}) {
      CAPTURE(method);
      CAPTURE(file);
      const Solved s = attack(file, method);
      CHECK(s.squares <= s.initial);
      CHECK((s.code == 0) == (s.status == "converged"));
    }
}

TEST_CASE("field: data of 1e-12 are fitted as data of 1 are, by every method") {
  // Not by levenberg: its damping λI weighs parameters in the units that they have.
  const Folder folder;
  const auto problem = [](double unit) {
    return fmt::format(
        "[model]\ny = \"a * exp(-b * x)\"\n[parameters]\na = {}\nb = 1\n[data]\ncolumns = [\"x\", \"y\"]\nrows = "
        "[[0, {}], [1, {}], [2, {}], [3, {}]]\n",
        unit, unit, 2.0 * unit, 3.1 * unit, 4.0 * unit);
  };
  for (const char* method : {"newton", "newton-cg", "lm", "dogleg", "subspace-dogleg", "bfgs", "lbfgs", "ncg"}) {
    CAPTURE(method);
    const auto at = [&](double unit) {
      return solved("solve '" + folder.write("units.toml", problem(unit)) + "' --method " + method);
    };
    const Solved one = at(1.0);
    CHECK(one.status == "converged");
    for (const double unit : {1e-44, 1e-12, 1e40}) {
      CAPTURE(unit);
      const Solved other = at(unit);
      CHECK(other.status == one.status);
      CHECK(other.squares / unit / unit == doctest::Approx(one.squares).epsilon(1e-8));
    }
  }
}

TEST_CASE("field: a straight line from 1e-15 is fitted by the doglegs") {
  for (const char* method : {"dogleg", "subspace-dogleg"}) {
    const Solved s = attack("dogleg-near-zero.toml", method);
    CAPTURE(s.reason);
    CHECK(s.status == "converged");
    CHECK(s.squares == doctest::Approx(0.059).epsilon(1e-9));
  }
}

TEST_CASE("field: a singular straight line is fitted by every method of residuals") {
  for (const char* method : {"lm", "levenberg", "dogleg", "subspace-dogleg", "gauss-newton"}) {
    CAPTURE(method);
    const Solved s = attack("singular-linear.toml", method);
    CAPTURE(s.reason);
    CHECK(s.status == "converged");
    CHECK(s.squares == doctest::Approx(0.059).epsilon(1e-9));
  }
}
