// Everything there is to say about one solve; text and JSON are two ways of saying it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/inference/bootstrap.hpp>
#include <thalweg/inference/derived.hpp>
#include <thalweg/inference/posterior.hpp>
#include <thalweg/inference/profile.hpp>
#include <thalweg/inference/residual_tests.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/multistart.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/problem/problem_facts.hpp>
#include <thalweg/report/fit_rows.hpp>
#include <thalweg/report/picture.hpp>
#include <thalweg/report/section.hpp>

namespace thalweg::inline v0_1 {

enum class IntervalKind {
  linear,     ///< by standard errors
  profile,    ///< by profile likelihood
  bootstrap,  ///< by fits to data drawn from the data
  posterior,  ///< by samples of the posterior distribution
};
std::string_view to_string(IntervalKind);

/// What the residuals are divided by, for the sentence that says so.
enum class Sigma { none, given };

/// Where the parameters are listed.
enum class ParameterList {
  shown,
  verbose,     ///< in the verbose text and the JSON: one by one they say nothing
  on_request,  ///< in the JSON that asks for all: there are too many
};

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
  /// A parameter that follows others.
  struct Tied {
    DerivedStatistics statistics;
    std::string expression;
    Label label;
  };
  std::vector<Tied> tied;     ///< listed behind the parameters
  std::vector<Label> labels;  ///< of each parameter; empty: none has any

  AnyMethod method = Method::levenberg_marquardt;
  double rate = unset;   ///< learning rate of a first-order method
  std::string schedule;  ///< of that rate; empty: constant
  LinearSolverKind linear_solver_requested = LinearSolverKind::automatic;
  Result result;
  FitStatistics statistics;
  Sigma sigma = Sigma::none;
  std::string noise;  ///< what the noise is, in a sentence; empty: as the statistics and `sigma` have it
  std::optional<Agreement> certified;  ///< when the file holds certified values
  std::optional<KnownMinimum> known_minimum;
  std::optional<Minima> multistart;             ///< when there was more than one start
  std::optional<GlobalFacts> global;            ///< when the box was searched
  std::vector<RoundingMetric> minima_rounding;  ///< of its first minima: how many digits of each are to be printed
  std::optional<FitPicture> picture;            ///< for the page; when one is asked for
  std::optional<RunsTest> runs_test;            ///< of a curve fit's residuals, in the order of x
  std::optional<ShapiroWilk> shapiro_wilk;      ///< of the same, divided by sigma
  std::vector<FitRows> rows;                    ///< of each data set; when they are asked for
  bool rows_in_json = false;                    ///< else they are for the table alone
  std::vector<FitRows> predictions;             ///< of rows that were not fitted to; when they are asked for
  std::vector<Section> sections;                ///< what belongs to this kind of problem
  ParameterList parameter_list = ParameterList::shown;
  /// How many parameters the text lists at most: those behind them are in a section.
  std::size_t listed_parameters = std::numeric_limits<std::size_t>::max();
  /// When intervals by them were asked for; their level is that of the statistics. At most one.
  std::optional<Profile> profile;
  std::optional<Bootstrap> bootstrap;
  std::optional<Posterior> posterior;
  /// How the intervals of the parameters were made: that which was asked for, where there are such intervals.
  IntervalKind interval_kind() const;

  struct Seconds {
    double read = 0.0, build = 0.0, statistics = 0.0;  ///< what comes before and after the solve
  } seconds;
  double total_seconds() const { return seconds.read + seconds.build + result.seconds.total + seconds.statistics; }
};

}  // namespace thalweg::inline v0_1
