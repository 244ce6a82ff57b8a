// What comes out of a curve fit beside its report: tables of rows, predictions, figures.
#include "run.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;

namespace {

const std::string solve_enzyme = "solve problems/curves/puromycin.toml --quiet ";
const std::string line_model = " --model 'y = a + b*x' --start a=1,b=1 ";

void write(const command_test::files::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Cells of a line, which counts from 0.
std::vector<std::string> cells(const std::string& csv, std::size_t line, char separator = ',') {
  std::istringstream text(csv);
  std::string row, cell;
  for (std::size_t i = 0; i <= line; ++i) std::getline(text, row);
  std::vector<std::string> all;
  for (std::istringstream stream(row); std::getline(stream, cell, separator);) all.push_back(cell);
  return all;
}

}  // namespace

TEST_CASE("the table of all rows") {
  const Folder folder;
  const std::string path = (folder.path() / "fit.csv").string();
  REQUIRE(run(solve_enzyme + "--output-table '" + path + "'").code == 0);
  const std::string csv = read(path);
  CHECK(lines_in(csv) == 13);
  CHECK(cells(csv, 0) == std::vector<std::string>{"concentration (ppm)", "rate (counts/min²)", "fit", "standard_error",
                                                  "residual", "standardised_residual", "leverage", "cooks_distance",
                                                  "confidence_lower", "confidence_upper", "prediction_lower",
                                                  "prediction_upper"});
  const std::vector<std::string> row = cells(csv, 1);
  CHECK(row[0] == "0.02");
  CHECK(row[1] == "76");
  // numpy and scipy, as in tests/inference/residual_diagnostics_test.cpp.
  const double known[] = {50.565977809901545,  3.863343121376742,   -25.434022190098455, -2.4866164707303087,
                          0.12485202120919534, 0.44106408928358704, 41.95791290269201,   59.17404271711404,
                          24.728183247461775,  76.40377237234428};
  for (std::size_t i = 0; i < 10; ++i) CHECK(std::stod(row[i + 2]) == doctest::Approx(known[i]).epsilon(1e-6));
  const std::string tabs = (folder.path() / "fit.tsv").string();
  REQUIRE(run(solve_enzyme + "--level 0.5 --output-table '" + tabs + "'").code == 0);
  CHECK(cells(read(tabs), 1, '\t').size() == 12);
  CHECK(std::stod(cells(read(tabs), 1, '\t')[8]) > std::stod(row[8]));
}

TEST_CASE("the table of several data sets names them") {
  const Folder folder;
  const std::string path = (folder.path() / "fit.csv").string();
  REQUIRE(run("solve problems/curves/shared_decay.toml --quiet --output-table '" + path + "'").code == 0);
  CHECK(cells(read(path), 0)[0] == "data");
  CHECK(cells(read(path), 1)[0] == "first day");
  CHECK(contains(read(path), "\nsecond day,"));
}

TEST_CASE("predictions: text, JSON and a table") {
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  write(at("new.csv"), "name;concentration\na;0,3\nb;2,5\n");
  const std::string predict = "solve problems/curves/puromycin.toml --predict '" + at("new.csv") + "' ";
  const Outcome text = run(predict);
  CHECK(text.code == 0);
  CHECK(contains(text.out, "predicted rate  standard error  95 % confidence  95 % prediction"));
  CHECK(contains(text.out, "0.3"));
  const auto json = nlohmann::json::parse(run(predict + "--json -").out);
  const auto& rows = json["predictions"][0];
  CHECK(rows["columns"]["concentration"] == std::vector<double>{0.3, 2.5});
  // numpy: Vm · 0.3 / (K + 0.3), its gradient and the covariance.
  CHECK(rows["fit"][0].get<double>() == doctest::Approx(175.2304140205679).epsilon(1e-8));
  CHECK(rows["standard_error"][0].get<double>() == doctest::Approx(3.706714013088503).epsilon(1e-6));
  CHECK_FALSE(rows.contains("residual"));
  REQUIRE(run(predict + "--quiet --predict-output '" + at("out.csv") + "'").code == 0);
  CHECK(lines_in(read(at("out.csv"))) == 3);
  CHECK(cells(read(at("out.csv")), 0)[1] == "fit");
}

TEST_CASE("predictions are refused before the solve where they cannot be made") {
  const Folder folder;
  const std::string path = (folder.path() / "new.csv").string();
  const std::string predict = solve_enzyme + "--predict '" + path + "'";
  write(path, "concentratoin\n0.3\n");
  Outcome o = run(predict);
  CHECK(o.code == 3);
  CHECK(o.err == path +
                     ": there is no column 'concentration', which the model reads (did you mean 'concentratoin'?); "
                     "expected columns concentration\n");
  write(path, "concentration\n0.3\nhigh\n");
  o = run(predict);
  CHECK(o.code == 3);
  CHECK(contains(o.err, path + ":3:1: "));
  CHECK(run(solve_enzyme + "--predict nowhere.csv").code == 3);
  o = run(solve_enzyme + "--predict-output a.csv");
  CHECK(o.code == 2);
  CHECK(contains(o.err, "--predict-output needs --predict; expected --predict FILE"));
}

TEST_CASE("what the noise of a prediction is") {
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  write(at("data.csv"), "x,y,s\n0,1.1,0.1\n1,1.9,0.1\n2,3.2,0.2\n3,3.9,0.2\n4,5.1,0.2\n");
  write(at("plain.csv"), "x\n5\n");
  write(at("noisy.csv"), "x,s\n5,0.3\n");
  const auto predicted = [&](const std::string& options, const char* file) {
    const Outcome o =
        run("fit '" + at("data.csv") + "'" + line_model + options + " --json - --predict '" + at(file) + "'");
    REQUIRE(o.code == 0);
    return nlohmann::json::parse(o.out)["predictions"][0];
  };
  const auto half = [](const nlohmann::json& rows) {
    return 0.5 * (rows["prediction_upper"][0].get<double>() - rows["prediction_lower"][0].get<double>());
  };
  CHECK_FALSE(predicted("--sigma s", "plain.csv").contains("prediction_lower"));
  const auto known = predicted("--sigma s --noise known", "noisy.csv");
  const double error = known["standard_error"][0].get<double>();
  CHECK(half(known) == doctest::Approx(1.959963984540054 * std::hypot(error, 0.3)));
  CHECK(predicted("", "plain.csv").contains("prediction_lower"));
}

TEST_CASE("the level of all intervals") {
  const Outcome text = run("solve problems/curves/puromycin.toml --level 0.99 --intervals profile");
  CHECK(contains(text.out, "99 % profile interval"));
  const auto json = nlohmann::json::parse(run("solve problems/curves/puromycin.toml --level 0.99 --json -").out);
  CHECK(json["level"] == 0.99);
  CHECK(json["parameters"][0]["interval"][0].get<double>() == doctest::Approx(190.6663141791894).epsilon(1e-6));
  for (const char* wrong : {"0", "1", "-0.5", "nan", "x"}) {
    const Outcome o = run(solve_enzyme + "--level " + wrong);
    CHECK(o.code == 2);
    CHECK(contains(o.err, std::string("--level is '") + wrong + "'; expected a number between 0 and 1, such as 0.99"));
  }
  CHECK(contains(run(solve_enzyme + "--level 99.5%").err, "expected a number between 0 and 1, such as 0.995"));
}

TEST_CASE("JSON: covariance, tests of the residuals, rows on request") {
  const auto json = nlohmann::json::parse(run("solve problems/curves/puromycin.toml --json - --json-fit").out);
  CHECK(json["covariance"]["parameters"] == std::vector<std::string>{"Vm", "K"});
  CHECK(std::sqrt(json["covariance"]["matrix"][0][0].get<double>()) ==
        doctest::Approx(6.947155160040721).epsilon(1e-6));
  const auto& s = json["statistics"];
  CHECK(s["reduced_chi_squared"].get<double>() == doctest::Approx(119.54488144393592).epsilon(1e-9));
  CHECK(s["aicc"].get<double>() == doctest::Approx(98.27096864894754).epsilon(1e-9));
  // scipy.stats.shapiro
  CHECK(s["shapiro_wilk"]["w"].get<double>() == doctest::Approx(0.9290133714675903).epsilon(1e-5));
  CHECK(s["shapiro_wilk"]["p"].get<double>() == doctest::Approx(0.3697715699672699).epsilon(1e-3));
  CHECK(s["runs_test"]["runs"].get<int>() >= 2);
  CHECK(json["rows"][0]["leverage"].size() == 12);
  CHECK_FALSE(nlohmann::json::parse(run("solve problems/curves/puromycin.toml --json -").out).contains("rows"));
  CHECK(contains(run(solve_enzyme + "--json-fit").err, "--json-fit needs --json"));
}

TEST_CASE("residuals with a pattern are told") {
  const Folder folder;
  std::string table = "x,y\n";
  for (int i = 0; i < 40; ++i)
    table += std::to_string(i) + "," + std::to_string(0.1 * i * i + std::sin(9.0 * i)) + "\n";
  write(folder.path() / "bent.csv", table);
  const Outcome o = run("fit '" + (folder.path() / "bent.csv").string() + "'" + line_model);
  CHECK(contains(o.out, "note: the residuals run in x: 3 runs where "));
  CHECK(contains(o.out, "the model misses a trend"));
}

TEST_CASE("figures by the end of their names") {
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  REQUIRE(run(solve_enzyme + "--figure '" + at("fit.svg") + "'").code == 0);
  const std::string svg = read(at("fit.svg"));
  CHECK(svg.starts_with("<?xml"));
  CHECK(contains(svg, "concentration (ppm)"));
  CHECK(contains(svg, "95 % prediction band"));
  const Outcome png = run(solve_enzyme + "--figure '" + at("fit.png") + "'");
  if (png.code == 0)
    CHECK(read(at("fit.png")).starts_with("\x89PNG"));
  else
    CHECK(contains(png.err, "THALWEG_FIGURES"));
  for (const char* option : {"--figure fit.jpg", "--output-table fit.xls", "--report page.png", "--predict-output p"}) {
    const Outcome o = run(solve_enzyme + option);
    CHECK(o.code == 2);
    CHECK(contains(o.err, "expected a name that ends with ."));
  }
}

TEST_CASE("what is of curve fits is refused of others") {
  for (const char* option : {"--figure f.svg", "--output-table f.csv", "--predict f.csv"}) {
    CHECK(run(std::string("solve problems/regression/iris.toml ") + option).code != 0);
    CHECK(run(std::string("solve problems/survey/quadrilateral.survey ") + option).code != 0);
  }
}

TEST_CASE("which of several models") {
  const std::string fit =
      "fit problems/curves/puromycin.csv --start Vm=200,K=0.05,a=1,b=1 --model 'rate = a + b*concentration' "
      "--model 'rate = Vm*concentration/(K + concentration)' ";
  const Folder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  const Outcome text = run(fit + "--report '" + at("page.html") + "' --figure '" + at("models.svg") + "'");
  CHECK(text.code == 0);
  CHECK(contains(text.out, "1  rate = Vm*concentration/(K + concentration)"));
  CHECK(contains(read(at("page.html")), "showModels();"));
  CHECK(contains(read(at("models.svg")), "rate = a + b*concentration"));
  const auto json = nlohmann::json::parse(run(fit + "--json -").out);
  CHECK(json["models"][0]["weight"].get<double>() > 0.99);

  Outcome o = run(fit + "--model 'rate = a*concentration + b + d*concentration^2'");
  CHECK(o.code == 2);
  CHECK(contains(o.err, "'d' is neither a column"));
  o = run(fit + "--start e=1");
  CHECK(o.code == 2);
  CHECK(contains(o.err, "--start: 'e' is used by none of the models"));
  o = run(fit + "--output-table a.csv");
  CHECK(o.code == 2);
  CHECK(contains(o.err, "--output-table is of one model, and --model gives 2"));
  o = run(fit + "--model 'rate = a + b*concentration'");
  CHECK(contains(o.err, "--model gives 'rate = a + b*concentration' twice"));
  o = run(fit + "--max-iterations 1");
  CHECK(o.code == 1);
  CHECK(contains(o.err, "rate = Vm*concentration/(K + concentration): iteration_limit: "));
}
