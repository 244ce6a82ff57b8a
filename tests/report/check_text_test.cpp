// How a check's report is written.
#include <thalweg/diagnosis/check.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>

#include <doctest/doctest.h>

#include <set>
#include <string>

#include <nlohmann/json.hpp>

using namespace thalweg;
using nlohmann::json;

namespace {

CheckReport report() {
  CheckReport r;
  r.problem = {"line", "A line", "line.toml", "curve fit", 1, 3, 4, 4, 0};
  r.free_parameters = 2;
  r.residual_groups = 1;
  r.plan = {Method::levenberg_marquardt, "dense-qr", "it is small", 12345.0};
  return r;
}

const std::string plan =
    "\n  plan\n  method         levenberg-marquardt\n  linear solver  dense-qr (it is small)\n"
    "  memory         about 12 kB\n";

}  // namespace

TEST_CASE("findings are numbered and wrapped, notes follow") {
  CheckReport r = report();
  CHECK(to_text(r) == "A line\nline.toml: 4 residuals, 3 parameters (1 fixed)\n\nno findings\n" + plan);
  r.findings.push_back({Finding::Kind::unused, "Short.", "Do this.", {}});
  std::string words;
  for (int i = 0; i < 30; ++i) words += (i > 0 ? " wörd" : "wörd") + std::to_string(i % 10);
  r.findings.push_back({Finding::Kind::unused, words, std::string(120, 'x') + "\x1b", {}});
  r.notes.push_back("a note");
  const std::string five = "wörd0 wörd1 wörd2 wörd3 wörd4", next = " wörd5 wörd6 wörd7 wörd8 wörd9";
  CHECK(to_text(r) ==
        "A line\nline.toml: 4 residuals, 3 parameters (1 fixed)\n\n"
        "1. Short.\n   Do this.\n"
        "2. " +
            five + next + " wörd0 wörd1 wörd2 wörd3 wörd4 wörd5\n   wörd6 wörd7 wörd8 wörd9 " + five + next + "\n   " +
            std::string(120, 'x') +
            "\\x1b\n"
            "note: a note\n" +
            plan);
}

TEST_CASE("without a name, a source, a linear solver or anything free") {
  CheckReport r = report();
  r.problem.name = r.problem.title = r.problem.source = "";
  r.plan = {Method::bfgs, "", "", 800.0};
  CHECK(to_text(r) ==
        "4 residuals, 3 parameters (1 fixed)\n\nno findings\n\n  plan\n  method  bfgs\n  memory  about 800 bytes\n");
  r.free_parameters = 0;
  CHECK(to_text(r) == "4 residuals, 3 parameters (3 fixed)\n\nno findings\n");
}

TEST_CASE("the JSON of a check") {
  CheckReport r = report();
  r.findings.push_back({Finding::Kind::dependent, "Both.", "Fix one.", {"a", "b"}});
  r.notes.push_back("a note");
  r.cost = 1.5;
  const json j = json::parse(to_json(r));
  CHECK(j["problem"]["name"] == "line");
  CHECK(j["problem"]["free_parameters"] == 2);
  CHECK(j["problem"]["residual_groups"] == 1);
  CHECK(j["clean"] == false);
  CHECK(j["findings"] == json::parse(
                             R"([{"kind": "dependent", "sentence": "Both.", "advice": "Fix one.",
                                  "parameters": ["a", "b"]}])"));
  CHECK(j["notes"] == json::parse(R"(["a note"])"));
  CHECK(j["start"]["cost"] == 1.5);
  CHECK(j["start"]["condition_number"].is_null());
  CHECK(j["plan"]["linear_solver"]["reason"] == "it is small");
  CHECK(j["plan"]["bytes"] == 12345.0);
}

TEST_CASE("every kind of finding has a name of its own") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(Finding::Kind::loss_scale); ++kind)
    names.insert(to_string(static_cast<Finding::Kind>(kind)));
  CHECK(names.size() == static_cast<std::size_t>(Finding::Kind::loss_scale) + 1);
  CHECK(names.count("too_few_residuals") == 1);
}
