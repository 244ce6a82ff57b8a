// Groups whose errors are correlated, and groups of counts.
#include <thalweg/problem/poisson_residuals.hpp>
#include <thalweg/problem/whitened_residuals.hpp>

#include <cmath>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/problem/objective.hpp>
#include <thalweg/problem/program.hpp>

using namespace thalweg;
using doctest::Approx;

namespace {

const std::vector<double> ts = {0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0}, ys = {9, 6, 5, 2, 0, 1, 0};

template <class P>
auto model(const P& p, double t) {
  using std::exp;
  return p[0] * exp(-p[1] * t);
}

/// Residuals p₀ exp(−p₁ t) − y.
class Decay final : public ResidualGroup {
 public:
  Decay() : ResidualGroup("decay", 1, static_cast<std::int64_t>(ts.size()), {{2, 0, {}}}) {}

 protected:
  void compute(const double* x, const ResidualOutput& out) const override {
    for (std::int64_t i = out.begin; i < out.end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const double e = std::exp(-x[1] * ts[at]);
      out.residual[0][i - out.begin] = x[0] * e - ys[at];
      if (out.jacobian && out.jacobian[0]) out.jacobian[0][i - out.begin] = e;
      if (out.jacobian && out.jacobian[1]) out.jacobian[1][i - out.begin] = -x[0] * ts[at] * e;
    }
  }
  void compute_curvature(const double* x, std::int64_t begin, std::int64_t end, const double* const* weight,
                         double* S) const override {
    for (std::int64_t i = begin; i < end; ++i) {
      const double t = ts[static_cast<std::size_t>(i)], e = weight[0][i - begin] * std::exp(-x[1] * t);
      S[1] -= t * e;
      S[2] -= t * e;
      S[3] += x[0] * t * t * e;
    }
  }
};

std::shared_ptr<const ErrorCovariance> covariance() {
  LowerRows rows;
  for (std::size_t i = 0; i < ts.size(); ++i) {
    rows.emplace_back();
    for (std::size_t j = i < 3 ? 0 : 3; j <= i; ++j)
      rows[i].push_back(i == j ? 2.0 + 0.1 * static_cast<double>(i) : 0.4);
  }
  return std::make_shared<ErrorCovariance>(std::move(rows));
}

/// ½ rᵀC⁻¹r / s², or Σ (μ − y + y ln(y/μ)), for duals.
struct Exact {
  Eigen::MatrixXd inverse;  // empty: counts

  template <class X>
  auto operator()(const X& x) const {
    using T = std::remove_cvref_t<decltype(x[0])>;
    using std::log;
    std::vector<T> mean;
    for (const double t : ts) mean.push_back(model(x, t));
    T sum = 0.0 * mean[0];
    for (std::size_t i = 0; i < ts.size(); ++i) {
      if (inverse.size() == 0) {
        sum = sum + mean[i] - ys[i];
        if (ys[i] > 0.0) sum = sum + ys[i] * (std::log(ys[i]) - log(mean[i]));
        continue;
      }
      for (std::size_t j = 0; j < ts.size(); ++j)
        sum = sum + 0.5 * inverse(static_cast<int>(i), static_cast<int>(j)) * (mean[i] - ys[i]) * (mean[j] - ys[j]);
    }
    return sum;
  }
};

/// Cost, gradient and exact Hessian of the problem are those of the objective.
void agree(const Problem& problem, const Exact& cost) {
  const Program program(problem);
  const auto exact = objective(2, cost);
  const std::vector<double>& x = problem.start();
  std::vector<double> g(2), H(4), S(4);
  const double value = exact.gradient(x, g);
  exact.hessian(x, H);
  AlignedArray r(program.rows());
  DenseMatrix J(program.rows(), 2);
  CHECK(program.evaluate(x.data(), r.data(), 1) == Approx(value).epsilon(1e-13));
  CHECK(program.evaluate(x.data(), r.data(), J, 1) == Approx(value).epsilon(1e-13));
  program.curvature(x.data(), r.data(), S.data());
  for (std::int64_t a = 0; a < 2; ++a) {
    double gradient = 0.0;
    for (std::int64_t i = 0; i < J.rows(); ++i) gradient += J(i, a) * r[i];
    CHECK(gradient == Approx(g[static_cast<std::size_t>(a)]).epsilon(1e-12));
    for (std::int64_t b = 0; b < 2; ++b) {
      double entry = S[static_cast<std::size_t>(2 * a + b)];
      for (std::int64_t i = 0; i < J.rows(); ++i) entry += J(i, a) * J(i, b);
      CHECK(entry == Approx(H[static_cast<std::size_t>(2 * a + b)]).epsilon(1e-12));
    }
  }
}

Problem problem_of(std::unique_ptr<ResidualGroup> group, double p0 = 8.0) {
  Problem problem;
  problem.add_parameters("p", Vec<double, 2>{p0, 0.8});
  problem.add_group(std::move(group));
  return problem;
}

}  // namespace

