// thalweg solve catalogue:NAME, and the lists that name what there is.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include <thalweg/methods/run.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/models/catalogue.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using nlohmann::json;

namespace {

json solved(const std::string& arguments, int code = 0) {
  const Outcome o = run("solve catalogue:" + arguments + " --json -");
  CHECK(o.code == code);
  CHECK(o.err.empty());
  return json::parse(o.out);
}

/// The message of wrong usage, which leaves no file behind.
std::string refused(const std::string& arguments) {
  const Folder folder;
  const Outcome o = run("solve catalogue:" + arguments + " --trace t.csv", folder.path());
  CHECK(o.code == 2);
  CHECK(o.out.empty());
  CHECK(folder.count() == 0);
  REQUIRE(o.err.starts_with("thalweg: error: "));
  REQUIRE(o.err.ends_with("\n"));
  return o.err.substr(16, o.err.size() - 17);
}

}  // namespace

TEST_CASE("a sum of squares from the catalogue, letter by letter") {
  const Outcome o = run("solve catalogue:beale");
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  const std::string heading = "Beale\nMoré, Garbow & Hillstrom 1981, problem 5: 3 residuals, 2 parameters\n\n";
  REQUIRE(o.out.starts_with(heading + "converged after "));
  // To rounding: how large its errors are is the processor's.
  CHECK(contains(o.out, "\nglobal minimum (Σr² = "));
  CHECK(contains(o.out, "\n  x1          3.0000000000"));
  CHECK(contains(o.out, "\n  x2         0.500000000000"));
  CHECK(contains(o.out, "\n  noise                        none: the fit is exact"));
  CHECK(o.out.substr(o.out.find("\n  strong")) == R"(
  strong correlation (|correlation| > 0.9)
  x1, x2                                    0.948
)");
}

TEST_CASE("an objective from the catalogue, letter by letter") {
  const Outcome o = run("solve catalogue:easom");
  CHECK(o.code == 0);
  CHECK(o.err.empty());
  REQUIRE(
      o.out.starts_with("Easom: a needle in a plain\nEasom 1990: an objective of 2 parameters\n\nconverged after "));
  CHECK(o.out.substr(o.out.find("\nglobal")) == R"(
global minimum (F = -1, known value -1)

  parameter    value
  x1         3.14159
  x2         3.14159
)");
  CHECK(contains(run("solve catalogue:easom --verbose").out, "\n  method         newton\n"));
}

TEST_CASE("Moré, Garbow & Hillstrom's problems end at known minima, three of them at local ones") {
  int global = 0, local = 0;
  for (int i = 0; i < thalweg::mgh_instances; ++i) {
    const std::string name = thalweg::catalogue()[static_cast<std::size_t>(i)].name;
    CAPTURE(name);
    const json j = solved(name);
    CHECK(j["problem"]["kind"] == "test function");
    global += j["known_minimum"]["reached"] == "global";
    local += j["known_minimum"]["reached"] == "local";
  }
  CHECK(global == 40);
  CHECK(local == 3);
}

TEST_CASE("no minimum lies below those that the catalogue calls global, as far as forty starts find") {
  for (const thalweg::CatalogueProblem& entry : thalweg::catalogue()) {
    if (entry.residuals == 0) continue;
    CAPTURE(entry.name);
    const json j = json::parse(run("solve catalogue:" + entry.name + " --starts 40 --json -").out);
    CHECK(2.0 * j["final_cost"].get<double>() >= entry.minima.front().value * (1.0 - 1e-9));
  }
}

TEST_CASE("every start of the functions of two variables") {
  for (std::size_t i = thalweg::mgh_instances; i < thalweg::catalogue().size(); ++i) {
    const thalweg::CatalogueProblem& entry = thalweg::catalogue()[i];
    for (std::size_t k = 1; k <= entry.starts.size(); ++k) {
      const std::string arguments = entry.name + " --start " + std::to_string(k);
      CAPTURE(arguments);
      const json j = solved(arguments);
      CHECK(j["problem"]["name"] == entry.name);
      CHECK(j["problem"]["residuals"] == entry.residuals);
      CHECK(j["problem"]["parameters"] == entry.parameters);
      CHECK(j["problem"]["kind"] == (entry.residuals > 0 ? "test function" : "objective"));
      CHECK(j["known_minimum"]["value"].is_number());
    }
  }
}

