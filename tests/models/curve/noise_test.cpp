// The noise of problem files: sigma, weights, covariances, counts, scales.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/row_noise.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/models/toml_writer.hpp>

#include "support/folder.hpp"

using namespace thalweg;
using test_support::Folder;

namespace {

const std::string head = "[model]\ny = 'a*x + b'\n[parameters]\na = 1\nb = 0\n";

/// A problem whose [data] begins on line 6: `noise` stands on line 7, `fit` on line 10.
std::string problem(const std::string& noise, const std::string& fit = "",
                    const std::string& rows = "[[1, 2], [2, 4], [3, 5], [4, 9]]") {
  return head + "[data]\n" + noise + "\ncolumns = ['x', 'y']\nrows = " + rows + "\n" +
         (fit.empty() ? "" : "[fit]\n" + fit + "\n");
}

CurveFit fit_of(const std::string& text, const std::string& folder = ".") { return read_toml(text, "f.toml", folder); }

std::string error_of(const std::string& text, const std::string& folder = ".") {
  try {
    build_problem(fit_of(text, folder));
    return "no error";
  } catch (const Error& error) {
    return error.what();
  }
}

std::vector<double> sigma_of(const std::string& noise) { return row_deviations(fit_of(problem(noise)).data[0]); }

}  // namespace

TEST_CASE("sigma: a column, a number or a formula of columns") {
  using V = std::vector<double>;
  CHECK(sigma_of("") == V{});
  CHECK(sigma_of("sigma = 'x'") == V{1, 2, 3, 4});
  CHECK(sigma_of("sigma = '`x`'") == V{1, 2, 3, 4});
  CHECK(sigma_of("sigma = 0.5") == V{0.5, 0.5, 0.5, 0.5});
  CHECK(sigma_of("sigma = 2") == V{2, 2, 2, 2});
  CHECK(sigma_of("sigma = '0.25'") == V{0.25, 0.25, 0.25, 0.25});
  CHECK(sigma_of("sigma = '0.5*y + x'") == V{2, 4, 5.5, 8.5});
  CHECK(sigma_of("weights = '1/x^2'") == V{1, 2, 3, 4});
  CHECK(sigma_of("weights = 4") == V{0.5, 0.5, 0.5, 0.5});
  // A number is a number, even where a column is called so; text is the column.
  const std::string columns = head + "[data]\ncolumns = ['x', 'y', '2']\nrows = [[1, 2, 7], [2, 4, 8]]\n";
  CHECK(row_deviations(fit_of(columns + "sigma = 2\n").data[0]) == V{2, 2});
  CHECK(row_deviations(fit_of(columns + "sigma = '2'\n").data[0]) == V{7, 8});
}

TEST_CASE("a sigma by formula is the column of its values") {
  const CurveFit formula = fit_of(problem("sigma = '0.5*y + x'"));
  CurveFit column = fit_of(problem("sigma = 'x'"));
  column.data[0].columns.push_back("s");
  column.data[0].values.push_back({2, 4, 5.5, 8.5});
  column.data[0].sigma = "s";
  const CurveProblem a = build_problem(formula), b = build_problem(column);
  CHECK(a.problem.groups()[0]->inverse_sigma() == b.problem.groups()[0]->inverse_sigma());
}

