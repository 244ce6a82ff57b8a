// A problem of a comparison, by its name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <thalweg/methods/compare.hpp>
#include <thalweg/studies/study.hpp>

#include "cli/arguments.hpp"

namespace thalweg::tool {

/// Owns what its CompareCase points to.
struct Candidate {
  std::unique_ptr<Study> study;
  CompareCase compared;
};
/// A problem file, or catalogue:NAME. Throws FileError, and UsageError for starts that the problem does not have.
Candidate candidate(const std::string& name, const Arguments& arguments);

/// The files, folders of files and names of a comparison, one by one. Throws FileError for a folder without problems.
std::vector<std::string> expand(const std::vector<std::string>& names);

}  // namespace thalweg::tool
