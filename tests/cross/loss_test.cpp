// Robust losses beside Ceres's: the same residuals with the same loss from the same start end at the same cost, in not
// many more iterations.
#include <thalweg/minimize/solve.hpp>

#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <ceres/ceres.h>
#include <doctest/doctest.h>
#include <glog/logging.h>

using namespace thalweg;
using doctest::Approx;

namespace {

struct Decay {
  static constexpr int parameters = 3, dimension = 1;
  template <class P>
  auto operator()(const P& p, double x, double y) const {
    return p[0] * exp(-p[1] * x) + p[2] - y;
  }
};
struct Peak {
  static constexpr int parameters = 3, dimension = 1;
  template <class P>
  auto operator()(const P& p, double x, double y) const {
    const auto z = (x - p[1]) / p[2];
    return p[0] * exp(-0.5 * z * z) - y;
  }
};
/// A damped turn in the plane, both of whose coordinates are measured by one number: a residual of two components.
struct Spiral {
  static constexpr int parameters = 3, dimension = 2;
  template <class P>
  auto operator()(const P& p, double t, double y) const {
    const auto radius = p[0] * exp(-p[1] * t);
    return std::array{radius * cos(p[2] * t) - y, radius * sin(p[2] * t) - y};
  }
};

template <class Model>
struct Scene {
  std::vector<double> x, y, start;
};

/// 40 points of the model with noise 0.1, of which every fourth is off by up to ±5.
template <class Model>
Scene<Model> scene(const std::array<double, 3>& truth, std::vector<double> start, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise(0.0, 0.1);
  std::uniform_real_distribution<double> gross(-5.0, 5.0);
  Scene<Model> s;
  s.start = std::move(start);
  for (int i = 0; i < 40; ++i) {
    const double x = 0.25 * i;
    double y = noise(random);
    if constexpr (Model::dimension == 1)
      y += Model{}(truth, x, 0.0);
    else
      y += truth[0] * std::exp(-truth[1] * x) * std::cos(truth[2] * x);
    if (i % 4 == 1) y += gross(random);
    s.x.push_back(x);
    s.y.push_back(y);
  }
  return s;
}

template <class Model>
struct Functor {
  double x, y;
  template <class T>
  bool operator()(const T* p, T* r) const {
    using std::cos, std::exp, std::sin;
    const auto value = Model{}(p, x, y);
    if constexpr (Model::dimension == 1) {
      r[0] = value;
    } else {
      for (int k = 0; k < Model::dimension; ++k) r[k] = value[static_cast<std::size_t>(k)];
    }
    return true;
  }
};

struct End {
  double cost;
  std::int64_t iterations;
  std::vector<double> x;
};

template <class Model>
End by_ceres(const Scene<Model>& scene, ceres::LossFunction& loss) {
  FLAGS_minloglevel = google::GLOG_FATAL;
  End end{0.0, 0, scene.start};
  ceres::Problem::Options ownership;
  ownership.loss_function_ownership = ceres::DO_NOT_TAKE_OWNERSHIP;
  ceres::Problem problem(ownership);
  for (std::size_t i = 0; i < scene.x.size(); ++i)
    problem.AddResidualBlock(new ceres::AutoDiffCostFunction<Functor<Model>, Model::dimension, Model::parameters>(
                                 new Functor<Model>{scene.x[i], scene.y[i]}),
                             &loss, end.x.data());
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.logging_type = ceres::SILENT;
  options.function_tolerance = 1e-10;
  options.gradient_tolerance = options.parameter_tolerance = 1e-12;
  options.max_num_iterations = 1000;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  end.cost = summary.final_cost;
  end.iterations = static_cast<int>(summary.iterations.size()) - 1;
  return end;
}

template <class Model>
End by_us(const Scene<Model>& scene, const Loss& loss) {
  Problem problem;
  const Vec<double, 3> start = Eigen::Map<const Vec<double, 3>>(scene.start.data());
  const auto p = problem.add_parameters("p", start);
  problem.add_residuals("r", Model{}, p, scene.x, scene.y).set_loss(loss);
  const Result result = solve(problem);
  CAPTURE(result.reason);
  CHECK(result.converged());
  return {result.final_cost, result.iterations, result.x};
}

struct Pair {
  std::string ours;
  std::unique_ptr<ceres::LossFunction> theirs;
};
std::vector<Pair> pairs() {
  std::vector<Pair> all;
  const auto add = [&](const char* ours, ceres::LossFunction* theirs) {
    all.push_back({ours, std::unique_ptr<ceres::LossFunction>(theirs)});
  };
  add("trivial", new ceres::TrivialLoss);
  add("huber:0.3", new ceres::HuberLoss(0.3));
  add("soft-l1:0.3", new ceres::SoftLOneLoss(0.3));
  add("cauchy:0.4", new ceres::CauchyLoss(0.4));
  add("arctan:1.5", new ceres::ArctanLoss(1.5));
  add("tukey:3", new ceres::TukeyLoss(3.0));
  add("tolerant:0.5:0.2", new ceres::TolerantLoss(0.5, 0.2));
  add("0.5*huber:0.3", new ceres::ScaledLoss(new ceres::HuberLoss(0.3), 0.5, ceres::TAKE_OWNERSHIP));
  return all;
}

struct Totals {
  int ours = 0, theirs = 0;
};

template <class Model>
void compare(const std::string& name, const Scene<Model>& scene, Totals& totals) {
  for (const Pair& pair : pairs()) {
    const End theirs = by_ceres(scene, *pair.theirs), ours = by_us(scene, parse_loss(pair.ours));
    CAPTURE(name);
    CAPTURE(pair.ours);
    CAPTURE(ours.iterations);
    CAPTURE(theirs.iterations);
    CHECK(ours.cost == Approx(theirs.cost).epsilon(1e-8).scale(0.0));
    totals.ours += ours.iterations;
    totals.theirs += theirs.iterations;
  }
}

}  // namespace

TEST_CASE("each loss that Ceres has too: one function, one value with both derivatives") {
  for (const Pair& pair : pairs())
    for (const double s : {0.0, 1e-8, 0.01, 0.0899, 0.0901, 0.3, 1.0, 4.0, 8.99, 9.01, 100.0, 1e6}) {
      double theirs[3];
      pair.theirs->Evaluate(s, theirs);
      const Loss::Value ours = parse_loss(pair.ours)(s);
      CAPTURE(pair.ours);
      CAPTURE(s);
      CHECK(ours.rho == Approx(theirs[0]).epsilon(1e-13).scale(0.1));
      CHECK(std::abs(ours.first - theirs[1]) <= 1e-13 * theirs[1]);
      // Far out theirs drops what is below rounding beside 1.
      CHECK(std::abs(ours.second - theirs[2]) <= 1e-12 * std::abs(theirs[2]) + 1e-15);
    }
}

TEST_CASE("each loss that Ceres has too: the same cost from the same start, in at most 1.5 times its iterations") {
  Totals totals;
  for (const unsigned seed : {1u, 2u, 3u}) {
    compare("decay", scene<Decay>({5.0, 0.6, 1.0}, {3.0, 1.0, 0.0}, seed), totals);
    compare("peak", scene<Peak>({6.0, 4.0, 1.2}, {4.0, 3.5, 2.0}, seed), totals);
    compare("spiral", scene<Spiral>({4.0, 0.1, 1.3}, {3.0, 0.2, 1.2}, seed), totals);
  }
  MESSAGE("iterations over " << 3 * 3 * pairs().size() << " fits: ours " << totals.ours << ", Ceres's "
                             << totals.theirs);
  CHECK(totals.ours <= 1.5 * totals.theirs);
}
