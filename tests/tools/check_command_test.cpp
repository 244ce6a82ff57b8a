// thalweg check: what it prints of broken problems, word for word, and what it returns.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

const std::string rows = "[[0.5, 2.9], [1, 2.5], [1.5, 2.1], [2, 1.9], [3, 1.4], [4, 1.1]]";
const std::string years = "[[1950, 1], [1955, 3], [1960, 2], [1965, 5], [1970, 4], [1975, 6], [1980, 8]]";

std::string problem(const std::string& title, const std::string& model, const std::string& parameters,
                    const std::string& data) {
  return "title = '" + title + "'\n[model]\ny = '" + model + "'\n[parameters]\n" + parameters +
         "\n[data]\ncolumns = ['x', 'y']\nrows = " + data + "\n";
}

std::string plan(int parameters, const std::string& memory) {
  return "\n  plan\n"
         "  method         levenberg-marquardt\n"
         "  linear solver  dense-qr (" +
         std::to_string(parameters) + (parameters == 1 ? " parameter" : " parameters") +
         ": a dense factor is small, and QR keeps the most digits)\n"
         "  memory         about " +
         memory + "\n";
}

struct Broken {
  std::string title, model, parameters, data;
  std::string findings, plan;
};

// clang-format off
const std::vector<Broken> broken = {
    {"a parameter that cancels", "a*exp(-b*x) + c - c", "a = 1\nb = 1\nc = 2", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'c' enters no residual: whatever the value, nothing changes.
   Leave it out, or fix it.
)", plan(3, "1.8 kB")},
    {"a product", "a*b*exp(-c*x)", "a = 1\nb = 2\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'b' enter only as a·b.
   Fix one of them, or write one parameter in place of a·b.
)", plan(3, "1.8 kB")},
    {"a sum", "(a + b)*exp(-c*x)", "a = 1\nb = 2\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'b' enter only as a + b.
   Fix one of them, or write one parameter in place of a + b.
)", plan(3, "1.8 kB")},
    {"a product of exponentials", "exp(a)*exp(b)*x^c", "a = 1\nb = 1\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'b' enter only as a + b.
   Fix one of them, or write one parameter in place of a + b.
)", plan(3, "1.8 kB")},
    {"a quotient", "a/b*exp(-c*x)", "a = 1\nb = 2\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'b' enter only as a/b.
   Fix one of them, or write one parameter in place of a/b.
)", plan(3, "1.8 kB")},
    {"a factor that is an exponential, too", "a*exp(-b*x + c)", "a = 1\nb = 1\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'c' enter only as a·exp(c).
   Fix one of them, or write one parameter in place of a·exp(c).
)", plan(3, "1.8 kB")},
    {"a line with a factor too many", "a*(b + c*x)", "a = 1\nb = 1\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a', 'b' and 'c' enter only through a·b and a·c.
   Fix one of them, or write two parameters in place of a·b and a·c.
)", plan(3, "1.8 kB")},
    {"a shift that a factor mends", "a*exp(-b*(x - c))", "a = 1\nb = 0.4\nc = 0.5", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. With the others held still, 'a' and 'c' enter only as a·exp(0.4·c).
   Fix one of them, or give one of them a prior.
)", plan(3, "1.8 kB")},
    {"the logarithm of a negative number", "a*log(b - x)", "a = 1\nb = 2.5", rows,
     R"(f.toml: 6 residuals, 2 parameters

1. Not finite at the start: data, row 5: 'log(b - x)' is nan.
   Choose another start, at which every residual and derivative is finite.
)", plan(2, "1.2 kB")},
    {"a logarithm that is negative nearby", "a*log(b - x)", "a = 1\nb = 4.5", rows,
     R"(f.toml: 6 residuals, 2 parameters

1. Not finite near the start, at 'b' = 3.916: data, row 6: 'log(b - x)' is nan (and so at 6 of the 8
   points looked at).
   Set bounds on 'b' that keep away from there, or start farther off: steps into it are lost.
)", plan(2, "1.2 kB")},
    {"no influence at the start", "a*exp(-b*x) + c", "a = 0\nb = 1\nc = 1", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'b' has no influence at the start (the derivatives are zero there), but nearby it has.
   Choose another start.
)", plan(3, "1.8 kB")},
    {"a plateau", "a*exp(-b*x) + c", "a = 1\nb = 3000\nc = 1", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. 'a' and 'b' have no influence at the start or near it (the derivatives are zero), but far away
   they have.
   Choose another start, off this plateau.
)", plan(3, "1.8 kB")},
    {"starts alike", "a*exp(-b*x) + c*exp(-d*x)", "a = 1\nb = 0.5\nc = 1\nd = 0.5", rows,
     R"(f.toml: 6 residuals, 4 parameters

1. 'a' and 'c' cannot be told apart at the start, though around it they can: there, changing them
   together in the ratio 1 : -1 changes no residual, to first order.
   Choose another start, in which they differ: from this one a solve may never tell them apart.
2. 'b' and 'd' cannot be told apart at the start, though around it they can: there, changing them
   together in the ratio 1 : -1 changes no residual, to first order.
   Choose another start, in which they differ: from this one a solve may never tell them apart.
)", plan(4, "2.5 kB")},
    {"extreme scaling", "a*exp(-b*x) + 1e-20*c*x", "a = 1\nb = 1\nc = 1", rows,
     R"(f.toml: 6 residuals, 3 parameters

1. At the start 'c' changes the residuals less than rounding: 8e-20 of what 'a' does.
   Check the units of the data and of the start; if they are right, fix or leave out what has no
   weight.
)", plan(3, "1.8 kB")},
    {"a stationary start", "(a^2 - 1)*x", "a = 0", rows,
     R"(f.toml: 6 residuals, 1 parameter

1. The gradient is zero at the start, but it is no minimum: the cost is 48.67 there, and 38.21 at a
   point nearby.
   Choose another start: from this one a method that follows the gradient does not move.
)", plan(1, "768 bytes")},
    {"years as they are", "a + b*x + c*x^2 + d*x^3 + g*x^4", "a = 1\nb = 1\nc = 1e-3\nd = 1e-6\ng = 1e-9", years,
     R"(f.toml: 7 residuals, 5 parameters

1. 'a', 'b', 'c', 'd' and 'g' can hardly be told apart at the start: the condition number of the
   Jacobian is 5.6e+10, so that rounding leaves about five of the 16 digits of a step.
   If they multiply powers of x, use (x - mean)/width for x; if their terms die away within the
   data, start nearer; or leave some of them out.
)", plan(5, "3.3 kB")},
    {"every parameter fixed", "a*exp(-b*x)", "a = { start = 1, fixed = true }\nb = { start = 1, lower = 1, upper = 1 }", rows,
     R"(f.toml: 6 residuals, 2 parameters (2 fixed)

1. Every parameter is fixed: there is nothing to solve.
   Let at least one of them move.
note: 'b': fixed, since lower = upper
)", ""},
};
// clang-format on

}  // namespace

