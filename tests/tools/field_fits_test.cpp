// Fits that people in the field were misled by, as the command reports them.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "tools/run.hpp"

using command_test::contains;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

Outcome fit(const std::string& table, const std::string& model, const std::string& start,
            const std::string& more = "") {
  return run("fit tests/field/curves/" + table + " --model '" + model + "' --start " + start + " " + more);
}

}  // namespace

TEST_CASE("--starts names aliases, the most often found first") {
  const Outcome o = fit("t2m.csv", "T2m = m+a*sin(w*hour+p)", "m=0,a=1,w=0.26,p=0", "--starts 20 --json -");
  CHECK(o.code == 0);
  const json all = json::parse(o.out);
  const json& minima = all["multistart"]["minima"];
  REQUIRE(minima.size() >= 2);
  CHECK(all["final_cost"] == minima[0]["cost"]);
  CHECK(minima[0]["alias_of"].is_null());
  int aliases = 0;
  for (std::size_t i = 1; i < minima.size(); ++i) {
    if (minima[i]["alias_of"] != 1) continue;
    ++aliases;
    CHECK(minima[i]["found"].get<int>() <= minima[0]["found"].get<int>());
    CHECK(contains(minima[i]["relation"].get<std::string>(), "p → "));
  }
  CHECK(aliases >= 1);
  const Outcome text = fit("t2m.csv", "T2m = m+a*sin(w*hour+p)", "m=0,a=1,w=0.26,p=0", "--starts 20");
  CHECK(contains(text.out, "same curve as 1: "));
  CHECK(contains(text.out, "(aliases), by "));
}

TEST_CASE("a local minimum that is hardly better than the mean is called so, and --starts is named") {
  const Outcome alone = fit("sine.csv", "y = a*sin(w*x+p)", "a=1,w=3,p=0");
  CHECK(contains(alone.out, "note: "));
  CHECK(contains(alone.out, "--starts 20"));
}

TEST_CASE("an exponential that underflows in every row is named with a scale") {
  const Outcome o = fit("brice.csv", "D = a*exp(-b*r)", "a=1,b=1000", "--json -");
  const json all = json::parse(o.out);
  if (all["status"] != "converged" || all["statistics"]["r_squared"].get<double>() < 0.1) {
    std::string notes;
    for (const json& note : all["notes"]) notes += note.get<std::string>() + "\n";
    CHECK(contains(notes, "'exp(-b*r)' underflows in every row"));
    CHECK(contains(notes, "b = 1000 is out of scale, and 1 would not be"));
    CHECK(contains(notes, "--starts"));
  }
}

TEST_CASE("a flat logistic is said to be no better than the mean") {
  const Outcome o = fit("drc.csv", "response = c + (d-c)/(1+exp(b*(log(dose)-log(e0))))", "b=1,c=70,d=80,e0=1");
  CHECK(contains(o.out, "--starts 20"));
}

TEST_CASE("exact data are printed as such") {
  const Outcome o = fit("zerores.csv", "y = A/(1+exp(-(x-k)/w))", "A=1,k=10,w=3", "--json -");
  const json all = json::parse(o.out);
  CHECK(o.code == 0);
  CHECK(all["statistics"]["exact"] == true);
  for (const json& p : all["parameters"]) {
    CHECK(p["interval"][0].get<double>() < p["interval"][1].get<double>());
    CHECK(p["standard_error"].get<double>() >= 2.2e-16 * p["value"].get<double>());
  }
}

TEST_CASE("the list of minima is printed with as many digits as reproduce their curves") {
  const Outcome o = fit("unix.csv", "temp = m+a*sin(w*ts+p)", "m=15,a=3,w=7.27e-5,p=0", "--starts 4");
  const std::size_t row = o.out.find("\n        1  ");
  REQUIRE(row != std::string::npos);
  std::istringstream line(o.out.substr(row + 1, o.out.find('\n', row + 1) - row - 1));
  double rank = 0, cost = 0, found = 0, m = 0, a = 0, w = 0, p = 0;
  line >> rank >> cost >> found >> m >> a >> w >> p;
  std::istringstream table(command_test::read(THALWEG_SOURCE_DIR "/tests/field/curves/unix.csv"));
  std::string text;
  std::getline(table, text);
  double squares = 0.0;
  int rows = 0;
  for (; std::getline(table, text); ++rows) {
    const std::size_t comma = text.find(',');
    const double ts = std::stod(text), temp = std::stod(text.substr(comma + 1));
    squares += std::pow(m + a * std::sin(w * ts + p) - temp, 2);
  }
  REQUIRE(rows == 72);
  // A standard error raises Σr² by s²; the printed cost has six digits.
  CHECK(squares < 2.0 * cost * (1.0 + 1e-5) + 0.011 * 2.0 * cost / (rows - 4));
}
