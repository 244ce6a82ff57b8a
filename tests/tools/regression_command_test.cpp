// Regressions in problem files, as a user solves them.
#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using doctest::Approx;
using nlohmann::json;

namespace {

json solved(const std::string& arguments, int code = 0) {
  const Outcome o = run("solve " + arguments + " --json -");
  CAPTURE(arguments);
  CAPTURE(o.err);
  REQUIRE(o.code == code);
  return json::parse(o.out);
}

double value(const json& document, const std::string& name) {
  for (const json& p : document["parameters"])
    if (p["name"] == name) return p["value"];
  FAIL("no parameter " << name);
  return NAN;
}

const std::string folder = "problems/regression/";

/// What the page of a classifier draws.
json drawn(const std::string& file) {
  const Folder pages;
  const std::string page = (pages.path() / "page.html").string();
  REQUIRE(run("solve " + folder + file + " --quiet --report " + page).err.empty());
  const std::string text = command_test::read(page), opening = "<script type=\"application/json\" id=\"data\">";
  const std::size_t begin = text.find(opening);
  REQUIRE(begin != std::string::npos);
  return json::parse(text.substr(begin + opening.size(), text.find("</script>", begin) - begin - opening.size()))
      .value("regression", json());
}

/// Two inputs, two classes that a line separates.
const std::string separable =
    "[regression]\nkind = \"logistic\"\nresponse = \"y\"\n[data]\ncolumns = [\"x\", \"y\"]\n"
    "rows = [[-2, 0], [-1, 0], [-0.5, 0], [0.5, 1], [1, 1], [3, 1]]\n";

}  // namespace

TEST_CASE("linear regression in closed form gives the published values") {
  for (const char* set : {"anscombe1", "anscombe2", "anscombe3", "anscombe4"}) {
    const json d = solved(folder + set + ".toml");
    CHECK(value(d, "intercept") == Approx(3.0).epsilon(2e-3));
    CHECK(value(d, "x") == Approx(0.5).epsilon(2e-3));
    CHECK(d["reason"] == "solved in closed form, by QR");
    CHECK(d["statistics"]["r_squared"].get<double>() == Approx(0.667).epsilon(2e-3));
  }
  const json longley = solved(folder + "longley.toml");
  CHECK(longley["certified"]["digits"].get<double>() >= 10.0);
  CHECK(longley["statistics"]["residual_standard_deviation"].get<double>() == Approx(304.854073561965).epsilon(1e-10));
  for (const json& p : longley["parameters"])
    if (p["name"] == "year") CHECK(p["standard_error"].get<double>() == Approx(455.478499142212).epsilon(1e-8));
}

TEST_CASE("the page of a classifier has its samples and regions, or its probabilities") {
  const json iris = drawn("iris.toml")["classes"];
  CHECK(iris["inputs"] == json({"petal_length", "petal_width"}));  // the two that tell the species apart
  CHECK(iris["held"] == json({"sepal_length", "sepal_width"}));
  REQUIRE(iris["margin"].size() == 3);
  int wrong = 0, inside = 0;
  const std::size_t nodes = iris["columns"].get<std::size_t>() * iris["rows"].get<std::size_t>();
  for (std::size_t i = 0; i < iris["x"].size(); ++i) wrong += iris["truth"][i] != iris["predicted"][i];
  CHECK(wrong == 3);
  for (std::size_t i = 0; i < nodes; ++i)
    for (const json& margin : iris["margin"]) inside += margin[i].get<double>() > 0.0;
  CHECK(inside == static_cast<int>(nodes));  // each node is in one region

  const json challenger = drawn("challenger.toml")["classes"];
  CHECK(challenger["y"].empty());
  REQUIRE(challenger["probability"].size() == 2);
  const std::size_t last = challenger["grid"].size() - 1;
  for (std::size_t i = 0; i <= last; ++i) {
    const double x = challenger["grid"][i], p = challenger["probability"][1][i];
    CHECK(p == Approx(1.0 / (1.0 + std::exp(-15.0429 + 0.232163 * x))).epsilon(1e-3));
    CHECK(challenger["band_lower"][i].get<double>() < p);
    CHECK(challenger["band_upper"][i].get<double>() > p);
  }
  const json lasso = drawn("lasso.toml");
  CHECK(!lasso.contains("classes"));  // twenty inputs are too many for a plane
  REQUIRE(lasso["weights"]["names"].size() == 11);
  CHECK(lasso["weights"]["names"][0] == "x8");
  CHECK(lasso["weights"]["zero"] == 9);
  CHECK(drawn("sine.toml").is_null());  // numbers, not classes
}

