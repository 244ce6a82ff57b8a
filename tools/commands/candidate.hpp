// A problem by its name, with everything that a comparison needs of it.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include <thalweg/methods/compare.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/catalogue.hpp>

#include "cli/arguments.hpp"
#include "commands/regression.hpp"

namespace thalweg::tool {

/// Owns what its CompareCase points to.
class Candidate {
 public:
  /// A problem file, or catalogue:NAME. Throws FileError, and UsageError for starts that the problem does not have.
  Candidate(const std::string& name, const Arguments& arguments);
  Candidate(const Candidate&) = delete;
  Candidate& operator=(const Candidate&) = delete;

  const CompareCase& compare_case() const { return case_; }

 private:
  void take(const CatalogueProblem& entry, const Arguments& arguments);
  void take(CurveFit fit, const Arguments& arguments);
  void take(RegressionFit fit, const Arguments& arguments);
  void choose_starts(std::vector<std::vector<double>> own, const CompareArguments& arguments);

  CompareCase case_;
  CurveProblem curve_;
  Problem problem_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<Regression> regression_;
};

/// The files, folders of files and names of a comparison, one by one. Throws FileError for a folder without problems.
std::vector<std::string> expand(const std::vector<std::string>& names);

}  // namespace thalweg::tool
