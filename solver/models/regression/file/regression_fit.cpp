#include <thalweg/models/regression_fit.hpp>

#include <filesystem>

#include "io/reading.hpp"
#include "io/text_numbers.hpp"
#include "models/curve/toml/toml_values.hpp"

namespace thalweg::inline v0_1 {

std::variant<CurveFit, RegressionFit> read_problem(const std::string& path) {
  const std::filesystem::path as_path(path);
  if (reading::lower_case(as_path.extension().string()) == ".toml") {
    const std::string text = reading::read_text_file(path, reading::a_problem_file);
    if (reading::has_top_level(text, "regression")) return read_regression(text, path, as_path.parent_path().string());
    return parse_curve_fit(text, path);
  }
  return read_curve_fit(path);
}

std::vector<RegressionOptions> RegressionFit::Choice::candidates(const RegressionOptions& base) const {
  std::vector<RegressionOptions> all;
  for (const double weight : l2.empty() ? l1 : l2) {
    all.push_back(base);
    (l2.empty() ? all.back().l1 : all.back().l2) = weight;
  }
  return all;
}

}  // namespace thalweg::inline v0_1
