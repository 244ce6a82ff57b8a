#include "commands/candidate.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include <thalweg/io/file_error.hpp>

#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

namespace files = std::filesystem;

std::vector<std::vector<double>> chosen(std::vector<std::vector<double>> own, const CompareArguments& arguments,
                                        const std::string& source) {
  const std::size_t n = own.front().size();
  for (const std::vector<double>& point : arguments.points)
    if (point.size() != n)
      throw UsageError(fmt::format("--from has {} number{}; expected {}, the parameters of {}", point.size(),
                                   point.size() == 1 ? "" : "s", n, source));
  if (!arguments.points.empty()) return arguments.points;
  if (arguments.start == 0) return own;
  if (static_cast<std::size_t>(arguments.start) > own.size())
    throw UsageError(
        fmt::format("start {} of '{}' does not exist; expected 1 to {}", arguments.start, source, own.size()));
  return {own[static_cast<std::size_t>(arguments.start) - 1]};
}

}  // namespace

Candidate candidate(const std::string& name, const Arguments& arguments) {
  Candidate made{study_from(name, arguments.solve), {}};
  made.study->prepare_comparison(arguments.solve);
  made.compared =
      made.study->compare_case(arguments.solve, chosen(made.study->starts(), arguments.compare, made.study->file()));
  return made;
}

std::vector<std::string> expand(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) {
    std::error_code error;
    if (catalogue_name(name) || !files::is_directory(name, error)) {
      all.push_back(name);
      continue;
    }
    std::vector<std::string> found;
    for (const auto& entry : files::directory_iterator(name))
      if (entry.path().extension() == ".toml" || entry.path().extension() == ".dat")
        found.push_back(entry.path().string());
    if (found.empty()) throw FileError(name, 0, 0, "no problem file in this folder", "files .toml or .dat");
    std::sort(found.begin(), found.end());
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

}  // namespace thalweg::tool
