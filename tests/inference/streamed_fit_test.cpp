// Curve fits to rows that are read again at each pass, beside the same rows in memory.
#include <thalweg/models/streamed_fit.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>

#include "support/folder.hpp"

using namespace thalweg;
using test_support::Folder;

namespace {

constexpr int rows = 9001;

struct Rows {
  Rows() {
    std::mt19937_64 random(4);
    std::normal_distribution<double> normal;
    for (int i = 0; i < rows; ++i) {
      const double t = 6.0 * i / rows, s = 0.01 + 0.02 * (i % 3);
      numbers.insert(numbers.end(), {t, 2.0 * std::exp(-0.8 * t) + 0.3 + s * normal(random), s, 1.0 * (i % 5)});
    }
  }
  double& at(int row, int column) { return numbers[static_cast<std::size_t>(4 * row + column)]; }
  std::string file(const Folder& folder) const {
    return folder.write("d.npy", npy_header({rows, 4}) + std::string(reinterpret_cast<const char*>(numbers.data()),
                                                                     numbers.size() * sizeof(double)));
  }
  std::vector<double> numbers;  // t, y, s, k
};

const std::vector<std::string> columns = {"t", "y", "s", "k"};

CurveFit decay() {
  CurveFit fit;
  fit.file = "d.npy";
  for (const auto& [name, start] : {std::pair("a", 1.0), {"b", 1.0}, {"c", 0.0}}) {
    fit.parameters.emplace_back().name = name;
    fit.parameters.back().starts = {start};
  }
  DataSet& data = fit.data.emplace_back();
  data.name = "data";
  data.equation = "y = a*exp(-b*t) + c";
  return fit;
}

TableOptions named() {
  TableOptions options;
  options.columns = columns;
  return options;
}

struct Solved {
  Result result;
  FitStatistics statistics;
};

Solved streamed(const std::string& path, const CurveFit& fit, const RowSelection& selection,
                StreamedTable* kept = nullptr) {
  const auto source = npy_rows(path, columns);
  RowSelection of_sample = selection;
  const CurveFit sample = fit_table(fit, DataTable::sample(source, 500, path, named()), of_sample);
  const StreamedTable table = streamed_table(source, sample, selection, 0);
  const Problem problem = streamed_problem(sample, table);
  Solved solved{solve(problem), {}};
  solved.statistics = statistics(problem, solved.result);
  solved.statistics.r_squared = 1.0 - solved.statistics.residual_sum_of_squares / table.response_squares;
  if (kept) *kept = table;
  return solved;
}

Solved held(const std::string& path, const CurveFit& fit, const RowSelection& selection, CurveFit* kept = nullptr) {
  const CurveFit whole = fit_table(fit, DataTable::read(path, named()), selection);
  const CurveProblem built = build_problem(whole);
  Solved solved{solve(built.problem), {}};
  solved.statistics = statistics(built.problem, solved.result, built.models[0]->response());
  if (kept) *kept = whole;
  return solved;
}

void expect_same(const Solved& a, const Solved& b) {
  REQUIRE(a.result.converged());
  for (std::size_t j = 0; j < a.result.x.size(); ++j) {
    CHECK(a.result.x[j] == doctest::Approx(b.result.x[j]).epsilon(1e-8));
    const double error = b.statistics.parameters[j].standard_error;
    if (std::isnan(error)) CHECK(std::isnan(a.statistics.parameters[j].standard_error));
    if (!std::isnan(error)) CHECK(a.statistics.parameters[j].standard_error == doctest::Approx(error).epsilon(1e-7));
  }
  CHECK(a.statistics.degrees_of_freedom == b.statistics.degrees_of_freedom);
  CHECK(a.statistics.r_squared == doctest::Approx(b.statistics.r_squared).epsilon(1e-9));
  CHECK(a.statistics.aic == doctest::Approx(b.statistics.aic).epsilon(1e-9));
}

std::string refused(const std::string& path, const CurveFit& fit, const RowSelection& selection) {
  try {
    streamed(path, fit, selection);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a streamed fit has the parameters, errors and criteria of the rows in memory") {
  const Folder folder;
  const std::string path = Rows().file(folder);
  CurveFit fit = decay();
  SUBCASE("unweighted") {}
  SUBCASE("sigma of a column") { fit.data[0].sigma = "s"; }
  SUBCASE("sigma of a formula, known") {
    fit.data[0].sigma = "0.02 + 0.1*s";
    fit.noise = Noise::known;
  }
  SUBCASE("weights, of which some are 0") { fit.data[0].weights = "k"; }
  SUBCASE("a definition and a tied parameter") {
    fit.definitions = {{"u", "exp(-b*t)"}};
    fit.tied = {{"d", "c + 1"}};
    fit.data[0].equation = "y = a*u + d - 1";
  }
  SUBCASE("a transformed response") { fit.data[0].equation = "log(y + 1) = log(a*exp(-b*t) + c + 1)"; }
  SUBCASE("bounds and a fixed parameter") {
    fit.parameters[0].upper = 1.5;
    fit.parameters[2].fixed = true;
  }
  expect_same(streamed(path, fit, {}), held(path, fit, {}));
}

TEST_CASE("rows that do not meet the condition, and rows without a value, are left out at every pass") {
  const Folder folder;
  Rows data;
  for (const int row : {3, 4000, 4001, 8999}) data.at(row, 1) = std::nan("");
  data.at(2100, 0) = HUGE_VAL;
  const std::string path = data.file(folder);
  const RowSelection selection{"k < 3 && t > 0.5", true};
  StreamedTable table;
  CurveFit whole;
  const Solved a = streamed(path, decay(), selection, &table), b = held(path, decay(), selection, &whole);
  expect_same(a, b);
  CHECK(table.missing_rows == static_cast<std::int64_t>(whole.data[0].missing_rows));
  CHECK(table.excluded_rows == static_cast<std::int64_t>(whole.data[0].excluded_rows));
  REQUIRE(table.rows->rows() == static_cast<std::int64_t>(whole.data[0].values[0].size()));
  // The rows themselves, in pieces that begin anywhere.
  std::vector<double> y(1000);
  double* const to = y.data();
  const auto wanted = static_cast<std::int64_t>(
      std::find(table.rows->columns().begin(), table.rows->columns().end(), "y") - table.rows->columns().begin());
  for (std::int64_t begin = 17; begin + 1000 < table.rows->rows(); begin += 977) {
    table.rows->read(begin, begin + 1000, {wanted}, &to);
    for (std::size_t i = 0; i < 1000; ++i) CHECK(y[i] == whole.data[0].values[1][static_cast<std::size_t>(begin) + i]);
  }
}

TEST_CASE("a row that cannot be read is named by its place in the file") {
  const Folder folder;
  Rows data;
  data.at(5432, 1) = std::nan("");
  std::string message = refused(data.file(folder), decay(), {});
  CHECK_MESSAGE(message.find("row 5433, column 'y' is nan") != std::string::npos, message);
  CHECK_MESSAGE(message.find("--missing skip") != std::string::npos, message);
  CHECK(refused(data.file(folder), decay(), {"t < 1", false}).empty());  // it is not among them
  data.at(5432, 1) = 0.5;
  data.at(7000, 2) = -0.1;
  CurveFit weighted = decay();
  weighted.data[0].sigma = "s";
  message = refused(data.file(folder), weighted, {});
  CHECK_MESSAGE(message.find("row 7001: sigma is -0.1; expected a positive standard deviation") != std::string::npos,
                message);
  CHECK_THROWS_AS(streamed(data.file(folder), decay(), {"t > 100", false}), FileError);
}

TEST_CASE("what is made of all rows at once does not go with streamed rows, and is said by name") {
  CurveFit fit = decay();
  CHECK(obstacle_to_streaming(fit).empty());
  fit.data[0].counts = true;
  CHECK(obstacle_to_streaming(fit) == "Poisson counts");
  fit = decay();
  fit.constraints = {{"1", "a < b"}};
  CHECK(obstacle_to_streaming(fit) == "constraints");
  fit = decay();
  fit.data[0].input_errors = {{"t", "0.1"}};
  CHECK(obstacle_to_streaming(fit) == "errors in the inputs");
}