TEST_CASE("check of broken problems, word for word") {
  const Folder folder;
  for (const Broken& b : broken) {
    CAPTURE(b.title);
    folder.write("f.toml", problem(b.title, b.model, b.parameters, b.data));
    const Outcome o = run("check f.toml", folder.path());
    CHECK(o.out == b.title + "\n" + b.findings + b.plan);
    CHECK(o.err.empty());
    CHECK(o.code == 1);
  }
}

TEST_CASE("check of a sound problem") {
  const Outcome o = run("check problems/curves/decay.toml");
  CHECK(o.out == R"(Exponential decay to a constant
problems/curves/decay.toml: 31 residuals, 3 parameters

no findings
)" + plan(3, "5.4 kB"));
  CHECK(o.err.empty());
  CHECK(o.code == 0);
}

TEST_CASE("no alarm on NIST's problems, from both starts, nor on the shipped curves") {
  int checked = 0;
  for (const char* folder : {"/problems/nist", "/problems/curves"})
    for (const auto& entry : command_test::files::directory_iterator(std::string(THALWEG_SOURCE_DIR) + folder)) {
      if (entry.path().extension() != ".toml") continue;
      const bool both = entry.path().parent_path().filename() == "nist";
      for (int start = 1; start <= (both ? 2 : 1); ++start, ++checked) {
        const Outcome o = run("check '" + entry.path().string() + "' --start " + std::to_string(start));
        CAPTURE(o.out);
        CHECK(o.code == 0);
        CHECK(o.out.find("\n\nno findings\n") != std::string::npos);
      }
    }
  CHECK(checked >= 54 + 7);
}

