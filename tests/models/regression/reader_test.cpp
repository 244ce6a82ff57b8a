// Regressions in problem files: what is read, and every complaint word for word.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/models/regression_fit.hpp>

#include "../../support/mutate.hpp"

using namespace thalweg;
using doctest::Approx;

namespace {

const std::string folder = THALWEG_SOURCE_DIR "/problems/regression/";

const std::string data = "[data]\ncolumns = ['a', 'b', 'y']\nrows = [[1, 2, 0], [2, 3, 1], [3, 5, 1], [4, 4, 0]]\n";

RegressionFit read(const std::string& text) { return read_regression(text, "f.toml", "."); }

std::string complaint(const std::string& text) {
  try {
    read(text);
    return "accepted";
  } catch (const FileError& error) {
    return error.what();
  }
}

/// [regression] with the lines given, then the data of four rows.
std::string with(const std::string& lines, const std::string& more = "") {
  return "[regression]\nresponse = 'y'\n" + lines + "\n" + more + data;
}

}  // namespace

TEST_CASE("regression files: everything that may be said") {
  const RegressionFit fit = read(R"(
title = "t"
source = "s"
[regression]
kind = "network"
response = "species"
inputs = ["b", "a"]
standardize = true
l2 = 0.5
l1 = 0.25
max_norm = 3
classes = ["no", "yes"]
label_smoothing = 0.1
[network]
layers = [4, 3]
activation = "relu"
loss = "softmax"
dropout = 0.5
init = "glorot"
seed = 9
[split]
validation = 0.5
seed = 3
[cross_validation]
folds = 2
l1 = [0.1, 1]
seed = 4
[training]
batch_size = 2
epochs = 7
rate = 0.05
patience = 3
[data]
columns = ["a", "species", "b"]
rows = [[1, 0, 2], [2, 1, 3], [3, 1, 5], [4, 0, 4]]
)");
  CHECK((fit.title == "t" && fit.source == "s" && fit.file == "f.toml"));
  const RegressionOptions& o = fit.model;
  CHECK((o.kind == RegressionKind::network && o.standardize && o.intercept));
  CHECK((o.l2 == 0.5 && o.l1 == 0.25 && o.max_norm == 3.0 && o.label_smoothing == 0.1));
  CHECK(o.network.layers == std::vector<int>{4, 3});
  CHECK((o.network.activation == Activation::relu && o.network.loss == NetworkOptions::Loss::softmax));
  CHECK((o.network.dropout == 0.5 && o.network.init == NetworkOptions::Init::glorot && o.network.seed == 9));
  CHECK(fit.data.inputs == std::vector<std::string>{"b", "a"});
  CHECK(fit.data.x == std::vector<std::vector<double>>{{2, 3, 5, 4}, {1, 2, 3, 4}});
  CHECK(fit.data.y == std::vector<double>{0, 1, 1, 0});
  CHECK(fit.data.response == "species");
  CHECK(fit.data.classes == std::vector<std::string>{"no", "yes"});
  REQUIRE(fit.split);
  CHECK((fit.split->validation == 0.5 && fit.split->seed == 3));
  REQUIRE(fit.cross_validation);
  CHECK((fit.cross_validation->folds == 2 && fit.cross_validation->seed == 4));
  const auto candidates = fit.cross_validation->candidates(o);
  REQUIRE(candidates.size() == 2);
  CHECK((candidates[1].l1 == 1.0 && candidates[1].l2 == 0.5));
  CHECK((fit.training.batch_size == 2 && fit.training.epochs == 7 && fit.training.rate == 0.05 &&
         fit.training.patience == 3));
}

TEST_CASE("regression files: defaults") {
  const RegressionFit fit = read(with("kind = 'softmax'"));
  CHECK((fit.model.intercept && !fit.model.standardize && fit.model.l2 == 0.0 && std::isinf(fit.model.max_norm)));
  CHECK(fit.data.inputs == std::vector<std::string>{"a", "b"});
  CHECK(fit.data.classes == std::vector<std::string>{"0", "1"});
  CHECK((!fit.split && !fit.cross_validation && fit.certified.empty()));
  CHECK(read(with("kind = 'linear'")).data.classes.empty());
  CHECK(read(with("kind = 'linear'\ninputs = []")).data.x.empty());
}

