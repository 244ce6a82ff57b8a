// Identities of the special functions, of which values, slopes and curvatures must hold alike.
#include <support/formula_values.hpp>

using namespace thalweg;
using namespace thalweg::test;

namespace {

/// The largest of the values, or of the first, or second derivatives over the rows.
struct Largest {
  double value = 0.0, slope = 0.0, bend = 0.0;
};

Largest largest(const std::string& formula, const std::vector<double>& p, const std::vector<double>& x) {
  const auto model = make("y = " + formula, {{"a", "b"}, {"x", "y"}}, {x, std::vector<double>(x.size(), 0.0)});
  const Evaluated all = evaluate(model, p);
  Largest result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.value = std::fmax(result.value, std::abs(all.residual[i]));
    for (const auto& column : all.jacobian) result.slope = std::fmax(result.slope, std::abs(column[i]));
    for (const double h : hessian(model, p, static_cast<std::int64_t>(i)))
      result.bend = std::fmax(result.bend, std::abs(h));
  }
  return result;
}

std::vector<double> evenly(double low, double high, int count = 23) {
  std::vector<double> x;
  for (int i = 0; i < count; ++i) x.push_back(low + (high - low) * (i + 0.5) / count);
  return x;
}

/// Of a formula of p: value, first and second derivative.
std::vector<double> at(const std::string& formula, double p) {
  const auto model = make("y = " + formula, {{"p"}, {"y"}}, {{0.0}});
  const Evaluated v = evaluate(model, {p});
  return {v.residual[0], v.jacobian[0][0], hessian(model, {p}, 0)[0]};
}

}  // namespace

