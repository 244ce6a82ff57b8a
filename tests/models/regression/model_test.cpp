// Models as a whole: names, starts, minibatches, penalties, measures, preparation, and what is refused.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <Eigen/Dense>
#include <thalweg/models/regression.hpp>

#include "../../support/regression_reference.hpp"

using namespace thalweg;
using namespace test_support;
using doctest::Approx;

namespace {

RegressionOptions network(std::vector<int> layers, double dropout = 0.0) {
  RegressionOptions options = options_of(RegressionKind::network);
  options.network.layers = std::move(layers);
  options.network.dropout = dropout;
  return options;
}

std::vector<double> point(const RegressionModel& model) {
  std::vector<double> x;
  for (std::int64_t i = 0; i < model.parameters(); ++i) x.push_back(scattered(static_cast<std::uint64_t>(17 * i + 3)));
  return x;
}

std::string refusal(const RegressionOptions& options, const RegressionData& data) {
  try {
    RegressionModel(options, data);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::vector<std::string> names(const RegressionModel& model) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < model.parameters(); ++i) all.push_back(model.name(i));
  return all;
}

}  // namespace

TEST_CASE("regression models: names of parameters") {
  using Names = std::vector<std::string>;
  CHECK(names({options_of(RegressionKind::linear), table(9, 2, 0)}) == Names{"intercept", "x1", "x2"});
  CHECK(names({options_of(RegressionKind::softmax), table(9, 1, 3)}) ==
        Names{"intercept[c1]", "x1[c1]", "intercept[c2]", "x1[c2]"});
  CHECK(names({options_of(RegressionKind::hinge), table(9, 1, 2)}) ==
        Names{"intercept[c0]", "x1[c0]", "intercept[c1]", "x1[c1]"});
  CHECK(names({network({2}), table(9, 1, 0)}) ==
        Names{"bias1[0]", "layer1[0][0]", "bias1[1]", "layer1[1][0]", "bias2[0]", "layer2[0][0]", "layer2[0][1]"});
}

TEST_CASE("regression models: minibatches of all samples add up to the whole gradient") {
  for (RegressionKind kind :
       {RegressionKind::linear, RegressionKind::softmax, RegressionKind::hinge, RegressionKind::network}) {
    RegressionOptions options = kind == RegressionKind::network ? network({5, 3}) : options_of(kind);
    options.l2 = 0.3;
    const int classes = options.classifies() ? 3 : 0;
    const RegressionModel model(options, table(700, 3, classes));
    const std::vector<double> x = point(model);
    std::vector<std::int64_t> rows(700);
    std::iota(rows.begin(), rows.end(), 0);
    std::reverse(rows.begin(), rows.end());
    std::vector<double> whole(x.size()), sum(x.size()), g(x.size());
    const double value = model.objective().gradient(x, whole);
    double mean = 0.0;
    // Batches of one sample, of more than a tile, and the rest.
    for (const auto& [first, count] : {std::pair{0, 1}, {1, 300}, {301, 399}}) {
      const auto batch =
          std::span<const std::int64_t>(rows).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
      mean += model.objective().batch_gradient(x, batch, 1, g) * count / 700.0;
      for (std::size_t i = 0; i < g.size(); ++i) sum[i] += g[i] * count / 700.0;
    }
    CAPTURE(to_string(kind));
    CHECK(mean == Approx(value / 700.0).epsilon(1e-13));
    for (std::size_t i = 0; i < g.size(); ++i) CHECK(sum[i] == Approx(whole[i] / 700.0).epsilon(1e-12).scale(1e-3));
  }
}

TEST_CASE("regression models: the same bits with one thread and with two") {
  for (RegressionKind kind : {RegressionKind::logistic, RegressionKind::softmax, RegressionKind::network}) {
    const RegressionOptions options = kind == RegressionKind::network ? network({6}) : options_of(kind);
    const RegressionData data = table(20000, 3, kind == RegressionKind::network ? 0 : 2);
    const RegressionModel one(options, data, 1), two(options, data, 2);
    const std::vector<double> x = point(one);
    const std::size_t n = x.size();
    std::vector<double> g(n), h(n), G(n * n), H(n * n);
    CHECK(one.objective().gradient(x, g) == two.objective().gradient(x, h));
    CHECK(g == h);
    one.objective().hessian(x, G);
    two.objective().hessian(x, H);
    CHECK(G == H);
  }
}

