// Models that are linear in all parameters.
#include <string>

#include <Eigen/Dense>

#include "io/text_numbers.hpp"
#include "models/library/entry.hpp"

namespace thalweg::inline v0_1::library {
namespace {

constexpr int highest_degree = 9;

/// "c0 + c1*x + c2*x^2"
Entry polynomial(int degree) {
  LibraryModel model{"polynomial" + std::to_string(degree), "", {"x"}, {}, "polynomial of degree "};
  model.about += std::to_string(degree);
  for (int k = 0; k <= degree; ++k) {
    const std::string name = "c" + std::to_string(k);
    const std::string power = k == 0 ? "" : k == 1 ? "*x" : "*x^" + std::to_string(k);
    model.formula += (k == 0 ? "" : " + ") + name + power;
    model.parameters.push_back({name, k == 0 ? "value at x = 0" : "of x^" + std::to_string(k), true});
  }
  return {std::move(model), Search::linear};
}

/// Second derivatives of the natural spline at its knots, each a linear function of the values: row i, column j is
/// ∂M_i/∂v_j. M_{i−1} h_{i−1} + 2 M_i (h_{i−1} + h_i) + M_{i+1} h_i = 6 (Δv_i/h_i − Δv_{i−1}/h_{i−1}), M = 0 at the
/// ends.
Eigen::MatrixXd second_derivatives(std::span<const double> knots) {
  const auto n = static_cast<Eigen::Index>(knots.size());
  const auto h = [&](Eigen::Index i) {
    return knots[static_cast<std::size_t>(i) + 1] - knots[static_cast<std::size_t>(i)];
  };
  Eigen::MatrixXd left = Eigen::MatrixXd::Identity(n, n), right = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index i = 1; i + 1 < n; ++i) {
    left(i, i - 1) = h(i - 1);
    left(i, i) = 2.0 * (h(i - 1) + h(i));
    left(i, i + 1) = h(i);
    right(i, i - 1) = 6.0 / h(i - 1);
    right(i, i) = -6.0 / h(i - 1) - 6.0 / h(i);
    right(i, i + 1) = 6.0 / h(i);
  }
  return left.partialPivLu().solve(right);
}

/// "+0.5*value1 - 2*value2" of a row of coefficients.
std::string combination(const Eigen::RowVectorXd& coefficients) {
  std::string text;
  for (Eigen::Index j = 0; j < coefficients.size(); ++j) {
    if (coefficients[j] == 0.0) continue;
    const std::string number = reading::to_text(std::abs(coefficients[j]));
    text += coefficients[j] < 0.0 ? (text.empty() ? "-" : " - ") : (text.empty() ? "" : " + ");
    text += number + "*value" + std::to_string(j + 1);
  }
  return text.empty() ? "0" : text;
}

}  // namespace

std::vector<Entry> polynomials() {
  std::vector<Entry> all = {{{"constant", "c", {"x"}, {linear("c", "the value")}, "a constant"}, Search::linear},
                            {{"linear",
                              "slope*x + intercept",
                              {"x"},
                              {linear("slope", "rise per unit of x"), linear("intercept", "value at x = 0")},
                              "a straight line"},
                             Search::linear},
                            {{"quadratic",
                              "a*x^2 + b*x + c",
                              {"x"},
                              {linear("a", "of x^2"), linear("b", "slope at x = 0"), linear("c", "value at x = 0")},
                              "a parabola"},
                             Search::linear}};
  for (int degree = 1; degree <= highest_degree; ++degree) all.push_back(polynomial(degree));
  LibraryModel spline{"spline",
                      "natural cubic spline through (k1, value1), (k2, value2), ...",
                      {"x"},
                      {linear("value1", "value at the first knot")},
                      "natural cubic spline of given knots, spline(x, 0, 2, 5), straight beyond them"};
  spline.is_spline = true;
  all.push_back({std::move(spline), Search::linear});
  return all;
}

LibraryModel spline_of(std::span<const double> knots) {
  LibraryModel model = find_entry("spline")->model;
  const auto n = static_cast<Eigen::Index>(knots.size());
  const Eigen::MatrixXd M = second_derivatives(knots);
  const auto h = [&](Eigen::Index i) {
    return knots[static_cast<std::size_t>(i) + 1] - knots[static_cast<std::size_t>(i)];
  };
  // The slope before the first knot, and by how much the third derivative grows at each knot.
  Eigen::RowVectorXd slope = -h(0) / 6.0 * M.row(1);
  slope[0] -= 1.0 / h(0);
  slope[1] += 1.0 / h(0);
  Eigen::MatrixXd jump = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index i = 0; i + 1 < n; ++i) {
    const Eigen::RowVectorXd third = (M.row(i + 1) - M.row(i)) / h(i);
    jump.row(i) += third;
    jump.row(i + 1) -= third;
  }
  const auto beyond = [&](Eigen::Index i) {
    const double k = knots[static_cast<std::size_t>(i)];
    return k == 0.0 ? std::string("x") : "(x - (" + reading::to_text(k) + "))";
  };
  model.parameters.clear();
  for (Eigen::Index i = 0; i < n; ++i)
    model.parameters.push_back({"value" + std::to_string(i + 1),
                                "value at x = " + reading::to_text(knots[static_cast<std::size_t>(i)]), true});
  model.formula = "value1 + (" + combination(slope) + ")*" + beyond(0);
  for (Eigen::Index i = 0; i < n && n > 2; ++i)
    model.formula += " + (" + combination(jump.row(i) / 6.0) + ")*max(0, " + beyond(i) + ")^3";
  return model;
}

}  // namespace thalweg::inline v0_1::library