TEST_CASE("formula: identities of the special functions, with both derivatives by all arguments") {
  struct Case {
    const char* left;
    const char* right;
    std::vector<double> p;
    double low, high;
  };
  const Case cases[] = {
      {"gammap(a, b*x)", "1 - gammaq(a, b*x)", {2.3, 0.7}, 0.1, 9},
      {"gammap(a + 1, b*x)", "gammap(a, b*x) - (b*x)^a*exp(-b*x)/gamma(a + 1)", {2.3, 0.7}, 0.1, 9},
      {"gammap(a + 1, b*x)", "gammap(a, b*x) - (b*x)^a*exp(-b*x)/gamma(a + 1)", {0.4, 1.7}, 0.1, 4},
      {"gammap(1, a*b*x)", "1 - exp(-a*b*x)", {0.4, 1.7}, 0.1, 4},
      {"gammap(0.5, (a*b*x)^2)", "erf(a*b*x)", {0.4, 1.7}, 0.1, 4},
      {"betainc(a, b, x)", "1 - betainc(b, a, 1 - x)", {2.3, 0.7}, 0, 1},
      {"betainc(a, b, x)", "betainc(a + 1, b, x) + x^a*(1 - x)^b/(a*beta(a, b))", {2.3, 0.7}, 0, 1},
      {"betainc(a, b, x)", "betainc(a, b + 1, x) - x^a*(1 - x)^b/(b*beta(a, b))", {12, 3.5}, 0, 1},
      {"betainc(3, 5, a*b*x)", "1 - betainc(5, 3, 1 - a*b*x)", {0.8, 1.1}, 0, 1},
      {"betainc(a, 1, b*x)", "(b*x)^a", {0.8, 0.9}, 0.01, 1},
      {"beta(a*x, b)", "gamma(a*x)*gamma(b)/gamma(a*x + b)", {0.8, 1.1}, 0.1, 5},
      {"lbeta(a*x, b)", "lgamma(a*x) + lgamma(b) - lgamma(a*x + b)", {0.8, 1.1}, 0.1, 5},
      {"digamma(a*x + 1)*b", "b*digamma(a*x) + b/(a*x)", {0.8, 1.1}, 0.2, 5},
      {"trigamma(a*x + 1)*b", "b*trigamma(a*x) - b/(a*x)^2", {0.8, 1.1}, 0.5, 5},
      {"erfcx(a*b*x)", "exp((a*b*x)^2)*erfc(a*b*x)", {0.8, 1.1}, -1.5, 1.5},
      {"dawson(a*b*x)", "sqrt(pi)/2*wofz_im(a*b*x, 0)", {0.8, 1.1}, -6, 6},
      {"wofz_re(0, a*b*x)", "erfcx(a*b*x)", {0.8, 1.1}, -1, 6},
      {"wofz_re(a*x, b)", "wofz_re(-a*x, b)", {0.8, 1.1}, -9, 9},
      {"wofz_re(a*x, -b) + wofz_re(a*x, b)", "2*exp(b^2 - (a*x)^2)*cos(2*a*b*x)", {0.8, 0.6}, -3, 3},
      {"voigt(x, a, b)", "wofz_re(x/(a*sqrt(2)), b/(a*sqrt(2)))/(a*sqrt(2*pi))", {0.8, 0.3}, -4, 4},
      {"voigt(x - a, b, 0)", "normpdf((x - a)/b)/b", {0.8, 0.7}, -4, 4},
      {"voigt(x - a, 0, b)", "b/(pi*((x - a)^2 + b^2))", {0.8, 0.7}, -4, 4},
      {"besselj(1, a*b*x)", "-besselj(-1, a*b*x)", {0.8, 1.1}, -9, 9},
      {"besselj(0.5, a*b*x)", "sqrt(2/(pi*a*b*x))*sin(a*b*x)", {0.8, 1.1}, 0.5, 9},
      {"bessely(0.5, a*b*x)", "-sqrt(2/(pi*a*b*x))*cos(a*b*x)", {0.8, 1.1}, 0.5, 9},
      {"besseli(0.5, a*b*x)", "sqrt(2/(pi*a*b*x))*sinh(a*b*x)", {0.8, 1.1}, 0.5, 3},
      {"besselk(0.5, a*b*x)", "sqrt(pi/(2*a*b*x))*exp(-a*b*x)", {0.8, 1.1}, 0.5, 9},
      {"besselj(1, a*x)*bessely(0, a*x) - besselj(0, a*x)*bessely(1, a*x) + b", "2/(pi*a*x) + b", {0.8, 1.1}, 0.5, 9},
      {"besseli(2, a*x)*besselk(1, a*x) + besseli(1, a*x)*besselk(2, a*x) + b", "1/(a*x) + b", {0.8, 1.1}, 0.5, 9},
      {"a*b*x*sinc(a*b*x)", "sin(a*b*x)", {0.8, 1.1}, -6, 6},
      {"expit(a*x + b)", "0.5 + 0.5*tanh(0.5*(a*x + b))", {0.8, 1.1}, -6, 6},
      {"softplus(a*x + b) - softplus(-a*x - b)", "a*x + b", {0.8, 1.1}, -6, 6},
      {"softplus(a*x + b)", "log1p(exp(a*x + b))", {0.8, 1.1}, -6, 6},
      {"normcdf(a*x + b)", "0.5 + 0.5*erf((a*x + b)/sqrt(2))", {0.8, 1.1}, -4, 4},
      {"normpdf(a*x + b)", "exp(-(a*x + b)^2/2)/sqrt(2*pi)", {0.8, 1.1}, -4, 4},
      {"log2(a*x*b)", "log(a*x*b)/log(2)", {0.8, 1.1}, 0.2, 4},
      {"exp2(a*x*b)", "2^(a*x*b)", {0.8, 1.1}, -4, 4},
      {"mod(a*x, b)", "a*x - b*floor(a*x/b)", {0.8, 1.1}, -9, 9},
      {"step(a*x)*b + ceil(a*x)", "if(a*x >= 0, b, 0) - floor(-a*x)", {0.8, 1.1}, -9, 9}};
  for (const Case& c : cases) {
    CAPTURE(c.left);
    const std::vector<double> x = evenly(c.low, c.high);
    const Largest side = largest(c.left, c.p, x);
    const Largest apart = largest(std::string(c.left) + " - (" + c.right + ")", c.p, x);
    CHECK(apart.value <= 1e-13 * (1.0 + side.value));
    CHECK(apart.slope <= 1e-12 * (1.0 + side.slope));
    CHECK(apart.bend <= 1e-11 * (1.0 + side.bend));
  }
}

