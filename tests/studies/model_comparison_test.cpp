#include <thalweg/studies/model_comparison.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <support/puromycin.hpp>

namespace {

const std::string lines[] = {"a*c", "a*c + b", "a*c + b + d*c^2"};

thalweg::ModelComparison compared(const std::vector<std::string>& models, const std::vector<std::string>& starts,
                                  const std::string& more = "") {
  std::vector<thalweg::CurveFit> fits;
  for (std::size_t i = 0; i < models.size(); ++i) fits.push_back(puromycin::fit(models[i], starts[i], more));
  return compare_models(fits, models, {});
}

thalweg::ModelComparison four(const std::string& more = "") {
  return compared({lines[0], lines[1], lines[2], puromycin::michaelis_menten},
                  {"a = 1", "a = 1\nb = 1", "a = 1\nb = 1\nd = 1", puromycin::hyperbola_starts}, more);
}

const thalweg::NestedModels* pair_of(const thalweg::ModelComparison& c, const std::string& simpler,
                                     const std::string& fuller) {
  for (const auto& pair : c.nested)
    if (c.fits[pair.simpler].model == simpler && c.fits[pair.fuller].model == fuller) return &pair;
  return nullptr;
}

}  // namespace

TEST_CASE("four models of Puromycin") {
  const thalweg::ModelComparison c = four();
  CHECK(c.rows == 12);
  CHECK(c.all_converged());
  REQUIRE(c.fits.size() == 4);
  // numpy: least squares by QR, Newton steps for the hyperbola; leaving out each row in turn.
  const thalweg::ModelFit& best = c.fits[0];
  CHECK(best.model == puromycin::michaelis_menten);
  CHECK(best.report.statistics.aicc == doctest::Approx(98.27096864894754).epsilon(1e-9));
  CHECK(best.weight == doctest::Approx(0.9994851455472689).epsilon(1e-8));
  CHECK(best.leave_one_out.method == thalweg::LeaveOneOut::Method::refits);
  CHECK(best.leave_one_out.press == doctest::Approx(1614.8562934789552).epsilon(1e-7));
  CHECK(c.fits[1].model == lines[2]);
  CHECK(c.fits[1].leave_one_out.method == thalweg::LeaveOneOut::Method::exact);
  CHECK(c.fits[1].leave_one_out.press == doctest::Approx(4726.8758822381).epsilon(1e-9));
  CHECK(c.fits[1].difference == doctest::Approx(113.4282129452542 - 98.27096864894754).epsilon(1e-8));
  CHECK(c.fits[3].leave_one_out.press == doctest::Approx(96926.5775644216).epsilon(1e-9));
  CHECK(c.fits[3].leave_one_out.root_mean_square == doctest::Approx(std::sqrt(96926.5775644216 / 12)).epsilon(1e-9));

  REQUIRE(pair_of(c, lines[1], lines[2]));
  CHECK(pair_of(c, lines[1], lines[2])->test.statistic == doctest::Approx(21.10506531549591).epsilon(1e-8));
  CHECK(pair_of(c, lines[1], lines[2])->test.probability == doctest::Approx(0.0013015466453874702).epsilon(1e-7));
  CHECK(pair_of(c, lines[0], lines[1])->test.probability == doctest::Approx(6.171134771029043e-06).epsilon(1e-7));
  CHECK(pair_of(c, lines[0], lines[2]));
  CHECK(c.nested.size() >= 3);  // a constant is a hyperbola, too, with K = 0, at the edge of what it can be
}

TEST_CASE("a special case is nested under whatever names") {
  const auto c = compared({"p*c/(q + c)", "Vm*c^n/(K^n + c^n)"}, {"p = 200\nq = 0.05", "Vm = 200\nn = 1\nK = 0.05"});
  REQUIRE(c.nested.size() == 1);
  CHECK(c.fits[c.nested[0].fuller].free_parameters == 3);
}

