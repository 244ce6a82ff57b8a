// What the verbs do. Each returns the exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/arguments.hpp"

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/models/bundle.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/pose_graph.hpp>
#include <thalweg/models/regression_fit.hpp>
#include <thalweg/problem/problem.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::tool {

int solve_command(const Arguments& arguments);
int fit_command(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int check_command(const Arguments& arguments);
int list_command(const Arguments& arguments);
int generate_command(const GenerateArguments& arguments);
int version_command();

/// What it takes to run the command again: itself, and what the program is made of.
Provenance provenance_of(const std::string& command);

/// What stands before a name of the catalogue, in the place of a file.
inline const std::string catalogue_prefix = "catalogue:";
/// NAME of "catalogue:NAME".
std::optional<std::string> catalogue_name(const std::string& file);
/// Throws FileError that names the problem which is probably meant.
const CatalogueProblem& catalogue_entry(const std::string& name);
int solve_from_catalogue(const std::string& name, const SolveArguments& arguments);
int check_from_catalogue(const std::string& name, const Arguments& arguments);

/// Solves, reports, writes what was asked for. `read_seconds`: what reading the fit took.
int run_fit(CurveFit fit, const SolveArguments& arguments, double read_seconds);

/// The same for a regression.
int solve_regression(RegressionFit fit, SolveArguments arguments, double read_seconds);

/// The same for a bundle adjustment.
int solve_bundle(Bundle bundle, const SolveArguments& arguments, double read_seconds);

int check_bundle(const Bundle& bundle, const Arguments& arguments);

/// The same for a pose graph, which is initialised first.
int solve_pose_graph(PoseGraph graph, const SolveArguments& arguments, double read_seconds);

int check_pose_graph(PoseGraph graph, const Arguments& arguments);

int generate_pose_graph_file(const GenerateArguments& arguments);

/// Checks a problem and reports. `facts`: its name, title, source, kind and priors; `starts`: how many it has, of which
/// this is --start.
int check_problem(const Problem& problem, const ProblemFacts& facts, std::size_t starts, const Arguments& arguments);

/// The same of a report that is made already.
int finish_check(CheckReport& report, const ProblemFacts& facts, std::size_t starts, const Arguments& arguments);

/// The table and the formula as a fit. Throws FileError for the table, UsageError for the rest.
CurveFit fit_from_table(const std::string& path, const FitArguments& arguments);

/// The folder of the problem files that come with the program; empty when it is not there.
std::string problems_folder();
/// The names, sorted, such as "nist/misra1a".
std::vector<std::string> shipped_problems();
/// Reads a problem file. FileError for one that is not there names the shipped problem that is probably meant.
std::variant<CurveFit, RegressionFit> read_problem_file(const std::string& path);
/// The same where only a curve fit will do: UsageError, with that use, for a regression.
CurveFit read_curve_fit_file(const std::string& path, const std::string& use);

}  // namespace thalweg::tool
