#include "cases.hpp"

#include <algorithm>
#include <cmath>

#include <thalweg/models/catalogue.hpp>
#include <thalweg/models/nist_models.hpp>

#include "functions.hpp"

namespace versus {

namespace {

/// The predictors in the file's order, then the response.
std::vector<std::vector<double>> model_columns(const thalweg::DataSet& data) {
  std::vector<std::vector<double>> columns, response;
  for (std::size_t k = 0; k < data.columns.size(); ++k)
    (data.columns[k] == "y" ? response : columns).push_back(data.values[k]);
  columns.insert(columns.end(), response.begin(), response.end());
  return columns;
}

template <class Model>
thalweg::Problem compiled_problem(const Case& c, bool simd) {
  thalweg::Problem problem;
  thalweg::Vec<double, Model::parameters> start;
  std::copy_n(c.starts[0].begin(), Model::parameters, start.data());
  const auto b = problem.add_parameters("b", start);
  const auto columns = model_columns(c.file.data.front());
  const auto add = [&](auto f) {
    if constexpr (Model::predictors == 1) {
      problem.add_residuals(c.name, f, b, columns[0], columns[1]);
    } else {
      problem.add_residuals(c.name, f, b, columns[0], columns[1], columns[2]);
    }
  };
  if (simd) {
    add(thalweg::simd(Model{}));
  } else {
    add(Model{});
  }
  return problem;
}

double digits(const std::vector<double>& certified, std::span<const double> x) {
  constexpr double most = 11.0;
  double worst = most;
  for (std::size_t j = 0; j < certified.size(); ++j) {
    const double error = std::abs(x[j] - certified[j]) / std::abs(certified[j]);
    if (!std::isfinite(error)) return 0.0;
    if (error > 0.0) worst = std::min(worst, -std::log10(error));
  }
  return std::max(0.0, worst);
}

template <class Model>
Case read_case(const std::string& folder, const std::string& name) {
  Case c;
  c.name = name;
  c.file = thalweg::read_curve_fit(folder + "/" + name + ".toml");
  const std::size_t starts = c.file.parameters.front().starts.size();
  c.starts.resize(starts);
  for (const thalweg::FitParameter& p : c.file.parameters) {
    for (std::size_t k = 0; k < starts; ++k) c.starts[k].push_back(p.starts.at(k));
    c.certified.push_back(p.certified.value().value);
  }
  if (c.certified.size() != Model::parameters)
    throw thalweg::Error(name + ": the file and the model differ in their number of parameters");
  c.judge = [certified = c.certified, least = c.file.certified_residual_sum_of_squares](std::span<const double> x,
                                                                                        double squares) {
    const bool reached = squares <= std::max(least * (1.0 + 1e-6), 1e-20);
    return Verdict{digits(certified, x), reached ? Verdict::Minimum::global : Verdict::Minimum::none};
  };
  return c;
}

}  // namespace

std::vector<Case> nist_cases(const std::string& folder) {
  std::vector<Case> cases;
  cases.reserve(32);
  thalweg::nist::for_each_problem([&](const char* name, auto model) {
    using Model = decltype(model);
    cases.push_back(read_case<Model>(folder, name));
    // The closures copy the data, so that cases may move.
    const Case data = cases.back();
    cases.back().problem = [data](bool simd) { return compiled_problem<Model>(data, simd); };
    cases.back().function = [data]() -> std::unique_ptr<Function> {
      return std::make_unique<JetFunction<Model>>(model_columns(data.file.data.front()));
    };
  });
  return cases;
}

std::vector<Case> mgh_cases() {
  std::vector<Case> cases;
  for (const thalweg::CatalogueProblem& entry : std::span(thalweg::catalogue()).first(thalweg::mgh_instances)) {
    Case c;
    c.name = entry.name;
    c.starts = {entry.starts[0]};
    c.problem = [&entry](bool) { return entry.problem(entry.starts[0]); };
    c.function = [&entry] { return std::make_unique<ProgramFunction>(entry.problem(entry.starts[0])); };
    c.judge = [&entry](std::span<const double>, double squares) {
      const thalweg::KnownMinimum* reached = reached_minimum(entry, squares);
      Verdict verdict;
      if (reached) verdict.minimum = reached->global ? Verdict::Minimum::global : Verdict::Minimum::local;
      return verdict;
    };
    cases.push_back(std::move(c));
  }
  return cases;
}

double sum_of_squares(Function& f, std::span<const double> x) {
  std::vector<double> r(static_cast<std::size_t>(f.rows()));
  f.residuals(x.data(), r.data());
  double sum = 0.0;
  for (const double v : r) sum += v * v;
  return sum;
}

}  // namespace versus