TEST_CASE("regression files: complaints about options") {
  CHECK(complaint("[regression]\nresponse = 'y'\n" + data) ==
        "f.toml:1:1: [regression] has no kind; expected kind = \"linear\", or another of linear, logistic, softmax, "
        "hinge or "
        "network");
  CHECK(complaint(with("kind = 'logistc'")) ==
        "f.toml:3:8: unknown kind 'logistc' (did you mean 'logistic'?); expected linear, logistic, softmax, hinge or "
        "network");
  CHECK(complaint(with("kind = 'linear'\nridge = 1")) ==
        "f.toml:4:1: unknown key 'ridge' in [regression]; expected kind, response, inputs, intercept, standardize, l2, "
        "l1, "
        "max_norm, classes or label_smoothing");
  CHECK(complaint(with("kind = 'linear'\nl2 = -1")) == "f.toml:4:6: l2 is -1; expected a number that is not negative");
  CHECK(complaint(with("kind = 'linear'\nl1 = nan")) ==
        "f.toml:4:6: l1 is nan; expected a number that is not negative");
  CHECK(complaint(with("kind = 'linear'\nmax_norm = 0")) == "f.toml:4:12: max_norm is 0; expected a positive number");
  CHECK(complaint(with("kind = 'linear'\nintercept = 1")) ==
        "f.toml:4:13: intercept is a number; expected true or false");
  CHECK(complaint(with("kind = 'linear'\nintercept = false\nstandardize = true")) ==
        "f.toml:5:15: standardize shifts the inputs, which only an intercept can take up; expected intercept = true");
  CHECK(complaint(with("kind = 'network'\nintercept = false")) ==
        "f.toml:4:13: a network has biases; expected intercept = true");
  CHECK(complaint(with("kind = 'hinge'\nlabel_smoothing = 0.1")) ==
        "f.toml:4:19: label_smoothing of a loss without probabilities; expected logistic, softmax, or no smoothing");
  CHECK(complaint(with("kind = 'logistic'\nlabel_smoothing = 1.0")) ==
        "f.toml:4:19: label_smoothing is 1; expected a number from 0 to below 1");
  CHECK(complaint(with("kind = 'linear'", "[network]\n")) ==
        "f.toml:4:1: [network] beside kind = \"linear\"; expected kind = \"network\"");
  CHECK(complaint(with("kind = 'network'", "[network]\nlayers = 5\n")) ==
        "f.toml:5:10: 'layers' is a number; expected a list of units, such as [16, 16]");
  CHECK(complaint(with("kind = 'network'", "[network]\nlayers = [5, 0]\n")) ==
        "f.toml:5:14: a layer's number of units is 0; expected a whole number, at least 1");
  CHECK(complaint(with("kind = 'network'", "[network]\nlayers = [2.5]\n")) ==
        "f.toml:5:11: a layer's number of units is 2.5; expected a whole number, at least 1");
  CHECK(complaint(with("kind = 'network'", "[network]\nlayers = [1000000, 1000000]\n")) ==
        "f.toml:1:1: the model has 1000005000001 parameters; expected at most 10000000");
  CHECK(complaint(with("kind = 'network'", "[network]\nactivation = 'step'\n")) ==
        "f.toml:5:14: unknown activation 'step'; expected identity, tanh, relu, softplus or sigmoid");
  CHECK(complaint(with("kind = 'network'", "[network]\ndropout = 0.5\n")) ==
        "f.toml:5:11: dropout needs hidden units; expected layers = [units, ...]");
}