TEST_CASE("logistic and softmax regression: coefficients, errors, classes") {
  const json challenger = solved(folder + "challenger.toml");
  CHECK(value(challenger, "intercept") == Approx(15.0429).epsilon(1e-5));
  CHECK(value(challenger, "temperature") == Approx(-0.232163).epsilon(1e-5));
  CHECK(challenger["parameters"][1]["standard_error"].get<double>() == Approx(0.108236).epsilon(1e-4));
  CHECK(challenger["statistics"]["aic"].get<double>() == Approx(24.3152).epsilon(1e-5));
  const json iris = solved(folder + "iris.toml");
  CHECK(iris["regression"]["quality"][0]["accuracy"].get<double>() == Approx(0.98));
  CHECK(iris["regression"]["classes"] == json({"setosa", "versicolor", "virginica"}));
  CHECK(iris["regression"]["quality"][0]["confusion"] == json({50, 0, 0, 0, 48, 2, 0, 1, 49}));
  // The same optimum by every kind of method.
  for (const char* method : {"lbfgs", "newton-cg", "lm", "gauss-newton"})
    CHECK(solved(folder + "iris.toml --method " + method)["final_cost"].get<double>() ==
          Approx(iris["final_cost"].get<double>()).epsilon(1e-8));
}

TEST_CASE("penalties: ridge is chosen by cross-validation, the lasso sets weights to zero") {
  const json ridge = solved(folder + "longley_ridge.toml");
  const json& trials = ridge["regression"]["cross_validation"]["trials"];
  REQUIRE(trials.size() == 6);
  double lowest = INFINITY, chosen = INFINITY;
  for (const json& t : trials) {
    lowest = std::min(lowest, t["mean_loss"].get<double>());
    if (t["chosen"].get<bool>()) chosen = t["mean_loss"];
  }
  CHECK(chosen == lowest);
  const json lasso = solved(folder + "lasso.toml");
  CHECK(lasso["method"] == "fista");
  CHECK(lasso["regression"]["zero_weights"].get<int>() > 3);
}

TEST_CASE("networks are trained by least squares, by gradients and by samples") {
  CHECK(solved(folder + "sine.toml")["regression"]["quality"][0]["r_squared"].get<double>() > 0.99);
  CHECK(solved(folder + "spirals.toml")["regression"]["quality"][0]["accuracy"] == 1.0);
  const std::string adam = folder + "spirals.toml --method adam --rate 0.01 --epochs 30 --batch-size 16";
  const json one = solved(adam + " --threads 1", 1), two = solved(adam + " --threads 2", 1);
  CHECK(one["epochs"] == 30);
  CHECK(one["iterations"] == 300);
  CHECK(one["final_cost"] == two["final_cost"]);
  CHECK(one["parameters"] == two["parameters"]);
  CHECK(one["final_cost"].get<double>() < 0.9 * one["initial_cost"].get<double>());
  const Outcome patient =
      run("solve " + folder + "spirals.toml --method sgd --rate 0.5 --epochs 2000 --patience 3 --batch-size 8");
  CHECK(contains(patient.out, "early stopping: the validation cost was lowest"));
  CHECK(solved(folder + "spirals.toml --method proxprop --rate 0.1 --epochs 10 --batch-size 16", 1)["final_cost"]
            .get<double>() < one["initial_cost"].get<double>());
}

TEST_CASE("separable classes are said, not looped") {
  const Folder own;
  const std::string file = own.write("separable.toml", separable);
  for (const char* method : {"newton", "lbfgs", "newton-cg"}) {
    const Outcome o = run("solve " + file + " --method " + method);
    CAPTURE(method);
    CHECK(o.code == 1);
    CHECK(contains(o.out, "the classes are separable: the optimum is at infinity"));
    CHECK(contains(o.out, "l2"));
  }
  // One value of x belongs to both classes, the others to one; of the irises setosa stands apart, the others do not.
  std::string text = separable;
  const std::string quasi =
      own.write("quasi.toml", text.replace(text.find("[-0.5, 0], [0.5, 1]"), 19, "[0, 0], [0, 1]"));
  std::string iris =
      command_test::read(command_test::files::path(THALWEG_SOURCE_DIR) / "problems/regression/iris.toml");
  own.write("iris.csv",
            command_test::read(command_test::files::path(THALWEG_SOURCE_DIR) / "problems/regression/iris.csv"));
  const std::string bare = own.write("bare.toml", iris.replace(iris.find("l2 = "), 9, ""));
  for (const std::string& each : {quasi, bare})
    for (const char* method : {"newton", "lbfgs", "lm"}) {
      const Outcome o = run("solve " + each + " --method " + method);
      CAPTURE(each);
      CAPTURE(method);
      CHECK(o.code == 1);
      CHECK(contains(o.out, "some of the classes are separable"));
    }
}

