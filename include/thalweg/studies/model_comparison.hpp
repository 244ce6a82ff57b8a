// Several models of one table: which of them?
#pragma once

#include <string>
#include <vector>

#include <thalweg/inference/model_selection.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/report/report.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1 {

/// How well a model predicts a row that it was not fitted to.
struct LeaveOneOut {
  enum class Method {
    none,     ///< there is none: a loss, a solve that did not converge, no degrees of freedom
    exact,    ///< by leverages, for the model is linear in its parameters: r / (1 − h)
    refits,   ///< one solve per row, up to 200 rows
    leverage  ///< by leverages, to first order, of more rows
  };
  Method method = Method::none;
  double press = unset;             ///< Σ (r/σ)² of the predictions (Allen 1974, Technometrics 16, 125)
  double root_mean_square = unset;  ///< √(press / rows)
};
std::string_view to_string(LeaveOneOut::Method);

struct ModelFit {
  std::string model;  ///< as it was given
  Report report;      ///< of the fit by itself
  int free_parameters = 0;
  double difference = unset;  ///< of AICc, from that of the best
  double weight = unset;      ///< Akaike's, by AICc
  LeaveOneOut leave_one_out;
};

/// One model is nested in another, as far as numbers tell: the other reproduces, to rounding, its fitted curve and one
/// beside it, half a standard error off in each parameter. Sufficient only for these curves, but a model that is not
/// nested does not reproduce them by chance.
struct NestedModels {
  std::size_t simpler = 0, fuller = 0;  ///< places in ModelComparison::fits
  NestedTest test;
};

struct ModelComparison {
  std::string file, response;
  std::size_t rows = 0;
  std::vector<ModelFit> fits;  ///< best first, by AICc; then those without one, by their sum of squares; failures last
  std::vector<NestedModels> nested;

  bool all_converged() const;
};

/// Fits each to its data. All have one data set each, with the same response and the same rows, or there is nothing to
/// compare: throws Error otherwise. `names`: what each is called. The request is that of one solve. Nestedness takes
/// some solves for each pair, leave-one-out up to 200 for each model.
ModelComparison compare_models(const std::vector<CurveFit>& fits, const std::vector<std::string>& names,
                               const Request& request);

/// A row per model, the tests of nested ones, the parameters of each.
std::string to_text(const ModelComparison& comparison, bool verbose = false);
/// One JSON object with a newline at its end; numbers read back as the same bits, unset ones are null.
std::string to_json(const ModelComparison& comparison);
/// One self-contained page with all curves in one figure.
std::string to_html(const ModelComparison& comparison, const Provenance& provenance);
/// Data and all curves, for fit_figure with FigureCurves::of_models.
FitPicture picture_of(const ModelComparison& comparison);

}  // namespace thalweg::inline v0_1
