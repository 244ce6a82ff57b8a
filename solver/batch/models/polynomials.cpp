// Lines and polynomials: one step finds their minimum.
#include <fmt/format.h>
#include <numeric>
#include <thalweg/base/error.hpp>
#include <thalweg/batch/models.hpp>

#include "batch/models/tuned.hpp"

namespace thalweg::inline v0_1 {
namespace {

using batch::P;
using batch::Packs;

template <int n>
struct Polynomial {
  static constexpr int parameters = n, predictors = 1;
  explicit Polynomial(const Packs<n>& p) : c(p) {}
  P operator()(const Packs<1>& x, Packs<n>& d) const {
    P value = c[0], power(1.0);
    d[0] = power;
    for (std::size_t j = 1; j < n; ++j) {
      d[j] = power = power * x[0];
      value += c[j] * power;
    }
    return value;
  }
  Packs<n> c;
};

/// Any start will do; the mean is one where counts are fitted, too.
template <int n>
void guess(std::span<const double* const>, std::span<const double> y, double* c) {
  std::fill_n(c, n, 0.0);
  c[0] = std::accumulate(y.begin(), y.end(), 0.0) / static_cast<double>(y.size());
}

template <int n>
std::unique_ptr<BatchModel> make(int degree) {
  if (degree + 1 == n) {
    std::vector<std::string> names;
    for (int j = 0; j < n; ++j) names.push_back(fmt::format("c{}", j));
    return std::make_unique<batch::TunedModel<Polynomial<n>>>(std::move(names), guess<n>);
  }
  if constexpr (n < most_batch_parameters) return make<n + 1>(degree);
  throw Error(
      fmt::format("a polynomial of degree {} for a batch; expected 1 to {}", degree, most_batch_parameters - 1));
}

}  // namespace

std::unique_ptr<BatchModel> linear_batch_model() { return make<2>(1); }
std::unique_ptr<BatchModel> polynomial_batch_model(int degree) { return make<2>(degree); }

}  // namespace thalweg::inline v0_1