TEST_CASE("regressions refuse what makes no sense") {
  const auto refused = [](const std::string& arguments, int code, const std::string& message) {
    const Outcome o = run(arguments);
    CAPTURE(arguments);
    CHECK(o.code == code);
    CHECK(contains(o.err, message));
  };
  const std::string solve = "solve " + folder;
  refused(solve + "blobs.toml --method newton", 2, "newton: the hinge loss is piecewise linear and has no curvature");
  refused(solve + "blobs.toml --method lm", 2, "levenberg-marquardt needs residuals, and this cost has none");
  refused(solve + "lasso.toml --method adam", 2, "adam knows no proximal step");
  refused(solve + "lasso.toml --method newton", 2, "newton needs derivatives, and the penalty has none where it bends");
  refused(solve + "iris.toml --method lbfgs --batch-size 10", 2, "lbfgs needs the whole gradient");
  refused(solve + "iris.toml --method sgd --batch-size 151", 2,
          "batch_size is 151; expected 1 to 150, the number of samples");
  refused(solve + "iris.toml --method sgd --batch-size 0", 2, "--batch-size is '0'; expected a whole number >= 1");
  refused(solve + "iris.toml --method sgd --patience 3", 2, "--patience watches the validation cost");
  refused(solve + "iris.toml --loss huber", 2,
          "--loss is for curve fits, and 'problems/regression/iris.toml' is a regression");
  refused(solve + "iris.toml --output x.toml", 2, "--output is for curve fits");
  refused("check " + folder + "iris.toml", 2,
          "check looks at formulas, and 'problems/regression/iris.toml' is a regression");
  const Folder own;
  std::string spirals =
      command_test::read(command_test::files::path(THALWEG_SOURCE_DIR) / "problems/regression/spirals.toml");
  const std::string dropped = own.write("dropped.toml", spirals.insert(spirals.find("layers"), "dropout = 0.1\n"));
  refused("solve " + dropped + " --method lm", 2, "levenberg-marquardt knows nothing of dropout");
  refused("solve " + dropped + " --method fista", 2,
          "fista needs the cost itself, and dropout draws another one each time");
  const std::string bounded =
      own.write("bounded.toml", spirals.replace(spirals.find("l2 = 0.001"), 10, "max_norm = 2"));
  refused("solve " + bounded + " --method lbfgs", 2, "lbfgs knows no constraint such as max_norm");
  std::string text = separable;
  const std::string three = own.write("three.toml", text.replace(text.find("[3, 1]"), 6, "[3, 2]"));
  refused("solve " + three, 3, "three.toml:");
  text =
      "[regression]\nkind = \"linear\"\nresponse = \"y\"\n[data]\ncolumns = [\"x\", \"z\", \"y\"]\nrows = [[1, 5, 2], "
      "[2, 5, 3], [3, 5, 5], [4, 5, 4]]\n";
  refused("solve " + own.write("constant.toml", text), 3, "'z'");
  refused(solve + "iris.toml --method sgd --rate 1e9", 4, "diverged");
}

TEST_CASE("regressions are compared as other problems are") {
  const Outcome o = run("compare " + folder + "iris.toml --methods newton,lbfgs,lm,adam");
  CHECK(o.code == 0);
  CHECK(contains(o.out, "the best of all runs"));
  const Outcome lasso = run("compare " + folder + "lasso.toml --methods fista,newton");
  CHECK(contains(lasso.out, "refused"));
}

TEST_CASE("constraints of a regression hold in the user's units, and are reported") {
  const Folder own;
  const auto file = [](const std::string& more, const std::string& condition) {
    return "[regression]\nkind = \"linear\"\nresponse = \"y\"\n" + more + "[constraints]\nshare = \"" + condition +
           "\"\n[data]\ncolumns = [\"x1\", \"x2\", \"y\"]\n"
           "rows = [[1, 2, 3.1], [2, 1, 4.2], [3, 5, 6.9], [4, 3, 8.2], [5, 8, 11.7], [6, 2, 11.1]]\n";
  };
  std::vector<double> errors;
  for (const char* more : {"", "standardize = true\n"}) {
    own.write("r.toml", file(more, "x1 + x2 = 1.5"));
    const Outcome o = run("solve r.toml --json -", own.path());
    CAPTURE(o.err);
    REQUIRE(o.code == 0);
    const json d = json::parse(o.out);
    CHECK(value(d, "x1") + value(d, "x2") == Approx(1.5).epsilon(1e-12));
    CHECK(d["constraints"][0]["name"] == "share");
    CHECK(d["constraints"][0]["active"] == true);
    errors.push_back(d["parameters"][1]["standard_error"]);
    // Along the constraint the two move together.
    CHECK(errors.back() == Approx(d["parameters"][2]["standard_error"].get<double>()).epsilon(1e-8));
  }
  CHECK(errors[0] == Approx(errors[1]).epsilon(1e-8));

  const auto refused = [&](const std::string& text, const std::string& arguments = "solve r.toml") {
    own.write("r.toml", text);
    const Outcome o = run(arguments, own.path());
    CHECK(o.code != 0);
    return o.err;
  };
  CHECK(contains(refused(file("", "x1 + x3 = 1")),
                 "r.toml:5:10: constraint 'share': unknown coefficient 'x3' (did you mean 'x1'?); expected intercept, "
                 "x1 or x2"));
  CHECK(contains(refused(file("", "x1 + x2")), "r.toml:5:"));
  CHECK(contains(refused(file("l1 = 0.1\n", "x1 = x2")), "[constraints] does not go with l1 or max_norm"));
  CHECK(contains(refused(file("", "x1 = x2"), "compare r.toml"), "constraints, which no method of a comparison heeds"));
  CHECK(contains(refused(file("", "x1 = x2"), "solve r.toml --method adam"), "does not heed constraints"));
}