TEST_CASE("the JSON of an objective has no statistics, and its cost is F") {
  const json j = solved("three-hump-camel");
  CHECK(j["method"] == "newton");
  CHECK(j["statistics"].is_null());
  CHECK(j["problem"]["source"] == "Dixon & Szegő 1978");
  CHECK(j["problem"]["parameter_blocks"] == 1);
  CHECK(j["problem"]["residual_blocks"] == 0);
  CHECK(j["parameters"][0]["name"] == "x1");
  CHECK(j["parameters"][0]["standard_error"].is_null());
  CHECK(j["known_minimum"] == json::parse(R"({"value": 0.2986384422368598, "global": false, "reached": "local"})"));
  CHECK(j["final_cost"].get<double>() == doctest::Approx(0.2986384422368598).epsilon(1e-12));
  // F at (2, 2).
  CHECK(j["initial_cost"].get<double>() == doctest::Approx(8.0 - 16.8 + 64.0 / 6.0 + 4.0 + 4.0).epsilon(1e-14));
}

TEST_CASE("where a solve ended beside the known minima") {
  const auto line = [](const std::string& arguments) {
    const std::string text = run("solve catalogue:" + arguments).out;
    const auto begin = text.find('\n', text.find("\n\n") + 2) + 1;
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  CHECK(line("freudenstein-roth") == "known local minimum (Σr² = 48.9843, known value 48.9843)");
  CHECK(line("brown-dennis --verbose") == "global minimum (Σr² = 85822.20163, known value 85822.20163)");
  CHECK(line("three-hump-camel") == "known local minimum (F = 0.298638, known value 0.298638)");
  CHECK(line("beale --max-iterations 0") == "none of the known minima (Σr² = 14.2031): the best known is 0");
  CHECK(line("saddle --max-iterations 0") == "none of the known minima (F = 0.5): the best known is -0.25");
  const json j = solved("freudenstein-roth --max-iterations 0", 1);
  CHECK(j["known_minimum"] == json::parse(R"({"value": 0.0, "global": true, "reached": "none"})"));
  // The minima of another cost are not those of the squares.
  CHECK_FALSE(solved("bard --loss huber:0.01").contains("known_minimum"));
  CHECK(solved("bard --loss trivial")["known_minimum"]["reached"] == "global");
}

TEST_CASE("the options of solve reach problems of the catalogue") {
  for (const char* method : {"newton", "newton-cg", "dogleg", "subspace-dogleg", "levenberg", "gauss-newton", "lm"}) {
    CAPTURE(method);
    CHECK(solved(std::string("booth --method ") + method)["known_minimum"]["reached"] == "global");
  }
  // A saddle is no minimum, and is not called converged.
  CHECK(solved("saddle --method newton-cg", 1)["method"] == "newton-cg");
  CHECK(solved("saddle --method newton-cg", 1)["evaluations"]["hessian_products"] > 0);
  CHECK(solved("himmelblau --start 2")["parameters"][1]["value"].get<double>() < 0.0);
  CHECK(solved("himmelblau --starts 20")["multistart"]["minima"].size() == 4);
  CHECK(solved("bard --intervals profile")["profile"]["status"] == "converged");
  CHECK(solved("bard --loss huber:0.01")["loss"]["name"] == "huber:0.01");
  CHECK(solved("bard --loss cauchy:0.01 --graduated")["loss"]["name"] == "cauchy:0.01");
  const Folder folder;
  CHECK(run("solve catalogue:easom --quiet --trace t.csv --json j.json", folder.path()).out.empty());
  CHECK(command_test::read(folder.path() / "t.csv").starts_with("iteration,phase,cost,"));
  CHECK(json::parse(command_test::read(folder.path() / "j.json"))["known_minimum"]["reached"] == "global");
}

TEST_CASE("what an objective does not take") {
  CHECK(refused("easom --method lm") ==
        "levenberg-marquardt needs residuals, and easom has none; expected gradient-descent, nonlinear-cg, newton, "
        "newton-cg, bfgs, lbfgs or a first-order method");
  const auto refusal = [](const std::string& option) {
    return option + " needs residuals, and easom has none; expected a sum of squares, such as catalogue:beale";
  };
  CHECK(refused("easom --loss huber:1") == refusal("--loss"));
  CHECK(refused("easom --graduated") == refusal("--graduated"));
  CHECK(refused("easom --starts 2") == refusal("--starts"));
  CHECK(refused("easom --intervals profile") == refusal("--intervals"));
}

TEST_CASE("what a problem of the catalogue does not take") {
  for (const std::string name : {"beale", "easom"}) {
    CHECK(refused(name + " --output o.toml") ==
          "--output writes problem files, and there is no file format for a problem of the catalogue; expected --json");
    CHECK(refused(name + " --detect-linear") ==
          "--detect-linear looks at formulas, and the catalogue has none; expected a problem file");
  }
  CHECK(refused("beale --start 2") == "start 2 of 'catalogue:beale' does not exist; expected 1 to 1");
  CHECK(refused("easom --start 4") == "start 4 of 'catalogue:easom' does not exist; expected 1 to 3");
}

TEST_CASE("names that the catalogue does not have") {
  const auto message = [](const std::string& file) {
    const Outcome o = run("solve '" + file + "'");
    CHECK(o.code == 3);
    CHECK(o.out.empty());
    return o.err;
  };
  CHECK(message("catalogue:beal") ==
        "catalogue:beal: no such problem; did you mean catalogue:beale? 'thalweg list problems' shows all\n");
  CHECK(message("catalogue:brachistochrone") ==
        "catalogue:brachistochrone: no such problem; 'thalweg list problems' shows all\n");
  CHECK(message("catalogue:") == "catalogue:: no such problem; 'thalweg list problems' shows all\n");
  CHECK(message("beale") ==
        "beale: cannot be opened: No such file or directory; expected a problem file, such as "
        "catalogue:beale\n");
}

TEST_CASE("list problems shows the catalogue") {
  const std::string out = run("list problems").out;
  CHECK(contains(out,
                 "\n\nMoré, Garbow & Hillstrom 1981           n   m\n"
                 "catalogue:rosenbrock                    2   2  Rosenbrock\n"));
  CHECK(contains(out, "\ncatalogue:extended-powell-singular-12  12  12  Extended Powell singular, n = 12\n"));
  CHECK(contains(out,
                 "\n\nfunctions of two variables              n   m\n"
                 "catalogue:himmelblau                    2   2  Himmelblau: four minima (3 starts)\n"));
  CHECK(contains(out, "\ncatalogue:easom                         2   -  Easom: a needle in a plain (3 starts)\n"));
  for (const thalweg::CatalogueProblem& entry : thalweg::catalogue())
    CHECK(contains(out, "\ncatalogue:" + entry.name + " "));
}

TEST_CASE("list methods shows every method, with its short form") {
  CHECK(run("list methods").out ==
        R"(levenberg-marquardt (lm)  damped by the lengths of the Jacobian's columns; the default
levenberg                 damped by a multiple of the identity
gauss-newton (gn)         undamped; with a line search, or without: --globalization none
dogleg                    trust region: down the gradient, then towards the Gauss-Newton step
subspace-dogleg           trust region: the best step in the plane of those two

of any smooth function, a sum of squares or not:
newton                    exact second derivatives, in a trust region; or --globalization line-search
newton-cg                 the same by conjugate gradients, without a Hessian matrix
bfgs                      a Hessian learnt from the gradients
lbfgs (l-bfgs)            the same from the last gradients alone
nonlinear-cg (ncg)        conjugate directions and a line search
gradient-descent (gd)     straight down, with a line search or a fixed --rate: slow, to compare with

first-order, to compare with and to train; in parentheses the usual --rate:
sgd                       down the gradient of a minibatch (0.01)
momentum                  heavy ball: velocities add up (0.01)
nesterov                  accelerated: the gradient is taken ahead of the point (0.01)
nesterov-shifted          the same in the variable at which the gradient is taken (0.01)
adagrad                   each parameter's rate falls with the gradients it has met (0.01)
adadelta                  the same with a fading memory, and steps in the parameter's own unit (1)
rmsprop                   each gradient divided by its recent size (0.001)
rmsprop-momentum          the same with a heavy ball (0.001)
rmsprop-nesterov          the same, looking ahead (0.001)
adam                      momentum divided by the gradient's recent size (0.001)
adam-uncorrected          without bias correction: the first steps are too long (0.001)
adamw                     with decoupled weight decay (0.001)
adamax                    the largest recent gradient in the place of the size (0.002)
nadam                     with Nesterov's look ahead (0.001)
amsgrad                   the size never falls (0.001)
proximal-gradient         for costs with l1 or max-norm terms; finds its rate (ISTA)
fista                     the same, accelerated
proxprop                  of networks: an implicit step in every layer (1)

of a whole box, by --global and in comparisons; the best of each is polished:
differential-evolution    members plus scaled differences of two others
genetic                   tournaments, blended parents, mutation
cma-es                    a normal distribution that learns its covariance
)");
  // All that there are.
  const std::string out = "\n" + run("list methods").out;
  for (int i = 0; i <= static_cast<int>(thalweg::Method::subspace_dogleg); ++i) {
    const std::string name(to_string(static_cast<thalweg::Method>(i)));
    CHECK(contains(out, "\n" + name + " "));
  }
  for (const thalweg::AnyMethod method : thalweg::all_methods())
    CHECK(contains(out, "\n" + std::string(to_string(method)) + " "));
  for (const thalweg::GlobalMethod method : thalweg::all_global_methods())
    CHECK(contains(out, "\n" + std::string(to_string(method)) + " "));
}
