// What the verbs do. Each returns the exit code.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/arguments.hpp"

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/model_library.hpp>
#include <thalweg/report/picture.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::tool {

int solve_command(const Arguments& arguments);
int fit_command(const Arguments& arguments);
/// fit with several --model: which of them?
int fit_models(const Arguments& arguments);
int compare_command(const Arguments& arguments);
int check_command(const Arguments& arguments);
int batch_command(const Arguments& arguments);
int linear_command(const LinearArguments& arguments);
/// compare of a matrix.
int compare_linear_command(const Arguments& arguments);
int list_command(const Arguments& arguments);
int generate_command(const GenerateArguments& arguments);
int version_command();

/// What it takes to run the command again: itself, and what the program is made of.
Provenance provenance_of(const std::string& command);

int generate_pose_graph_file(const GenerateArguments& arguments);

/// What names stand for in a formula beside those of built-in models.
ModelNames model_names(const FitArguments& arguments, const DataTable& table);
/// The table and the formula as a fit. Throws FileError for the table, UsageError for the rest.
CurveFit fit_from_table(const std::string& path, const FitArguments& arguments);
/// The same of a table that is there, the first of arguments.files.
CurveFit fit_from_table(DataTable table, const FitArguments& arguments);

/// The folder of the problem files that come with the program; empty when it is not there.
std::string problems_folder();
/// The names, sorted, such as "nist/misra1a".
std::vector<std::string> shipped_problems();
/// Reads the file as a study. FileError for one that is not there names the shipped problem that is probably meant.
std::unique_ptr<Study> study_from(const std::string& file, const Request& request);

}  // namespace thalweg::tool