TEST_CASE("sigma and weights that make no sense are refused where they stand") {
  CHECK(error_of(problem("sigma = 'z'")) == "f.toml:7:9: sigma: unknown column 'z'; expected x or y");
  CHECK(error_of(problem("sigma = '0.1*z'")) == "f.toml:7:9: sigma: unknown column 'z'; expected x or y");
  CHECK(error_of(problem("weights = '1/yy'")) ==
        "f.toml:7:11: weights: unknown column 'yy' (did you mean 'y'?); expected x or y");
  CHECK(
      error_of(problem("sigma = '0.1*a*x'")) ==
      "f.toml:7:9: sigma: '0.1*a*x' depends on the parameter 'a'; expected columns and numbers: noise that depends on "
      "the fit needs a likelihood, such as noise poisson for counts");
  CHECK(
      error_of(problem("sigma = '5%'")) ==
      "f.toml:7:9: sigma: '5%' is neither a column nor a number; expected 0.05*abs(y) for a part of what was measured");
  CHECK(error_of(problem("sigma = '0.1*(y'")) ==
        "f.toml:7:9: sigma: '0.1*(y' is no column, and as a formula, column 5: '(' is never closed; expected ')'");
  CHECK(error_of(problem("sigma = 'x > 2'")) ==
        "f.toml:9:10: row 1: sigma 'x > 2' is 0; expected a positive standard deviation");
  CHECK(error_of(problem("sigma = ''")) ==
        "f.toml:7:9: 'sigma' is empty; expected a column, a number or a formula of columns");
  CHECK(error_of(problem("sigma = true")) ==
        "f.toml:7:9: sigma is true or false; expected a column, a number or a formula of columns");
  CHECK(error_of(problem("sigma = 'y - 4'")) ==
        "f.toml:9:13: row 1: sigma 'y - 4' is -2; expected a positive standard deviation");
  CHECK(error_of(problem("sigma = '1/(x - 2)^2'")) ==
        "f.toml:9:18: row 2: sigma '1/(x - 2)^2' is inf; expected a positive standard deviation");
  CHECK(error_of(problem("sigma = 0")) == "f.toml:7:9: sigma is 0; expected a positive standard deviation");
  CHECK(error_of(problem("weights = 'x - 2'")) ==
        "f.toml:9:10: row 1: weights 'x - 2' is -1; expected a weight of 0 or more");
  CHECK(error_of(problem("weights = '0*x'")) ==
        "f.toml:7:11: every row has a weight of 0; expected at least one above 0");
  CHECK(error_of(problem("sigma = 1\nweights = 1")) ==
        "f.toml:8:11: data set 'data' has both sigma and weights; expected one of the two");
}

TEST_CASE("rows of weight 0 are left out, counted and noted") {
  const CurveFit fit = fit_of(problem("weights = 'x != 2'"));
  CHECK(fit.data[0].values[0] == std::vector<double>{1, 3, 4});
  CHECK(fit.data[0].excluded_rows == 1);
  CHECK(fit.notes == std::vector<std::string>{"1 row of data set 'data' has a weight of 0 and is left out"});
  CHECK(fit_of(problem("weights = 'x > 2'\nwhere = 'x > 1'")).data[0].excluded_rows == 2);
  // A mistake behind a row that was left out is still named by its own place.
  CHECK(error_of(problem("weights = 'if(x == 2, 0, 1 - (x == 4)*2)'")) ==
        "f.toml:9:34: row 4: weights 'if(x == 2, 0, 1 - (x == 4)*2)' is -1; expected a weight of 0 or more");
}

TEST_CASE("covariances: whole, by their lower triangle, from a file, in bands and in blocks") {
  const Folder folder;
  folder.write("dense.csv", "2,1,0,0\n1,2,0.5,0\n0,0.5,2,1\n0,0,1,2\n");
  folder.write("headed.csv", "a,b,c,d\n2,1,0,0\n1,2,0.5,0\n0,0.5,2,1\n0,0,1,2\n");
  folder.write("bands.csv", "2,0\n2,1\n2,0.5\n2,1\n");
  folder.write("block.csv", "2,1\n1,2\n");
  folder.write("stacked.csv", "2,1\n1,2\n3,1\n1,3\n");
  const LowerRows expected = {{2}, {1, 2}, {0.5, 2}, {1, 2}};
  for (const char* noise :
       {"covariance = [[2, 1, 0, 0], [1, 2, 0.5, 0], [0, 0.5, 2, 1], [0, 0, 1, 2]]",
        "covariance = [[2], [1, 2], [0.5, 2], [1, 2]]", "covariance = 'dense.csv'", "covariance = 'headed.csv'",
        "covariance = { file = 'dense.csv' }", "covariance = { file = 'bands.csv', form = 'bands' }"}) {
    CAPTURE(noise);
    const CurveFit fit = fit_of(problem(noise), folder.path().string());
    REQUIRE(fit.data[0].covariance);
    CHECK(fit.data[0].covariance->rows() == expected);
    CHECK(row_deviations(fit.data[0]) == std::vector<double>(4, std::sqrt(2.0)));
    CHECK(fit_of(write_toml(fit)).data[0].covariance->rows() == expected);
  }
  const auto rows_of = [&](const std::string& noise) {
    return fit_of(problem(noise), folder.path().string()).data[0].covariance->rows();
  };
  CHECK(rows_of("covariance = { file = 'block.csv', form = 'blocks' }") == LowerRows{{2}, {1, 2}, {2}, {1, 2}});
  CHECK(rows_of("covariance = { file = 'stacked.csv', form = 'blocks' }") == LowerRows{{2}, {1, 2}, {3}, {1, 3}});
  // Rows that are left out of the data are left out of their covariance.
  CHECK(rows_of("covariance = 'dense.csv'\nwhere = 'x != 2'") == LowerRows{{2}, {2}, {1, 2}});
  CHECK(rows_of("covariance = 'dense.csv'\nwhere = 'x != 3'") == LowerRows{{2}, {1, 2}, {2}});
}

