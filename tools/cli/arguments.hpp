// The command line as a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <thalweg/math/loss.hpp>
#include <thalweg/methods/compare.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/problem/noise.hpp>

namespace thalweg::tool {

/// What `solve` and `fit` have in common.
struct SolveArguments {
  AnyMethod method = Method::levenberg_marquardt;
  bool method_given = false;  ///< else it is the default of sums of squares
  Options options;            ///< its method is set by finish_options when the method is of second order
  TrainOptions train;
  bool restarts_given = false;
  int start = 1;
  bool detect_linear = false;                         ///< look for parameters that can be eliminated
  int starts = 1;                                     ///< more than one: multistart
  bool profile = false;                               ///< intervals by profile likelihood
  std::optional<Initialization> initialization;       ///< of a pose graph
  std::optional<InformationOrder> information_order;  ///< of a pose graph's EDGE2 lines
  std::optional<Loss> loss;                           ///< in place of those of the file
  std::string json;                                   ///< a file, "-" for standard output, or empty
  std::string trace;                                  ///< a file, or empty
  std::string output;                                 ///< a file, or empty
  std::string report;                                 ///< a file, or empty
  std::vector<std::string> given;                     ///< names of the options that were given: "--loss"
  std::string command;                                ///< as it was given, for those who want to repeat it
  bool json_parameters = false, quiet = false, verbose = false;
};

/// name=value, as in --start a=1.
struct Assignment {
  std::string name;
  double value = 0.0;
};

struct FitArguments {
  std::string model;
  std::vector<Assignment> start, lower, upper;
  std::vector<std::string> fix;
  std::string sigma;  ///< a column, or empty
  TableOptions table;
  RowSelection rows;
  Noise noise = Noise::estimated;
};

struct CompareArguments {
  std::vector<std::string> files;  ///< problem files, folders of them, catalogue:NAME
  std::vector<AnyMethod> methods;
  StoppingRule rule;
  bool tune = false;
  int start = 0;                            ///< counts from 1; 0: all of the file's
  std::vector<std::vector<double>> points;  ///< in the place of the file's starts
  std::string csv;                          ///< a file, or empty
};

struct GenerateArguments {
  std::string what;  ///< bundle, pose-graph
  BundleOptions bundle;
  PoseGraphOptions pose_graph;
  std::string output;  ///< a file
  bool quiet = false;
};

enum class Verb { solve, fit, compare, check, list, generate, version, help };

struct Arguments {
  Verb verb = Verb::help;
  std::string file;  ///< of solve, fit and check
  std::string what;  ///< of list
  SolveArguments solve;
  FitArguments fit;
  CompareArguments compare;
  GenerateArguments generate;
  std::string help;  ///< the text for Verb::help
};

/// Throws UsageError.
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace thalweg::tool
