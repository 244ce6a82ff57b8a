#include "studies/curve/noise_section.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "report/json/json_parts.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

using json_parts::Json;
using DataTest = std::function<bool(const DataSet&)>;

bool any(const CurveFit& fit, const DataTest& holds) { return std::any_of(fit.data.begin(), fit.data.end(), holds); }
bool all(const CurveFit& fit, const DataTest& holds) { return std::all_of(fit.data.begin(), fit.data.end(), holds); }

bool holds_counts(const DataSet& data) { return data.counts; }
bool is_correlated(const DataSet& data) { return data.covariance || data.autocorrelation; }

/// What each row's noise is known by, where that is not sigma alone; empty: that, or nothing.
std::string given(const CurveFit& fit) {
  std::vector<const char*> parts;
  if (any(fit, [](const DataSet& d) { return !d.sigma.empty(); })) parts.push_back("standard deviations");
  if (any(fit, [](const DataSet& d) { return !d.weights.empty(); })) parts.push_back("weights");
  if (any(fit, [](const DataSet& d) { return d.covariance != nullptr; })) parts.push_back("covariance");
  if (any(fit, [](const DataSet& d) { return d.autocorrelation.has_value(); })) parts.push_back("autocorrelation");
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + std::string(parts[i]);
  return text;
}

const char* kind(const CurveFit& fit) {
  if (fit.scale_per_data_set) return "estimated-per-data-set";
  if (all(fit, holds_counts)) return "poisson";
  return fit.noise == Noise::known ? "known" : "estimated";
}

std::string sentence(const CurveFit& fit, const std::vector<NoiseScale>& scales) {
  if (fit.scale_per_data_set) {
    if (scales.empty()) return "";
    std::string list;
    for (std::size_t d = 0; d < scales.size(); ++d)
      list += fmt::format("{}{} {:.4g}{}", d == 0 ? "" : ", ", fit.data[d].name, scales[d].scale,
                          scales[d].exact ? " (exact)" : "");
    const bool factors = !given(fit).empty();
    return fmt::format("estimated for each data set: {}; the errors above\nrest on these {}", list,
                       factors ? "factors of what is given" : "standard deviations");
  }
  if (all(fit, holds_counts))
    return "Poisson counts, by maximum likelihood: the errors above come from Fisher's information";
  if (any(fit, holds_counts))
    return "Poisson counts, by maximum likelihood, beside known standard deviations: the errors\nabove come from the "
           "information of both";
  const std::string from = given(fit);
  if (from.empty() || from == "standard deviations") return "";
  if (fit.noise == Noise::known) return fmt::format("known: the errors above come from the given {} alone", from);
  return fmt::format(
      "estimated: only the ratios of the given {} count, and the errors above\nare scaled by the residual standard "
      "deviation",
      from);
}

Json section_json(const CurveFit& fit, const std::vector<NoiseScale>& scales) {
  Json list = Json::array();
  for (std::size_t d = 0; d < scales.size(); ++d)
    list.push_back(
        {{"data", fit.data[d].name}, {"scale", json_parts::number(scales[d].scale)}, {"exact", scales[d].exact}});
  return {{"kind", kind(fit)}, {"correlated", any(fit, is_correlated)}, {"scales", std::move(list)}};
}

}  // namespace

void add_noise(const CurveFit& fit, const std::vector<NoiseScale>& scales, Report& report) {
  report.noise = sentence(fit, scales);
  Section& section = report.sections.emplace_back();
  section.key = "noise";
  section.json = json_parts::dumped(section_json(fit, scales));
  for (std::size_t d = 0; d < scales.size(); ++d)
    if (scales[d].exact)
      report.result.notes.push_back(
          fmt::format("data set '{}' is fitted exactly, so its noise cannot be estimated: its standard deviation is "
                      "held at {:.1e}, "
                      "a 10⁻¹⁰ part of the data",
                      fit.data[d].name, scales[d].scale));
}

}  // namespace thalweg::inline v0_1::studies
