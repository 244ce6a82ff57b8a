// The command line as a value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/linear/linear_system.hpp>
#include <thalweg/math/loss.hpp>
#include <thalweg/methods/compare.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/studies/batch.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::tool {

/// What `solve` and `fit` have in common: the request, and what becomes of the answer.
struct SolveArguments : Request {
  std::vector<std::pair<std::string, std::string>> inputs;  ///< files that options name: {"--covariance", "c.csv"}
  std::string json;                                         ///< a file, "-" for standard output, or empty
  std::string trace;                                        ///< a file, or empty
  std::string output;                                       ///< a file, or empty
  std::string report;                                       ///< a file, or empty
  std::string output_table;                                 ///< of each row of a curve fit: a file, or empty
  std::string predict_output;                               ///< of each row of --predict: a file, or empty
  std::string figure;                                       ///< a file, or empty
  bool rows_in_json = false;
  std::string command;  ///< as it was given, for those who want to repeat it
  bool quiet = false, verbose = false;
};

/// name=value, as in --start a=1.
struct Assignment {
  std::string name;
  double value = 0.0;
};

struct FitArguments {
  std::string model;                ///< the last one that was given
  std::vector<std::string> models;  ///< all of them
  std::vector<Assignment> start, lower, upper;
  std::vector<std::string> fix;
  std::vector<std::string> files;   ///< the tables; of several, each is a group of rows
  std::string group;                ///< the column that tells the group of each row, or empty
  std::vector<std::string> shared;  ///< parameters that all groups share; the others are per group
  std::vector<NamedExpression> define, tie, derive;
  std::vector<NamedExpression> constrain;  ///< conditions on the parameters
  std::string sigma, weights;              ///< a column, a number, a formula, or empty
  std::string covariance;                  ///< a file, or empty
  std::string autocorrelation;             ///< NUMBER or NUMBER:COLUMN, or empty
  std::vector<InputError> sigma_x;
  std::string correlation;  ///< a column, a number, or empty
  TableOptions table;
  RowSelection rows;
  bool stream = false;  ///< rows of an array are read again at each pass
  enum class NoiseKind { known, estimated, estimated_per_data_set, poisson };
  NoiseKind noise = NoiseKind::estimated;
};

struct CompareArguments {
  std::vector<std::string> files;         ///< problem files, folders of them, catalogue:NAME
  std::vector<std::string> method_names;  ///< as they were given
  std::vector<AnyMethod> methods;
  std::vector<LinearMethod> linear_methods;  ///< in their place for a matrix; empty: all
  bool is_linear = false;                    ///< the files are a matrix, and perhaps a right-hand side
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

struct LinearArguments {
  std::vector<std::string> files;  ///< the matrix, and perhaps the right-hand side
  LinearOptions options;
  std::optional<double> lower, upper;  ///< bounds of every number of x
  std::string json;                    ///< a file, "-" for standard output, or empty
  std::string output;                  ///< a file, or empty
  bool quiet = false;
};

struct BatchArguments {
  BatchRequest request;
  std::string json;    ///< a file, "-" for standard output, or empty
  std::string report;  ///< a file, or empty
  bool quiet = false;
};

enum class Verb { solve, fit, batch, linear, compare, check, list, generate, version, help };

struct Arguments {
  Verb verb = Verb::help;
  std::string file;  ///< of solve, fit and check
  std::string what;  ///< of list
  SolveArguments solve;
  FitArguments fit;
  LinearArguments linear;
  BatchArguments batch;
  CompareArguments compare;
  GenerateArguments generate;
  std::string help;  ///< the text for Verb::help
};

/// Throws UsageError.
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace thalweg::tool
