// The noise of curve fits from the command line: sigma and weights, counts, covariances, scales of data sets.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <string>

#include <tools/run.hpp>

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::run;
using doctest::Approx;
using nlohmann::json;

namespace {

const std::string table =
    "t,y,s\n0,5.2,0.206\n1,4.1,0.173\n2,3.6,0.158\n3,2.7,0.131\n4,2.4,0.122\n5,1.8,0.104\n"
    "6,1.7,0.101\n7,1.3,0.089\n8,1.05,0.0815\n9,0.95,0.0785\n";
const std::string fit = "fit d.csv --model 'y = a*exp(-b*t)' --start a=5,b=0.2 ";

json solved(const Folder& folder, const std::string& command) {
  const Outcome o = run(command + " --json -", folder.path());
  CAPTURE(o.err);
  REQUIRE(o.code == 0);
  return json::parse(o.out);
}
double value(const json& j, std::size_t i) { return j["parameters"][i]["value"]; }
double error(const json& j, std::size_t i) { return j["parameters"][i]["standard_error"]; }

std::string refused(const Folder& folder, int code, const std::string& options) {
  const Outcome o = run(fit + options, folder.path());
  CHECK(o.code == code);
  CHECK(o.out.empty());
  return o.err.substr(0, o.err.find_last_not_of('\n') + 1);
}

}  // namespace

TEST_CASE("sigma by a formula, by a column and as weights are one fit") {
  const Folder folder;
  folder.write("d.csv", table);
  const json column = solved(folder, fit + "--sigma s --noise known");
  for (const char* same : {"--sigma '0.05 + 0.03*y' --noise known", "--weights '1/s^2' --noise known",
                           "--weights '1/(0.05 + 0.03*y)^2' --noise known"}) {
    const json j = solved(folder, fit + same);
    for (std::size_t i = 0; i < 2; ++i) {
      CHECK(value(j, i) == Approx(value(column, i)).epsilon(1e-12));
      CHECK(error(j, i) == Approx(error(column, i)).epsilon(1e-12));
    }
    CHECK(j["statistics"]["chi_squared_probability"].get<double>() ==
          Approx(column["statistics"]["chi_squared_probability"].get<double>()).epsilon(1e-10));
    CHECK(j["noise"]["kind"] == "known");
  }
  const json number = solved(folder, fit + "--sigma 0.1 --noise known"), plain = solved(folder, fit);
  CHECK(value(number, 0) == Approx(value(plain, 0)).epsilon(1e-12));
  const double s = plain["statistics"]["residual_standard_deviation"];
  CHECK(error(number, 0) == Approx(error(plain, 0) * 0.1 / s).epsilon(1e-10));
  CHECK(plain["noise"] == json{{"kind", "estimated"}, {"correlated", false}, {"scales", json::array()}});
  const Outcome text = run(fit + "--weights '1/s^2'", folder.path());
  CHECK(contains(text.out, "estimated: only the ratios of the given weights count, and the errors above"));
  const Outcome zero = run(fit + "--weights 't < 8'", folder.path());
  CHECK(zero.code == 0);
  CHECK(contains(zero.out, "note: 2 rows of data set 'data' have a weight of 0 and are left out\n"));
}

