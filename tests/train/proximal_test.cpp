#include <algorithm>
#include <cmath>
#include <random>

#include <Eigen/Dense>

#include <doctest/doctest.h>
#include <thalweg/minimize/solve.hpp>
#include <thalweg/train/train.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

/// λ‖x‖₁.
class L1 final : public Proximable {
 public:
  explicit L1(double lambda) : lambda_(lambda) {}
  double value(std::span<const double> x) const override {
    double sum = 0.0;
    for (const double v : x) sum += std::abs(v);
    return lambda_ * sum;
  }
  void prox(std::span<double> x, double t) const override {
    for (double& v : x) v = v > t * lambda_ ? v - t * lambda_ : v < -t * lambda_ ? v + t * lambda_ : 0.0;
  }

 private:
  double lambda_;
};

/// ‖x‖₂ ≤ radius.
class Ball final : public Proximable {
 public:
  explicit Ball(double radius) : radius_(radius) {}
  static double norm(std::span<const double> x) {
    double squares = 0.0;
    for (const double v : x) squares += v * v;
    return std::sqrt(squares);
  }
  double value(std::span<const double> x) const override {
    return norm(x) <= radius_ * (1.0 + 1e-12) ? 0.0 : std::numeric_limits<double>::infinity();
  }
  void prox(std::span<double> x, double) const override {
    const double length = norm(x);
    if (length > radius_)
      for (double& v : x) v *= radius_ / length;
  }
  bool indicator() const override { return true; }

 private:
  double radius_;
};

/// ½‖Xw − y‖², seeded; the columns' sizes spread over `spread`.
struct Regression final : Objective {
  Regression(int rows, int columns, double spread = 1.0) : Objective(columns) {
    std::mt19937 random(11);
    std::normal_distribution<double> normal;
    X = Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return normal(random); });
    for (int j = 0; j < columns; ++j) X.col(j) *= std::pow(spread, -double(j) / (columns - 1));
    Eigen::VectorXd w = Eigen::VectorXd::Zero(columns);
    for (int j = 0; j < columns; j += 4) w[j] = normal(random) * 3.0;
    y = X * w + Eigen::VectorXd::NullaryExpr(rows, [&] { return 0.1 * normal(random); });
  }
  using Map = Eigen::Map<const Eigen::VectorXd>;
  static Map map(std::span<const double> x) { return Map(x.data(), static_cast<Eigen::Index>(x.size())); }
  double value(std::span<const double> x) const override { return 0.5 * (X * map(x) - y).squaredNorm(); }
  double gradient(std::span<const double> x, std::span<double> g) const override {
    const Eigen::VectorXd r = X * map(x) - y;
    Eigen::Map<Eigen::VectorXd>(g.data(), X.cols()) = X.transpose() * r;
    return 0.5 * r.squaredNorm();
  }
  Eigen::MatrixXd X;
  Eigen::VectorXd y;
};

std::vector<double> zeros(const Objective& f) { return std::vector<double>(static_cast<std::size_t>(f.dimension())); }

}  // namespace

TEST_CASE("lasso meets its subgradient conditions, by proximal gradient and by FISTA") {
  const Regression f(50, 20);
  for (const double lambda : {0.5, 5.0, 50.0}) {
    const L1 penalty(lambda);
    for (const Rule rule : {Rule::proximal_gradient, Rule::fista}) {
      CAPTURE(to_string(rule));
      CAPTURE(lambda);
      const Result result = train(f, zeros(f), {.rule = rule}, {}, &penalty);
      CAPTURE(result.reason);
      REQUIRE(result.converged());
      const Eigen::VectorXd correlation = f.X.transpose() * (f.y - f.X * Regression::map(result.x));
      int zero = 0;
      for (Eigen::Index j = 0; j < 20; ++j) {
        const double w = result.x[static_cast<std::size_t>(j)];
        if (w == 0.0) {
          ++zero;
          CHECK(std::abs(correlation[j]) <= lambda + 1e-8);
        } else {
          CHECK(correlation[j] == Approx(w > 0.0 ? lambda : -lambda).epsilon(1e-8));
        }
      }
      CHECK(zero >= (lambda == 50.0 ? 10 : lambda == 5.0 ? 5 : 0));
      CHECK(result.final_cost == Approx(f.value(result.x) + penalty.value(result.x)).epsilon(1e-14));
    }
  }
}