TEST_CASE("covariances that are wrong are refused") {
  const Folder folder;
  folder.write("small.csv", "2,1\n1,2\n");
  folder.write("oblong.csv", "2,1\n1,2\n3,4\n");
  folder.write("skew.csv", "2,1,0,0\n1,2,0.5,0\n0,0.4,2,1\n0,0,1,2\n");
  folder.write("indefinite.csv", "1,0,0,0\n0,1,2,0\n0,2,1,0\n0,0,0,1\n");
  folder.write("bands.csv", "2,1\n2,1\n2,0.5\n2,1\n");
  const auto in_folder = [&](const std::string& noise, const std::string& fit = "") {
    std::string message = error_of(problem(noise, fit), folder.path().string());
    const std::string path = folder.path().string() + "/";
    if (const auto at = message.find(path); at != std::string::npos) message.erase(at, path.size());
    return message;
  };
  CHECK(in_folder("covariance = 'small.csv'") ==
        "small.csv: the covariance is of 2 rows, but data set 'data' has 4; expected as many");
  CHECK(in_folder("covariance = [[1]]") ==
        "f.toml:7:14: the covariance is of 1 row, but data set 'data' has 4; expected as many");
  CHECK(in_folder("covariance = 'oblong.csv'") ==
        "oblong.csv: the covariance has 3 rows and 2 columns; expected as many columns as rows");
  CHECK(in_folder("covariance = 'skew.csv'") ==
        "skew.csv: the covariance in row 3, column 2 is 0.4, and in row 2, column 3 it is 0.5; expected a symmetric "
        "matrix");
  CHECK(
      in_folder("covariance = 'indefinite.csv'") ==
      "indefinite.csv: the covariance is not positive definite at row 3: beside the rows before it, the variance -3 is "
      "left of it; expected a positive definite matrix");
  CHECK(in_folder("covariance = { file = 'bands.csv', form = 'bands' }") ==
        "bands.csv: row 1, column 2 of the bands is 1, for a row before the first; expected 0");
  CHECK(in_folder("covariance = { file = 'oblong.csv', form = 'blocks' }") ==
        "oblong.csv: blocks of 2 columns in 3 rows do not fit 4 rows of data; expected whole blocks, one of them or as "
        "many as there are");
  CHECK(in_folder("covariance = { form = 'bands' }") ==
        "f.toml:7:14: covariance has no file; expected { file = \"...\", form = \"bands\" }");
  CHECK(in_folder("covariance = [[1], [0, 0, 1]]") ==
        "f.toml:7:20: row 2 of the covariance has 3 numbers; expected rows up to the diagonal, [[4], [1, 4]], or whole "
        "ones");
  CHECK(in_folder("sigma = 1\ncovariance = 'small.csv'") ==
        "f.toml:8:14: data set 'data' has both a covariance and sigma; expected one of the two");
  CHECK(in_folder("loss = 'huber:1'\nautocorrelation = 0.5") ==
        "f.toml:6:1: data set 'data' has the loss huber:1 and correlated errors; expected least squares: the loss of "
        "single residuals is not defined there");
  CHECK(in_folder("covariance = 'missing.csv'") ==
        "missing.csv: cannot be opened: No such file or directory; expected a table of numbers");
}

