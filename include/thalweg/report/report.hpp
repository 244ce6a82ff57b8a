// Everything there is to say about one solve; text and JSON are two ways of saying it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/inference/profile.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem_facts.hpp>
#include <thalweg/report/bundle.hpp>
#include <thalweg/report/picture.hpp>
#include <thalweg/report/pose_graph.hpp>
#include <thalweg/report/regression.hpp>

namespace thalweg {

/// What the residuals are divided by, for the sentence that says so.
enum class Sigma { none, given };

struct Report {
  ProblemFacts problem;
  struct Label {
    std::string unit, description;  ///< may be empty
  };
  /// A minimum that is known from elsewhere: the one that was reached, or else the lowest.
  struct KnownMinimum {
    double value = 0.0;  ///< Σr², of an objective F
    bool global = true, reached = false;
  };
  std::vector<Label> labels;  ///< of each parameter; empty: none has any

  AnyMethod method = Method::levenberg_marquardt;
  double rate = unset;   ///< learning rate of a first-order method
  std::string schedule;  ///< of that rate; empty: constant
  LinearSolverKind linear_solver_requested = LinearSolverKind::automatic;
  Result result;
  FitStatistics statistics;
  Sigma sigma = Sigma::none;
  std::optional<Agreement> certified;  ///< when the file holds certified values
  std::optional<KnownMinimum> known_minimum;
  std::optional<Minima> multistart;             ///< when there was more than one start
  std::vector<RoundingMetric> minima_rounding;  ///< of its first minima: how many digits of each are to be printed
  std::optional<FitPicture> picture;            ///< for the page; when one is asked for
  std::optional<RegressionSummary> regression;
  std::optional<BundleSummary> bundle;
  std::optional<PoseGraphSummary> pose_graph;
  std::optional<Profile> profile;  ///< when intervals by profile were asked for; their level is 0.95

  struct Seconds {
    double read = 0.0, build = 0.0, statistics = 0.0;  ///< what comes before and after the solve
  } seconds;
  double total_seconds() const { return seconds.read + seconds.build + result.seconds.total + seconds.statistics; }
};

}  // namespace thalweg
