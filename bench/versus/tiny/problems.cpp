#include <array>
#include <cmath>
#include <stdexcept>

#include "batch/numbers.hpp"
#include "tiny/contest.hpp"
#include "tiny/tiny.hpp"

namespace versus {
namespace {

constexpr std::int64_t tiny_fits = 20000;

/// a exp(−bx), with or without an offset. All fits share x: 0, ½, 1, ...
template <int n, int m>
struct Exponential {
  static constexpr int parameters = n, points = m;
  template <class P>
  static auto value(const P& p, int i) {
    using std::exp;
    const auto decay = p[0] * exp(-p[1] * (0.5 * i));
    if constexpr (n == 2) {
      return decay;
    } else {
      return decay + p[2];
    }
  }
};

/// A spot on 5 × 5 pixels: amplitude, centre, width, background.
struct Spot {
  static constexpr int parameters = 5, points = 25;
  template <class P>
  static auto value(const P& p, int i) {
    using std::exp;
    const auto dx = static_cast<double>(i % 5) - p[1], dy = static_cast<double>(i / 5) - p[2];
    return p[0] * exp(-0.5 * (dx * dx + dy * dy) / (p[3] * p[3])) + p[4];
  }
};

template <class Model>
void add_fit(TinyFits& all, Numbers& random, const std::array<double, Model::parameters>& truth, double noise,
             const std::array<double, Model::parameters>& start) {
  for (int i = 0; i < Model::points; ++i) all.y.push_back(Model::value(truth, i) + noise * random.normal());
  all.starts.insert(all.starts.end(), start.begin(), start.end());
}

/// As the exponentials of the batch; offsets between −1 and 1.
template <class Model>
TinyFits exponential_fits(const std::string& name) {
  TinyFits all{name, tiny_fits, {}, {}};
  Numbers random(1);
  for (std::int64_t fit = 0; fit < all.fits; ++fit) {
    std::array<double, Model::parameters> truth{}, start{};
    truth[0] = random.uniform(1.0, 5.0);
    truth[1] = random.uniform(0.2, 1.2);
    start[0] = start[1] = 1.0;
    if constexpr (Model::parameters == 3) truth[2] = random.uniform(-1.0, 1.0);
    add_fit<Model>(all, random, truth, 0.02, start);
  }
  return all;
}

TinyFits spot_fits() {
  TinyFits all{"gaussian-5x5", tiny_fits, {}, {}};
  Numbers random(2);
  for (std::int64_t fit = 0; fit < all.fits; ++fit) {
    const std::array<double, 5> truth = {500.0, 2.0 + random.uniform(-0.5, 0.5), 2.0 + random.uniform(-0.5, 0.5), 1.0,
                                         100.0};
    std::array<double, 5> start = truth;
    for (double& v : start) v *= random.uniform(0.8, 1.2);
    add_fit<Spot>(all, random, truth, 50.0, start);
  }
  return all;
}

}  // namespace

std::vector<TinyRun> run_tiny(const std::vector<std::string>& names, int repeat) {
  std::vector<TinyRun> runs;
  const std::vector<std::string> all = {"exponential-2", "exponential-3", "gaussian-5x5"};
  for (const std::string& name : names.empty() ? all : names) {
    if (name == "exponential-2") {
      tiny_contest<Exponential<2, 10>>(exponential_fits<Exponential<2, 10>>(name), repeat, runs);
    } else if (name == "exponential-3") {
      tiny_contest<Exponential<3, 12>>(exponential_fits<Exponential<3, 12>>(name), repeat, runs);
    } else if (name == "gaussian-5x5") {
      tiny_contest<Spot>(spot_fits(), repeat, runs);
    } else {
      throw std::runtime_error("no problem '" + name + "'; expected exponential-2, exponential-3 or gaussian-5x5");
    }
  }
  return runs;
}

}  // namespace versus