TEST_CASE("without a penalty they are accelerated, or plain, gradient descent to the least-squares solution") {
  const Regression f(40, 8, 20.0);
  const Eigen::VectorXd best = f.X.householderQr().solve(f.y);
  std::int64_t iterations[2];
  for (const Rule rule : {Rule::proximal_gradient, Rule::fista}) {
    const Result result = train(f, zeros(f), {.rule = rule});
    REQUIRE(result.converged());
    CHECK((Regression::map(result.x) - best).norm() <= 1e-8 * best.norm());
    iterations[rule == Rule::fista] = result.iterations;
  }
  CHECK(2 * iterations[1] < iterations[0]);
}

TEST_CASE("a given rate is kept; one that is too large diverges with a hint") {
  const Regression f(30, 4);
  const double L = (f.X.transpose() * f.X).eval().selfadjointView<Eigen::Lower>().eigenvalues().maxCoeff();
  const L1 penalty(1.0);
  const Result result = train(f, zeros(f), {.rule = Rule::fista, .rate = 1.0 / L}, {}, &penalty);
  REQUIRE(result.converged());
  for (std::size_t k = 1; k < result.trace.size(); ++k) CHECK(result.trace[k].rate == Approx(1.0 / L));
  const Result wild = train(f, zeros(f), {.rule = Rule::proximal_gradient, .rate = 10.0 / L}, {}, &penalty);
  CHECK(wild.status == Status::failed);
  CHECK(wild.reason.find("is too large: try") != std::string::npos);
}

TEST_CASE("bounds go with the penalty") {
  const Regression f(50, 20);
  const L1 penalty(1.0);
  Box box{std::vector<double>(20, 0.0), std::vector<double>(20, 1.0)};
  const Result result = train(f, zeros(f), {.rule = Rule::fista, .gradient_tolerance = 1e-8}, box, &penalty);
  REQUIRE(result.converged());
  const Eigen::VectorXd g = f.X.transpose() * (f.X * Regression::map(result.x) - f.y);
  for (std::size_t j = 0; j < 20; ++j) {
    const double slope = g[static_cast<Eigen::Index>(j)] + 1.0;  // on w ≥ 0 the penalty is linear
    CHECK(result.x[j] >= 0.0);
    CHECK(result.x[j] <= 1.0);
    if (result.x[j] == 0.0)
      CHECK(slope >= -1e-7);
    else if (result.x[j] == 1.0)
      CHECK(slope <= 1e-7);
    else
      CHECK(std::abs(slope) <= 1e-7);
  }
}

TEST_CASE("a ball holds every rule: each record lies in it, and plain rules end where FISTA does") {
  const Regression f(40, 6);
  const Ball ball(1.5);
  const Result reference = train(f, zeros(f), {.rule = Rule::fista}, {}, &ball);
  REQUIRE(reference.converged());
  CHECK(Ball::norm(reference.x) == Approx(1.5).epsilon(1e-12));
  for (const Rule rule : {Rule::sgd, Rule::momentum, Rule::adam, Rule::rmsprop}) {
    CAPTURE(to_string(rule));
    const double rate = rule == Rule::sgd || rule == Rule::momentum ? 1e-3 : 1e-2;
    const Result result =
        train(f, zeros(f), {.rule = rule, .rate = rate, .max_iterations = 3000, .record_points = true}, {}, &ball);
    for (const IterationRecord& record : result.trace) CHECK(Ball::norm(record.x) <= 1.5 * (1.0 + 1e-12));
    // Adaptive rules step in another metric than that of the projection, and end elsewhere on the ball.
    const bool plain = rule == Rule::sgd || rule == Rule::momentum;
    CHECK(result.final_cost <= reference.final_cost * (plain ? 1.0 + 1e-6 : 1.2));
    CHECK(result.final_cost >= reference.final_cost * (1.0 - 1e-12));
  }
}

TEST_CASE("a tolerance of zero ends where no step moves x") {
  const Regression f(30, 5);
  const L1 penalty(2.0);
  const Result result = train(f, zeros(f), {.rule = Rule::fista, .gradient_tolerance = 0.0}, {}, &penalty);
  CHECK(result.status == Status::converged);
  CHECK(result.iterations < 5000);
}

TEST_CASE("rules without a proximal step of their own are refused with a penalty") {
  const Regression f(30, 5);
  const L1 penalty(2.0);
  CHECK_THROWS_WITH(train(f, zeros(f), {.rule = Rule::adam}, {}, &penalty),
                    "adam knows no proximal step for a penalty without derivatives, such as l1; expected fista, "
                    "proximal-gradient or sgd");
}