TEST_CASE("whitened residuals: cost, gradient and Hessian are those of rᵀC⁻¹r") {
  Eigen::MatrixXd C(7, 7);
  const auto c = covariance();
  for (int i = 0; i < 7; ++i)
    for (int j = 0; j <= i; ++j) {
      const std::vector<double>& row = c->rows()[static_cast<std::size_t>(i)];
      const int first = i + 1 - static_cast<int>(row.size());
      C(i, j) = C(j, i) = j < first ? 0.0 : row[static_cast<std::size_t>(j - first)];
    }
  agree(problem_of(std::make_unique<WhitenedResiduals>(std::make_unique<Decay>(), c)), {C.inverse()});
  // σ of the group inside makes DCD of it, and one outside divides it all.
  auto inside = std::make_unique<Decay>();
  const std::vector<double> sigma = {1, 2, 0.5, 1, 3, 1, 0.2};
  inside->set_sigma(sigma);
  auto outside = std::make_unique<WhitenedResiduals>(std::move(inside), c);
  outside->set_sigma(std::vector<double>(7, 1.5));
  const Eigen::VectorXd D = Eigen::Map<const Eigen::VectorXd>(sigma.data(), 7);
  const Eigen::MatrixXd all = 2.25 * (D.asDiagonal() * C * D.asDiagonal()).eval();
  CHECK(outside->log_determinant() == Approx(std::log(all.determinant())).epsilon(1e-12));
  std::vector<double> y = ys;
  outside->standardize(y.data());
  const Eigen::VectorXd raw = Eigen::Map<const Eigen::VectorXd>(ys.data(), 7);
  CHECK(Eigen::Map<Eigen::VectorXd>(y.data(), 7).squaredNorm() == Approx(raw.dot(all.llt().solve(raw))).epsilon(1e-12));
  agree(problem_of(std::move(outside)), {all.inverse()});
}

TEST_CASE("a range of whitened residuals is a part of all") {
  const WhitenedResiduals group(std::make_unique<Decay>(), covariance());
  CHECK_FALSE(group.couples_items());  // by blocks of a few
  const double x[] = {8.0, 0.8};
  std::vector<double> whole(21), part(21);
  double* const r = whole.data();
  double* const J[] = {whole.data() + 7, whole.data() + 14};
  group.evaluate(x, {0, 7, &r, J});
  for (std::int64_t begin = 0; begin < 7; ++begin)
    for (std::int64_t end = begin + 1; end <= 7; ++end) {
      double* const partial = part.data();
      double* const columns[] = {part.data() + 7, nullptr};
      group.evaluate(x, {begin, end, &partial, columns});
      for (std::int64_t i = begin; i < end; ++i) {
        CHECK(partial[i - begin] == r[i]);
        CHECK(columns[0][i - begin] == J[0][i]);
      }
    }
}

TEST_CASE("counts: cost, gradient and Hessian are those of the deviance, and the information is Fisher's") {
  agree(problem_of(std::make_unique<PoissonResiduals>(std::make_unique<Decay>(), ys)), {});
  const PoissonResiduals group(std::make_unique<Decay>(), ys);
  // Σ y − y ln y + ln y!
  double saturated = 0.0;
  for (const double y : ys) saturated += y > 0 ? y - y * std::log(y) + std::log(std::tgamma(y + 1.0)) : 0.0;
  CHECK(*group.saturated_cost() == Approx(saturated).epsilon(1e-13));
  const std::vector<std::int64_t> order = {6, 0, 3};
  const auto some = group.reordered(order);
  const double x[] = {8.0, 0.8};
  std::vector<double> all(7), cost(7), few(3), few_cost(3);
  double *const r = all.data(), *const f = few.data();
  group.evaluate(x, {0, 7, &r, nullptr, cost.data()});
  some->evaluate(x, {0, 3, &f, nullptr, few_cost.data()});
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(few[k] == all[static_cast<std::size_t>(order[k])]);
    CHECK(few_cost[k] == cost[static_cast<std::size_t>(order[k])]);
  }
}

TEST_CASE("a mean that is not positive is not finite, and is explained") {
  const Problem problem = problem_of(std::make_unique<PoissonResiduals>(std::make_unique<Decay>(), ys), -1.0);
  const Program program(problem);
  const auto found = program.find_non_finite(problem.start().data());
  REQUIRE(found);
  CHECK(in_words(*found) == "decay, row 1: the mean of the count is -1, and has to be above 0");
}

TEST_CASE("groups that cannot be whitened or counted are refused") {
  const auto whiten = [](std::unique_ptr<ResidualGroup> group, std::shared_ptr<const ErrorCovariance> c) {
    return std::make_unique<WhitenedResiduals>(std::move(group), std::move(c));
  };
  CHECK_THROWS_WITH_AS(whiten(std::make_unique<Decay>(), std::make_shared<ErrorCovariance>(LowerRows{{1.0}})),
                       "residual group 'decay' has 7 residuals, but their covariance has 1 rows; expected as many",
                       Error);
  auto robust = std::make_unique<Decay>();
  robust->set_loss(parse_loss("huber:1"));
  CHECK_THROWS_WITH_AS(whiten(std::move(robust), covariance()),
                       "residual group 'decay' has a loss and cannot have a covariance of its errors; expected none",
                       Error);
  CHECK_THROWS_AS(whiten(std::make_unique<PoissonResiduals>(std::make_unique<Decay>(), ys), covariance()), Error);
  const auto count = [](std::vector<double> y) {
    return std::make_unique<PoissonResiduals>(std::make_unique<Decay>(), std::move(y));
  };
  CHECK_THROWS_WITH_AS(count({1, 2, 3, 4, -1, 6, 7}),
                       "count 4 of residual group 'decay' is -1; expected a whole number, 0 or more", Error);
  CHECK_THROWS_AS(count({1, 2, 3, 4, 4.5, 6, 7}), Error);
  CHECK_THROWS_WITH_AS(count({1}), "residual group 'decay' has 7 residuals but 1 counts; expected as many", Error);
  auto weighted = std::make_unique<Decay>();
  weighted->set_sigma(std::vector<double>(7, 2.0));
  CHECK_THROWS_AS(PoissonResiduals(std::move(weighted), ys), Error);
}
