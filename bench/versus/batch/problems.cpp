#include <cmath>
#include <stdexcept>

#include <glog/logging.h>
#include <thalweg/batch/compiled_model.hpp>
#include <thalweg/batch/models.hpp>

#include "batch/batch.hpp"
#include "batch/contest.hpp"
#include "batch/numbers.hpp"

namespace versus {
namespace {

struct Exponential {
  static constexpr int parameters = 2, predictors = 1;
  template <class B, class X>
  auto operator()(const B& b, const X& x) const {
    using std::exp;
    return b[0] * exp(-b[1] * x);
  }
};

template <int side>
struct Gaussian {
  static constexpr int parameters = 5, predictors = 2;
  template <class B, class X>
  auto operator()(const B& b, const X& x, const X& y) const {
    using std::exp;
    const auto dx = x - b[1], dy = y - b[2];
    return b[0] * exp(-0.5 * (dx * dx + dy * dy) / (b[3] * b[3])) + b[4];
  }
};

/// Amplitudes of 1 to 5, rates of 0.2 to 1.2, errors of 0.02; all start at (1, 1).
BatchFits exponential_fits() {
  BatchFits all{"exponential", 2, 10, 1000000, {{}}, {}, {}};
  Numbers random(1);
  for (int i = 0; i < all.points; ++i) all.x[0].push_back(0.5 * i);
  for (std::int64_t fit = 0; fit < all.fits; ++fit) {
    const double a = random.uniform(1.0, 5.0), b = random.uniform(0.2, 1.2);
    for (const double x : all.x[0]) all.y.push_back(a * std::exp(-b * x) + 0.02 * random.normal());
    all.starts.insert(all.starts.end(), {1.0, 1.0});
  }
  return all;
}

/// As Gpufit's published test has it (Przybylski et al. 2017): a peak near the middle, normal errors with an amplitude
/// of ten times their size, starts within a fifth of the true values.
BatchFits gaussian_fits(int side, std::int64_t fits) {
  const std::string name = "gaussian-" + std::to_string(side) + "x" + std::to_string(side);
  BatchFits all{name, 5, side * side, fits, {{}, {}}, {}, {}};
  Numbers random(2);
  for (int i = 0; i < side * side; ++i) {
    all.x[0].push_back(i % side);
    all.x[1].push_back(i / side);
  }
  const double middle = 0.5 * (side - 1), width = side == 5 ? 1.0 : 0.15 * side;
  for (std::int64_t fit = 0; fit < fits; ++fit) {
    const double b[5] = {500.0, middle + random.uniform(-0.5, 0.5), middle + random.uniform(-0.5, 0.5), width, 100.0};
    for (std::size_t i = 0; i < all.x[0].size(); ++i)
      all.y.push_back(
          (side == 5 ? Gaussian<5>{}(b, all.x[0][i], all.x[1][i]) : Gaussian<12>{}(b, all.x[0][i], all.x[1][i])) +
          50.0 * random.normal());
    for (const double v : b) all.starts.push_back(v * random.uniform(0.8, 1.2));
  }
  return all;
}

template <int side>
void run_gaussian(std::int64_t fits, std::int64_t peer_fits, int threads, int repeat, std::vector<BatchRun>& runs) {
  const BatchFits all = gaussian_fits(side, fits);
  const auto built_in = thalweg::gaussian_2d_batch_model();
  const auto callable = thalweg::compiled_model<5>(Gaussian<side>{});
  const auto formula =
      thalweg::formula_batch_model("a*exp(-((x-x0)^2+(y-y0)^2)/(2*s^2))+c", {"a", "x0", "y0", "s", "c"}, {"x", "y"});
  contest<5, side * side>(all, BatchFunction<Gaussian<side>>(all),
                          {{built_in.get(), "built-in"}, {callable.get(), "callable"}, {formula.get(), "formula"}},
                          peer_fits, threads, repeat, runs);
}

void run_exponential(int threads, int repeat, std::vector<BatchRun>& runs) {
  const BatchFits all = exponential_fits();
  const auto built_in = thalweg::exponential_batch_model();
  const auto callable = thalweg::compiled_model<2>(Exponential{});
  const auto formula = thalweg::formula_batch_model("a*exp(-b*x)", {"a", "b"}, {"x"});
  contest<2, 10>(all, BatchFunction<Exponential>(all),
                 {{built_in.get(), "built-in"}, {callable.get(), "callable"}, {formula.get(), "formula"}}, 20000,
                 threads, repeat, runs);
}

}  // namespace

std::vector<BatchRun> run_batches(const std::vector<std::string>& names, int threads, int repeat,
                                  const std::string& nist_folder) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  std::vector<BatchRun> runs;
  const std::vector<std::string> all = {"exponential", "gaussian-5x5", "gaussian-12x12", "nist"};
  for (const std::string& name : names.empty() ? all : names) {
    if (name == "exponential") {
      run_exponential(threads, repeat, runs);
    } else if (name == "gaussian-5x5") {
      run_gaussian<5>(1000000, 10000, threads, repeat, runs);
    } else if (name == "gaussian-12x12") {
      run_gaussian<12>(200000, 2000, threads, repeat, runs);
    } else if (name == "nist") {
      run_nist_batches(nist_folder, threads, repeat, runs);
    } else {
      throw std::runtime_error("no batch '" + name + "'; expected exponential, gaussian-5x5, gaussian-12x12 or nist");
    }
  }
  return runs;
}

}  // namespace versus