// scipy.optimize.curve_fit 1.10.1 with the matrix as sigma, absolute_sigma both ways.
TEST_CASE("a covariance from a file") {
  const Folder folder;
  folder.write("d.csv", table);
  std::string matrix;
  const double s[] = {0.206, 0.173, 0.158, 0.131, 0.122, 0.104, 0.101, 0.089, 0.0815, 0.0785};
  for (int i = 0; i < 10; ++i)
    for (int j = 0; j < 10; ++j)
      matrix += fmt::format("{}{}", s[i] * s[j] * std::pow(0.6, std::abs(i - j)), j == 9 ? "\n" : ",");
  folder.write("c.csv", matrix);
  const json known = solved(folder, fit + "--covariance c.csv --noise known"),
             scaled = solved(folder, fit + "--covariance c.csv");
  for (const json* j : {&known, &scaled}) {
    CHECK(value(*j, 0) == Approx(5.09619948043486).epsilon(1e-8));
    CHECK(value(*j, 1) == Approx(0.195356224095474).epsilon(1e-8));
    CHECK((*j)["noise"]["correlated"] == true);
  }
  CHECK(error(known, 0) == Approx(0.191044956386605).epsilon(1e-7));
  CHECK(error(known, 1) == Approx(0.00898858770316368).epsilon(1e-7));
  CHECK(error(scaled, 0) == Approx(0.314427684476085).epsilon(1e-7));
  CHECK(error(scaled, 1) == Approx(0.0147936950112237).epsilon(1e-7));
  const json same = solved(folder, fit + "--sigma s --autocorrelation 0.6 --noise known");
  CHECK(error(same, 1) == Approx(error(known, 1)).epsilon(1e-9));
  CHECK(contains(run(fit + "--covariance c.csv --noise known", folder.path()).out,
                 "known: the errors above come from the given covariance alone"));
  // The solution can be read without the file, and is the same fit.
  CHECK(run(fit + "--covariance c.csv --noise known --quiet --output solved.toml", folder.path()).code == 0);
  const json again = solved(folder, "solve solved.toml");
  CHECK(value(again, 0) == Approx(value(known, 0)).epsilon(1e-12));
  CHECK(error(again, 1) == Approx(error(known, 1)).epsilon(1e-12));
  CHECK(run(fit + "--covariance c.csv --report page.html --quiet", folder.path()).code == 0);
  CHECK(contains(run(fit + "--covariance c.csv --output c.csv", folder.path()).err,
                 "--output 'c.csv' is the file of --covariance; expected another file"));
}

TEST_CASE("counts by maximum likelihood, whatever the method") {
  const Folder folder;
  const std::string silver = "solve '" THALWEG_SOURCE_DIR "/problems/curves/silver_decay.toml' ";
  for (const char* method : {"levenberg-marquardt", "newton", "dogleg"}) {
    CAPTURE(method);
    const json j = solved(folder, silver + "--method " + method);
    CHECK(value(j, 3) == Approx(34.232830324438218).epsilon(1e-7));
    CHECK(error(j, 3) == Approx(2.50029951781422).epsilon(1e-6));
    CHECK(j["noise"]["kind"] == "poisson");
    CHECK(j["statistics"]["chi_squared_probability"].get<double>() == Approx(0.12863325868294556).epsilon(1e-6));
  }
  const Outcome o = run(silver, folder.path());
  CHECK(contains(o.out, "deviance "));
  CHECK(contains(o.out, " 65.8882\n"));
  CHECK(contains(o.out, "Poisson counts, by maximum likelihood: the errors above come from Fisher's information"));
  CHECK(run(silver + "--quiet --report page.html --output again.toml", folder.path()).code == 0);
  CHECK(value(solved(folder, "solve again.toml"), 3) == Approx(34.232830324438218).epsilon(1e-10));
  CHECK(run("check again.toml", folder.path()).code == 0);
  // A mean of few counts is their average, its error √Σy/n.
  folder.write("few.csv", "x,n\n1,0\n2,3\n3,0\n4,1\n");
  const json few = solved(folder, "fit few.csv --model 'n = m' --start m=2 --noise poisson");
  CHECK(value(few, 0) == Approx(1.0).epsilon(1e-12));
  CHECK(error(few, 0) == Approx(0.5).epsilon(1e-12));
  const Outcome start = run("fit few.csv --model 'n = m' --start m=-2 --noise poisson", folder.path());
  CHECK(start.code == 4);
  CHECK(contains(start.err, "data, row 1: the mean of the count is -2, and has to be above 0"));
  const Outcome loss = run(silver + "--loss huber:1", folder.path());
  CHECK(loss.code != 0);
  CHECK(contains(loss.err, "--loss huber:1 does not go with data set 'data' of"));
  CHECK(contains(loss.err, "which has Poisson counts; expected least squares"));
}

