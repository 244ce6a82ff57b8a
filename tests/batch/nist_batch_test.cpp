// NIST's nonlinear regressions through the batch engine, both starts beside each other.
#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/nist_models.hpp>

using namespace thalweg;

namespace {

/// The model's value by NIST's residual, model − y, or model − ln y of Nelson's.
template <class Model>
struct Value {
  template <class B, class... X>
  auto operator()(const B& b, const X&... x) const requires(sizeof...(X) == Model::predictors) {
    return Model{}(b, x..., std::common_type_t<X...>(std::is_same_v<Model, nist::Nelson> ? 1.0 : 0.0));
  }
};

struct Data {
  CurveFit file;
  std::vector<std::string> parameters, predictors;
  std::vector<std::vector<double>> x;
  std::vector<double> y, starts, certified;
  BatchData batch;
};

/// Every fit of the file: one for each start.
Data read(const std::string& name) {
  Data d;
  d.file = read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/nist/" + name + ".toml");
  const DataSet& set = d.file.data.front();
  std::vector<double> y;
  for (std::size_t k = 0; k < set.columns.size(); ++k) {
    if (set.columns[k] == "y") {
      y = set.values[k];
    } else {
      d.x.push_back(set.values[k]);
      d.predictors.push_back(set.columns[k]);
    }
  }
  if (name == "nelson")
    for (double& v : y) v = std::log(v);
  const std::size_t fits = d.file.parameters.front().starts.size();
  for (std::size_t s = 0; s < fits; ++s) {
    d.y.insert(d.y.end(), y.begin(), y.end());
    for (const FitParameter& p : d.file.parameters) d.starts.push_back(p.starts[s]);
  }
  for (const FitParameter& p : d.file.parameters) {
    d.parameters.push_back(p.name);
    d.certified.push_back(p.certified.value().value);
  }
  d.batch = {static_cast<std::int64_t>(fits), static_cast<int>(y.size()), d.y, {d.x.begin(), d.x.end()}, {}, d.starts};
  return d;
}

/// Lanczos's first data are exact to the last digit printed: rounding them to doubles moves the eighth digit.
double wanted_error(const std::string& name) { return name == "lanczos1" ? 1e-6 : 1e-7; }

void expect_certified(const std::string& name, const Data& data, const BatchResult& result) {
  for (std::int64_t fit = 0; fit < result.fits; ++fit) {
    CAPTURE(name);
    CAPTURE(fit);
    CHECK(result.status[static_cast<std::size_t>(fit)] == BatchStatus::converged);
    for (std::size_t j = 0; j < data.certified.size(); ++j) {
      CAPTURE(j);
      const double error = std::abs(result.parameters_of(fit)[j] - data.certified[j]) / std::abs(data.certified[j]);
      CHECK(error <= wanted_error(name));
    }
  }
}

const BatchOptions tight = {.tolerance = 1e-20, .max_iterations = 300};

}  // namespace

TEST_CASE("batch: NIST's certified values by compiled callables") {
  std::size_t in_lanes = 0, all = 0;
  nist::for_each_problem([&](const char* name, auto model) {
    using Model = decltype(model);
    const Data data = read(name);
    const auto compiled = compiled_model<Model::parameters>(Value<Model>{}, data.parameters);
    const BatchResult result = fit_batch(*compiled, data.batch, tight);
    expect_certified(name, data, result);
    in_lanes += static_cast<std::size_t>(result.fits) - result.handed_over.size();
    all += static_cast<std::size_t>(result.fits);
  });
  CHECK(all == 54);
  CHECK(in_lanes >= 40);
}

TEST_CASE("batch: NIST's certified values by the formulas of the problem files") {
  nist::for_each_problem([&](const char* name, auto) {
    const Data data = read(name);
    const auto model = formula_batch_model(Equation::parse(data.file.data.front().equation).model.text(),
                                           data.parameters, data.predictors);
    expect_certified(name, data, fit_batch(*model, data.batch, tight));
  });
}