TEST_CASE("regression models: dropout's masks belong to the draw, and do not bias the scores") {
  const RegressionData data = table(60, 2, 0);
  // Without curvature of the activation the mean over masks of the scores is that without dropout.
  RegressionOptions options = network({8}, 0.25);
  options.network.activation = Activation::identity;
  const RegressionModel dropped(options, data);
  options.network.dropout = 0.0;
  const RegressionModel plain(options, data);
  const std::vector<double> x = point(plain);
  std::vector<std::int64_t> rows(60);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<double> a(x.size()), b(x.size());
  CHECK(dropped.objective().batch_gradient(x, rows, 5, a) == dropped.objective().batch_gradient(x, rows, 5, b));
  CHECK(a == b);
  CHECK(dropped.objective().batch_gradient(x, rows, 6, b) != dropped.objective().batch_gradient(x, rows, 5, b));
  CHECK(dropped.objective().value(x) == plain.objective().value(x));
  // The gradient by the last bias is the mean of f − y.
  double mean = 0.0;
  const std::size_t bias = x.size() - 9;
  REQUIRE(plain.name(static_cast<std::int64_t>(bias)) == "bias2[0]");
  for (std::uint64_t draw = 0; draw < 2000; ++draw) {
    dropped.objective().batch_gradient(x, rows, draw, a);
    mean += a[bias] / 2000.0;
  }
  plain.objective().batch_gradient(x, rows, 0, b);
  CHECK(mean == Approx(b[bias]).epsilon(0.01));
}

TEST_CASE("regression models: with dropout the batch's gradient is that of its value") {
  const RegressionModel model(network({5, 4}, 0.4), table(30, 2, 0));
  std::vector<double> x = point(model);
  std::vector<std::int64_t> rows(30);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<double> g(x.size()), unused(x.size());
  model.objective().batch_gradient(x, rows, 9, g);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double h = 1e-6, at = x[i];
    x[i] = at + h;
    const double above = model.objective().batch_gradient(x, rows, 9, unused);
    x[i] = at - h;
    const double below = model.objective().batch_gradient(x, rows, 9, unused);
    x[i] = at;
    CHECK((above - below) / (2.0 * h) == Approx(g[i]).epsilon(1e-6).scale(1e-2));
  }
}

TEST_CASE("regression models: the proximal direction solves each layer's penalised least squares") {
  const RegressionData data = table(25, 2, 0);
  const RegressionModel model(options_of(RegressionKind::linear), data);
  const std::vector<double> x = point(model);
  std::vector<std::int64_t> rows(25);
  std::iota(rows.begin(), rows.end(), 0);
  std::vector<double> g(3), d(3);
  const double tau = 0.8, value = model.objective().batch_gradient(x, rows, 0, g);
  CHECK(model.objective().proximal_gradient_direction(x, rows, 0, tau, d) == value);
  Eigen::MatrixXd A(25, 3);
  for (int i = 0; i < 25; ++i)
    A.row(i) << 1.0, data.x[0][static_cast<std::size_t>(i)], data.x[1][static_cast<std::size_t>(i)];
  const Eigen::Vector3d back =
      Eigen::Map<Eigen::Vector3d>(d.data()) + tau * (A.transpose() * (A * Eigen::Map<Eigen::Vector3d>(d.data())));
  for (int j = 0; j < 3; ++j) CHECK(back[j] == Approx(g[static_cast<std::size_t>(j)]).epsilon(1e-12));
  // As τ → 0 it becomes the gradient, in a network too.
  const RegressionModel deep(network({4, 3}), data);
  std::vector<double> e(point(deep).size()), f(e.size());
  deep.objective().batch_gradient(point(deep), rows, 0, e);
  deep.objective().proximal_gradient_direction(point(deep), rows, 0, 1e-12, f);
  for (std::size_t i = 0; i < e.size(); ++i) CHECK(f[i] == Approx(e[i]).epsilon(1e-9).scale(1e-3));
}

