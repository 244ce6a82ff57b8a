// Formulas bound to data: memory, curvature, threads, rows that are not finite, residual groups.
#include <support/formula_values.hpp>

using namespace thalweg;
using namespace thalweg::test;

TEST_CASE("formula: what there is no memory to store is recomputed to the same bits") {
  // Three hundred columns cos(k·x), each with its logarithm, would be 240 MB.
  constexpr int terms = 150;
  std::string model = "a*sqrt(1 + x*x)";
  for (int k = 1; k <= terms; ++k) model += " + cos(" + std::to_string(k) + "e-4*x)^b";
  Table columns = {std::vector<double>(100000), std::vector<double>(100000)};
  for (std::size_t i = 0; i < columns[0].size(); ++i) {
    columns[0][i] = 1e-3 * static_cast<double>(i % 1000);
    columns[1][i] = 1.0;
  }
  const Symbols symbols{{"a", "b"}, {"x", "y"}};
  const FormulaModel large = make("y = " + model, symbols, columns);
  for (auto& column : columns) column.resize(1000);
  const FormulaModel small = make("y = " + model, symbols, columns);
  const std::vector<double> p = {0.7, 1.3};
  const Evaluated of_large = evaluate(large, p, 0, 1000), of_small = evaluate(small, p);
  bool same = true;
  for (std::size_t i = 0; i < 1000; ++i) {
    same = same && same_bits(of_large.residual[i], of_small.residual[i]);
    for (std::size_t j = 0; j < 2; ++j) same = same && same_bits(of_large.jacobian[j][i], of_small.jacobian[j][i]);
  }
  CHECK(same);
  const std::vector<double> weight(1000, 0.5);
  std::vector<double> curvature_of_large(4), curvature_of_small(4);
  large.add_curvature(p.data(), 0, 1000, weight.data(), curvature_of_large.data());
  small.add_curvature(p.data(), 0, 1000, weight.data(), curvature_of_small.data());
  for (std::size_t i = 0; i < 4; ++i) CHECK(same_bits(curvature_of_large[i], curvature_of_small[i]));
}

TEST_CASE("formula: curvature sums over rows, adds to what is there, skips rows of weight 0") {
  Table data = {ramp(300), std::vector<double>(300, 0.0)};
  data[0][7] = -1.0;  // log(b x) is not finite here
  const auto model = make("y = a*log(b*x)", {{"a", "b"}, {"x", "y"}}, data);
  std::vector<double> weight(300), S = {1.0, 2.0, 2.0, 3.0};
  for (std::size_t i = 0; i < 300; ++i) weight[i] = 0.5 + 0.01 * static_cast<double>(i);
  weight[7] = 0.0;
  double sum = 0.0;
  for (const double w : weight) sum += w;
  const double p[] = {2.0, 0.5};
  model.add_curvature(p, 0, 300, weight.data(), S.data());
  CHECK(S[0] == 1.0);
  CHECK(S[1] == doctest::Approx(2.0 + sum / 0.5));
  CHECK(S[2] == S[1]);
  CHECK(S[3] == doctest::Approx(3.0 - sum * 2.0 / 0.25));
}

TEST_CASE("formula: threads may share a model, its curvature too") {
  const auto model = make("y = a*exp(-b*x)", {{"a", "b"}, {"x", "y"}}, {ramp(200), ramp(200)});
  const std::vector<double> weight(200, 1.0);
  std::vector<std::vector<double>> results(4, std::vector<double>(4));
  std::vector<std::thread> threads;
  for (auto& S : results) {
    threads.emplace_back([&model, &weight, &S] {
      const double p[] = {2.0, 0.5};
      model.add_curvature(p, 0, 200, weight.data(), S.data());
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& S : results) CHECK(S == results[0]);
}

TEST_CASE("formula: the first row and part that are not finite") {
  const Symbols symbols{{"b1", "b2"}, {"x", "y"}};
  const Table data = {{1.0, 2.0, 3.0, 4.0}, {1.0, 1.0, 1.0, 0.0}};
  const auto model = make("y = b2 + 2*log( b1 - x )", symbols, data);
  const double fine[] = {9.0, 1.0}, small[] = {2.5, 1.0};
  CHECK(!model.first_non_finite(fine));
  const auto found = model.first_non_finite(small);
  REQUIRE(found);
  CHECK(found->row == 2);
  CHECK(found->subexpression == "log( b1 - x )");
  CHECK(std::isnan(found->value));
  const double broken[] = {std::nan(""), 1.0};
  CHECK(model.first_non_finite(broken)->subexpression == "b1");

  const auto response = make("log(y) = b1*x + b2", symbols, data);
  CHECK(response.first_non_finite(fine)->row == 3);
  CHECK(response.first_non_finite(fine)->subexpression == "log(y)");
  // An infinity that comes to nothing is none; nor is one in the branch not taken.
  CHECK(!make("y = b1*exp(-b2/(x - 1))", symbols, data).first_non_finite(fine));
  CHECK(!make("y = if(x > 1, log(x - 1), b1)", symbols, data).first_non_finite(fine));
}

TEST_CASE("formula: as a residual group") {
  const auto model =
      std::make_shared<const FormulaModel>(Equation::parse("y = b1 * log(b2 - x)"), Symbols{{"b1", "b2"}, {"x", "y"}},
                                           Table{{1.0, 2.0, 3.0}, {0.0, 0.0, 0.0}});
  const FormulaResiduals group("data", model, 1);
  CHECK(group.items() == 3);
  CHECK(group.columns() == 2);
  CHECK(group.dimension() == 1);
  const double x[] = {99.0, 2.0, 2.5};
  double r[2], j0[2];
  double* const residual[] = {r};
  double* const jacobian[] = {j0, nullptr};
  group.evaluate(x, {.begin = 0, .end = 2, .residual = residual, .jacobian = jacobian});
  CHECK(r[0] == doctest::Approx(2.0 * std::log(1.5)));
  CHECK(j0[1] == doctest::Approx(std::log(0.5)));
  const double w[] = {1.0, 1.0};
  const double* const weight[] = {w};
  double S[4] = {};
  group.add_curvature(x, 0, 2, weight, S);
  CHECK(S[1] == doctest::Approx(1.0 / 1.5 + 1.0 / 0.5));
  CHECK(S[3] == doctest::Approx(-2.0 / 2.25 - 2.0 / 0.25));
  CHECK(group.explain_non_finite(x, 2) == "data, row 3: 'log(b2 - x)' is nan");
  CHECK(group.explain_non_finite(x, 1).empty());
}

TEST_CASE("formula: columns and names that do not fit together") {
  const Equation equation = Equation::parse("y = a*x");
  CHECK_THROWS_WITH_AS(FormulaModel(equation, {{"a"}, {"x", "y"}}, {{1.0}, {1.0, 2.0}}),
                       "formula: column 'y' has 2 rows but column 'x' has 1", Error);
  CHECK_THROWS_WITH_AS(FormulaModel(equation, {{"a"}, {"x", "y"}}, {{1.0}}),
                       "formula: 2 columns are named but 1 arrays of data are given", Error);
  CHECK_THROWS_WITH_AS(
      FormulaModel(equation, {{"a", "x"}, {"x", "y"}}, {{1.0}, {1.0}}),
      "formula: the name 'x' is given twice; parameters, columns and definitions must have distinct names", Error);
}
