// A regression between its file and the methods.
#pragma once

#include <optional>

#include <thalweg/methods/run.hpp>
#include <thalweg/models/regression_fit.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/studies/regression_section.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

/// Rows split, penalty chosen, and the model in the forms that methods ask for.
class Regression {
 public:
  /// Chooses the penalty by cross-validation where the file asks for it. Throws FileError for data that the model
  /// refuses.
  Regression(RegressionFit fit, const Request& request);
  Regression(const Regression&) = delete;
  Regression& operator=(const Regression&) = delete;

  const RegressionFit& fit() const { return fit_; }
  const RegressionModel& model() const { return *model_; }
  const RegressionData& training() const { return training_; }
  const RegressionData& validation() const { return validation_; }  ///< without samples: no split
  const Problem* problem() const { return problem_ ? &*problem_ : nullptr; }
  const Subject& subject() const { return subject_; }
  bool is_constrained() const { return !fit_.constraints.empty(); }

  /// What runs when no method is named.
  AnyMethod default_method() const;
  /// Whether QR gives the answer at once.
  bool closed_form() const;
  /// Fills in the file's defaults of training.
  void complete(Request& request) const;

  /// All that does not depend on the answer, and then what does.
  RegressionSummary summary() const;
  void judge(const std::vector<double>& x, RegressionSummary& summary) const;

 private:
  void choose_penalty(const Request& request);

  RegressionFit fit_;
  RegressionData training_, validation_;
  std::optional<RegressionModel> model_;
  std::optional<Problem> problem_;
  Subject subject_;
  std::optional<CrossValidation> trials_;
  std::vector<RegressionOptions> candidates_;
};

/// From where to fit a likelihood of many samples by a second-order method: the optimum of every 32nd of them, where
/// those are many enough; else the model's own start.
std::vector<double> start_for(const RegressionModel& model, const RegressionData& data, AnyMethod method,
                              const Options& options, std::vector<std::string>& notes);

Result fit_regression(const RegressionModel& model, const Subject& subject, AnyMethod method, bool closed_form,
                      std::vector<double> start, const Options& options, const TrainOptions& train);

}  // namespace thalweg::inline v0_1::studies
