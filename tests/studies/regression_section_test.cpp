// What a regression adds to text, JSON and page.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>
#include <thalweg/report/text.hpp>
#include <thalweg/studies/regression_section.hpp>

using namespace thalweg;

namespace {

Report example() {
  Report report;
  report.problem = {.name = "fruit", .title = "Fruit", .source = "fruit.toml", .kind = "regression"};
  report.problem.parameters = 2;
  report.result.status = Status::converged;
  report.result.reason = "gradient 1e-11 <= 1e-10";
  report.result.x = {1.0, 0.0};
  report.result.epochs = 7;
  report.method = Rule::adam;
  report.rate = 0.01;
  report.schedule = "cosine:100";
  report.statistics.parameters = {{.name = "intercept", .value = 1.0}, {.name = "weight", .value = 0.0}};
  RegressionSummary r;
  r.model = "logistic regression: 1 input, 2 classes; l1 = 3";
  r.classes = {"apple", "<pear>"};
  r.quality = {{"training", 8, 0.25, 0.875, unset, {3, 1, 0, 4}}, {"validation", 2, 0.5, 0.5, unset, {1, 0, 1, 0}}};
  r.penalty = "l1";
  r.folds = 4;
  r.cross_validation = {{1.0, 0.75, 0.0625, false}, {3.0, 0.5, 0.03125, true}};
  r.weights = 1;
  r.zero_weights = 1;
  report.sections.push_back(section_of(r));
  return report;
}

/// What the section adds to the text.
std::string section_text(const Report& report) {
  Report without = report;
  without.sections.clear();
  const std::string whole = to_text(report), rest = to_text(without);
  REQUIRE(whole.starts_with(rest));
  return whole.substr(rest.size());
}

}  // namespace

TEST_CASE("the text of a regression: quality, confusion, cross-validation, zeros") {
  CHECK(section_text(example()) == R"(
  data        samples  mean loss  accuracy
  training          8       0.25    87.5 %
  validation        2        0.5    50.0 %

  training: true class  as apple  as <pear>
  apple                        3          1
  <pear>                       0          4

  validation: true class  as apple  as <pear>
  apple                          1          0
  <pear>                         1          0

  l1  mean loss, 4 folds  ± error
   1                0.75    0.062
   3                 0.5    0.031  chosen

1 of 1 weights are zero.
)");
  CHECK(to_text(example(), true).find("learning rate  0.01, schedule cosine:100\n") != std::string::npos);
  CHECK(to_text(example(), true).find("epochs         7\n") != std::string::npos);
}

TEST_CASE("losses of one column are written alike") {
  Report report = example();
  RegressionSummary r;
  r.quality = {{"all", 8, 128432.1, unset, unset, {}}};
  r.penalty = "l2";
  r.folds = 4;
  r.cross_validation = {{0.1, 96366.4, 18768.0, true}, {1.0, 5.59521e-5, 1e-12, false}, {2.0, 0.0, 1e9, false}};
  report.sections = {section_of(r)};
  const std::string text = section_text(report);
  CHECK(text.find("8     128430\n") != std::string::npos);
  for (const char* row : {"  96366    19000  chosen\n", "  0.000055952    1e-12\n", "  0    1e+09\n"})
    CHECK_MESSAGE(text.find(row) != std::string::npos, text);
}

TEST_CASE("an l1 penalty's weights are named by size, in words and as bars") {
  RegressionSummary r;
  r.weights = 5;
  r.zero_weights = 2;
  r.other_weights = {{"age", -2.345678}, {"size", 1.5}, {"<b>", 1e-5}};
  CHECK(section_of(r).sentence == "2 of 5 weights are zero. The others by size: age -2.35, size 1.5 and <b> 1e-05.");
  r.standardised = true;
  CHECK(section_of(r).sentence.find("The others, of standardised inputs, by size: age") != std::string::npos);
  r.other_weights.resize(30, {"x", 1e-6});
  const Section many = section_of(r);
  CHECK(many.sentence.find("The largest of the other 30, of standardised inputs, are age -2.35, ") !=
        std::string::npos);
  const auto bars = nlohmann::json::parse(many.figure)["weights"];
  CHECK(bars["names"].size() == 30);
  CHECK(bars["zero"] == 2);
}

TEST_CASE("the page of a regression begins with accuracy or R², of the samples held back where there are some") {
  const std::string page = to_html(example(), {});
  CHECK(page.find("<dt>accuracy (validation)</dt><dd>50.0 %</dd>") != std::string::npos);
  RegressionSummary r;
  r.quality = {{"all", 8, 0.25, unset, 0.9975, {}}};
  Report report = example();
  report.sections = {section_of(r)};
  CHECK(to_html(report, {}).find("<dt>R²</dt><dd>0.9975</dd>") != std::string::npos);
  CHECK(to_html(report, {}).find("residual standard deviation</dt>") == std::string::npos);
}

TEST_CASE("a network's weights are listed only where everything is") {
  Report report = example();
  CHECK(to_text(report).find("intercept") != std::string::npos);
  report.parameter_list = ParameterList::verbose;
  CHECK(to_text(report).find("intercept") == std::string::npos);
  CHECK(to_text(report, true).find("intercept") != std::string::npos);
}

TEST_CASE("the JSON of a regression") {
  const auto json = nlohmann::json::parse(to_json(example()));
  CHECK(json["method"] == "adam");
  CHECK(json["learning_rate"] == 0.01);
  CHECK(json["schedule"] == "cosine:100");
  CHECK(json["epochs"] == 7);
  const auto& r = json["regression"];
  CHECK(r["model"] == "logistic regression: 1 input, 2 classes; l1 = 3");
  CHECK(r["quality"][1]["accuracy"] == 0.5);
  CHECK(r["quality"][0]["r_squared"].is_null());
  CHECK(r["quality"][0]["confusion"] == nlohmann::json({3, 1, 0, 4}));
  CHECK(r["cross_validation"]["trials"][1]["chosen"] == true);
  CHECK(r["zero_weights"] == 1);
}

TEST_CASE("the page of a regression holds its tables, escaped") {
  const std::string page = to_html(example(), {});
  CHECK(page.find("87.5 %") != std::string::npos);
  CHECK(page.find("mean loss, 4 folds") != std::string::npos);
  CHECK(page.find("as &lt;pear&gt;") != std::string::npos);
  CHECK(page.find("as <pear>") == std::string::npos);
}
