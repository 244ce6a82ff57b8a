#include <thalweg/report/html.hpp>
#include <thalweg/report/text.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/example_reports.hpp"

using nlohmann::json;
using thalweg::Report;

namespace {

const std::string problems = std::string(THALWEG_SOURCE_DIR) + "/problems/";

Report peak() { return example_reports::solved(problems + "curves/gaussian_peak.toml"); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The content of the page's data element, as the browser sees it.
std::string data_text(const std::string& page) {
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(opening);
  REQUIRE(begin != std::string::npos);
  const std::size_t first = begin + opening.size();
  return page.substr(first, page.find("</script>", first) - first);
}

json data_of(const std::string& page) { return json::parse(data_text(page)); }

/// The page without its scripts.
std::string markup_of(std::string page) {
  for (std::size_t begin; (begin = page.find("<script")) != std::string::npos;)
    page.erase(begin, page.find("</script>", begin) + 9 - begin);
  return page;
}

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

Report with_trace(std::size_t records) {
  Report report = peak();
  report.result.trace.assign(records, report.result.trace[0]);
  for (std::size_t i = 0; i < records; ++i) {
    report.result.trace[i].iteration = static_cast<std::int64_t>(i);
    report.result.trace[i].cost = 1e6 / (1.0 + static_cast<double>(i));
  }
  return report;
}

}  // namespace

TEST_CASE("a page refers to nothing outside it, and forbids requests") {
  for (const std::string& page : {to_html(peak(), {}), to_html(example_reports::valley(), {}),
                                  to_html(example_reports::several_problems(), {})}) {
    CHECK(contains(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';"));
    const std::string markup = markup_of(page);
    for (const char* part : {" src=", " href=", "url(", "@import", "http:", "https:", "<link", "<img"})
      CHECK_MESSAGE(!contains(markup, part), part);
    // Of addresses scripts hold those of XML's namespaces, and D3's own in its notice.
    const std::regex address("https?://[A-Za-z0-9./_-]*");
    for (std::sregex_iterator it(page.begin(), page.end(), address), end; it != end; ++it) {
      const std::string found = it->str();
      CHECK_MESSAGE((found.starts_with("http://www.w3.org/") || found == "https://d3js.org"), found);
    }
    CHECK(count(page, "<script") == count(page, "</script>"));
    CHECK(contains(page, "Redistributions in binary form"));
  }
}

TEST_CASE("the page of a comparison begins with the answer and its picture") {
  thalweg::Comparison comparison = example_reports::valley();
  const auto place = [](const std::string& page, const std::string& id) {
    return page.find("<section id=\"" + id + "\"");
  };
  const std::string page = to_html(comparison, {});
  CHECK(contains(markup_of(page), " of 4 methods reached the target from every start; the fewest evaluations: "));
  CHECK(place(page, "landscape") < place(page, "methods"));
  CHECK(place(page, "methods") < place(page, "descent"));
  comparison.problems[0].landscape.reset();
  const std::string without = to_html(comparison, {});
  CHECK(place(without, "landscape") == std::string::npos);
  CHECK(place(without, "descent") < place(without, "methods"));
  for (auto& method : comparison.problems[0].methods)
    for (auto& run : method.runs) run.reached = false;
  CHECK(contains(to_html(comparison, {}), "<p>No method reached the target from every start.</p>"));
  for (auto& run : comparison.problems[0].methods[1].runs) run.reached = true;
  CHECK(contains(to_html(comparison, {}), "<p>Of 4 methods bfgs alone reached the target from every start, within "));
}

TEST_CASE("what the user named cannot become markup or script") {
  Report report = peak();
  const std::string hostile = "</script><script>alert(1)</script><b>&\"'<!--";
  report.problem.title = report.problem.source = hostile;
  report.statistics.parameters[0].name = hostile;
  report.labels[0] = {hostile, hostile};
  report.picture->panels[0].name = report.picture->panels[0].response = hostile;
  report.result.notes = {hostile};
  report.result.reason = hostile;
  const std::string page = to_html(report, {{hostile, hostile}});
  CHECK(!contains(page, "<script>alert"));
  CHECK(!contains(page, "<b>"));
  CHECK(!contains(data_text(page), "<"));
  CHECK(count(page, "<script") == 3);
  CHECK(data_of(page)["fit"]["panels"][0]["name"] == hostile);
  CHECK(data_of(page)["correlation"]["names"][0] == hostile);
  CHECK(contains(page, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;&lt;!--"));

  thalweg::Comparison comparison = example_reports::several_problems();
  comparison.methods[0] = comparison.problems[0].name = comparison.problems[0].title = hostile;
  comparison.problems[0].methods[1].refused = hostile;
  const std::string other = to_html(comparison, {});
  CHECK(count(other, "<script") == 3);
  CHECK(!contains(other, "<b>"));
  comparison.problems.resize(1);
  CHECK(count(to_html(comparison, {}), "<script") == 3);
}

TEST_CASE("text that is no UTF-8, and control characters, do no harm") {
  Report report = peak();
  report.problem.title = "a\xff\x01z";
  report.picture->panels[0].name = "b\xfe\n";
  const std::string page = to_html(report, {});
  CHECK(data_of(page)["fit"]["panels"][0]["name"].get<std::string>().starts_with("b"));
  CHECK(contains(page, "\\x01z"));
}

TEST_CASE("what is not finite is null, and a page without anything to draw is a page") {
  Report report = peak();
  auto& panel = report.picture->panels[0];
  panel.y[3] = std::numeric_limits<double>::quiet_NaN();
  panel.upper[0] = std::numeric_limits<double>::infinity();
  report.result.trace[1].cost = std::numeric_limits<double>::quiet_NaN();
  const json data = data_of(to_html(report, {}));
  CHECK(data["fit"]["panels"][0]["y"][3].is_null());
  CHECK(data["fit"]["panels"][0]["y"][4].is_number());
  CHECK(data["fit"]["panels"][0]["upper"][0].is_null());
  CHECK(data["trace"]["cost"][1].is_null());
  CHECK(data["best"].is_null());

  const json empty = data_of(to_html(Report{}, {}));
  CHECK(empty["fit"].is_null());
  CHECK(empty["correlation"].is_null());
  CHECK(!contains(to_html(thalweg::Comparison{}, {}), "id=\"landscape\""));
}

TEST_CASE("series are thinned to what can be seen") {
  const json small = data_of(to_html(with_trace(1500), {}));
  CHECK(small["trace"]["cost"].size() == 1500);
  const json data = data_of(to_html(with_trace(300000), {}));
  CHECK(data["trace"]["cost"].size() <= 2000);
  CHECK(data["trace"]["cost"].size() > 1500);
  CHECK(data["trace"]["iteration"][0] == 0.0);
  CHECK(data["trace"]["iteration"][1] == 1.0);
  CHECK(data["trace"]["iteration"].back() == 299999.0);

  Report report = peak();
  auto& panel = report.picture->panels[0];
  const std::size_t rows = 50000;
  panel.x.resize(rows);
  panel.y.assign(rows, 1.0);
  panel.sigma.clear();
  panel.fitted.assign(rows, 1.0);
  panel.residual.assign(rows, 0.0);
  for (std::size_t i = 0; i < rows; ++i) panel.x[i] = static_cast<double>(i);
  panel.residual[12345] = -7.0;
  const json many = data_of(to_html(report, {}))["fit"];
  CHECK(many["panels"][0]["rows"] == rows);
  CHECK(many["panels"][0]["y"].size() <= 2000);
  const auto& x = many["panels"][0]["x"];
  CHECK(std::find(x.begin(), x.end(), 12345.0) != x.end());
  CHECK(many["quantiles"]["residual"].size() == 2000);
  CHECK(many["quantiles"]["residual"][0] == -7.0);
  CHECK(many["quantiles"]["count"] == rows);
}

TEST_CASE("quantiles are the normal distribution's at the residuals' ranks") {
  const json quantiles = data_of(to_html(peak(), {}))["fit"]["quantiles"];
  const std::size_t n = quantiles["normal"].size();
  REQUIRE(n == 61);
  CHECK(quantiles["normal"][n / 2].get<double>() == doctest::Approx(0.0));
  CHECK(quantiles["normal"][0].get<double>() == doctest::Approx(-2.3997).epsilon(1e-3));  // of 0.5/61
  for (std::size_t i = 1; i < n; ++i)
    CHECK(quantiles["residual"][i].get<double>() >= quantiles["residual"][i - 1].get<double>());
}

TEST_CASE("of very many parameters the heat map shows those that correlate") {
  Report report = peak();
  const std::size_t n = 200;
  report.statistics.parameters.assign(n, report.statistics.parameters[0]);
  report.statistics.free.resize(n);
  report.statistics.correlation.assign(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    report.statistics.parameters[i].name = "p" + std::to_string(i);
    report.statistics.free[i] = static_cast<int>(i);
    report.statistics.correlation[i * n + i] = 1.0;
  }
  report.statistics.correlation[150 * n + 199] = report.statistics.correlation[199 * n + 150] = -0.9;
  const json map = data_of(to_html(report, {}))["correlation"];
  CHECK(map["of"] == n);
  REQUIRE(map["names"].size() == 60);
  CHECK(map["names"][58] == "p150");
  CHECK(map["names"][59] == "p199");
  CHECK(map["matrix"][58][59] == -0.9);
}

TEST_CASE("a page has the digits of the text, and the meanings that only the verbose text has") {
  const Report report = peak();
  const std::string page = markup_of(to_html(report, {})), text = thalweg::to_text(report);
  CHECK(contains(page, "position of the peak"));
  CHECK(!contains(text, "position of the peak"));
  const std::regex errors("± [0-9.]+");
  int shown = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), errors), end; it != end; ++it, ++shown)
    CHECK_MESSAGE(contains(page, it->str() + "<"), it->str());
  CHECK(shown >= 3);
}

TEST_CASE("the picture comes first, then what was asked for") {
  Report report = peak();
  thalweg::Section own;
  own.panels.push_back({"own", "The model", {{"Words."}}});
  report.sections.push_back(own);
  const auto place = [](const std::string& page, const char* id) {
    return page.find("<section id=\"" + std::string(id) + "\"");
  };
  const std::string page = to_html(report, {});
  CHECK(place(page, "fit") < place(page, "own"));
  CHECK(place(page, "own") < place(page, "residuals"));
  CHECK(place(page, "posterior") == std::string::npos);
  thalweg::Posterior& posterior = report.posterior.emplace();
  posterior.marginals.resize(report.statistics.parameters.size());
  posterior.draws.assign(2 * posterior.marginals.size(), 1.0);
  posterior.samples = 2;
  const std::string sampled = to_html(report, {});
  CHECK(place(sampled, "fit") < place(sampled, "posterior"));
  CHECK(place(sampled, "posterior") < place(sampled, "residuals"));
}

TEST_CASE("the page says how the solve ended, and what to know about it") {
  Report report = peak();
  report.known_minimum = Report::KnownMinimum{57.0, true, false};
  report.certified = {9.87, "width"};
  const std::string page = markup_of(to_html(report, {{"command", "thalweg solve peak.toml"}}));
  CHECK(contains(page, "<strong>✓ converged after"));
  CHECK(contains(page, "none of the known minima"));
  CHECK(contains(page, "<dd>9.8</dd>"));
  CHECK(contains(page, "position of the peak"));
  CHECK(contains(page, "command  thalweg solve peak.toml"));
  CHECK(data_of(to_html(report, {}))["best"] == 28.5);

  report.result.status = thalweg::Status::iteration_limit;
  const std::string stopped = markup_of(to_html(report, {}));
  CHECK(contains(stopped, "<strong>! stopped at a limit"));
  CHECK(contains(stopped, "it need not be a minimum"));
}