TEST_CASE("formula: derivatives of the special functions solve their differential equations") {
  for (const double p : {0.02, 0.3, 1.0, 2.7, 6.9, 7.1, 15.0, 80.0}) {
    CAPTURE(p);
    const auto solves = [](double sum, std::initializer_list<double> terms) {
      double size = 0.0;
      for (const double term : terms) size = std::fmax(size, std::abs(term));
      CHECK(std::abs(sum) <= 2e-13 * size);
    };
    for (const char* function : {"besselj(1.5, p)", "bessely(1.5, p)"}) {
      const auto f = at(function, p);
      solves(p * p * f[2] + p * f[1] + (p * p - 2.25) * f[0], {p * p * f[2], p * f[1], p * p * f[0], 2.25 * f[0]});
    }
    for (const char* function : {"besseli(1.5, p)", "besselk(1.5, p)"}) {
      const auto f = at(function, p);
      solves(p * p * f[2] + p * f[1] - (p * p + 2.25) * f[0], {p * p * f[2], p * f[1], p * p * f[0], 2.25 * f[0]});
    }
    const auto d = at("dawson(p)", p);
    solves(d[1] + 2.0 * p * d[0] - 1.0, {d[1], 2.0 * p * d[0], 1.0});
    solves(d[2] + 2.0 * d[0] + 2.0 * p * d[1], {d[2], 2.0 * d[0], 2.0 * p * d[1]});
    const auto e = at("erfcx(p)", p);
    solves(e[2] - 2.0 * e[0] - 2.0 * p * e[1], {e[2], 2.0 * e[0], 2.0 * p * e[1]});
    for (const double sigma : {0.3, 2.0}) {
      // V is harmonic in (x, γ), and spreads with σ as heat does: ∂V/∂σ = σ ∂²V/∂x²
      const std::string s = std::to_string(sigma);
      const auto x = at("voigt(p, " + s + ", 0.4)", p);
      const auto model = make("y = voigt(p, s, g)", {{"p", "s", "g"}, {"y"}}, {{0.0}});
      const auto slopes = evaluate(model, {p, sigma, 0.4}).jacobian;
      const auto bends = hessian(model, {p, sigma, 0.4}, 0);
      solves(bends[0] + bends[8], {bends[0]});
      solves(slopes[1][0] - sigma * bends[0], {slopes[1][0]});
      CHECK(x[2] == bends[0]);
    }
  }
}

TEST_CASE("formula: derivatives of the special functions by several parameters, against differences") {
  const std::vector<std::string> models = {"a*voigt(x - b, c, a)",
                                           "voigt(a*x, b, c)",
                                           "wofz_re(a*x - c, b)",
                                           "wofz_im(a*x - c, b)*wofz_re(b, c)",
                                           "wofz_im(a*x, -b)*c",
                                           "a*besselj(0, b*x + c)",
                                           "a*besselj(x, b + c)",
                                           "a*(besselj(1, b*x)/(b*x))^2 + c",
                                           "besselk(2, a*x)*besseli(3, b)*c",
                                           "gammap(a, b*x)*c",
                                           "gammaq(a*x, b*c)",
                                           "betainc(a, b, 0.2*c*x)",
                                           "betainc(a*x, b, 0.5)*c",
                                           "beta(a, b*x)*lbeta(x, c)",
                                           "digamma(a*x)*trigamma(b) + c",
                                           "a*sinc(b*x - c)",
                                           "a*expit((x - b)/c)",
                                           "softplus(a*x - b)*c",
                                           "a*normcdf((x - b)/c)",
                                           "a*normpdf((x - b)/c)/c",
                                           "a*log2(b*x) + exp2(c)",
                                           "dawson(a*x)*erfcx(b*x - c)",
                                           "a*mod(b*x, c)"};
  const std::vector<double> x = ramp(7);
  for (const std::string& model : models) {
    CAPTURE(model);
    const auto bound = make("y = " + model, {{"a", "b", "c"}, {"x", "y"}}, {x, std::vector<double>(x.size(), 0.25)});
    check_derivatives(bound, {1.3, 0.7, 1.9});
  }
}