TEST_CASE("regression models: proximal steps threshold the weights, project each unit, and leave intercepts") {
  RegressionOptions options = options_of(RegressionKind::softmax);
  CHECK(RegressionModel(options, table(9, 2, 3)).penalty() == nullptr);
  options.l1 = 0.5;
  const RegressionModel lasso(options, table(9, 2, 3));
  std::vector<double> x = {10.0, 3.0, -0.4, -20.0, -1.0, 0.5};
  CHECK(lasso.penalty()->value(x) == Approx(0.5 * 4.9));
  lasso.penalty()->prox(x, 2.0);
  CHECK(x == std::vector<double>{10.0, 2.0, 0.0, -20.0, 0.0, 0.0});
  options.max_norm = 2.5;
  const RegressionModel both(options, table(9, 2, 3));
  x = {10.0, 3.5, -4.5, -20.0, 1.0, 0.5};
  CHECK(std::isinf(both.penalty()->value(x)));
  both.penalty()->prox(x, 1.0);  // (3, −4) has the norm 5
  CHECK(x[1] == Approx(1.5));
  CHECK(x[2] == Approx(-2.0));
  CHECK(x[4] == 0.5);
  CHECK(both.penalty()->value(x) == Approx(0.5 * 4.0));
  const RegressionModel net(
      [] {
        RegressionOptions o = network({2});
        o.max_norm = 1.0;
        return o;
      }(),
      table(9, 1, 0));
  x = {7.0, 3.0, 8.0, -0.5, 9.0, 3.0, 4.0};
  net.penalty()->prox(x, 1.0);
  CHECK(x[1] == 1.0);
  CHECK(x[3] == -0.5);
  CHECK(x[5] == Approx(0.6));
  CHECK((x[0] == 7.0 && x[2] == 8.0 && x[4] == 9.0));
}

TEST_CASE("regression models: starts are zero, or random with the deviation of their kind") {
  CHECK(RegressionModel(options_of(RegressionKind::logistic), table(9, 2, 2)).start() == std::vector<double>(3));
  RegressionOptions options = network({400});
  const auto deviation = [&] {
    const RegressionModel model(options, table(9, 100, 0));
    const std::vector<double> x = model.start();
    double squares = 0.0;
    for (std::size_t i = 0; i < 400 * 101; ++i) {
      if (i % 101 == 0) CHECK(x[i] == 0.0);
      squares += x[i] * x[i];
    }
    return std::sqrt(squares / 40000.0);
  };
  CHECK(deviation() == Approx(std::sqrt(2.0 / 500.0)).epsilon(0.02));
  options.network.activation = Activation::relu;
  CHECK(deviation() == Approx(std::sqrt(2.0 / 100.0)).epsilon(0.02));
  options.network.init = NetworkOptions::Init::glorot;
  CHECK(deviation() == Approx(std::sqrt(2.0 / 500.0)).epsilon(0.02));
  const std::vector<double> first = RegressionModel(options, table(9, 2, 0)).start();
  CHECK(RegressionModel(options, table(9, 2, 0)).start() == first);
  options.network.seed = 2;
  CHECK(RegressionModel(options, table(9, 2, 0)).start() != first);
}

TEST_CASE("regression models: standardised inputs give the same scores, and coefficients in the user's units") {
  for (RegressionOptions options : {options_of(RegressionKind::softmax), network({3})}) {
    const RegressionData data = table(30, 2, options.classifies() ? 3 : 0);
    const RegressionModel plain(options, data);
    options.standardize = true;
    const RegressionModel standardised(options, data);
    const std::vector<double> x = point(plain), back = standardised.in_users_units(x);
    const auto a = standardised.scores(x, data), b = plain.scores(back, data);
    for (std::size_t k = 0; k < a.size(); ++k)
      for (std::size_t i = 0; i < 30; ++i) CHECK(a[k][i] == Approx(b[k][i]).epsilon(1e-12));
    CHECK(standardised.objective().value(x) == Approx(plain.objective().value(back)).epsilon(1e-13));
    CHECK(plain.in_users_units(x) == x);
  }
}

