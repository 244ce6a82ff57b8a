// Groups of rows with parameters of their own.
#include <thalweg/models/build.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "support/toml_line.hpp"

using namespace thalweg;
using toml_line::error_of;

namespace {

const std::string rows =
    "rows = [[\"a\", 0, 1], [\"a\", 1, 2], [\"a\", 2, 3.5], [\"b\", 0, 5], [\"b\", 1, 6], [\"b\", 2, 7], [\"c\", 0, "
    "9]]\n";

std::string file(const std::string& parameters, const std::string& data = "group = \"g\"\n") {
  return "[model]\ny = \"a + b * x\"\n[parameters]\n" + parameters + "[data]\ncolumns = [\"g\", \"x\", \"y\"]\n" +
         data + rows;
}

}  // namespace

// scipy 1.10, least_squares(xtol = ftol = gtol = 1e-15), errors from its analytic Jacobian.
TEST_CASE("orange trees: a size for each, one shape") {
  const CurveFit fit = read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/curves/orange_trees.toml");
  REQUIRE(fit.groups.size() == 5);
  const CurveProblem built = build_problem(fit);
  Options options;
  options.linear_solver = LinearSolverKind::dense_qr;
  const Result result = solve(built.problem, options);
  REQUIRE(result.converged());
  const FitStatistics s = statistics(built.problem, result);
  const double values[] = {727.8905833729938,  347.96737377248775, 161.88731228822542, 224.40330498849437,
                           154.10356280807835, 233.0701854157397,  186.74014034627046};
  const double errors[] = {35.691920184893675, 27.26160800102611, 7.137988330771742, 8.8356448872533,
                           6.941826411247733,  9.084098436207867, 7.789754055492224};
  REQUIRE(s.parameters.size() == 7);
  for (std::size_t i = 0; i < 7; ++i) {
    CAPTURE(s.parameters[i].name);
    CHECK(s.parameters[i].value == doctest::Approx(values[i]).epsilon(1e-8));
    CHECK(s.parameters[i].standard_error == doctest::Approx(errors[i]).epsilon(1e-7));
  }
  CHECK(s.parameters[2].name == "size[tree 1]");
  CHECK(s.residual_sum_of_squares == doctest::Approx(1845.3831450777268).epsilon(1e-11));

  // Blocks find the same minimum.
  const Result blocks = solve(built.problem, {.linear_solver = LinearSolverKind::sparse_schur});
  CHECK(blocks.converged());
  CHECK(blocks.final_cost == doctest::Approx(result.final_cost).epsilon(1e-12));
}

TEST_CASE("a group with too few rows is named, and the others are fitted") {
  const CurveFit fit =
      read_toml(file("a = { start = 1, per = \"group\" }\nb = { start = 1, per = \"group\" }\n"), "f.toml", "");
  CHECK(fit.groups == std::vector<std::string>{"a", "b"});
  REQUIRE(fit.notes.size() == 1);
  CHECK(fit.notes[0] == "group 'c' has fewer rows than the 2 parameters of its own: 1 row is left out");
  CHECK(fit.data[0].values[0].size() == 6);
  const CurveProblem built = build_problem(fit);
  const Result result = solve(built.problem);
  REQUIRE(result.converged());
  CHECK(result.x[2] == doctest::Approx(5.0));
  CHECK(result.x[3] == doctest::Approx(1.0));
}

TEST_CASE("numbers that are written differently name one group, codes with leading zeros do not") {
  const std::string head =
      "[model]\ny = \"a + b * x\"\n[parameters]\na = { start = 1, per = \"group\" }\nb = 1\n"
      "[data]\ncolumns = [\"g\", \"x\", \"y\"]\ngroup = \"g\"\nrows = ";
  const CurveFit fit =
      read_toml(head + "[[1, 0, 1], [1.0, 1, 2], [2, 0, 5], [1e0, 2, 3], [2.0, 1, 6]]\n", "f.toml", ".");
  CHECK(fit.groups == std::vector<std::string>{"1", "2"});
  const CurveFit codes =
      read_toml(head + "[[\"01\", 0, 1], [\"01\", 1, 2], [\"1\", 0, 5], [\"1\", 1, 6]]\n", "f.toml", ".");
  CHECK(codes.groups == std::vector<std::string>{"01", "1"});
}

