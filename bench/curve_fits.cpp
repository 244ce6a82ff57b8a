// The time of one curve fit in the library, for the scripts that run the same fit in other libraries: lmfit_fits.py and
// orthogonal.py. From a table in memory to the parameters and their standard errors: the model is parsed, starts are
// guessed where none are given, the fit is solved on one thread and judged. Prints the least processor time of several
// such fits in ms, the weighted sum of squares, and the parameters.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <thalweg/inference/statistics.hpp>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/studies/orthogonal_start.hpp>
#include <thalweg/table/table.hpp>

namespace {

using namespace thalweg;

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Wanted {
  std::string table, model, sigma, sigma_x, group;
  std::vector<std::string> starts, shared;
  int runs = 50;
};

CurveFit fit_of(const Wanted& wanted, const Table& table) {
  CurveFit fit;
  for (const std::string& start : wanted.starts) {
    const std::size_t equals = start.find('=');
    FitParameter parameter;
    parameter.name = start.substr(0, equals);
    parameter.starts = {std::stod(start.substr(equals + 1))};
    parameter.per_group = !wanted.group.empty() &&
                          std::find(wanted.shared.begin(), wanted.shared.end(), parameter.name) == wanted.shared.end();
    fit.parameters.push_back(parameter);
  }
  DataSet data;
  data.name = "data";
  data.equation = wanted.model;
  data.columns = table.columns;
  data.values = table.values;
  data.sigma = wanted.sigma;
  if (!wanted.sigma_x.empty()) data.input_errors = {{"", wanted.sigma_x}};
  if (!wanted.sigma.empty()) fit.noise = Noise::known;
  if (!wanted.group.empty()) {
    data.group_column = wanted.group;
    const auto at = std::find(table.columns.begin(), table.columns.end(), wanted.group) - table.columns.begin();
    for (const double label : table.values[static_cast<std::size_t>(at)]) {
      const auto group = static_cast<std::size_t>(label);
      data.group.push_back(static_cast<int>(group));
      while (fit.groups.size() <= group) fit.groups.push_back(std::to_string(fit.groups.size()));
    }
  }
  fit.data = {std::move(data)};
  return fit;
}

int run(int argc, const char* const* argv) {
  Wanted wanted;
  CLI::App app("Times one curve fit in the library");
  app.add_option("table", wanted.table)->required();
  app.add_option("--model", wanted.model)->required();
  app.add_option("--start", wanted.starts)->delimiter(',');
  app.add_option("--shared", wanted.shared)->delimiter(',');
  app.add_option("--group", wanted.group);
  app.add_option("--sigma", wanted.sigma);
  app.add_option("--sigma-x", wanted.sigma_x);
  app.add_option("--runs", wanted.runs);
  CLI11_PARSE(app, argc, argv);

  const Table table = read_table(wanted.table);
  Options options;
  options.threads = 1;
  double least = 1e300;
  Result result;
  FitStatistics judged;
  for (int i = 0; i < wanted.runs; ++i) {
    CurveFit given = fit_of(wanted, table);
    const double began = processor_seconds();
    const CurveFit fit = check_curve_fit(std::move(given));
    const CurveProblem built = build_problem(fit);
    if (wanted.sigma_x.empty())
      result = solve(built.problem, options);
    else
      result = Solver(built.problem).solve_from(orthogonal_start(fit, built, options), options);
    judged = statistics(built.problem, result);
    least = std::min(least, processor_seconds() - began);
  }
  std::printf("%.6f %.17g", 1e3 * least, judged.residual_sum_of_squares);
  for (const double value : result.x) std::printf(" %.17g", value);
  std::printf("\n");
  return result.converged() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
