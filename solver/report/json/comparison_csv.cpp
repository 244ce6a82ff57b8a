#include <thalweg/report/comparison.hpp>

#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

std::string cell(double v) { return std::isfinite(v) ? fmt::format("{}", v) : ""; }

/// Quoted where it must be (RFC 4180).
std::string cell(const std::string& s) {
  if (s.find_first_of(",\"\r\n") == std::string::npos) return s;
  std::string quoted = "\"";
  for (const char c : s) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string of_problem(const ComparedProblem& p, const ComparedMethod& method) {
  return fmt::format("{},{},{},{},{},{},{}", cell(p.name), p.parameters, p.residuals, cell(p.best_known),
                     cell(p.best_known_from), cell(method.name), cell(method.refused));
}

std::string of_run(const ComparedRun& run) {
  const Result& r = run.result;
  const Result::Evaluations& e = r.evaluations;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}", run.start, run.reached ? 1 : 0,
                     cell(run.seconds), cell(run.evaluations), cell(run.iterations), cell(r.initial_cost),
                     cell(r.final_cost), cell(run.digits), cell(run.rate), to_string(r.status), cell(r.reason),
                     cell(r.seconds.total), r.iterations, r.epochs, e.cost, e.jacobian, e.hessian, e.hessian_products,
                     e.batch_gradients, cell(run.lowest_cost), run.diverged ? 1 : 0);
}

}  // namespace

std::string to_csv(const Comparison& comparison) {
  std::string csv =
      "problem,parameters,residuals,best_known,best_known_from,method,refused,start,reached,seconds,evaluations,"
      "iterations,initial_cost,final_cost,digits,rate,status,reason,seconds_spent,iterations_spent,epochs_spent,"
      "costs_spent,jacobians_spent,hessians_spent,hessian_products_spent,batch_gradients_spent,"
      "lowest_cost,diverged\n";
  const std::string no_run(20, ',');
  for (const ComparedProblem& problem : comparison.problems)
    for (const ComparedMethod& method : problem.methods) {
      for (const ComparedRun& run : method.runs) csv += of_problem(problem, method) + "," + of_run(run) + "\n";
      if (method.runs.empty()) csv += of_problem(problem, method) + "," + no_run + "\n";
    }
  return csv;
}

}  // namespace thalweg::inline v0_1
