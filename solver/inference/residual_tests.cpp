#include <thalweg/inference/residual_tests.hpp>

#include <algorithm>
#include <cmath>

namespace thalweg::inline v0_1 {
namespace {

constexpr int most_exact = 1000;  // residuals

struct Signs {
  int above = 0, below = 0, runs = 0;
};

Signs signs_of(const std::vector<double>& series) {
  Signs s;
  int last = 0;
  for (const double r : series) {
    const int sign = r > 0.0 ? 1 : r < 0.0 ? -1 : 0;
    if (sign == 0) continue;
    ++(sign > 0 ? s.above : s.below);
    s.runs += sign != last;
    last = sign;
  }
  return s;
}

double log_binomial(int n, int k) {
  if (k < 0 || k > n) return -INFINITY;
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

/// The probability of 0, 1, 2, ... runs of `above` and `below` signs in a random order (Wald & Wolfowitz, eq. 3).
std::vector<double> distribution_of_runs(int above, int below) {
  if (above == 0 || below == 0) return {above + below == 0 ? 1.0 : 0.0, 1.0};
  const double all = log_binomial(above + below, above);
  std::vector<double> p(static_cast<std::size_t>(2 * std::min(above, below) + 2), 0.0);
  const auto ways = [&](int a, int b) {
    return std::exp(log_binomial(above - 1, a) + log_binomial(below - 1, b) - all);
  };
  for (std::size_t r = 2; r < p.size(); ++r) {
    const int k = static_cast<int>(r / 2);
    p[r] = r % 2 == 0 ? 2.0 * ways(k - 1, k - 1) : ways(k, k - 1) + ways(k - 1, k);
  }
  return p;
}

/// The probability of r runs or fewer, of several series together.
double exactly(const std::vector<Signs>& all, int runs) {
  std::vector<double> p = {1.0};
  for (const Signs& s : all) {
    const std::vector<double> q = distribution_of_runs(s.above, s.below);
    std::vector<double> sum(p.size() + q.size() - 1, 0.0);
    for (std::size_t i = 0; i < p.size(); ++i)
      for (std::size_t j = 0; j < q.size(); ++j) sum[i + j] += p[i] * q[j];
    p = std::move(sum);
  }
  double total = 0.0;
  for (std::size_t r = 0; r < p.size() && r <= static_cast<std::size_t>(runs); ++r) total += p[r];
  return std::min(total, 1.0);
}

}  // namespace

std::optional<RunsTest> runs_test(std::span<const std::vector<double>> series) {
  RunsTest test;
  std::vector<Signs> all;
  double variance = 0.0, count = 0.0;
  for (const std::vector<double>& each : series) {
    const Signs s = signs_of(each);
    if (s.above + s.below == 0) continue;
    const double n = s.above + s.below, product = 2.0 * s.above * s.below;
    all.push_back(s);
    count += n;
    test.runs += s.runs;
    test.expected += 1.0 + product / n;
    if (n > 1.0) variance += product * (product - n) / (n * n * (n - 1.0));
  }
  if (!(variance > 0.0)) return std::nullopt;
  const double z = (test.runs + 0.5 - test.expected) / std::sqrt(variance);
  test.probability = count <= most_exact ? exactly(all, test.runs) : 0.5 * std::erfc(-z / std::sqrt(2.0));
  return test;
}

}  // namespace thalweg::inline v0_1