TEST_CASE("autocorrelation: of neighbours, or by a column of places") {
  const CurveFit fit = fit_of(problem("autocorrelation = -0.5\nsigma = 'x'"));
  CHECK(fit.data[0].autocorrelation->correlation == -0.5);
  CHECK(fit_of(write_toml(fit)).data[0].autocorrelation->correlation == -0.5);
  const CurveFit at = fit_of(problem("autocorrelation = { correlation = 0.25, at = 'x' }\nwhere = 'x != 2'"));
  CHECK(fit_of(write_toml(at)).data[0].autocorrelation->at == "x");
  // Two steps apart 0.25² is left: r̃₂ = (r₂ − 0.0625 r₁)/√(1 − 0.0625²).
  std::vector<double> values = {1, 1, 0};
  build_problem(at).problem.groups()[0]->standardize(values.data());
  CHECK(values[0] == 1.0);
  CHECK(values[1] == doctest::Approx((1 - 0.0625) / std::sqrt(1 - 0.0625 * 0.0625)).epsilon(1e-14));
  CHECK(values[2] == doctest::Approx(-0.25 / std::sqrt(1 - 0.0625)).epsilon(1e-14));
  CHECK(error_of(problem("autocorrelation = 1")) ==
        "f.toml:7:19: autocorrelation is 1; expected a number between -1 and 1");
  CHECK(error_of(problem("autocorrelation = { correlation = -0.5, at = 'x' }")) ==
        "f.toml:7:19: autocorrelation is -0.5; expected with a column of distances a number from 0 to below 1");
  CHECK(error_of(problem("autocorrelation = { correlation = 0.5, at = 'z' }")) ==
        "f.toml:7:19: autocorrelation: unknown column 'z'; expected x or y");
  CHECK(
      error_of(problem("autocorrelation = 0.5\nwhere = 'x != 2'")) ==
      "f.toml:7:19: autocorrelation: 1 row is left out, so neighbours are not one step apart; expected the column that "
      "holds the place of each row");
  CHECK(error_of(problem("autocorrelation = { correlation = 0.5, at = 'x' }", "", "[[1, 2], [3, 4], [3, 5]]")) ==
        "f.toml:9:26: row 3, column 'x' is 3, after 3; expected increasing places of autocorrelated rows");
}

TEST_CASE("counts") {
  const CurveFit fit = fit_of(problem("", "noise = 'poisson'"));
  CHECK(fit.data[0].counts);
  CHECK(fit.noise == Noise::known);
  CHECK(fit_of(write_toml(fit)).data[0].counts);
  CHECK(fit_of(problem("noise = 'poisson'")).noise == Noise::known);
  const auto counts = [](const std::string& noise, const std::string& rows) {
    return error_of(problem(noise, "noise = 'poisson'", rows));
  };
  CHECK(counts("", "[[1, 2], [2, -1], [3, 0]]") ==
        "f.toml:9:21: row 2: 'y' is -1; expected a Poisson count: a whole number, 0 or more");
  CHECK(counts("", "[[1, 2], [2, 1.5], [3, 0]]") ==
        "f.toml:9:21: row 2: 'y' is 1.5; expected a Poisson count: a whole number, 0 or more");
  CHECK(counts("", "[[1, 0], [2, 0], [3, 0]]") ==
        "f.toml:6:1: every count of 'y' is 0, so that no rate has a most likely value; expected some counts above 0");
  CHECK(counts("sigma = 'x'", "[[1, 2], [2, 1], [3, 0]]") ==
        "f.toml:7:9: data set 'data' holds Poisson counts and has sigma; expected none: the variance of a count is its "
        "mean");
  CHECK(
      counts("loss = 'huber'", "[[1, 2], [2, 1], [3, 0]]") ==
      "f.toml:6:1: data set 'data' has the loss huber:1 and Poisson counts; expected least squares: the loss of single "
      "residuals is not defined there");
  const std::string sets =
      "[parameters]\na = 1\n[[data]]\nmodel = 'y = a'\ncolumns = ['y']\nrows = [[1], [2]]\nnoise = "
      "'poisson'\n[[data]]\nmodel = 'z = a'\ncolumns = ['z']\nrows = [[1.5]]\n";
  CHECK(
      error_of(sets) ==
      "f.toml:3:1: data set 'data1' holds Poisson counts, whose noise is known, but the noise of the fit is estimated; "
      "expected known noise, with a standard deviation in the other data sets");
  const CurveFit mixed = fit_of(sets + "sigma = 0.5\n[fit]\nnoise = 'known'\n");
  CHECK(mixed.data[0].counts);
  CHECK_FALSE(mixed.data[1].counts);
  CHECK(fit_of(write_toml(mixed)).data[0].counts);
  CHECK(fit_of(write_toml(mixed)).noise == Noise::known);
  CHECK(
      error_of(
          "[parameters]\na = 1\n[data]\nmodel = 'y + a = 1'\ncolumns = ['y']\nrows = [[1]]\nnoise = 'poisson'\n") ==
      "f.toml:3:1: the response 'y + a' of data set 'data' reads 'a', which is no column; expected a column of Poisson "
      "counts");
}