TEST_CASE("regression models: loss, accuracy and the confusion of classes") {
  RegressionData data;
  data.inputs = {"x"};
  data.x = {{-2, -1, 1, 2}};
  data.y = {0, 1, 1, 1};
  data.classes = {"no", "yes"};
  RegressionOptions options = options_of(RegressionKind::logistic);
  options.label_smoothing = 0.2;  // which the measures leave out
  const RegressionMeasures m = RegressionModel(options, data).measure(std::vector<double>{0.0, 1.0}, data);
  CHECK(m.accuracy == 0.75);
  CHECK(m.confusion == std::vector<std::int64_t>{1, 0, 1, 2});
  const double expected =
      (2.0 * std::log1p(std::exp(-2.0)) + std::log1p(std::exp(1.0)) + std::log1p(std::exp(-1.0))) / 4.0;
  CHECK(m.mean_loss == Approx(expected).epsilon(1e-14));
  CHECK(std::isnan(m.r_squared));
  const RegressionModel softmax(options_of(RegressionKind::softmax), data);
  CHECK(softmax.measure(std::vector<double>{0.0, 1.0}, data).confusion == m.confusion);
  CHECK(softmax.measure(std::vector<double>{0.0, 1.0}, data).mean_loss == Approx(expected).epsilon(1e-14));
}

TEST_CASE("regression models: separable classes are said") {
  RegressionData data;
  data.inputs = {"x"};
  data.x = {{-2, -1, 1, 2}};
  data.y = {0, 0, 1, 1};
  data.classes = {"no", "yes"};
  RegressionOptions options = options_of(RegressionKind::logistic);
  const std::string said =
      "the classes are separable: the optimum is at infinity, and the coefficients are only on the way there; add l2 > "
      "0";
  CHECK(separation(RegressionModel(options, data), std::vector<double>{0.0, 30.0}) == said);
  CHECK(separation(RegressionModel(options_of(RegressionKind::softmax), data), std::vector<double>{0.0, 30.0}) == said);
  CHECK(separation(RegressionModel(options, data), std::vector<double>{60.0, 30.0}) == "");
  data.y = {0, 1, 0, 1};
  CHECK(separation(RegressionModel(options, data), std::vector<double>{0.0, 30.0}) == "");
  data.y = {0, 0, 1, 1};
  options.l2 = 1.0;
  CHECK(separation(RegressionModel(options, data), std::vector<double>{0.0, 30.0}) == "");
}

TEST_CASE("regression models: splits and folds") {
  const RegressionData data = table(103, 1, 3);
  const auto count = [&](const std::vector<std::int64_t>& rows, double label) {
    return std::count_if(rows.begin(), rows.end(),
                         [&](std::int64_t i) { return data.y[static_cast<std::size_t>(i)] == label; });
  };
  std::vector<std::int64_t> all(103);
  std::iota(all.begin(), all.end(), 0);
  const RowSplit split = split_rows(data, 0.2, 7);
  CHECK(split_rows(data, 0.2, 7).validation == split.validation);
  CHECK(split_rows(data, 0.2, 8).validation != split.validation);
  for (const double label : {0.0, 1.0, 2.0})
    CHECK(std::abs(static_cast<double>(count(split.validation, label)) -
                   0.2 * static_cast<double>(count(all, label))) <= 0.5);
  std::vector<std::int64_t> seen;
  for (const RowSplit& fold : make_folds(data, 5, 1)) {
    CHECK((fold.validation.size() == 20 || fold.validation.size() == 21));
    CHECK(fold.training.size() + fold.validation.size() == 103);
    for (const double label : {0.0, 1.0, 2.0})
      CHECK(std::abs(static_cast<double>(count(fold.validation, label)) -
                     static_cast<double>(count(all, label)) / 5.0) < 1.0);
    seen.insert(seen.end(), fold.validation.begin(), fold.validation.end());
  }
  std::sort(seen.begin(), seen.end());
  CHECK(seen == all);
  CHECK_THROWS_WITH_AS(make_folds(data, 1, 1), "1 folds; expected 2 to 103, the samples", Error);
  CHECK_THROWS_WITH_AS(split_rows(data, 1.0, 1), "a validation part of 1; expected a number between 0 and 1", Error);
}

