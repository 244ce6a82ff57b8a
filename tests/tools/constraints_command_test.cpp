// [constraints] of problem files.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;
using nlohmann::json;

namespace {

std::string problem(const std::string& constraints, const std::string& more = "") {
  return "[model]\ny = \"a*exp(-k1*t) + b*exp(-k2*t)\"\n[parameters]\na = 0.5\nk1 = 2\nb = 0.5\nk2 = 0.2\n" +
         (constraints.empty() ? "" : "[constraints]\n" + constraints) +
         "[data]\ncolumns = [\"t\", \"y\"]\nrows = [[0, 1.02], [0.5, 0.62], [1, 0.45], [2, 0.29], [3, 0.23], [4, "
         "0.18], "
         "[6, 0.11], [8, 0.07]]\n" +
         more;
}

}  // namespace

TEST_CASE("constraints hold, and their multipliers are sensitivities") {
  const Folder folder;
  const auto cost = [&](double whole) {
    folder.write("p.toml", problem("whole = \"a + b = " + std::to_string(whole) + "\"\norder = \"k1 > k2\"\n"));
    return json::parse(run("solve p.toml --json -", folder.path()).out);
  };
  const json found = cost(1.0);
  CHECK(found["status"] == "converged");
  const json& whole = found["constraints"][0];
  CHECK(whole["name"] == "whole");
  CHECK(whole["expr"] == "a + b = 1.000000");
  CHECK(whole["active"] == true);
  CHECK(std::abs(whole["value"].get<double>()) < 1e-12);
  CHECK(found["constraints"][1]["active"] == false);
  CHECK(found["constraints"][1]["multiplier"] == 0.0);
  CHECK(found["parameters"][0]["value"].get<double>() + found["parameters"][2]["value"].get<double>() ==
        doctest::Approx(1.0).epsilon(1e-12));
  // Along the constraint a and b move together: their errors are equal.
  CHECK(found["parameters"][0]["standard_error"].get<double>() ==
        doctest::Approx(found["parameters"][2]["standard_error"].get<double>()).epsilon(1e-6));
  const double h = 1e-4;
  const double fall = (cost(1.0 - h)["final_cost"].get<double>() - cost(1.0 + h)["final_cost"].get<double>()) / (2 * h);
  CHECK(fall == doctest::Approx(whole["multiplier"].get<double>()).epsilon(1e-4));
}

TEST_CASE("an equality is the same as a tied parameter") {
  const Folder folder;
  folder.write("c.toml", problem("whole = \"a + b = 1\"\n"));
  std::string tied = problem("");
  tied.replace(tied.find("b = 0.5"), 7, "b = { expr = \"1 - a\" }");
  folder.write("t.toml", tied);
  const json constrained = json::parse(run("solve c.toml --json -", folder.path()).out),
             other = json::parse(run("solve t.toml --json -", folder.path()).out);
  CHECK(constrained["final_cost"].get<double>() == doctest::Approx(other["final_cost"].get<double>()).epsilon(1e-10));
  const auto parameter = [](const json& report, const std::string& name, const char* what) {
    for (const json& p : report["parameters"])
      if (p["name"] == name) return p[what].get<double>();
    return std::nan("");
  };
  for (const std::string name : {"a", "k1", "k2"}) {
    CAPTURE(name);
    CHECK(parameter(constrained, name, "value") == doctest::Approx(parameter(other, name, "value")).epsilon(1e-7));
    CHECK(parameter(constrained, name, "standard_error") ==
          doctest::Approx(parameter(other, name, "standard_error")).epsilon(1e-6));
  }
}

TEST_CASE("text, page and output have the constraints") {
  const Folder folder;
  folder.write("p.toml", problem("whole = \"a + b = 1\"\nslow = { expr = \"k2 >= 0.3\", description = \"x\" }\n"));
  const Outcome text = run("solve p.toml --report page.html --output q.toml", folder.path());
  CHECK(text.code == 0);
  CHECK(contains(text.out, "all 2 constraints hold"));
  CHECK(contains(text.out, "slow        k2 >= 0.3"));
  CHECK(contains(text.out, "The conditions of Karush, Kuhn and Tucker hold"));
  CHECK(contains(read(folder.path() / "page.html"), "<h2 id=\"constraints-heading\">Constraints</h2>"));
  CHECK(contains(read(folder.path() / "q.toml"), "[constraints]\nwhole = { expr = \"a + b = 1\" }\n"));
  const Outcome again = run("solve q.toml", folder.path());
  CHECK(again.code == 0);
  CHECK(contains(again.out, "all 2 constraints hold"));
}