TEST_CASE("scales of data sets") {
  const Folder folder;
  const std::string heyl = "solve '" THALWEG_SOURCE_DIR "/problems/curves/gravitation.toml' ";
  const json j = solved(folder, heyl);
  CHECK(value(j, 0) == Approx(6.6745027204001).epsilon(1e-11));
  CHECK(error(j, 0) == Approx(0.000996630636537996).epsilon(1e-7));
  CHECK(j["noise"]["kind"] == "estimated-per-data-set");
  CHECK(j["noise"]["scales"][1]["data"] == "platinum");
  CHECK(j["noise"]["scales"][1]["scale"].get<double>() == Approx(0.0111955770220294).epsilon(1e-8));
  CHECK(j["statistics"]["residual_standard_deviation"].get<double>() == Approx(1.0).epsilon(1e-8));
  const Outcome o = run(heyl, folder.path());
  CHECK(contains(o.out,
                 "estimated for each data set: gold 0.005256, platinum 0.0112, glass 0.002583; the errors above\n"));
  // The likelihood in full: Σ mᵍ (ln 2π sᵍ² + 1) at its maximum, four parameters.
  double minus_two_log = 0.0;
  const double rows[] = {6, 5, 5};
  for (std::size_t g = 0; g < 3; ++g) {
    const double s = j["noise"]["scales"][g]["scale"].get<double>() * std::sqrt(15.0 / 16.0);
    minus_two_log += rows[g] * (std::log(2.0 * 3.14159265358979323846 * s * s) + 1.0);
  }
  CHECK(j["statistics"]["aic"].get<double>() == Approx(minus_two_log + 8.0).epsilon(1e-8));
  CHECK(j["statistics"]["bic"].get<double>() == Approx(minus_two_log + 4.0 * std::log(16.0)).epsilon(1e-8));
  CHECK(contains(run(heyl + "--starts 3", folder.path()).err, "--starts does not go with"));
  CHECK(
      contains(run("compare '" THALWEG_SOURCE_DIR "/problems/curves/gravitation.toml' --methods lm", folder.path()).err,
               "has noise estimated per data set"));
  CHECK(contains(run(heyl + "--loss huber:1", folder.path()).err, "which has a scale of its own that is estimated"));
}

TEST_CASE("noise that makes no sense is refused in the words of the command line") {
  const Folder folder;
  folder.write("d.csv", table);
  folder.write("small.csv", "1,0\n0,1\n");
  folder.write("bad.csv", "1,2\n2,1\n");
  const std::string wrong = "thalweg: error: ";
  CHECK(refused(folder, 2, "--sigma 5%") ==
        wrong + "--sigma: '5%' is neither a column nor a number; expected 0.05*abs(y) for a part of what was measured");
  CHECK(refused(folder, 2, "--sigma '0.1*q'") == wrong + "--sigma: unknown column 'q'; expected t, y or s");
  CHECK(refused(folder, 2, "--sigma '0.1*a'") ==
        wrong +
            "--sigma: '0.1*a' depends on the parameter 'a'; expected columns and numbers: noise that depends on the "
            "fit needs a likelihood, such as noise poisson for counts");
  CHECK(refused(folder, 3, "--sigma 'y - 2'") ==
        "d.csv:7:3: row 6: --sigma 'y - 2' is -0.19999999999999996; expected a positive standard deviation");
  CHECK(refused(folder, 2, "--sigma s --weights 1") ==
        wrong + "--sigma does not go with --weights; expected one of the two");
  CHECK(refused(folder, 2, "--sigma s --covariance small.csv") ==
        wrong + "--covariance does not go with --sigma; expected one of the two");
  CHECK(refused(folder, 2, "--sigma s --noise poisson") ==
        wrong +
            "--noise poisson does not go with --sigma: the variance of a count is its mean; expected one of the two");
  CHECK(refused(folder, 3, "--covariance small.csv") ==
        "d.csv: the covariance is of 2 rows, but data set 'data' has 10; expected as many");
  CHECK(refused(folder, 3, "--covariance bad.csv") ==
        "bad.csv: the covariance is not positive definite at row 2: beside the rows before it, the variance -3 is left "
        "of it; expected a positive definite matrix");
  CHECK(refused(folder, 3, "--noise poisson") ==
        "d.csv:2:3: row 1: 'y' is 5.2; expected a Poisson count: a whole number, 0 or more");
  CHECK(refused(folder, 2, "--autocorrelation x") ==
        wrong + "--autocorrelation is 'x'; expected a number, or a number and a column, 0.6:t");
  CHECK(refused(folder, 2, "--autocorrelation 0.6:q") ==
        wrong + "--autocorrelation: unknown column 'q'; expected t, y or s");
}
