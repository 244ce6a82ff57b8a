// Opening problem files and choosing the reader.
#include <thalweg/models/curve_fit.hpp>

#include <filesystem>

#include "io/reading.hpp"
#include "io/text_numbers.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr const char* problem_file = "a problem file";

}  // namespace

CurveFit read_curve_fit(const std::string& path) {
  // A wrong path is the likelier mistake, and the one to mend first, so the file is opened before
  // its name is judged.
  return parse_curve_fit(reading::read_text_file(path, problem_file), path);
}

CurveFit parse_curve_fit(std::string_view text, const std::string& path) {
  const std::filesystem::path as_path(path);
  const std::string extension = reading::lower_case(as_path.extension().string());
  if (extension == ".toml") return read_toml(text, path, as_path.parent_path().string());
  if (extension == ".dat") return read_nist(text, path);
  if (extension == ".csv" || extension == ".tsv") {
    throw FileError(path, 0, 0, "is a table without a formula",
                    "a .toml file that names it, or a formula beside it (thalweg fit)");
  }
  throw FileError(
      path, 0, 0,
      extension.empty() ? "has no extension to tell its format by" : "has the unknown extension '" + extension + "'",
      ".toml (Thalweg) or .dat (NIST)");
}

}  // namespace thalweg::inline v0_1
