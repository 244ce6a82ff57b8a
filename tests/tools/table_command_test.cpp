// thalweg fit on tables as instruments and spreadsheets write them.
#include "run.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using command_test::run_command;

namespace {

const std::string tables = "tests/field/tables/";
const std::string straight = " --start a=1,b=1 --model ";

nlohmann::json fitted(const std::string& arguments) {
  const Outcome o = run("fit " + arguments + " --json -");
  CAPTURE(arguments);
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  return nlohmann::json::parse(o.out);
}

}  // namespace

TEST_CASE("fit reads every table of the field, or names the option that reads it") {
  const std::pair<const char*, const char*> cases[] = {{"comsol.txt", "'y = a + b*x'"},
                                                       {"dash.csv", "'c2 = a + b*c1'"},
                                                       {"dates.csv", "'y = a + b*date'"},
                                                       {"excel_trailing.csv", "'y = a + b*x'"},
                                                       {"german.csv", "'Spannung = a + b*Zeit'"},
                                                       {"group.csv", "'y = a + b*x'"},
                                                       {"hdrunits.csv", "'Voltage = a + b*Time'"},
                                                       {"label.csv", "'y = a + b*x'"},
                                                       {"latin1.csv", "'y = a + b*T'"},
                                                       {"quoted.csv", "'y = a + b*x'"},
                                                       {"rwrite.csv", "'y = a + b*x'"},
                                                       {"scope.csv", "'c2 = a + b*(c1*1e8)'"},
                                                       {"sep.csv", "'y = a + b*x'"},
                                                       {"uni.csv", "'µ = a + b*λ'"},
                                                       {"units.csv", "'Voltage = a + b*Time'"},
                                                       {"utf16.csv", "'y = a + b*x'"},
                                                       {"ws.txt", "'y ~ a + b*x'"},
                                                       {"lod.csv", "'y = a + 0*b*x' --fix b --missing skip"},
                                                       {"missing.csv", "'y = a + b*x' --missing skip"},
                                                       {"nan.csv", "'y = a + b*x' --missing skip"},
                                                       {"pct.csv", "'y = a + b*x' --percent number"}};
  for (const auto& [file, model] : cases) {
    const auto j = fitted(tables + file + straight + model);
    const std::string arguments = model;
    const int missing = contains(arguments, "--missing skip") ? 1 : 0;
    CHECK(j["problem"]["rows_left_out"]["missing"] == missing);
    CHECK(j["problem"]["rows_left_out"]["where"] == 0);
  }
  for (const char* file : {"lod.csv", "missing.csv", "nan.csv"}) {
    const Outcome o = run("fit " + tables + file + straight + "'y = a + b*x'");
    CHECK(o.code == 3);
    CHECK(contains(o.err, "--missing skip"));
  }
  CHECK(contains(run("fit " + tables + "pct.csv" + straight + "'y = a + b*x'").err, "--percent fraction"));
}

TEST_CASE("rows that are left out count neither in the fit nor in its degrees of freedom") {
  const std::string file = tables + "missing.csv" + straight + "'y = a + b*x' ";
  const auto j = fitted(file + "--where 'x != 2 && x < 4'");
  CHECK(j["problem"]["rows_left_out"]["where"] == 2);
  CHECK(j["problem"]["residuals"] == 3);
  CHECK(j["statistics"]["degrees_of_freedom"] == 1);
  const Outcome text = run("fit " + file + "--missing skip --where 'x > 0'");
  CHECK(text.code == 0);
  CHECK(contains(text.out, "left out: 1 row with missing values, 1 row by the condition\n"));
  const Outcome wrong = run("fit " + file + "--where 'z > 1'");
  CHECK(wrong.code == 2);
  CHECK(wrong.err == "thalweg: error: --where \"z > 1\": there is no column 'z'; expected x or y\n");
  CHECK(run("fit " + file + "--where x").code == 2);
  CHECK(run("fit " + file + "--missing drop").code == 2);
}

TEST_CASE("a table from standard input, renamed columns, decimal commas") {
  const Outcome piped = run_command("(cat " + tables +
                                    "german.csv | '" THALWEG_COMMAND
                                    "' fit - --model 'U = a + b*t' "
                                    "--start a=1,b=1 --columns t,U)");
  CHECK(piped.code == 0);
  const Folder folder;
  folder.write("y.csv", "y\n1,5\n2,5\n3,7\n");
  const Outcome doubt = run("fit y.csv --model 'y = a' --start a=1", folder.path());
  CHECK(doubt.code == 3);
  CHECK(contains(doubt.err, "--decimal comma"));
  CHECK(run("fit y.csv --model 'y = a' --start a=1 --decimal comma", folder.path()).code == 0);
}

TEST_CASE("a fit says what it made of names: e, unread errors, dates") {
  const Folder folder;
  folder.write("d.csv", "day,y,y_err\n2023-01-01,2,0.1\n2023-01-02,3,0.1\n2023-01-03,4.5,0.1\n");
  const Outcome o = run("fit d.csv --model 'y = e + (day < 1.5)*k + 0.5*day' --start e=1,k=1", folder.path());
  CHECK(o.code == 0);
  CHECK(contains(o.out, "note: 'e' is a parameter here, not the constant 2.71828...\n"));
  CHECK(contains(
      o.out,
      "note: column 'y_err' is not read; if it holds standard deviations, --sigma y_err weights the rows by them\n"));
  CHECK(contains(o.out, "note: column 'day' counts days since the date of its first row, 2023-01-01\n"));
  CHECK_FALSE(
      contains(run("fit d.csv --model 'y = a + b*day' --start a=1,b=1 --sigma y_err", folder.path()).out, "not read"));
}

TEST_CASE("problem files read tables in the same way") {
  const Folder folder;
  folder.write("d.csv", "Time (s);U [V]\n0;5,1\n1;NA\n2;1,9\n3;1,3\n4;0,7\n");
  const std::string head = "[model]\nU = 'a*exp(-b*Time)'\n[parameters]\na = 5\nb = 1\n[data]\nfile = 'd.csv'\n";
  folder.write("refused.toml", head);
  const Outcome refused = run("solve refused.toml", folder.path());
  CHECK(refused.code == 3);
  CHECK(refused.err ==
        "d.csv:3:3: row 2, column 'U [V]' is missing: 'NA'; expected a number, or missing = \"skip\" in [data], which "
        "leaves out such rows\n");
  folder.write("read.toml", head + "missing = 'skip'\nwhere = 'Time < 4'\n");
  const Outcome o = run("solve read.toml --json - --output solved.toml", folder.path());
  REQUIRE(o.code == 0);
  const auto j = nlohmann::json::parse(o.out);
  CHECK(j["problem"]["rows_left_out"]["missing"] == 1);
  CHECK(j["problem"]["rows_left_out"]["where"] == 1);
  CHECK(j["problem"]["residuals"] == 3);
  const Outcome again = run("solve solved.toml", folder.path());
  CHECK(again.code == 0);
}
