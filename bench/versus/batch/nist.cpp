// NIST's nonlinear regressions as batches.
#include <cmath>
#include <type_traits>

#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/models.hpp>
#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/nist_models.hpp>

#include "batch/batch.hpp"
#include "batch/contest.hpp"
#include "batch/numbers.hpp"

namespace versus {
namespace {

/// The model's value by NIST's residual, model − y, or model − ln y of Nelson's.
template <class Nist>
struct NistValue {
  static constexpr int parameters = Nist::parameters, predictors = Nist::predictors;
  template <class B, class X>
  auto operator()(const B& b, const X& x) const requires(predictors == 1) {
    return Nist{}(b, x, X(0.0));
  }
  template <class B, class X>
  auto operator()(const B& b, const X& x1, const X& x2) const requires(predictors == 2) {
    return Nist{}(b, x1, x2, X(std::is_same_v<Nist, thalweg::nist::Nelson> ? 1.0 : 0.0));
  }
};

/// Data about NIST's fit with its residual standard deviation, from both starts in turn.
template <class Model>
BatchFits nist_fits(const thalweg::CurveFit& file, const std::string& name, std::int64_t fits) {
  const thalweg::DataSet& set = file.data.front();
  BatchFits all{name, Model::parameters, static_cast<int>(set.values.front().size()), fits, {}, {}, {}};
  for (std::size_t k = 0; k < set.columns.size(); ++k)
    if (set.columns[k] != "y") all.x.push_back(set.values[k]);
  std::vector<double> b;
  for (const auto& p : file.parameters) b.push_back(p.certified.value().value);
  const double scatter =
      std::sqrt(file.certified_residual_sum_of_squares / static_cast<double>(all.points - Model::parameters));
  Numbers random(3);
  std::vector<double> curve(static_cast<std::size_t>(all.points));
  BatchFits zero = all;
  zero.y.assign(curve.size(), 0.0);
  BatchFunction<Model>(zero).residuals(0, b.data(), curve.data());
  for (std::int64_t fit = 0; fit < fits; ++fit) {
    for (const double v : curve) all.y.push_back(v + scatter * random.normal());
    for (const auto& p : file.parameters) all.starts.push_back(p.starts[static_cast<std::size_t>(fit % 2)]);
  }
  return all;
}

}  // namespace

void run_nist_batches(const std::string& folder, int threads, int repeat, std::vector<BatchRun>& runs) {
  std::vector<BatchRun> sum;
  double models = 0.0;
  thalweg::nist::for_each_problem([&](const char* name, auto nist) {
    using Model = NistValue<decltype(nist)>;
    const thalweg::CurveFit file = thalweg::read_curve_fit(folder + "/" + name + ".toml");
    const BatchFits all = nist_fits<Model>(file, "nist", 200);
    const auto compiled = thalweg::compiled_model<Model::parameters>(Model{});
    const thalweg::DataSet& set = file.data.front();
    std::vector<std::string> predictors;
    for (const auto& column : set.columns)
      if (column != "y") predictors.push_back(column);
    std::vector<std::string> names;
    for (const auto& p : file.parameters) names.push_back(p.name);
    const auto formula =
        thalweg::formula_batch_model(thalweg::Equation::parse(set.equation).model.text(), names, predictors);
    std::vector<BatchRun> one;
    contest<Model::parameters, Eigen::Dynamic>(all, BatchFunction<Model>(all),
                                               {{compiled.get(), "callable"}, {formula.get(), "formula"}}, 200, threads,
                                               repeat, one);
    if (sum.empty()) {
      sum = one;
    } else {
      for (std::size_t r = 0; r < one.size(); ++r) {
        sum[r].fits += one[r].fits;
        sum[r].seconds += one[r].seconds;
        sum[r].iterations += one[r].iterations;
        sum[r].within += one[r].within;
      }
    }
    models += 1.0;
  });
  for (BatchRun& r : sum) {
    r.iterations /= models;
    r.within /= models;
    runs.push_back(std::move(r));
  }
}

}  // namespace versus