TEST_CASE("regression files: complaints about data and labels") {
  CHECK(complaint("[regression]\nkind = 'linear'\n" + data) ==
        "f.toml:1:1: [regression] has no response; expected the name of a column");
  CHECK(complaint("[regression]\nkind = 'linear'\nresponse = 'z'\n" + data) ==
        "f.toml:3:12: response names an unknown column 'z'; expected a, b or y");
  CHECK(complaint(with("kind = 'linear'\ninputs = ['a', 'y']")) ==
        "f.toml:4:10: 'y' is both the response and an input; expected one of the two");
  CHECK(complaint(with("kind = 'linear'\ninputs = ['a', 'a']")) ==
        "f.toml:4:16: 'inputs' holds 'a' twice; expected distinct names");
  CHECK(complaint(
            "[regression]\nkind = 'softmax'\nresponse = 'y'\nclasses = ['p', 'q', 'r']\n[data]\ncolumns = ['x', 'y']\n"
            "rows = [[1, 0],\n[2, 3]]\n") == "f.toml:8:5: label 3 in row 2; expected 0, 1 or 2");
  CHECK(complaint("[regression]\nkind = 'logistic'\nresponse = 'y'\n[data]\ncolumns = ['x', 'y']\nrows = [[1, 0],\n[2, "
                  "2]]\n") == "f.toml:7:5: label 2 in row 2; expected 0 or 1");
  CHECK(complaint("[regression]\nkind = 'softmax'\nresponse = 'y'\n[data]\ncolumns = ['x', 'y']\nrows = [[1, 0],\n[2, "
                  "1e9]]\n") == "f.toml:7:5: label 1000000000 in row 2; expected 0, 1 or 2");
  CHECK(complaint("[regression]\nkind = 'softmax'\nresponse = 'y'\n[data]\ncolumns = ['x', 'y']\nrows = [[1, 0],\n[2, "
                  "2]]\n") == "f.toml:4:1: class '1' has no samples; expected one of each at least");
  CHECK(
      complaint("[regression]\nkind = 'linear'\nresponse = 'y'\n[data]\ncolumns = ['x', 'y']\nrows = [[4, 0],\n[4, "
                "1]]\n") ==
      "f.toml:6:10: input 'x' is 4 in every row, as the intercept is 1; expected an input that varies, or intercept = "
      "false");
  CHECK(complaint("[regression]\nkind = 'linear'\nresponse = 'y'\n[data]\ncolumns = ['x', 'y']\nrows = [[4, inf]]\n") ==
        "f.toml:6:13: row 1, column 'y' is inf; expected a finite number");
  CHECK(complaint(with("kind = 'linear'\nclasses = ['p', 'q']")) ==
        "f.toml:4:11: classes of a response that is a number; expected none, or another kind or loss");
  CHECK(complaint(with("kind = 'logistic'\nclasses = ['p', 'q', 'r']")) ==
        "f.toml:4:11: logistic regression with 3 classes; expected 2, or kind = \"softmax\"");
  CHECK(complaint("[regression]\nkind = 'linear'\n") == "f.toml: there is no [data]; expected a problem file");
  CHECK(complaint("[regression]\nkind = 'linear'\nresponse = 'y'\n[data]\nsigma = 'y'\n") ==
        "f.toml:5:1: unknown key 'sigma' in [data]; expected columns, rows, file, generate, where, missing, decimal or "
        "percent");
}