TEST_CASE("--start chooses the start") {
  const Outcome second = run("check problems/curves/outliers.toml --start 2");
  CHECK(second.code == 1);
  CHECK(second.out.find("1. The loss geman-mcclure:0.4 of 'data' lets no residual count at the start: ") !=
        std::string::npos);
  CHECK(second.out.find("\nnote: this is start 2 of 2; --start K looks at another\n") != std::string::npos);
  const Outcome third = run("check problems/curves/outliers.toml --start 3");
  CHECK(third.code == 2);
  CHECK(third.err == "thalweg: error: start 3 of 'problems/curves/outliers.toml' does not exist; expected 1 to 2\n");
}

TEST_CASE("the JSON is alone on standard output, or in a file beside the report") {
  const Folder folder;
  folder.write("f.toml", problem("A product", "a*b*exp(-c*x)", "a = 1\nb = 2\nc = 0.5", rows));
  const Outcome alone = run("check f.toml --json -", folder.path());
  CHECK(alone.code == 1);
  const json j = json::parse(alone.out);
  CHECK(j["problem"]["name"] == "f");
  CHECK(j["problem"]["title"] == "A product");
  CHECK(j["problem"]["kind"] == "curve fit");
  CHECK(j["problem"]["residuals"] == 6);
  CHECK(j["clean"] == false);
  REQUIRE(j["findings"].size() == 1);
  CHECK(j["findings"][0]["kind"] == "dependent");
  CHECK(j["findings"][0]["sentence"] == "'a' and 'b' enter only as a·b.");
  CHECK(j["findings"][0]["parameters"] == json::parse(R"(["a", "b"])"));
  CHECK(j["plan"]["linear_solver"]["used"] == "dense-qr");
  CHECK(j["plan"]["bytes"].get<double>() > 0.0);

  const Outcome both = run("check f.toml --json r.json", folder.path());
  CHECK(both.out.starts_with("A product\nf.toml: "));
  CHECK(command_test::read(folder.path() / "r.json") == alone.out);
  const Outcome quiet = run("check f.toml --json r.json --quiet", folder.path());
  CHECK(quiet.out.empty());
  CHECK(quiet.code == 1);
  CHECK(run("check f.toml --json f.toml", folder.path()).err ==
        "thalweg: error: --json 'f.toml' is the file of the input; expected another file\n");
  CHECK(folder.count() == 2);
}

TEST_CASE("check refuses what it cannot read, or was not told") {
  const Folder folder;
  const auto refused = [&](const std::string& parameters, const std::string& model = "a*exp(-b*x)") {
    folder.write("f.toml", problem("Wrong", model, parameters, rows));
    const Outcome o = run("check f.toml", folder.path());
    CHECK(o.code == 3);
    CHECK(o.out.empty());
    return o.err;
  };
  CHECK(refused("a = { start = 5, upper = 3 }\nb = 1")
            .starts_with("f.toml:5:1: parameter 'a' starts at 5, outside its bounds; expected a start from "));
  CHECK(refused("a = 1\nb = 1\nc = 1").starts_with("f.toml:7:1: parameter 'c' is not used by any equation; "));
  CHECK(refused("a = 1\nb = 1\nc = 1\nd = 1\nf = 1\ng = 1\nh = 1", "a + b + c + d + f + g + h")
            .find("7 parameters but only 6 rows of data; expected at least as many rows as parameters to fit") !=
        std::string::npos);
  const Outcome misnamed = run("check misra1a.toml", folder.path());
  CHECK(misnamed.code == 3);
  CHECK(misnamed.err.find("problems/nist/misra1a.toml\n") != std::string::npos);
  CHECK(run("check").err == "thalweg: error: check needs a file; expected thalweg check FILE\n");
  CHECK(run("check").code == 2);
  CHECK(run("check f.toml --verbose", folder.path()).err ==
        "thalweg: error: unknown option '--verbose'; expected one of thalweg check --help\n");
  CHECK(run("check f.toml --start 0", folder.path()).err ==
        "thalweg: error: --start is '0'; expected a whole number >= 1\n");
  const Outcome help = run("check --help");
  CHECK(help.code == 0);
  CHECK(help.out.find("\nExample: thalweg check ") != std::string::npos);
}
