#include <thalweg/report/text.hpp>

#include "report/json/downsample.hpp"
#include "report/text/sentences.hpp"
#include "studies/regression/class_picture.hpp"

namespace thalweg::inline v0_1::html {
namespace {

using json_parts::Json;
using json_parts::rounded_numbers;

constexpr int drawn_digits = 5, margin_digits = 3;

Json words(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) list.push_back(printable(name));
  return list;
}

Json columns(const std::vector<std::vector<double>>& each, int digits) {
  Json list = Json::array();
  for (const std::vector<double>& values : each) list.push_back(rounded_numbers(values, digits));
  return list;
}

}  // namespace

Json data_of(const ClassPicture& p) {
  std::vector<double> x, y;
  std::vector<int> truth, predicted;
  for (const std::size_t i : downsample_evenly(p.x.size())) {
    x.push_back(p.x[i]);
    if (!p.y.empty()) y.push_back(p.y[i]);
    truth.push_back(p.truth[i]);
    predicted.push_back(p.predicted[i]);
  }
  return {{"inputs", words(p.inputs)},
          {"held", words(p.held)},
          {"classes", words(p.classes)},
          {"samples", p.x.size()},
          {"x", rounded_numbers(x, drawn_digits)},
          {"y", rounded_numbers(y, drawn_digits)},
          {"truth", truth},
          {"predicted", predicted},
          {"lower", p.lower},
          {"upper", p.upper},
          {"columns", p.columns},
          {"rows", p.rows},
          {"margin", columns(p.margin, margin_digits)},
          {"grid", rounded_numbers(p.grid, drawn_digits)},
          {"probability", columns(p.probability, drawn_digits)},
          {"band_lower", rounded_numbers(p.band_lower, drawn_digits)},
          {"band_upper", rounded_numbers(p.band_upper, drawn_digits)},
          {"level", text::level_in_words(p.level)}};
}

}  // namespace thalweg::inline v0_1::html
