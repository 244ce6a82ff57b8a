// The page of many fits.
#include <algorithm>
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <thalweg/studies/batch.hpp>

#include "support/batch_summaries.hpp"

using namespace thalweg;
using namespace test_support;
using nlohmann::json;

namespace {

bool has(const std::string& page, const std::string& words) { return page.find(words) != std::string::npos; }

/// The data that the scripts draw, as the page has them.
std::string embedded_data(const std::string& page) {
  const std::string opening = "id=\"data\">";
  const std::size_t begin = page.find(opening);
  REQUIRE(begin != std::string::npos);
  return page.substr(begin + opening.size(), page.find("</script>", begin) - begin - opening.size());
}

json batch_of(const std::string& page) { return json::parse(embedded_data(page)).at("batch"); }

/// Bytes that base64 stands for.
std::string decoded(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(digits.find(c));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFFU);
  }
  return out;
}

}  // namespace

TEST_CASE("the page of a batch answers in a sentence, and repeats it in key numbers") {
  const BatchSummary s = picture_of_fits(24, 60);
  const std::string page = to_html(s, {{"command", "thalweg batch spectra.npy"}});
  CHECK(has(page, "<strong>✓ " + answer_of(s) + "</strong>"));
  CHECK(has(page, "gaussian: 1440 fits of 40 points each, a picture of 24 rows × 60 columns"));
  CHECK(has(page, "<dt>converged</dt><dd>97 %</dd>"));
  CHECK(has(page, "thalweg batch spectra.npy"));
}

TEST_CASE("a share that is not the whole is not written as 100 %") {
  BatchSummary s = converged_fits();
  s.status = {999'999, 1};
  CHECK(has(to_html(s, {}), "<dd>99.99990 %</dd>"));
  CHECK(has(to_html(converged_fits(), {}), "<dd>100 %</dd>"));
}

TEST_CASE("names from outside are escaped on the page of a batch") {
  const std::string page = to_html(interrupted_fits(), {}), picture = to_html(picture_of_fits(5, 6), {});
  CHECK(has(page, "runs &lt;b&gt;of&lt;/b&gt; a long experiment &amp; others"));
  CHECK(has(picture, "&lt;b&gt;width&lt;/b&gt;"));
  for (const std::string& each : {page, picture}) CHECK_FALSE(has(each.substr(0, each.find("/*")), "<b>"));
}

TEST_CASE("data of the page are numbers or null") {
  for (const BatchSummary& s : {picture_of_fits(5, 6), interrupted_fits(), converged_fits(), failed_fits()}) {
    const std::string data = embedded_data(to_html(s, {}));
    CHECK_NOTHROW(json::parse(data));
    CHECK_FALSE(has(data, "nan"));
    CHECK_FALSE(has(data, "inf"));
  }
}

TEST_CASE("a map has a byte for each fit, 0 where it did not converge, and is clipped to its quantiles") {
  const BatchSummary s = picture_of_fits(24, 60);
  const json maps = batch_of(to_html(s, {})).at("maps");
  REQUIRE(maps.at("list").size() == 3);
  CHECK(maps.at("block_rows") == 1);
  for (std::size_t j = 0; j < 3; ++j) {
    const json& map = maps["list"][j];
    const std::string bytes = decoded(map.at("cells"));
    REQUIRE(bytes.size() == s.maps[j].size());
    const double low = map.at("low"), high = map.at("high");
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      if (std::isnan(s.maps[j][i])) {
        CHECK(byte == 0);
        continue;
      }
      const double v = low + (byte - 1) / 254.0 * (high - low);
      CHECK(std::abs(v - std::clamp(s.maps[j][i], low, high)) <= 0.501 * (high - low) / 254.0);
    }
  }
  CHECK(maps["list"][0].at("high").get<double>() < 2000.0);  // single values of 1e6 do not stretch the colours
}

TEST_CASE("a large picture is drawn by medians of blocks, and the page stays below 3 MB") {
  BatchSummary s = picture_of_fits(1000, 1000);
  while (s.maps.size() < 12) {
    s.maps.push_back(s.maps[0]);
    s.parameters.push_back(s.parameters[0]);
  }
  const std::string page = to_html(s, {});
  CHECK(page.size() < 3'000'000);
  const json maps = batch_of(page).at("maps");
  CHECK(maps.at("block_rows") == 3);
  CHECK(maps.at("down") == 334);
  CHECK(maps.at("across") == 334);
  CHECK(decoded(maps["list"][11].at("cells")).size() == 334 * 334);
}

TEST_CASE("iterations: a long tail of few fits is told, not drawn") {
  const json few = batch_of(to_html(interrupted_fits(), {})).at("iterations");
  CHECK(few.at("counts") == json({150, 0, 20, 200, 250, 50, 30}));
  CHECK(few.at("beyond") == 0);
  CHECK(few.at("median") == 3);
  BatchSummary s = converged_fits();
  s.iterations.assign(501, 0);
  s.iterations[4] = 600;
  s.iterations[5] = 395;
  s.iterations[500] = 5;
  const json many = batch_of(to_html(s, {})).at("iterations");
  CHECK(many.at("first") == 4);
  CHECK(many.at("counts") == json({600, 395}));
  CHECK(many.at("beyond") == 5);
  CHECK(many.at("longest") == 500);
}

TEST_CASE("the page says what is missing where no fit converged, or none was done") {
  const std::string failed = to_html(failed_fits(), {});
  CHECK(has(failed, "0 of 12 fits converged"));
  CHECK(has(failed, "No fit converged: the parameters have no distribution."));
  CHECK_FALSE(has(failed, "id=\"maps\""));
  CHECK_FALSE(has(failed, "id=\"worst\""));
  BatchSummary none = no_fits();
  none.resumed = 7;
  const std::string page = to_html(none, {});
  CHECK(has(page, "no fit was done; 7 were there before"));
  CHECK_FALSE(has(page, "<section"));
}

TEST_CASE("a fit of many points keeps its largest residuals on the page") {
  BatchSummary s = converged_fits();
  s.worst[0].y[1001] = 50.0;
  const json fit = batch_of(to_html(s, {})).at("worst").at(0);
  CHECK(fit.at("points") == 2000);
  CHECK(fit.at("y").size() <= 600);
  const json& y = fit.at("y");
  CHECK(std::find(y.begin(), y.end(), json(50.0)) != y.end());
}