TEST_CASE("regression files: complaints about what goes with it") {
  CHECK(complaint(with("kind = 'linear'", "[split]\nvalidation = 1\n")) ==
        "f.toml:5:14: validation is 1; expected a number between 0 and 1");
  CHECK(complaint(with("kind = 'linear'", "[split]\nvalidation = 0.01\n")) ==
        "f.toml:4:1: a validation part of 0.01 leaves one part empty; expected more samples");
  CHECK(complaint(with("kind = 'linear'", "[cross_validation]\nfolds = 5\nl2 = [1]\n")) ==
        "f.toml:4:1: 5 folds of 4 samples; expected at most as many");
  CHECK(complaint(with("kind = 'linear'", "[cross_validation]\nfolds = 2\n")) ==
        "f.toml:4:1: [cross_validation] has nothing to choose from; expected l2 = [...] or l1 = [...]");
  CHECK(complaint(with("kind = 'linear'", "[cross_validation]\nfolds = 2\nl2 = [1]\nl1 = [1]\n")) ==
        "f.toml:7:6: [cross_validation] has both l2 and l1; expected l2 = [...] or l1 = [...]");
  CHECK(complaint(with("kind = 'linear'", "[cross_validation]\nfolds = 2\nl2 = [-1]\n")) ==
        "f.toml:6:7: a penalty l2 is -1; expected a number that is not negative");
  CHECK(complaint(with("kind = 'linear'", "[training]\nbatch_size = 5\n")) ==
        "f.toml:5:14: batch_size is 5; expected at most the number of samples, 4");
  CHECK(complaint(with("kind = 'linear'", "[training]\nrate = 0\n")) ==
        "f.toml:5:8: rate is 0; expected a positive number");
  CHECK(complaint(with("kind = 'linear'", "[training]\npatience = 3\n")) ==
        "f.toml:5:12: patience needs a validation part; expected [split]");
  CHECK(complaint(with("kind = 'logistic'", "[certified]\na = 1\n")) ==
        "f.toml:4:1: [certified] of a model that is not linear; expected kind = \"linear\"");
  CHECK(complaint(with("kind = 'linear'", "[certified]\nc = 1\n")) ==
        "f.toml:5:1: unknown key 'c' in [certified]; expected intercept, a, b or residual_sum_of_squares");
}

TEST_CASE("regression files: generated tables") {
  const auto made = [](const std::string& kind, const std::string& what, const std::string& more = "") {
    return "[regression]\nkind = '" + kind + "'\n" + more + "[data]\ngenerate = " + what + "\n";
  };
  const RegressionFit fit = read(made("softmax", "{ what = 'spirals', samples = 31, classes = 3, noise = 0 }"));
  CHECK(fit.data.samples() == 31);
  CHECK(fit.data.classes.size() == 3);
  for (std::size_t i = 0; i < 31; ++i) CHECK(std::hypot(fit.data.x[0][i], fit.data.x[1][i]) <= 1.0 + 1e-12);
  CHECK(std::hypot(fit.data.x[0][30], fit.data.x[1][30]) == Approx(1.0));
  CHECK(read(made("linear", "{ what = 'sine', samples = 9, noise = 0 }")).data.y[6] == Approx(1.0));
  GenerateOptions blobs{"blobs", 4000, 0.5, 2, 3, 7};
  const RegressionData first = generate(blobs);
  CHECK(generate(blobs).x == first.x);
  blobs.seed = 8;
  CHECK(generate(blobs).x != first.x);
  double mean = 0.0, squares = 0.0;
  for (std::size_t i = 0; i < 4000; i += 2) mean += first.x[1][i] / 2000.0;
  for (std::size_t i = 0; i < 4000; i += 2) squares += (first.x[1][i] - mean) * (first.x[1][i] - mean) / 2000.0;
  CHECK(std::sqrt(squares) == Approx(0.5).epsilon(0.05));
  CHECK(read(made("logistic", "{ what = 'logistic', inputs = 4 }")).data.x.size() == 4);

  CHECK(complaint(made("linear", "{ what = 'spirals' }")) ==
        "f.toml:4:21: spirals makes classes; expected a kind or loss of classes");
  CHECK(complaint(made("softmax", "{ what = 'sine' }")) ==
        "f.toml:4:21: sine makes numbers; expected linear, or a network of squares");
  CHECK(complaint(made("softmax", "{ what = 'moons' }")) ==
        "f.toml:4:21: unknown what 'moons'; expected spirals, sine, blobs or logistic");
  CHECK(complaint(made("softmax", "{ what = 'blobs', samples = 1000000000 }")) ==
        "f.toml:4:12: samples is 1000000000; expected a whole number from 2 to 3333333");
  CHECK(complaint(made("softmax", "{ what = 'blobs', samples = 2, classes = 3 }")) ==
        "f.toml:4:12: samples is 2; expected a whole number from 3 to 3333333");
  CHECK(complaint(made("softmax", "{ what = 'blobs' }\nrows = []")) ==
        "f.toml:5:8: [data] has both generate and rows; expected one of them");
  CHECK(complaint(made("softmax", "{ what = 'blobs' }", "response = 'y'\n")) ==
        "f.toml:3:12: response of a table that is generated; expected none: all its columns are used");
  CHECK(complaint(made("softmax", "{ what = 'blobs' }", "classes = ['p', 'q', 'r']\n")) ==
        "f.toml:3:11: 3 names but 2 classes; expected one each");
}

