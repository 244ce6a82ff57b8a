// The problem files that come with the project, and the reading of files as such.
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <support/folder.hpp>

using thalweg::CurveFit;
using thalweg::FileError;
using thalweg::read_curve_fit;

namespace {

namespace files = std::filesystem;
const files::path problems = files::path(THALWEG_SOURCE_DIR) / "problems";
const files::path originals = files::path(THALWEG_SHARED_DATA) / "nist";

std::vector<files::path> all_in(const files::path& folder, const std::string& extension) {
  std::vector<files::path> result;
  for (const auto& entry : files::directory_iterator(folder)) {
    if (entry.path().extension() == extension) result.push_back(entry.path());
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::string error_of(const std::string& path) {
  try {
    read_curve_fit(path);
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

/// Σr² at the certified values, over the first data set.
double sum_of_squares(const CurveFit& fit) {
  thalweg::Symbols symbols;
  std::vector<double> values;
  for (const thalweg::FitParameter& parameter : fit.parameters) {
    symbols.parameters.push_back(parameter.name);
    values.push_back(parameter.certified->value);
  }
  const thalweg::DataSet& data = fit.data[0];
  symbols.columns = data.columns;
  const thalweg::FormulaModel model(thalweg::Equation::parse(data.equation), symbols, data.values);
  std::vector<double> residual(static_cast<std::size_t>(model.rows()));
  model.evaluate(values.data(), 0, model.rows(), residual.data(), nullptr);
  return std::inner_product(residual.begin(), residual.end(), residual.begin(), 0.0);
}

const std::string line_of_two = "[model]\ny = 'a * x'\n[parameters]\na = 1\n[data]\n";

}  // namespace

TEST_CASE("all 27 NIST problems are there, with both starts and certified values") {
  const auto found = all_in(problems / "nist", ".toml");
  CHECK(found.size() == 27);
  for (const files::path& path : found) {
    CAPTURE(path);
    const CurveFit fit = read_curve_fit(path.string());
    CHECK(fit.source == "NIST StRD nonlinear regression");
    CHECK(fit.certified_residual_sum_of_squares > 0.0);
    CHECK(fit.noise == thalweg::Noise::estimated);
    for (const thalweg::FitParameter& parameter : fit.parameters) {
      CHECK(parameter.starts.size() == 2);
      REQUIRE(parameter.certified);
      CHECK(parameter.certified->error > 0.0);
    }
  }
}

TEST_CASE("the NIST problems equal the original files, number for number") {
  if (!files::is_directory(originals)) {
    MESSAGE("skipped: no NIST originals in " << originals.string());
    return;
  }
  const auto found = all_in(originals, ".dat");
  CHECK(found.size() == 27);
  for (const files::path& path : found) {
    CAPTURE(path);
    std::string name = path.stem().string();
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const CurveFit original = read_curve_fit(path.string());
    const CurveFit ours = read_curve_fit((problems / "nist" / (name + ".toml")).string());
    CHECK(ours.title.starts_with(original.title + ": "));
    CHECK(ours.certified_residual_sum_of_squares == original.certified_residual_sum_of_squares);
    REQUIRE(ours.parameters.size() == original.parameters.size());
    for (std::size_t i = 0; i < ours.parameters.size(); ++i) {
      CHECK(ours.parameters[i].name == original.parameters[i].name);
      CHECK(ours.parameters[i].starts == original.parameters[i].starts);
      CHECK(ours.parameters[i].certified->value == original.parameters[i].certified->value);
      CHECK(ours.parameters[i].certified->error == original.parameters[i].certified->error);
    }
    REQUIRE(ours.data.size() == 1);
    CHECK(ours.data[0].columns == original.data[0].columns);
    CHECK(ours.data[0].values == original.data[0].values);
  }
}

TEST_CASE("each NIST equation gives the certified sum of squares at the certified values") {
  auto found = all_in(problems / "nist", ".toml");
  if (files::is_directory(originals)) {
    for (const files::path& path : all_in(originals, ".dat")) found.push_back(path);
  } else {
    MESSAGE("skipped for the originals: none in " << originals.string());
  }
  for (const files::path& path : found) {
    CAPTURE(path);
    const CurveFit fit = read_curve_fit(path.string());
    // The values are certified to 11 digits, which is too coarse for residuals of 1e-13.
    const double coarse = fit.title.starts_with("Lanczos1") ? 1e-20 : 0.0;
    CHECK(std::abs(sum_of_squares(fit) - fit.certified_residual_sum_of_squares) <=
          1e-9 * fit.certified_residual_sum_of_squares + coarse);
  }
}

TEST_CASE("the example curves can be read") {
  const auto found = all_in(problems / "curves", ".toml");
  CHECK(found.size() == 20);
  for (const files::path& path : found) {
    CAPTURE(path);
    const CurveFit fit = read_curve_fit(path.string());
    CHECK_FALSE(fit.title.empty());
  }
  const CurveFit peak = read_curve_fit((problems / "curves" / "gaussian_peak.toml").string());
  CHECK(peak.noise == thalweg::Noise::known);
  CHECK(peak.data[0].sigma == "sigma");
  CHECK(peak.data[0].values[0].size() == 61);
  CHECK(read_curve_fit((problems / "curves" / "shared_decay.toml").string()).data.size() == 2);
  CHECK(to_string(read_curve_fit((problems / "curves" / "outliers.toml").string()).data[0].loss) ==
        "geman-mcclure:0.4");
}

TEST_CASE("files that cannot be used as such") {
  const test_support::Folder folder;
  const std::string at = folder.path().string() + "/";
  CHECK(error_of(at + "none.toml") ==
        at + "none.toml: cannot be opened: No such file or directory; expected a problem file");
  CHECK(error_of(folder.path().string()) == folder.path().string() + ": is a directory; expected a problem file");
  CHECK(error_of("/dev/null") == "/dev/null: is a device; expected a problem file");
  CHECK(error_of("") == ": cannot be opened: No such file or directory; expected a problem file");
  CHECK(error_of(folder.write("empty.toml", "")) == at + "empty.toml: is empty; expected a problem file");
  CHECK(error_of(folder.write("binary.toml", std::string("a\0b", 3))) ==
        at + "binary.toml:1:2: is not text: byte 0x00; expected a problem file in UTF-8");
  CHECK(error_of(folder.write("fit.xyz", "a")) ==
        at + "fit.xyz: has the unknown extension '.xyz'; expected .toml (Thalweg) or .dat (NIST)");
  CHECK(error_of(folder.write("fit", "a")) ==
        at + "fit: has no extension to tell its format by; expected .toml (Thalweg) or .dat (NIST)");
  CHECK(error_of(folder.write("t.csv", "a\n1\n")) ==
        at + "t.csv: is a table without a formula; expected a .toml file that names it, or a "
             "formula beside it "
             "(thalweg fit)");
  CHECK(error_of(folder.write("upper.TOML", line_of_two + "columns = ['y', 'x']\nrows = [[1, 2]]\n")) == "no error");
}

TEST_CASE("a table beside the problem") {
  const test_support::Folder folder;
  const std::string at = folder.path().string() + "/";
  folder.write("named.csv", "x,y,s\n1,2,0.5\n3,4,-1\n");
  folder.write("bare.csv", "1 2\n3 4\n");
  const auto problem = [&](const std::string& data) { return folder.write("p.toml", line_of_two + data); };

  const CurveFit fit = read_curve_fit(problem("file = 'named.csv'\n"));
  CHECK(fit.data[0].columns == std::vector<std::string>{"x", "y", "s"});
  CHECK(fit.data[0].values[1] == std::vector<double>{2, 4});
  CHECK(error_of(problem("file = 'bare.csv'\ncolumns = ['x', 'y']\n")) == "no error");

  CHECK(error_of(problem("file = 'bare.csv'\n")) == at + "p.toml:2:1: unknown column 'y'; expected c1 or c2");
  CHECK(error_of(problem("file = 'bare.csv'\ncolumns = ['x']\n")) ==
        at + "bare.csv:1: the table has 2 columns but 1 name is given; expected as many names");
  CHECK(error_of(problem("file = 'named.csv'\ncolumns = ['y', 'x', 's']\n")) ==
        at + "p.toml:7:12: 'columns' does not fit '" + at +
            "named.csv', which has x, y and s; expected the columns of the file in their order, or new names");
  CHECK(error_of(problem("file = 'named.csv'\nsigma = 's'\n")) ==
        at + "named.csv:3:5: row 2, column 's' is -1; expected a positive standard deviation");
  CHECK(error_of(problem("file = 'none.csv'\n")) ==
        at + "none.csv: cannot be opened: No such file or directory; expected a table of numbers");
  CHECK(error_of(problem("file = 'named.csv'\nrows = [[1, 2]]\n")) ==
        at + "p.toml:6:8: data set 'data' has both rows and a file; expected one of them");
  CHECK(error_of(problem("file = \"named.csv\\u0000b\"\n")) ==
        at + "p.toml:6:8: 'file' holds a control character; expected the name of a table of numbers");
  CHECK(error_of(problem("file = '/dev/zero'\n")) == "/dev/zero: is a device; expected a table of numbers");
  CHECK(error_of(problem("file = ''\n")) ==
        at + "p.toml:6:8: 'file' is empty; expected the name of a table of numbers");
}