// Tables of many rows are judged on some of them. Columns of period 2 and 5 would show one x alone to a regular choice.
TEST_CASE("nested models of a long table") {
  std::vector<double> x, y;
  for (int i = 0; i < 20000; ++i) {
    x.push_back(i % 10);
    y.push_back(2.0 + 0.5 * (i % 10) + 0.1 * std::sin(1.7 * i));
  }
  std::vector<thalweg::CurveFit> fits;
  const std::vector<std::string> models = {"a + b*x", "a + b*x + c*x^2", "a + b*exp(-k*x)"};
  for (const std::string& model : models) {
    thalweg::CurveFit fit;
    for (const char* name : {"a", "b", "c", "k"}) {
      if (model.find(name) == std::string::npos || (name[0] == 'k' && model.find('k') == std::string::npos)) continue;
      thalweg::FitParameter parameter;
      parameter.name = name;
      parameter.starts = {name[0] == 'k' ? -0.1 : 1.0};
      fit.parameters.push_back(parameter);
    }
    thalweg::DataSet data;
    data.name = "data";
    data.equation = "y = " + model;
    data.columns = {"x", "y"};
    data.values = {x, y};
    fit.data = {data};
    fits.push_back(check_curve_fit(fit));
  }
  const auto c = compare_models(fits, models, {});
  CHECK(pair_of(c, models[0], models[1]));
  CHECK_FALSE(pair_of(c, models[1], models[2]));
  CHECK_FALSE(pair_of(c, models[2], models[1]));
}

TEST_CASE("known noise: the difference of χ²") {
  const auto c = four("sigma = 's'\n[fit]\nnoise = 'known'\n");
  const thalweg::NestedModels* pair = pair_of(c, lines[0], lines[1]);
  REQUIRE(pair);
  CHECK(pair->test.chi_squared);
  double sums[2] = {};
  for (const auto& fit : c.fits)
    for (int k = 0; k < 2; ++k)
      if (fit.model == lines[k]) sums[k] = fit.report.statistics.residual_sum_of_squares;
  CHECK(pair->test.statistic == doctest::Approx(sums[0] - sums[1]));
}

TEST_CASE("what cannot be compared is refused") {
  const auto other_response = thalweg::read_toml(
      "[model]\n'log(v)' = 'a + b*c'\n[parameters]\na = 1\nb = 1\n[data]\ncolumns = ['c', 'v']\n"
      "rows = [[1, 2], [2, 3], [3, 5]]\n",
      "other.toml", ".");
  CHECK_THROWS_WITH_AS(thalweg::compare_models({puromycin::fit(), other_response}, {"one", "other"}, {}),
                       "models of 'v' and of 'log(v)' cannot be compared: their residuals are of different things; "
                       "expected one response",
                       thalweg::Error);
  const auto fewer = puromycin::fit(lines[1], "a = 1\nb = 1", "where = 'c > 0.05'\n");
  CHECK_THROWS_WITH_AS(
      thalweg::compare_models({puromycin::fit(), fewer}, {"one", "other"}, {}),
      "'one' reads 12 rows of 'puromycin.toml' and 'other' others, 10, so that they cannot be compared; "
      "expected the same rows, which --where can choose",
      thalweg::Error);
}

TEST_CASE("a model that cannot be solved comes last") {
  const auto c = compared({"log(-a) * c", lines[0]}, {"a = 1", "a = 1"});
  CHECK_FALSE(c.all_converged());
  CHECK(c.fits[0].model == lines[0]);
  CHECK(c.fits[0].weight == 1.0);
  CHECK(to_text(c).find("failed at the start") != std::string::npos);
  const std::string page = to_html(c, {});  // its scripts may say NaN
  const std::size_t data = page.find("id=\"data\">");
  REQUIRE(data != std::string::npos);
  CHECK(page.substr(data, page.find("</script>", data) - data).find("NaN") == std::string::npos);
  CHECK(page.find(">nan<") == std::string::npos);
}

TEST_CASE("the comparison as JSON and as a page") {
  const auto c = four();
  const auto json = nlohmann::json::parse(to_json(c));
  CHECK(json["models"].size() == 4);
  CHECK(json["models"][0]["model"] == puromycin::michaelis_menten);
  CHECK(json["models"][0]["weight"].get<double>() == c.fits[0].weight);
  CHECK(json["models"][0]["parameters"][0]["name"] == "Vm");
  CHECK(json["models"][3]["leave_one_out"]["method"] == "exact");
  CHECK(json["nested"].size() == c.nested.size());
  CHECK(json["nested"][0]["test"] == "F");
  const std::string page = to_html(c, {{"command", "thalweg fit"}});
  CHECK(page.find("showModels();") != std::string::npos);
  CHECK(page.find("The models") != std::string::npos);
}