TEST_CASE("the noise of [fit]") {
  CHECK(fit_of(problem("", "noise = 'estimated-per-data-set'")).scale_per_data_set);
  CHECK(fit_of(write_toml(fit_of(problem("", "noise = 'estimated-per-data-set'")))).scale_per_data_set);
  CHECK(fit_of(problem("weights = 2", "noise = 'known'")).noise == Noise::known);
  CHECK(fit_of(problem("covariance = [[1], [1], [1], [1]]", "noise = 'known'")).noise == Noise::known);
  CHECK(error_of(problem("autocorrelation = 0.5", "noise = 'known'")) ==
        "f.toml:11:9: the noise is known but data set 'data' has no standard deviations; expected sigma, weights or a "
        "covariance in [data]");
  CHECK(error_of(problem("", "noise = 'poison'")) ==
        "f.toml:11:9: unknown noise 'poison' (did you mean 'poisson'?); expected known, estimated, "
        "estimated-per-data-set or poisson");
  CHECK(error_of(problem("loss = 'huber'", "noise = 'estimated-per-data-set'")) ==
        "f.toml:6:1: data set 'data' has the loss huber:1 and a scale of its own that is estimated; expected least "
        "squares: the loss of single residuals is not defined there");
}

TEST_CASE("scales of the noise as part of a fit") {
  for (const char* noise : {"", "sigma = 'x'", "sigma = '0.5*y + x'", "weights = 'x'", "weights = 4",
                            "covariance = [[2], [1, 2], [0.5, 2], [1, 2]]"}) {
    CAPTURE(noise);
    const CurveFit fit = fit_of(problem(noise, "noise = 'estimated-per-data-set'"));
    const CurveFit scaled = with_noise_scales(fit, {0.25});
    CHECK_FALSE(scaled.scale_per_data_set);
    std::vector<double> before = row_deviations(fit.data[0]);
    if (before.empty()) before.assign(4, 1.0);
    const std::vector<double> after = row_deviations(scaled.data[0]);
    REQUIRE(after.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(after[i] == doctest::Approx(0.25 * before[i]).epsilon(1e-14));
  }
}

TEST_CASE("the checks hold for fits that come from no file") {
  CurveFit fit = fit_of(problem(""));
  fit.data[0].covariance = std::make_shared<ErrorCovariance>(LowerRows{{1}, {0.5, 1}});
  CHECK_THROWS_WITH_AS(check_curve_fit(fit),
                       "f.toml: the covariance is of 2 rows, but data set 'data' has 4; expected as many", FileError);
  fit.data[0].covariance = nullptr;
  fit.data[0].sigma = "y - 3";
  CHECK_THROWS_WITH_AS(check_curve_fit(fit),
                       "f.toml: row 1: sigma 'y - 3' is -1; expected a positive standard deviation", FileError);
  CHECK_THROWS_WITH_AS(row_deviations(fit.data[0]),
                       "sigma 'y - 3' of data set 'data' is -1 on row 1; expected a positive number", Error);
  CurveFit counts = fit_of(problem(""));
  counts.data[0].counts = true;
  CHECK_THROWS_AS(check_curve_fit(counts), FileError);
  counts.noise = Noise::known;
  CHECK_NOTHROW(check_curve_fit(counts));
}