TEST_CASE("constraints that contradict each other, or are no constraints") {
  const Folder folder;
  folder.write("p.toml", problem("one = \"a + b = 1\"\ntwo = \"a + b = 2\"\n"));
  const Outcome contradiction = run("solve p.toml", folder.path());
  CHECK(contradiction.code == 1);
  CHECK(contains(contradiction.out, "one and two do not hold"));
  const auto refused = [&](const std::string& constraints, const std::string& part, const std::string& options = "",
                           const std::string& more = "") {
    folder.write("p.toml", problem(constraints, more));
    const Outcome outcome = run("solve p.toml " + options, folder.path());
    CAPTURE(constraints);
    CHECK(outcome.code == (options.empty() ? 3 : 2));
    CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
  };
  refused("c = \"a + b\"\n", "p.toml:9:6: constraint 'c': nothing is compared; expected one = , < or >");
  refused("c = \"0 < a < 1\"\n", "a second comparison");
  refused("c = \"a + z = 1\"\n", "constraint 'c' reads 'z', which is no parameter");
  refused("c = \"t = 1\"\n", "constraint 'c' reads 't'");
  refused("c = 3\n", "p.toml:9:5");
  refused("c = \"a = 1\"\n", "does not heed the constraints", "--intervals posterior");
  refused("c = \"a = 1\"\n", "expected one of auto, augmented-lagrangian", "--constraint-method simplex");
  refused("", "--constraint-method is of constraints", "--constraint-method sqp");
  refused("c = \"a = 1\"\n", "does not heed the constraints", "--method adam");
  folder.write("p.toml", problem("c = \"a = 1\"\n"));
  const Outcome compared = run("compare p.toml", folder.path());
  CHECK(compared.code == 2);
  CHECK(contains(compared.err, "has constraints, which no method of a comparison heeds"));
}

TEST_CASE("every method under constraints comes to the same point, and says what it did") {
  const Folder folder;
  folder.write("p.toml", problem("whole = \"a + b = 1\"\nslow = \"k2 >= 0.3\"\n"));
  const json usual = json::parse(run("solve p.toml --json -", folder.path()).out);
  for (const std::string method : {"interior-point", "sqp"}) {
    CAPTURE(method);
    const json found = json::parse(run("solve p.toml --constraint-method " + method + " --json -", folder.path()).out);
    CHECK(found["status"] == "converged");
    CHECK(found["final_cost"].get<double>() == doctest::Approx(usual["final_cost"].get<double>()).epsilon(1e-10));
    CHECK(found["constraints"][1]["multiplier"].get<double>() ==
          doctest::Approx(usual["constraints"][1]["multiplier"].get<double>()).epsilon(1e-6));
    CHECK(contains(found["notes"].dump(), method + ": converged after"));
  }
}

TEST_CASE("profiles, the bootstrap and many starts heed constraints") {
  const Folder folder;
  folder.write("p.toml", problem("whole = \"a + b = 1\"\n"));
  folder.write("short.toml", problem("whole = \"a + b = 1\"\nlarge = \"a <= 0.62\"\n"));
  std::string tied = problem("");
  tied.replace(tied.find("b = 0.5"), 7, "b = { expr = \"1 - a\" }");
  folder.write("t.toml", tied);
  const auto ends = [&](const std::string& file) {
    const json found = json::parse(run("solve " + file + " --intervals profile --json -", folder.path()).out);
    return found["parameters"][0]["interval"].get<std::vector<double>>();
  };
  const auto constrained = ends("p.toml"), other = ends("t.toml");
  CHECK(constrained[0] == doctest::Approx(other[0]).epsilon(1e-5));
  CHECK(constrained[1] == doctest::Approx(other[1]).epsilon(1e-5));
  REQUIRE(constrained[1] > 0.62);
  CHECK(ends("short.toml")[1] == doctest::Approx(0.62).epsilon(1e-5));  // no further than the constraint lets it
  const json drawn = json::parse(run("solve p.toml --intervals bootstrap --samples 200 --json -", folder.path()).out);
  CHECK(drawn["parameters"][0]["interval_kind"] == "bootstrap");
  const json many = json::parse(run("solve p.toml --starts 5 --json -", folder.path()).out);
  CHECK(many["status"] == "converged");
  for (const json& minimum : many.at("multistart").at("minima")) {
    const auto x = minimum.at("parameters").get<std::vector<double>>();
    CHECK(x[0] + x[2] == doctest::Approx(1.0).epsilon(1e-9));
  }
}

