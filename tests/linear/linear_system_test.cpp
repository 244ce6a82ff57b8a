#include <thalweg/linear/linear_system.hpp>

#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Dense>
#include <thalweg/base/error.hpp>

#include "support/linear_systems.hpp"

using namespace thalweg;
using namespace test_support;

namespace {

std::vector<double> times(const SparseMatrix& A, const std::vector<double>& x) {
  std::vector<double> y(static_cast<std::size_t>(A.rows));
  A.multiply(x.data(), y.data());
  return y;
}

std::vector<double> waves(std::int64_t n) {
  std::vector<double> x;
  for (std::int64_t i = 0; i < n; ++i) x.push_back(1.0 + 0.5 * std::sin(static_cast<double>(i)));
  return x;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

Eigen::MatrixXd dense(const SparseMatrix& A) {
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(A.rows, A.columns);
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      M(A.row[static_cast<std::size_t>(k)], c) = A.value[static_cast<std::size_t>(k)];
  return M;
}

LinearSolution solved(const SparseMatrix& A, const std::vector<double>& b, LinearMethod method) {
  LinearOptions options;
  options.method = method;
  return solve_linear(A, b, options);
}

void expect_message(const std::function<void()>& call, const std::string& part) {
  try {
    call();
  } catch (const Error& error) {
    CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
    return;
  }
  FAIL("expected an Error with: " << part);
}

}  // namespace

TEST_CASE("the automatic choice solves forty systems to a backward error of 1e-14") {
  const std::vector<NamedSystem> systems = linear_systems();
  REQUIRE(systems.size() == 40);
  for (const NamedSystem& system : systems) {
    CAPTURE(system.name);
    const SparseMatrix A = system.matrix();
    const std::vector<double> truth = waves(A.columns);
    const LinearSolution found = solve_linear(A, times(A, truth));
    CAPTURE(found.reason);
    CHECK(found.solved);
    CHECK(found.backward_error <= 1e-14);
    const std::int64_t full = std::min(A.rows, A.columns);
    CHECK(found.rank == (system.rank < 0 ? full : system.rank));
    // Where x is determined, and b is not far from A · truth, the error is the condition number's.
    if (found.rank == A.columns) CHECK(largest_difference(found.x, truth) < 1e-14 * system.condition);
  }
}

TEST_CASE("answers of least norm equal the pseudoinverse's") {
  for (const NamedSystem& system : linear_systems()) {
    const SparseMatrix A = system.matrix();
    if (A.rows * A.columns > 20000 || (system.rank < 0 && A.rows >= A.columns)) continue;
    CAPTURE(system.name);
    const std::vector<double> b = waves(A.rows);  // not in the range of A where its rank is not that of its rows
    const LinearSolution found = solve_linear(A, b);
    Eigen::JacobiSVD<Eigen::MatrixXd> svd(dense(A), Eigen::ComputeThinU | Eigen::ComputeThinV);
    svd.setThreshold(1e-10);
    const Eigen::VectorXd x = svd.solve(Eigen::Map<const Eigen::VectorXd>(b.data(), A.rows));
    const double size = x.lpNorm<Eigen::Infinity>();
    for (Eigen::Index i = 0; i < x.size(); ++i)
      CHECK(std::abs(found.x[static_cast<std::size_t>(i)] - x(i)) < 1e-9 * size);
    CHECK(!found.notes.empty());
  }
}

TEST_CASE("every method that takes a matrix finds the same answer") {
  const SparseMatrix A = poisson_2d(12);
  const std::vector<double> truth = waves(A.columns), b = times(A, truth);
  for (const LinearMethod method : all_linear_methods()) {
    CAPTURE(to_string(method));
    const LinearSolution found = solved(A, b, method);
    CHECK_MESSAGE(found.solved, found.ending);
    CHECK(found.method == method);
    CHECK(largest_difference(found.x, truth) < 1e-7);
    CHECK((found.iterations > 0) >= is_iterative(method));
  }
}

TEST_CASE("iterative methods of general and indefinite matrices") {
  SUBCASE("GMRES, with restarts and with incomplete LU") {
    const SparseMatrix A = poisson_2d(20, 3.0);
    const std::vector<double> truth = waves(A.columns), b = times(A, truth);
    LinearOptions options;
    options.method = LinearMethod::gmres;
    options.iterations.restart = 10;
    for (const PreconditionerKind kind : {PreconditionerKind::none, PreconditionerKind::jacobi,
                                          PreconditionerKind::block_jacobi, PreconditionerKind::incomplete_lu}) {
      CAPTURE(to_string(kind));
      options.preconditioner = kind;
      const LinearSolution found = solve_linear(A, b, options);
      CHECK(found.solved);
      CHECK(largest_difference(found.x, truth) < 1e-6);
    }
  }
  SUBCASE("MINRES where the eigenvalues have both signs") {
    const SparseMatrix A = of_condition(80, 80, 80, 1e2, 20, true, true);
    const std::vector<double> truth = waves(80);
    const LinearSolution found = solved(A, times(A, truth), LinearMethod::minres);
    CHECK(found.solved);
    CHECK(largest_difference(found.x, truth) < 1e-6);
  }
  SUBCASE("LSQR and LSMR: least squares, and of least norm") {
    for (const SparseMatrix& A : {random_sparse(200, 60, 4, 3), random_sparse(60, 200, 4, 3)}) {
      const std::vector<double> b = waves(A.rows);
      const LinearSolution direct = solved(A, b, LinearMethod::qr);
      for (const LinearMethod method : {LinearMethod::lsqr, LinearMethod::lsmr}) {
        const LinearSolution found = solved(A, b, method);
        CAPTURE(to_string(method));
        CHECK(found.solved);
        CHECK(largest_difference(found.x, direct.x) < 1e-7);
      }
    }
  }
}

TEST_CASE("LSQR's and LSMR's recurrences tell the truth") {
  const SparseMatrix A = random_sparse(100, 40, 4, 5);
  const std::vector<double> b = waves(A.rows);
  const Eigen::MatrixXd M = dense(A);
  const Eigen::Map<const Eigen::VectorXd> rhs(b.data(), A.rows);
  for (const int iterations : {1, 3, 8})
    for (const LinearMethod method : {LinearMethod::lsqr, LinearMethod::lsmr}) {
      LinearOptions options;
      options.method = method;
      options.iterations.max_iterations = iterations;
      const LinearSolution found = solve_linear(A, b, options);
      const Eigen::VectorXd r = rhs - M * Eigen::Map<const Eigen::VectorXd>(found.x.data(), A.columns);
      CHECK(found.trace.back().residual == doctest::Approx(r.norm() / rhs.norm()).epsilon(1e-10));
      // The norm of A is an estimate from below, which grows towards ‖A‖_F.
      const double slope = (M.transpose() * r).norm() / r.norm();
      CHECK(found.trace.back().gradient >= slope / M.norm() * (1.0 - 1e-10));
    }
}

TEST_CASE("iterations on the Poisson problem take what theory says") {
  constexpr std::int64_t n = 24;
  const SparseMatrix A = poisson_2d(n);
  const std::vector<double> b = times(A, waves(A.columns));
  const double h = 1.0 / (n + 1), rho = std::cos(M_PI * h);  // of Jacobi's iteration matrix
  // The slowest error is what is left in the end: the ratio of residuals over many iterations.
  const auto rate = [&](LinearMethod method, double relaxation) {
    LinearOptions options;
    options.method = method;
    options.iterations = {.tolerance = 1e-12, .max_iterations = 100000, .relaxation = relaxation};
    const LinearSolution found = solve_linear(A, b, options);
    REQUIRE(found.solved);
    const std::size_t last = found.trace.size() - 1, first = last / 2;
    return std::pow(found.trace[last].residual / found.trace[first].residual, 1.0 / static_cast<double>(last - first));
  };
  const auto counts_agree = [](double measured, double theory) {
    CHECK(std::log(measured) == doctest::Approx(std::log(theory)).epsilon(0.02));  // iterations for a digit
  };
  counts_agree(rate(LinearMethod::jacobi, 1.0), rho);
  counts_agree(rate(LinearMethod::gauss_seidel, 1.0), rho * rho);
  // Below the best relaxation the largest eigenvalue is real: λ = ((ωρ + √(ω²ρ² − 4(ω − 1))) / 2)².
  const double omega = 1.5, root = 0.5 * (omega * rho + std::sqrt(omega * omega * rho * rho - 4.0 * (omega - 1.0)));
  counts_agree(rate(LinearMethod::sor, omega), root * root);
  // Gradient descent: (κ − 1)/(κ + 1) at worst, which it comes near; κ = cot²(πh/2).
  const double kappa = std::pow(1.0 / std::tan(0.5 * M_PI * h), 2);
  CHECK(rate(LinearMethod::gradient_descent, 1.0) <= (kappa - 1.0) / (kappa + 1.0) * (1.0 + 1e-12));
}

TEST_CASE("the best relaxation makes SOR as fast as theory says") {
  constexpr std::int64_t n = 24;
  const SparseMatrix A = poisson_2d(n);
  const double omega = 2.0 / (1.0 + std::sin(M_PI / (n + 1)));  // rate ω − 1, with a factor k beside (ω − 1)ᵏ
  LinearOptions options;
  options.method = LinearMethod::sor;
  options.iterations = {.tolerance = 1e-10, .relaxation = omega};
  const LinearSolution best = solve_linear(A, times(A, waves(A.columns)), options);
  options.iterations.relaxation = 1.0;
  const LinearSolution plain = solve_linear(A, times(A, waves(A.columns)), options);
  CHECK(best.solved);
  CHECK(best.iterations < 150);
  CHECK(plain.iterations > 10 * best.iterations);
}

TEST_CASE("conjugate gradients end within as many iterations as there are eigenvalues, and estimate their ratio") {
  constexpr int n = 60;
  Eigen::MatrixXd M = Eigen::MatrixXd::Zero(n, n);
  for (int i = 0; i < n; ++i) M(i, i) = 1.0 + static_cast<double>(i % 5);  // five eigenvalues
  const SparseMatrix A = of_dense(M);
  const LinearSolution found = solved(A, times(A, waves(n)), LinearMethod::cg);
  CHECK(found.iterations <= 5);
  CHECK(found.condition == doctest::Approx(5.0).epsilon(1e-6));
}

TEST_CASE("preconditioners of the Poisson problem take fewer iterations") {
  const SparseMatrix A = poisson_2d(40);
  const std::vector<double> b = times(A, waves(A.columns));
  LinearOptions options;
  options.method = LinearMethod::pcg;
  const auto count = [&](PreconditionerKind kind) {
    options.preconditioner = kind;
    const LinearSolution found = solve_linear(A, b, options);
    CHECK(found.solved);
    return found.iterations;
  };
  const std::int64_t plain = count(PreconditionerKind::none), block = count(PreconditionerKind::block_jacobi),
                     incomplete = count(PreconditionerKind::incomplete_cholesky);
  CHECK(block < plain);
  CHECK(2 * incomplete < plain);
}

TEST_CASE("condition numbers are within a factor of 10 of the true ones, from below") {
  for (const NamedSystem& system : linear_systems()) {
    const SparseMatrix A = system.matrix();
    if (A.rows * A.columns > 20000 || system.rank >= 0 || A.rows != A.columns) continue;
    CAPTURE(system.name);
    const Eigen::MatrixXd inverse = dense(A).fullPivLu().inverse();
    const double true_condition = A.one_norm() * inverse.cwiseAbs().colwise().sum().maxCoeff();
    if (true_condition > 1e12) continue;  // the inverse itself has no digits
    const LinearSolution found = solve_linear(A, waves(A.rows));
    CHECK(found.condition <= 1.001 * true_condition);
    CHECK(found.condition >= 0.1 * true_condition);
  }
}

TEST_CASE("refinement finds all digits of a Hilbert system") {
  const SparseMatrix A = hilbert(8);
  // b = A · 1 is not exact; x is compared with the exact solution of the rounded system, by LU in long double.
  const std::vector<double> b = times(A, std::vector<double>(8, 1.0));
  const Eigen::Matrix<long double, -1, -1> M = dense(A).cast<long double>();
  const Eigen::Matrix<long double, -1, 1> rhs = Eigen::Map<const Eigen::VectorXd>(b.data(), 8).cast<long double>();
  const Eigen::Matrix<long double, -1, 1> exact = M.fullPivLu().solve(rhs);
  for (const LinearMethod method : {LinearMethod::cholesky, LinearMethod::lu, LinearMethod::qr, LinearMethod::ldlt}) {
    CAPTURE(to_string(method));
    const LinearSolution found = solved(A, b, method);
    for (std::size_t i = 0; i < 8; ++i)
      CHECK(found.x[i] == doctest::Approx(static_cast<double>(exact(static_cast<Eigen::Index>(i)))).epsilon(1e-8));
    LinearOptions plain;
    plain.method = method;
    plain.refine = false;
    CHECK(solve_linear(A, b, plain).iterations == 0);
  }
}

TEST_CASE("what a method cannot take is said, with what can") {
  const SparseMatrix wide = random_sparse(3, 5, 1, 1), general = poisson_2d(4, 1.0), indefinite = saddle_point(8, 2);
  const std::vector<double> three(3, 1.0), sixteen(16, 1.0), ten(10, 1.0);
  expect_message([&] { solved(wide, three, LinearMethod::lu); }, "lu needs a square matrix, and this one of 3 × 5");
  expect_message([&] { solved(wide, three, LinearMethod::gmres); }, "expected qr, lsqr or lsmr");
  expect_message([&] { solved(general, sixteen, LinearMethod::cholesky); }, "cholesky needs a symmetric matrix");
  expect_message([&] { solved(general, sixteen, LinearMethod::cg); }, "expected gmres, lsqr or lsmr");
  expect_message([&] { solved(indefinite, ten, LinearMethod::cholesky); }, "A is not positive definite");
  expect_message([&] { solved(indefinite, ten, LinearMethod::jacobi); }, "entry (9, 9) is zero");
  expect_message([&] { solve_linear(general, ten); }, "A has 16 rows, and b 10 numbers");
  expect_message(
      [&] {
        solve_linear(of_dense(Eigen::MatrixXd::Constant(2, 2, std::nan(""))), std::vector{1.0, 1.0});
      },
      "entry (1, 1) is not finite");
  LinearOptions options;
  options.method = LinearMethod::cg;
  options.preconditioner = PreconditionerKind::jacobi;
  expect_message([&] { solve_linear(poisson_2d(4), sixteen, options); }, "cg takes no preconditioner");
  options.method = LinearMethod::pcg;
  options.preconditioner = PreconditionerKind::incomplete_lu;
  expect_message([&] { solve_linear(poisson_2d(4), sixteen, options); }, "incomplete-lu is not");
  options.iterations.relaxation = 2.0;
  expect_message([&] { solve_linear(poisson_2d(4), sixteen, options); }, "relaxation");
  expect_message([] { parse_linear_method("gaus"); }, "expected one of auto, lu, qr");
  expect_message([] { parse_preconditioner("ssor"); }, "expected one of auto, none");
}

TEST_CASE("iterations end with a reason where there is no answer") {
  const SparseMatrix indefinite = of_condition(20, 20, 20, 10.0, 3, true, true);
  const LinearSolution broken = solved(indefinite, waves(20), LinearMethod::cg);
  CHECK(!broken.solved);
  CHECK(broken.ending.find("not positive definite") != std::string::npos);
  // Jacobi's spectral radius is above 1.
  const SparseMatrix coupled = of_dense((Eigen::MatrixXd(2, 2) << 1.0, 3.0, 3.0, 1.0).finished());
  const LinearSolution diverging = solved(coupled, {1.0, 2.0}, LinearMethod::jacobi);
  CHECK(!diverging.solved);
  CHECK(diverging.ending == "the residual grows");
  LinearOptions few;
  few.method = LinearMethod::cg;
  few.iterations.max_iterations = 3;
  const LinearSolution cut = solve_linear(poisson_2d(20), waves(400), few);
  CHECK(!cut.solved);
  CHECK(cut.ending == "the limit of 3 iterations is reached");
  int calls = 0;
  few.iterations.max_iterations = 0;
  few.iterations.callback = [&](const LinearRecord& record) { return ++calls, record.iteration < 2; };
  CHECK(solve_linear(poisson_2d(20), waves(400), few).iterations == 2);
  CHECK(calls == 3);
}

TEST_CASE("a zero right-hand side, a zero matrix, one number") {
  const SparseMatrix A = poisson_2d(5);
  for (const LinearMethod method : all_linear_methods()) {
    CAPTURE(to_string(method));
    const LinearSolution found = solved(A, std::vector<double>(25, 0.0), method);
    CHECK(found.solved);
    CHECK(largest_difference(found.x, std::vector<double>(25, 0.0)) == 0.0);
  }
  const LinearSolution nothing = solve_linear(sparse_matrix(2, 2, {}), std::vector{1.0, 2.0});
  CHECK(nothing.rank == 0);
  CHECK(nothing.x == std::vector{0.0, 0.0});
  const LinearSolution one = solve_linear(sparse_matrix(1, 1, {{0, 0, -4.0}}), std::vector{2.0});
  CHECK(one.x == std::vector{-0.5});
}

TEST_CASE("too little memory for a factor: conjugate gradients in its place, and why") {
  const SparseMatrix A = poisson_2d(40);
  LinearOptions options;
  options.memory = 1000;
  const LinearSolution found = solve_linear(A, waves(A.rows), options);
  CHECK(found.method == LinearMethod::pcg);
  CHECK(found.reason.find("would take") != std::string::npos);
  CHECK(found.solved);
}

TEST_CASE("Bunch and Kaufman's pivots solve symmetric matrices whose diagonal is zero") {
  for (const unsigned seed : {1u, 2u, 3u, 4u, 5u}) {
    Eigen::MatrixXd M = noise(40, 40, seed);
    M = (M + M.transpose()).eval();
    M.diagonal().setZero();
    const SparseMatrix A = of_dense(M);
    const std::vector<double> truth = waves(40);
    LinearOptions options;
    options.method = LinearMethod::ldlt;
    options.refine = false;
    const LinearSolution found = solve_linear(A, times(A, truth), options);
    CHECK(found.backward_error < 1e-14);
    CHECK(largest_difference(found.x, truth) < 1e-9);
  }
}