TEST_CASE("regression files: a file is a regression by its table, whatever else it is a curve fit") {
  CHECK(std::holds_alternative<RegressionFit>(read_problem(folder + "iris.toml")));
  CHECK(std::holds_alternative<CurveFit>(read_problem(THALWEG_SOURCE_DIR "/problems/nist/misra1a.toml")));
  CHECK_THROWS_WITH_AS(read_problem("nowhere.toml"),
                       "nowhere.toml: cannot be opened: No such file or directory; expected a problem file", FileError);
}

TEST_CASE("regression files: every example is read, and is a model") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const auto fit = std::get<RegressionFit>(read_problem(entry.path().string()));
    CHECK_FALSE(fit.title.empty());
    const RegressionModel model(fit.model, fit.data);
    std::vector<double> g(static_cast<std::size_t>(model.parameters()));
    CHECK(std::isfinite(model.objective().gradient(model.start(), g)));
    ++count;
  }
  CHECK(count >= 12);
}

TEST_CASE("regression files: Anscombe's four sets have one line, 3.00 + 0.500 x") {
  for (const char* name : {"anscombe1", "anscombe2", "anscombe3", "anscombe4"}) {
    const auto fit = std::get<RegressionFit>(read_problem(folder + name + ".toml"));
    const RegressionModel model(fit.model, fit.data);
    const std::vector<double> x = solve_linear(model);
    CAPTURE(name);
    CHECK(std::abs(x[0] - 3.0) < 0.005);
    CHECK(std::abs(x[1] - 0.5) < 0.0005);
    CHECK(model.measure(x, fit.data).r_squared == Approx(0.667).epsilon(0.002));
  }
}

TEST_CASE("regression files: Longley's file has its certified answer") {
  const auto fit = std::get<RegressionFit>(read_problem(folder + "longley.toml"));
  const RegressionModel model(fit.model, fit.data);
  const std::vector<double> x = solve_linear(model);
  REQUIRE(fit.certified.size() == x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(fit.certified[i].parameter == model.name(static_cast<std::int64_t>(i)));
    CHECK(std::abs(x[i] / fit.certified[i].value - 1.0) < 1e-13);
  }
  CHECK(2.0 * 16.0 * model.measure(x, fit.data).mean_loss ==
        Approx(fit.certified_residual_sum_of_squares).epsilon(1e-10));
}

TEST_CASE("regression files: damaged ones are refused or read, never worse") {
  std::vector<std::string> texts;
  for (const char* name : {"iris", "spirals", "longley_ridge", "challenger", "blobs"}) {
    std::ifstream stream(folder + name + ".toml");
    std::ostringstream all;
    all << stream.rdbuf();
    texts.push_back(all.str());
  }
  std::mt19937 random(1);
  int read_well = 0, refused = 0;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = test_support::mutate(texts[static_cast<std::size_t>(i) % texts.size()], random,
                                                  "[]{}=\"',.\n#-+e0199 abklst", 4, 20);
    try {
      const RegressionFit fit = read_regression(text, "f.toml", folder);
      ++read_well;
      if (fit.data.samples() > 5000 || fit.data.x.size() > 50) continue;
      const RegressionModel model(fit.model, fit.data);
      CHECK(model.parameters() > 0);
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).find("; expected ") != std::string::npos);
      ++refused;
    }
  }
  CHECK((read_well > 100 && refused > 100));
}