TEST_CASE("tables have constraints on the command line, which hold in each group") {
  const Folder folder;
  folder.write("d.csv", "t,y,who\n0,1.0,a\n1,1.4,a\n2,2.1,a\n3,2.4,a\n0,0.1,b\n1,1.2,b\n2,1.8,b\n3,3.1,b\n");
  const std::string model = "fit d.csv --model \"y = p + q*t\" --start p=1,q=1 ";
  const json one = json::parse(run(model + "--constrain \"p + q = 1.6\" --json -", folder.path()).out);
  CHECK(one["status"] == "converged");
  CHECK(one["constraints"][0]["name"] == "p + q = 1.6");
  const json groups = json::parse(
      run(model + "--group who --shared q --constrain \"top: p <= 0.6\" --constrain \"q > 0\" --json -", folder.path())
          .out);
  CHECK(groups["status"] == "converged");
  REQUIRE(groups["constraints"].size() == 3);
  CHECK(groups["constraints"][0]["name"] == "top[a]");
  CHECK(groups["constraints"][0]["active"] == true);
  CHECK(groups["constraints"][1]["name"] == "top[b]");
  CHECK(groups["constraints"][1]["active"] == false);
  const Outcome unknown = run(model + "--constrain \"p + z = 1\"", folder.path());
  CHECK(unknown.code == 2);
  CHECK_MESSAGE(contains(unknown.err, "--constrain \"p + z = 1\": there is no parameter 'z'; expected p or q"),
                unknown.err);
  CHECK(run(model + "--constrain \"p\"", folder.path()).code == 2);
  CHECK(run(model + "--constrain \"p = 1\" --constrain \"p = 1\"", folder.path()).code == 2);
}

TEST_CASE("constraints go with errors in the inputs") {
  const Folder folder;
  folder.write("d.csv", "t,y\n0,1.0\n1,1.4\n2,2.1\n3,2.4\n4,3.2\n");
  const json found = json::parse(run("fit d.csv --model \"y = p + q*t\" --start p=1,q=1 --sigma-x 0.1 --sigma 0.1 "
                                     "--constrain \"p + q = 1.6\" --json -",
                                     folder.path())
                                     .out);
  CHECK(found["status"] == "converged");
  CHECK(found["parameters"][0]["value"].get<double>() + found["parameters"][1]["value"].get<double>() ==
        doctest::Approx(1.6).epsilon(1e-10));
}

TEST_CASE("R² under constraints is that of the response with its sigma") {
  const Folder folder;
  std::string table = "x,y\n";
  for (int i = 0; i < 20; ++i)
    table += std::to_string(0.25 * i) + "," + std::to_string(0.6 * std::exp(-0.3 * i) + 0.4 + 0.01 * (i % 3)) + "\n";
  folder.write("d.csv", table);
  const std::string fit = "fit d.csv --model \"y = a*exp(-k*x) + c\" --start a=1,k=1,c=0.1 --sigma 0.02 --json - ";
  const json plain = json::parse(run(fit, folder.path()).out),
             constrained = json::parse(run(fit + "--constrain \"a < 10\"", folder.path()).out);
  CHECK(constrained["statistics"]["r_squared"].get<double>() ==
        doctest::Approx(plain["statistics"]["r_squared"].get<double>()).epsilon(1e-9));
  CHECK(constrained["statistics"]["residual_sum_of_squares"].get<double>() ==
        doctest::Approx(plain["statistics"]["residual_sum_of_squares"].get<double>()).epsilon(1e-9));
}

TEST_CASE("under constraints 'converged' is said where they hold and the gradient of the Lagrangian vanishes") {
  const Folder folder;
  std::string table = "x,y\n";
  for (int i = 0; i < 40; ++i) {
    const double x = 5.0 * i / 39.0;
    table += std::to_string(x) + "," +
             std::to_string(0.6 * std::exp(-1.5 * x) + 0.45 * std::exp(-0.4 * x) + 0.01 * std::sin(37.0 * i)) + "\n";
  }
  folder.write("d.csv", table);
  const std::string fit = "fit d.csv --model \"y = a*exp(-k*x) + b*exp(-m*x)\" --json - --start ";
  const char* const hard[] = {
      "a=0.499,b=16.573,k=0.101,m=13.642 --constrain \"k=4*m\" --constrain \"a/b=2\"",
      "a=1.159,b=13.816,k=1.39,m=0.327 --constrain \"a*k+b*m=1\" --constrain \"a+k<=1.5\" --constrain \"a-b>=0.1\"",
      "a=1.319,b=0.7,k=6.822,m=17.352 --constrain \"a*k+b*m=1\" --constrain \"a+b+k+m<=2\" --constrain \"k=4*m\"",
      "a=0.387,b=5.578,k=13.695,m=12.96 --constrain \"sqrt(a)<=0.8\" --constrain \"k*m<=0.3\"",
      "a=1.432,b=12.769,k=11.804,m=11.699 --constrain \"a+b+k+m<=2\" --constrain \"sin(a)+cos(b)=1.6\""};
  for (const char* const problem : hard)
    for (const std::string method : {"augmented-lagrangian", "interior-point", "sqp"}) {
      CAPTURE(problem);
      CAPTURE(method);
      const Outcome outcome = run(fit + problem + " --constraint-method " + method, folder.path());
      CHECK((outcome.code == 0 || outcome.code == 1));
      const json found = json::parse(outcome.out);
      if (found["status"] != "converged") continue;
      for (const json& c : found["constraints"]) {
        const std::string expr = c["expr"];
        const double value = c["value"].get<double>();
        CHECK((expr.find("<=") == std::string::npos && expr.find(">=") == std::string::npos ? std::abs(value) : value) <
              1e-6);
      }
    }
}