TEST_CASE("regression models: cross-validation prefers the penalty that generalises") {
  // Twelve inputs that mean nothing beside one that does, and hardly more samples than inputs.
  RegressionData data = table(26, 13, 0);
  for (std::size_t i = 0; i < 26; ++i) data.y[i] = 3.0 * data.x[0][i] + 2.0 * scattered(5000 + i);
  std::vector<RegressionOptions> candidates;
  for (const double l2 : {1e-6, 3.0, 1e6}) {
    candidates.emplace_back();
    candidates.back().l2 = l2;
    candidates.back().standardize = true;
  }
  const CrossValidation cv = cross_validate(data, candidates, 5, 1, solve_linear);
  CHECK(cv.best == 1);
  REQUIRE(cv.candidates.size() == 3);
  for (const auto& each : cv.candidates) {
    CHECK(each.fold_losses.size() == 5);
    CHECK(each.standard_error > 0.0);
    CHECK(each.mean_loss >= cv.candidates[1].mean_loss);
  }
}

TEST_CASE("regression models: what is refused, word for word") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  RegressionOptions linear, logistic = options_of(RegressionKind::logistic),
                            softmax = options_of(RegressionKind::softmax);
  RegressionData data = table(20, 2, 3);
  CHECK(refusal(softmax, data) == "accepted");
  CHECK(refusal(logistic, data) == "logistic regression with 3 classes; expected 2, or softmax");
  CHECK(refusal(linear, data) == "classes beside a response that is a number; expected none");
  data.y[16] = 3;
  CHECK(refusal(softmax, data) == "label 3 in row 17; expected 0, 1 or 2");
  data.y[16] = 0.5;
  CHECK(refusal(softmax, data) == "label 0.5 in row 17; expected 0, 1 or 2");
  std::replace(data.y.begin(), data.y.end(), 0.5, 0.0);
  std::replace(data.y.begin(), data.y.end(), 2.0, 1.0);
  CHECK(refusal(softmax, data) == "class 'c2' has no samples; expected one of each at least");
  data = table(20, 2, 0);
  std::fill(data.x[1].begin(), data.x[1].end(), 4.0);
  CHECK(refusal(linear, data) ==
        "input 'x2' is 4 in every row, as the intercept is 1; expected an input that varies, or intercept = false");
  linear.intercept = false;
  CHECK(refusal(linear, data) == "accepted");
  linear.standardize = true;
  CHECK(refusal(linear, data) ==
        "standardize shifts the inputs, which only an intercept can take up; expected intercept = true");
  RegressionOptions net = network({3});
  CHECK(refusal(net, data) == "accepted");
  net.standardize = true;
  CHECK(
      refusal(net, data) ==
      "input 'x2' is 4 in every row and cannot be standardised; expected an input that varies, or standardize = false");
  linear = {};
  data.x[1][3] = nan;
  CHECK(refusal(linear, data) == "row 4, column 'x2' is nan; expected a finite number");
  data.x[1].pop_back();
  CHECK(refusal(linear, data) == "input 'x2' has 19 numbers but there are 20 samples; expected one each");
  linear.l2 = -1.0;
  CHECK(refusal(linear, table(9, 1, 0)) == "l2 is -1; expected a finite number that is not negative");
  linear = {};
  linear.label_smoothing = 0.1;
  CHECK(refusal(linear, table(9, 1, 0)) ==
        "label_smoothing means nothing to numbers; expected logistic, softmax or a network with that loss");
  CHECK(refusal(network({0}), table(9, 1, 0)) == "a layer's number of units is 0; expected at least 1");
  CHECK(refusal(network({}, 0.5), table(9, 1, 0)) == "dropout needs hidden units; expected layers = [units, ...]");
  CHECK(refusal(network({2}, 1.0), table(9, 1, 0)) == "dropout is 1; expected a probability from 0 to below 1");
  data = table(9, 1, 0);
  data.x.clear();
  data.inputs.clear();
  CHECK(refusal({}, data) == "accepted");
  CHECK(refusal(network({2}), data) == "there are no inputs; expected at least one");
}
