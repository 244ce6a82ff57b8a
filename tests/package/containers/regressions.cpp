#include <cmath>

#include <thalweg/models/regression.hpp>
#include <thalweg/models/regression_fit.hpp>

#include "containers.hpp"

namespace containers {
namespace {

using namespace thalweg;

std::vector<double> fitted(const RegressionModel& model) {
  return minimize(model.objective(), model.start(), {.method = Method::lbfgs, .max_iterations = 100}).x;
}

void models(const RegressionData& classes) {
  RegressionOptions network{.kind = RegressionKind::network};
  network.network.layers = {4};
  network.network.loss = NetworkOptions::Loss::softmax;
  const RegressionOptions kinds[] = {{.kind = RegressionKind::softmax, .standardize = true, .l2 = 0.1},
                                     {.kind = RegressionKind::hinge, .l2 = 0.1},
                                     network};
  for (const RegressionOptions& options : kinds) {
    RegressionModel model(options, classes);
    const std::vector<double> x = fitted(model);
    check(x.size() == static_cast<std::size_t>(model.parameters()) && !model.name(0).empty(), "a model");
    check(model.scores(x, classes).size() == static_cast<std::size_t>(model.outputs()), "scores");
    check(model.measure(x, classes).confusion.size() == 9 && model.in_users_units(x).size() == x.size(), "measures");
    if (model.has_residuals())
      check(solve(model.problem(x), {.max_iterations = 3}).x.size() == x.size(), "a model's residuals");
    const Result trained = train(model.objective(), model.start(), {.rate = 1e-2, .batch_size = 10, .max_epochs = 3});
    check(trained.x.size() == x.size(), "minibatches");
    model = thinned(options, classes, 2);
    check(model.samples() == classes.samples() / 2, "every second sample");
  }
  const RegressionModel lasso({.kind = RegressionKind::softmax, .l1 = 0.5}, classes);
  check(train(lasso.objective(), lasso.start(), {.rule = Rule::fista, .max_iterations = 50}, {}, lasso.penalty())
                .x.size() > 0,
        "a penalty");
}

}  // namespace

void regressions() {
  RegressionData classes = generate({.what = "blobs", .samples = 90, .noise = 0.4, .classes = 3});
  check(classes.samples() == 90 && classes.inputs.size() == 2 && classes.classes.size() == 3, "a table by a rule");
  models(classes);
  const RowSplit split = split_rows(classes, 0.2, 1);
  check(classes.rows(split.training).samples() + classes.rows(split.validation).samples() == 90, "rows");
  std::vector<RowSplit> folds = make_folds(classes, 3, 1);
  folds.push_back(folds.front());
  check(folds.size() == 4, "folds");
  const std::vector<RegressionOptions> candidates(2, {.kind = RegressionKind::softmax, .l2 = 0.1});
  const CrossValidation validation = cross_validate(classes, candidates, 3, 1, fitted);
  check(validation.candidates.size() == 2 && validation.candidates[0].fold_losses.size() == 3, "cross-validation");

  const RegressionData line{
      .inputs = {"a", "b"}, .x = {{1, 2, 3, 4, 5, 6}, {2, 1, 4, 3, 6, 5}}, .y = {1, 2, 2, 4, 5, 5}, .classes = {}};
  check(solve_linear(RegressionModel({.standardize = true}, line)).size() == 3, "a closed form");
  const RegressionData two{
      .response = "y", .inputs = {"a"}, .x = {{1, 2, 3, 4}}, .y = {0, 0, 1, 1}, .classes = {"n", "y"}};
  const RegressionModel separable({.kind = RegressionKind::logistic}, two);
  const std::vector<double> apart = {-25.0, 10.0};
  check(!separation(separable, apart).empty(), "separable classes");

  const RegressionFit fit = read_regression(
      "[regression]\nkind = \"linear\"\nresponse = \"y\"\n[data]\ncolumns = [\"x\", \"y\"]\nrows = [[1, 2], [2, 3], "
      "[3, 5]]\n",
      "line.toml", ".");
  check(fit.data.samples() == 3 && fit.certified.empty(), "a regression's file");
  RegressionFit::Choice choice;
  choice.l2 = {0.1, 1.0};
  check(choice.candidates(fit.model).size() == 2, "penalties to choose from");
}

}  // namespace containers
