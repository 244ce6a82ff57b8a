#include <cstdio>
#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/fit_batch.hpp>
#include <thalweg/batch/models.hpp>
#include <vector>

int main() {
  const std::vector<double> t = {0, 1, 2, 3, 4};
  const std::vector<double> y = {5.1, 3.2, 1.9, 1.3, 0.7, 2.0, 1.6, 1.4, 1.1, 0.9};  // two data sets
  const auto model = thalweg::compiled_model<2>([](const auto& p, const auto& x) { return p[0] * exp(-p[1] * x); });
  // or thalweg::formula_batch_model("a*exp(-b*x)", {"a", "b"}, {"x"}), or thalweg::exponential_batch_model()
  const std::vector<double> start = {1.0, 1.0};
  const thalweg::BatchData data{.fits = 2, .points = 5, .y = y, .x = {t}, .starts = start};
  const thalweg::BatchResult result = thalweg::fit_batch(*model, data);
  for (int fit = 0; fit < 2; ++fit)
    std::printf("rate %.4f +- %.4f\n", result.parameters_of(fit)[1], result.standard_errors_of(fit)[1]);
  return result.count(thalweg::BatchStatus::converged) == 2 ? 0 : 1;
}
