// Curve fits whose formulas have special functions.
#include <doctest/doctest.h>

#include <string>

#include <thalweg/minimize/solve.hpp>
#include <thalweg/models/build.hpp>
#include <thalweg/models/curve_fit.hpp>

using namespace thalweg;

namespace {

std::string message(const std::string& model, const std::string& definitions = "") {
  const std::string text = definitions + "[model]\ny = '" + model +
                           "'\n[parameters]\nbeta = 1\ngamma = 2\n[data]\ncolumns = ['y', 'x']\nrows = [[1, 0], [2, "
                           "1], [3, 2]]\n";
  try {
    build_problem(read_toml(text, "f.toml", "."));
    return "no error";
  } catch (const FileError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("curves: parameters may be called as functions are") {
  CHECK(message("beta*x + gamma") == "no error");
  CHECK(message("beta*beta(x + 1, gamma) + gamma(beta)") == "no error");
}

TEST_CASE("curves: an order that depends on a parameter is refused where it stands") {
  CHECK(message("gamma*besselj(beta + 1, x)") ==
        "f.toml:2:20: the order 'beta + 1' of a Bessel function depends on parameters; expected a number or a column, "
        "for "
        "there is no derivative by the order");
  CHECK(message("gamma*besselj(x, beta)") == "no error");
  const std::string why =
      " of a Bessel function depends on parameters; expected a number or a column, for there is no derivative by the "
      "order";
  CHECK(message("gamma*besselj(n, x)", "[define]\nn = 'beta + x'\n") == "f.toml:4:20: the order 'n'" + why);
  CHECK(message("gamma*j", "[define]\nj = 'besselj(2*beta, x)'\n") == "f.toml:2:14: the order '2*beta'" + why);
  CHECK(message("gamma*besselj(n, beta)", "[define]\nn = 'x + 1'\n") == "no error");
}

// Expected: scipy 1.10 curve_fit with scipy.special.wofz and scipy.stats.norm.cdf, ftol = xtol = gtol = 1e-15.
TEST_CASE("curves: fits of a Voigt line and of a probit curve agree with SciPy") {
  const auto check = [](const std::string& name, const std::vector<double>& expected) {
    const CurveFit fit = read_curve_fit(std::string(THALWEG_SOURCE_DIR) + "/problems/curves/" + name);
    const CurveProblem built = build_problem(fit);
    const Result result = solve(built.problem);
    CHECK(result.status == Status::converged);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      CAPTURE(fit.parameters[j].name);
      CHECK(result.x[j] == doctest::Approx(expected[j]).epsilon(1e-6));
    }
  };
  check("voigt_line.toml", {2400.761659821, 0.3472782940658, 0.5799754879158, 0.4969242242661, 36.33479353004});
  check("probit.toml", {1.775686337791, 0.050014712088});
}
