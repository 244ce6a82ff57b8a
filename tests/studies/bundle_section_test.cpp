#include <thalweg/studies/bundle_section.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <thalweg/report/html.hpp>
#include <thalweg/report/json.hpp>

#include <support/example_reports.hpp>

TEST_CASE("reprojection errors of known distances") {
  std::vector<double> distances;
  for (int i = 100; i >= 0; --i) distances.push_back(i);
  const thalweg::ReprojectionErrors e = thalweg::reprojection_errors(distances);
  CHECK(e.median == 50.0);
  CHECK(e.percentile_95 == 95.0);
  CHECK(e.largest == 100.0);
  CHECK(e.mean == 50.0);
  CHECK(e.root_mean_square == doctest::Approx(std::sqrt(100.0 * 101.0 * 201.0 / 6.0 / 101.0)));
  distances.push_back(std::numeric_limits<double>::quiet_NaN());
  const thalweg::ReprojectionErrors damaged = thalweg::reprojection_errors(distances);
  CHECK(damaged.median == 50.0);
  CHECK(std::isnan(damaged.largest));
  CHECK(std::isnan(damaged.mean));
}

TEST_CASE("the page of a bundle draws at most so much, and counts every observation") {
  const thalweg::Report report = example_reports::bundle(700, 4000);
  const auto bundle = nlohmann::json::parse(to_json(report))["bundle"];
  const std::string page = to_html(report, {});
  const std::string opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = page.find(opening) + opening.size();
  const auto data = nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin))["bundle"];
  CHECK(data["before"]["window"] == data["after"]["window"]);
  for (const char* when : {"before", "after"}) {
    CHECK(data[when]["cameras"]["x"].size() == 600);
    CHECK(data[when]["cameras"]["of"] == 700);
    CHECK(data[when]["points"]["x"].size() == 2000);
    std::int64_t total = 0;
    for (const std::int64_t n : data["errors"][when]) total += n;
    CHECK(total == bundle["observations"]);
  }
  CHECK(data["errors"]["edges"].size() == data["errors"]["after"].size() + 1);
  // The worst of the table is the largest of the summary.
  const std::size_t largest = page.find("id=\"largest\"");
  REQUIRE(largest != std::string::npos);
  std::smatch last;
  const std::string row = page.substr(largest, page.find("</tr>", page.find("<tbody", largest)) - largest);
  REQUIRE(std::regex_search(row, last, std::regex("<td[^>]*>([0-9.]+)</td>[^<]*$")));
  CHECK(std::stod(last[1]) ==
        doctest::Approx(bundle["reprojection_error"]["after"]["largest"].get<double>()).epsilon(1e-3));
}
