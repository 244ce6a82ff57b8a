#include <cmath>
#include <cstdio>
#include <fstream>
#include <variant>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/regression_fit.hpp>
#include <thalweg/models/toml_writer.hpp>
#include <thalweg/table/table.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

const char* const toml = R"toml(title = "decay"
[model]
y = "a * exp(-b * t)"
[parameters]
a = { start = [9, 1], prior = { mean = 9, sigma = 1 }, unit = "V" }
b = 0.3
[data]
columns = ["t", "y"]
rows = [[0, 9.1], [1, 7.2], [2, 5.1], [3, 4.3], [4, 3.2], [5, 2.1]]
)toml";

void curve_fits() {
  CurveFit fit = read_toml(toml, "decay.toml", ".");
  check(fit.parameters.size() == 2 && fit.data.at(0).values.size() == 2, "a curve fit");
  fit.parameters[0].description = "a description that is long enough to be allocated on the heap";
  fit = check_curve_fit(std::move(fit));
  CurveProblem built = build_problem(fit, 2);
  check(built.models.size() == 1 && solve(built.problem).converged(), "a curve fit's problem");
  built = build_problem(fit);
  const std::string written = write_toml(fit);
  check(read_toml(written, "again.toml", ".").parameters[1].name == "b", "a curve fit as text");
  {
    std::ofstream("container_test.toml") << written;
    std::ofstream("container_test.csv") << "t,y\n0,1\n1,2\n";
  }
  check(read_curve_fit("container_test.toml").data.size() == 1, "a curve fit's file");
  check(std::holds_alternative<CurveFit>(read_problem("container_test.toml")), "a problem's file");
  Table table = read_table("container_test.csv");
  check(table.columns.size() == 2 && table.values[1][1] == 2.0, "a table's file");
  table = parse_table("x y\n1 2\n3 4\n", "a table");
  table.columns.emplace_back("a name that is long enough to be allocated on the heap");
  check(table.values.size() == 2, "a table");
  std::remove("container_test.toml");
  std::remove("container_test.csv");
  for (const std::string_view text : {"[model]", "not a problem"}) try {
      read_toml(text, "wrong.toml", ".");
      check(false, "a wrong file is refused");
    } catch (const FileError& error) {
      check(error.file == "wrong.toml", "a file's error");
    }
  try {
    read_nist("no such table", "wrong.dat");
    check(false, "a wrong file is refused");
  } catch (const FileError& error) {
    check(!std::string(error.what()).empty(), "a file's error");
  }
}

void formulas() {
  const Formula formula = Formula::parse("a * exp(-b * t)");
  check(formula.names().size() == 3 && formula.text().size() > 10, "a formula");
  const Equation equation = Equation::parse("y = a * exp(-b * t)");
  FormulaModel model(equation, {{"a", "b"}, {"t", "y"}}, {times, heights});
  const double p[2] = {9.0, 0.3};
  std::vector<double> value(8), S(4);
  model.predict(p, 0, 8, value.data());
  model.add_curvature(p, 0, 8, std::vector<double>(8, 1.0).data(), S.data());
  check(model.response() == heights && model.bends().size() == 4 && !model.first_non_finite(p), "a formula's model");
  FormulaModel moved = std::move(model);
  check(!moved.non_finite_at(p, 0) && moved.rows() == 8 && value[0] == 9.0, "a model is moved");
  const auto shared = std::make_shared<const FormulaModel>(std::move(moved));
  Problem problem;
  problem.add_parameters("p", std::vector<double>{9.0, 0.3});
  problem.add_group(std::make_unique<FormulaResiduals>("data", shared, 0));
  check(problem.groups()[0]->explain_non_finite(p, 0).empty() && solve(problem).converged(), "a formula's residuals");
  try {
    Formula::parse("a * (b");
    check(false, "a wrong formula is refused");
  } catch (const FormulaError& error) {
    check(!error.problem.empty() && !error.expected.empty(), "a formula's error");
  }
}

}  // namespace

void files() {
  curve_fits();
  formulas();
  for (const char* const name : {"beale", "himmelblau", "rosenbrock"}) {
    const CatalogueProblem* entry = find_in_catalogue(name);
    check(entry && !entry->starts.empty() && !entry->minima.empty(), "the catalogue");
    CatalogueProblem copy = *entry;
    copy.starts.push_back(copy.starts.front());
    const Result result = copy.residuals > 0 ? solve(copy.problem(copy.starts[0]))
                                             : minimize(*copy.objective(), copy.starts[0], {.method = Method::bfgs});
    const double value = copy.residuals > 0 ? 2.0 * result.final_cost : result.final_cost;
    check(reached_minimum(*entry, value) != nullptr, "a catalogue's problem");
  }
  check(FileError("a.toml", 1, 2, "it is wrong", "a right one").file == "a.toml", "a file's error of one's own");
  check(FormulaError({1, 2}, "it is wrong", "a right one").expected == "a right one", "a formula's error of one's own");
  check(catalogue().size() > static_cast<std::size_t>(mgh_instances), "the whole catalogue");
}

}  // namespace containers
