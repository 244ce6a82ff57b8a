// NIST's regression problems by built-in models, without starts, beside the certified sums of squares.
#include <thalweg/models/curve_fit.hpp>

#include "models/library/trials.hpp"

#include <doctest/doctest.h>
#include <support/capture.hpp>

namespace {

thalweg::CurveFit without_starts(const std::string& name, const std::string& model) {
  thalweg::CurveFit fit = thalweg::read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/nist/" + name + ".toml");
  fit.parameters.clear();
  fit.data[0].equation = "y = " + model;
  return fit;
}

double sum_of_squares(const thalweg::CurveFit& fit) {
  return 2.0 * thalweg::solve(thalweg::build_problem(thalweg::check_curve_fit(fit)).problem).final_cost;
}

}  // namespace

TEST_CASE("certified sums of squares without starts") {
  struct Problem {
    const char *name, *model;
  };
  for (const auto& [name, model] : {Problem{"misra1a", "saturating_growth"},
                                    {"boxbod", "saturating_growth"},
                                    {"danwood", "power_law"},
                                    {"eckerle4", "gaussian"},
                                    {"rat42", "logistic3"},
                                    {"mgh17", "decay2_offset"},
                                    {"lanczos2", "decay3"},
                                    {"lanczos3", "decay3"},
                                    {"gauss1", "decay + gaussian + gaussian"},
                                    {"gauss2", "decay + gaussian + gaussian"},
                                    {"gauss3", "decay + gaussian + gaussian"}}) {
    CAPTURE_BINDING(name);
    const thalweg::CurveFit fit = without_starts(name, model);
    CHECK(sum_of_squares(fit) == doctest::Approx(fit.certified_residual_sum_of_squares).epsilon(1e-8));
  }
}

TEST_CASE("three cycles of the southern oscillation, the year known") {
  thalweg::CurveFit fit = without_starts("enso", "constant + sine + sine + sine");
  thalweg::FitParameter year;
  year.name = "sine1.frequency";
  year.starts = {1.0 / 12.0};
  year.fixed = true;
  fit.parameters = {year};
  CHECK(sum_of_squares(fit) == doctest::Approx(fit.certified_residual_sum_of_squares).epsilon(1e-8));
}
