// [ode] in problem files: the exact words for each mistake.
#include <doctest/doctest.h>

#include <string>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

#include "support/toml_line.hpp"

using namespace thalweg;
using toml_line::error_of;

namespace {

const std::string valid = R"([model]
y = "A / V"

[parameters]
k = { start = 0.5 }
V = { start = 2 }

[ode]
dA = "-k * A"

[ode.initial]
A = 10

[[ode.event]]
state = "A"
add = "V"
time = 6

[data]
columns = ["t", "y"]
rows = [[0, 1], [2, 0.5], [5, 1]]
)";

std::string error_with(const std::string& part, const std::string& replacement) {
  std::string text = valid;
  const std::size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return error_of(text.replace(at, part.size(), replacement));
}

}  // namespace

TEST_CASE("[ode] is read") {
  const CurveFit fit = toml_line::read(valid);
  REQUIRE(fit.ode);
  REQUIRE(fit.ode->states.size() == 1);
  CHECK(fit.ode->states[0].name == "A");
  CHECK(fit.ode->states[0].derivative == "-k * A");
  CHECK(fit.ode->states[0].initial == "10");
  REQUIRE(fit.ode->events.size() == 1);
  CHECK(fit.ode->events[0].kind == OdeEvent::Kind::add);
  CHECK(fit.ode->events[0].time == 6.0);
  CHECK(fit.ode->from == 0.0);
}

TEST_CASE("names of [ode]") {
  CHECK(error_with("[ode.initial]\nA", "[ode.initial]\nB") ==
        "f.toml:12:1: unknown state 'B' in [ode.initial]; expected A");
  CHECK(error_with("[ode.initial]\nA = 10", "") ==
        "f.toml:9:1: state 'A' has no initial value; expected [ode.initial] with A = a number or a formula of "
        "parameters");
  CHECK(error_with("\"-k * A\"", "\"-k * B\"") ==
        "f.toml:9:12: dA names 'B', which is no state, parameter or time; expected A, k, V or t");
  CHECK(error_with("A = 10", "A = \"k * t\"") ==
        "f.toml:12:10: the initial value of 'A' names 't', which is no parameter; expected k or V");
  CHECK(error_with("dA =", "dk = \"1\"\ndA =") ==
        "f.toml:9:1: 'k' is both a state and a parameter or definition; expected distinct names");
  CHECK(error_with("dA =", "dt = \"1\"\ndA =") ==
        "f.toml:9:1: 't' is both a state and the time; expected distinct names");
  CHECK(error_with("dA =", "de = \"1\"\ndA =") ==
        "f.toml:9:1: state 'e' has a name that formulas cannot use; expected letters, digits and _, beginning with a "
        "letter, and not that of a constant");
  CHECK(error_with("\"y\"]", "\"A\"]") == "f.toml:9:1: 'A' is both a state and a column; expected distinct names");
  CHECK(error_with("y = \"A / V\"", "y = \"B / V\"") ==
        "f.toml:2:6: unknown column, parameter or state 'B'; expected k, V, A, t or y");
  CHECK(error_with("y = \"A / V\"", "y = \"k * t / V\"") ==
        "f.toml:8:1: no equation names a state of [ode]; expected A in a model");
  CHECK(error_with("dA =", "tiem = \"h\"\ndA =") ==
        "f.toml:9:1: unknown key 'tiem' (did you mean 'time'?) in [ode]; expected dA = \"-k * A\" for a state A, time, "
        "from, "
        "method, relative_tolerance, initial or event");
  CHECK(error_with("dA = \"-k * A\"", "") ==
        "f.toml:12:1: unknown state 'A' in [ode.initial]; expected a state of [ode]");
  CHECK(error_with("\"-k * A\"", "\"-k *\"").starts_with("f.toml:9:"));
}

TEST_CASE("times of [ode]") {
  CHECK(error_with("[[0, 1]", "[[-1, 1]") ==
        "f.toml:21:10: row 1, column 't' is -1, before the start of the integration; expected times from 0 on, or "
        "another "
        "from in [ode]");
  CHECK(error_with("dA =", "time = \"h\"\ndA =") ==
        "f.toml:20:1: data set 'data' observes a state but has no column 'h' of its times; expected one of t or y as "
        "time = "
        "\"...\" in [ode]");
  CHECK(error_with("dA =", "time = \"k\"\ndA =") ==
        "f.toml:9:8: 'k' is both the time of [ode] and a parameter or definition; expected distinct names; time = \"a "
        "column\" in [ode] "
        "names the time");
  CHECK(error_with("dA =", "relative_tolerance = 0.1\ndA =") ==
        "f.toml:9:22: relative_tolerance is 0.1; expected a number from 1e-13 to 0.001");
  CHECK(error_with("dA =", "method = \"rk\"\ndA =") == "f.toml:9:10: unknown method 'rk'; expected bdf or adams");
}

TEST_CASE("events of [ode]") {
  CHECK(error_with("state = \"A\"", "state = \"B\"") ==
        "f.toml:15:9: the event is of the unknown state 'B'; expected A");
  CHECK(error_with("time = 6", "time = \"lag\"") ==
        "f.toml:17:8: time of an event is text; expected a number; a time that is fitted is not supported");
  CHECK(error_with("time = 6", "time = -6") ==
        "f.toml:17:8: the event's time is -6; expected a time from the start of the integration on, 0");
  CHECK(error_with("time = 6", "from = 6\nto = 7") == "f.toml:17:8: 'from' in an event with add; expected time");
  CHECK(error_with("add = \"V\"\ntime = 6", "rate = 1\nfrom = 6\nto = 5") ==
        "f.toml:18:6: the rate ends at 5; expected a time later than 6");
  CHECK(error_with("time = 6", "time = 6\nset = 0") ==
        "f.toml:18:7: the event has two of add, set and rate; expected one of "
        "them");
  CHECK(error_with("add = \"V\"", "") ==
        "f.toml:14:1: the event has no add, set or rate; expected one of them, such as add = \"dose\"");
  CHECK(error_with("time = 6", "time = 6\nevery = 2") ==
        "f.toml:18:9: an event that is repeated has both every and count; expected every = 24, count = 5");
  CHECK(error_with("time = 6", "time = 6\ndata = [\"date\"]") ==
        "f.toml:18:9: the event is for the unknown data set 'date' (did you mean 'data'?); expected data");
  CHECK(error_with("add = \"V\"", "add = \"W\"") ==
        "f.toml:16:8: the event of 'A' names 'W', which is no state, parameter or time; expected A, k, V or t");
}

TEST_CASE("initial values of a data set") {
  CHECK(error_with("columns =", "initial = { B = 1 }\ncolumns =") ==
        "f.toml:20:13: unknown state 'B' in initial of data set 'data'; expected A");
  CHECK(error_of(
            "[model]\ny = 'a * x'\n[parameters]\na = 1\n[data]\ninitial = { A = 1 }\ncolumns = ['x', 'y']\nrows = [[1, "
            "1]]\n") ==
        "f.toml:6:13: initial values are given, but there are no differential equations; expected [ode]");
}

TEST_CASE("a build without SUNDIALS says so") {
  if (ode_available()) return;
  CHECK_THROWS_WITH_AS(
      build_problem(toml_line::read(valid)),
      "f.toml: this build has no integrator of differential equations, which [ode] needs; expected one made "
      "with -DTHALWEG_ODE=ON (SUNDIALS, Debian package libsundials-dev)",
      FileError);
}