// A profile holds one parameter and fits the others: by blocks as densely.
TEST_CASE("pinned parameters of many blocks are held, and the rest is the fit of a dense solver") {
  DataSet data;
  data.name = "data";
  data.equation = "y = A * exp(-k * t) + c";
  data.columns = {"t", "y"};
  data.values.resize(2);
  data.group_column = "g";
  CurveFit fit;
  for (const char* name : {"A", "k", "c"}) {
    FitParameter parameter;
    parameter.name = name;
    parameter.starts = {1.0};
    parameter.per_group = std::string(name) != "k";
    fit.parameters.push_back(parameter);
  }
  for (int g = 0; g < 120; ++g) {
    fit.groups.push_back("group " + std::to_string(g));
    for (int i = 0; i < 6; ++i) {
      const double t = 0.5 * i;
      data.values[0].push_back(t);
      data.values[1].push_back((1.0 + 0.01 * g) * std::exp(-0.8 * t) + 0.2 + 0.01 * std::sin(17.0 * g + 5.0 * i));
      data.group.push_back(g);
    }
  }
  fit.data = {data};
  const CurveProblem built = build_problem(check_curve_fit(fit));
  const std::int64_t pinned[] = {5};
  std::vector<double> start = built.problem.start();
  start[5] = 0.9;
  const Result blocks =
      Solver(built.problem, pinned).solve_from(start, {.linear_solver = LinearSolverKind::sparse_schur});
  const Result dense = Solver(built.problem, pinned).solve_from(start, {.linear_solver = LinearSolverKind::dense_qr});
  REQUIRE(blocks.converged());
  REQUIRE(dense.converged());
  CHECK(blocks.x[5] == 0.9);
  CHECK(blocks.final_cost == doctest::Approx(dense.final_cost).epsilon(1e-10));
  CHECK_THROWS_AS(Solver(built.problem, std::vector<std::int64_t>{100000}), Error);
}

TEST_CASE("starts of groups are written and read") {
  CurveFit fit = read_toml(file("a = { start = { b = 5, a = 1 }, per = \"group\" }\nb = 1\n"), "f.toml", "");
  const CurveProblem built = build_problem(fit);
  CHECK(built.problem.start() == std::vector<double>{1.0, 1.0, 5.0, 5.0});
  const CurveFit again = read_toml(write_toml(fit), "f.toml", "");
  CHECK(build_problem(again).problem.start() == built.problem.start());
  CHECK(again.groups == fit.groups);
  CHECK(again.data[0].group == fit.data[0].group);
}

TEST_CASE("tables of files are groups that are called by their names") {
  CurveFit fit;
  fit.file = "one.csv";
  fit.parameters.resize(2);
  fit.parameters[0].name = "a";
  fit.parameters[0].starts = {0.0};
  fit.parameters[0].per_group = true;
  fit.parameters[1].name = "b";
  fit.parameters[1].starts = {0.0};
  fit.data.resize(1);
  fit.data[0].equation = "y = a + b * x";
  std::vector<DataTable> tables;
  tables.push_back(DataTable::parse("x,y\n0,1\n1,2\n2,3\n", "one.csv"));
  tables.push_back(DataTable::parse("x,y\n0,4\n1,5\n2,6\n", "other.csv"));
  const CurveFit checked = fit_tables(fit, std::move(tables), {});
  CHECK(checked.groups == std::vector<std::string>{"one", "other"});
  const CurveProblem built = build_problem(checked);
  const Result result = solve(built.problem);
  CHECK(result.x[0] == doctest::Approx(1.0));  // b
  CHECK(result.x[1] == doctest::Approx(1.0));
  CHECK(result.x[2] == doctest::Approx(4.0));
}

TEST_CASE("what is wrong with groups, and where") {
  const std::string own = "a = { start = 1, per = \"group\" }\nb = 1\n";
  CHECK(error_of(file("a = { start = 1, per = \"grup\" }\nb = 1\n")) ==
        "f.toml:4:24: per of parameter 'a' is 'grup'; expected \"group\", or no per");
  const std::string numbers = "[model]\ny = \"a + b * x\"\n[parameters]\n" + own +
                              "[data]\ncolumns = [\"g\", \"x\", \"y\"]\nrows = [[1, 0, 1], [1, 1, 2], [2, 0, 5]]\n";
  CHECK(error_of(numbers) ==
        "f.toml:4:1: parameter 'a' is per group, but data set 'data' has no groups; expected group = \"a column\" in "
        "[data]");
  CHECK(error_of(file("a = 1\nb = 1\n")) ==
        "f.toml:8:9: data set 'data' has groups, but no parameter is per group; expected per = \"group\" at some "
        "parameter");
  CHECK(error_of(numbers + "group = \"h\"\n") == "f.toml:9:9: group names an unknown column 'h'; expected g, x or y");
  CHECK(error_of(file("a = { start = { q = 1 }, per = \"group\" }\nb = 1\n")) ==
        "f.toml:4:1: parameter 'a' has a start for 'q', which is no group; expected names of groups");
  CHECK(error_of(file("a = { start = { a = 1 } }\nb = 1\n")) ==
        "f.toml:4:15: parameter 'a' has starts of groups; expected per = \"group\" beside them");
  CHECK(error_of(file(own, "group = \"g\"\nautocorrelation = 0.5\n")) ==
        "f.toml:8:9: data set 'data' has groups and an autocorrelation; expected one of the two");
}
