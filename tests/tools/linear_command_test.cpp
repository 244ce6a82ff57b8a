// thalweg linear.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "run.hpp"

using command_test::contains;
using command_test::Folder;
using command_test::Outcome;
using command_test::read;
using command_test::run;
using nlohmann::json;

namespace {

const std::string head = "%%MatrixMarket matrix ";
const std::string spring = head + "coordinate real symmetric\n3 3 5\n1 1 2\n2 2 2\n3 3 2\n2 1 -1\n3 2 -1\n";
const std::string forces = head + "array real general\n3 1\n1\n0\n1\n";

}  // namespace

TEST_CASE("linear solves a system, says why by that method, and writes x") {
  const Folder folder;
  folder.write("A.mtx", spring);
  folder.write("b.mtx", forces);
  const Outcome text = run("linear A.mtx b.mtx --output x.mtx", folder.path());
  CHECK(text.code == 0);
  CHECK(contains(text.out, "solved: the backward error"));
  CHECK(contains(text.out, "A is symmetric, and positive definite as its factor shows"));
  CHECK(contains(text.out, "x = (1, 1, 1)"));
  CHECK(contains(read(folder.path() / "x.mtx"), "array real general\n3 1\n"));
  const Outcome again = run("linear A.mtx b.mtx --json -", folder.path());
  const json facts = json::parse(again.out);
  CHECK(facts["solved"] == true);
  CHECK(facts["method"] == "cholesky");
  CHECK(facts["rank"] == 3);
  CHECK(facts["backward_error"] <= 1e-16);
  CHECK(facts["condition_estimate"] == doctest::Approx(8.0));  // ‖A‖₁ = 4, ‖A⁻¹‖₁ = 2
  CHECK(facts["problem"]["right_hand_side"] == "b.mtx");
  CHECK(facts["x"].size() == 3);
  CHECK(run("linear A.mtx --quiet", folder.path()).out.empty());
}

TEST_CASE("linear: each method, its options, and what ends without an answer") {
  const Folder folder;
  folder.write("A.mtx", spring);
  for (const std::string method :
       {"lu", "QR", "cholesky", "ldlt", "jacobi --tolerance 1e-12", "gauss-seidel --tolerance 1e-12",
        "sor --relaxation 1.2 --tolerance 1e-12", "cg", "pcg --preconditioner jacobi", "minres", "gmres --restart 2",
        "lsqr", "lsmr", "gradient-descent --tolerance 1e-12"}) {
    CAPTURE(method);
    const Outcome outcome = run("linear A.mtx --method " + method, folder.path());
    CHECK(outcome.code == 0);
    CHECK(contains(outcome.out, "x = (1, 1, 1)"));
  }
  const Outcome cut = run("linear A.mtx --method jacobi --max-iterations 2", folder.path());
  CHECK(cut.code == 1);
  CHECK(contains(cut.out, "not solved: the limit of 2 iterations is reached"));
}

TEST_CASE("linear: least squares, and a matrix whose rank is not full") {
  const Folder folder;
  folder.write("A.mtx", head + "array real general\n3 2\n1\n1\n1\n1\n2\n3\n");
  folder.write("b.mtx", head + "array real general\n3 1\n1\n2\n4\n");
  const json line = json::parse(run("linear A.mtx b.mtx --json -", folder.path()).out);
  CHECK(line["x"][0] == doctest::Approx(-2.0 / 3.0));
  CHECK(line["x"][1] == doctest::Approx(1.5));
  folder.write("S.mtx", head + "array real general\n2 2\n1\n2\n2\n4\n");
  const Outcome singular = run("linear S.mtx", folder.path());
  CHECK(singular.code == 0);
  CHECK(contains(singular.out, "A has rank 1 to rounding, of 2 at most"));
  CHECK(contains(singular.out, "x = (0.6, 1.2)"));
}

TEST_CASE("linear: least squares within bounds") {
  const Folder folder;
  folder.write("A.mtx", head + "array real general\n3 2\n1\n1\n1\n1\n2\n3\n");
  folder.write("b.mtx", head + "array real general\n3 1\n1\n2\n4\n");  // x = (-2/3, 3/2) without bounds
  const json bounded = json::parse(run("linear A.mtx b.mtx --lower 0 --json -", folder.path()).out);
  CHECK(bounded["solved"] == true);
  CHECK(bounded["x"][0] == 0.0);
  CHECK(bounded["x"][1] == doctest::Approx(17.0 / 14.0));
  const Outcome both = run("linear A.mtx b.mtx --lower -0.5 --upper 1", folder.path());
  CHECK(contains(both.out, "numbers of x are at a bound"));
  const Outcome crossed = run("linear A.mtx --lower 2 --upper 1", folder.path());
  CHECK(crossed.code == 2);
  CHECK(contains(crossed.err, "--lower 2 is above --upper 1"));
  CHECK(contains(run("linear A.mtx --lower 0 --method lsqr", folder.path()).err, "--method does not go with bounds"));
}

TEST_CASE("linear: bad input") {
  const Folder folder;
  folder.write("A.mtx", spring);
  folder.write("two.mtx", head + "array real general\n3 2\n1\n0\n1\n1\n1\n1\n");
  folder.write("long.mtx", head + "array real general\n4 1\n1\n0\n1\n1\n");
  folder.write("zero.mtx", head + "coordinate real symmetric\n2 2 1\n2 1 1\n");
  folder.write("complex.mtx", head + "coordinate complex general\n1 1 1\n1 1 1 0\n");
  const auto refused = [&](const std::string& arguments, int code, const std::string& part) {
    const Outcome outcome = run("linear " + arguments, folder.path());
    CAPTURE(arguments);
    CHECK(outcome.code == code);
    CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
    CHECK(outcome.out.empty());
  };
  refused("", 2, "linear needs a file; expected thalweg linear A.mtx");
  refused("A.mtx long.mtx long.mtx", 2, "one argument too many");
  refused("none.mtx", 3, "none.mtx: cannot be opened");
  refused("complex.mtx", 3, "complex.mtx:1:34: the matrix is complex");
  refused("A.mtx two.mtx", 3, "the right-hand side has 2 columns; expected one column");
  refused("A.mtx long.mtx", 2, "A has 3 rows, and b 4 numbers");
  refused("two.mtx --method cholesky", 2, "cholesky needs a square matrix");
  refused("zero.mtx --method cholesky", 2, "A is not positive definite; expected ldlt, lu or qr");
  refused("zero.mtx --method sor", 2, "entry (1, 1) is zero");
  refused("A.mtx --method gaus", 2, "unknown method 'gaus'");
  refused("A.mtx --preconditioner ssor", 2, "unknown preconditioner 'ssor'");
  refused("A.mtx --method cg --preconditioner jacobi", 2,
          "--preconditioner is of pcg, minres and gmres, and not of cg");
  refused("A.mtx --method lu --tolerance 1e-3", 2, "--tolerance is of iterative methods, and not of lu");
  refused("A.mtx --method cg --restart 3", 2, "--restart is of gmres, and not of cg");
  refused("A.mtx --method sor --relaxation 2", 2, "--relaxation is '2'; expected a number between 0 and 2");
  refused("A.mtx --method gmres --restart 0", 2, "--restart is '0'");
  refused("A.mtx --max-iterations 0", 2, "--max-iterations is '0'");
  refused("A.mtx --output A.mtx", 2, "is a file of the input");
  refused("A.mtx --output x.txt", 2, "expected a name that ends with .mtx");
  refused("A.mtx --starts 3", 2, "unknown option '--starts'");
}

TEST_CASE("compare of a matrix runs all methods, and refuses what is of minimisers") {
  const Folder folder;
  folder.write("A.mtx", spring);
  folder.write("b.mtx", forces);
  folder.write("wide.mtx", head + "array real general\n1 2\n1\n1\n");
  const Outcome text = run("compare A.mtx b.mtx --report page.html --json all.json", folder.path());
  CHECK(text.code == 0);
  CHECK(contains(text.out, "15 of 15 methods solved the system"));
  CHECK(contains(text.out, "Eigenvalues from 0.5858 to 3.414: the condition number is 5.83."));
  CHECK(contains(text.out, "its factor (L + Lᵀ) has 7"));
  const json facts = json::parse(read(folder.path() / "all.json"));
  CHECK(facts["runs"].size() == 15);
  CHECK(facts["definite"] == true);
  CHECK(facts["condition_number"] == doctest::Approx(3.0 + 2.0 * std::sqrt(2.0)));
  for (const json& each : facts["runs"]) CHECK(each["solved"] == true);
  const std::string page = read(folder.path() / "page.html");
  CHECK(contains(page, "<h2 id=\"sparsity-heading\">"));
  CHECK(contains(page, "thalweg compare A.mtx b.mtx"));
  const Outcome some = run("compare A.mtx --methods CG,qr", folder.path());
  CHECK(contains(some.out, "2 of 2 methods"));
  CHECK(contains(run("compare wide.mtx", folder.path()).out,
                 "Refused by lu, cholesky, ldlt, cholmod, jacobi, gauss-seidel, sor, gradient-descent, cg, pcg, minres "
                 "and gmres: needs a square matrix, and this one of 1 × 2 is not"));
  const auto refused = [&](const std::string& arguments, const std::string& part) {
    const Outcome outcome = run("compare " + arguments, folder.path());
    CHECK(outcome.code == 2);
    CHECK_MESSAGE(contains(outcome.err, part), outcome.err);
  };
  // 10,000 sweeps of a large matrix: each method has the time of its own.
  std::string large = head + "coordinate real symmetric\n60000 60000 119999\n";
  for (int i = 1; i <= 60000; ++i) {
    large += std::to_string(i) + " " + std::to_string(i) + " 2\n";
    if (i > 1) large += std::to_string(i) + " " + std::to_string(i - 1) + " -1\n";
  }
  folder.write("large.mtx", large);
  const Outcome limited = run("compare large.mtx --methods jacobi,cholesky --time-limit 0.5", folder.path());
  CHECK(contains(limited.out, "the time limit is reached"));
  CHECK(contains(limited.out, "1 of 2 methods solved the system; the fastest: cholesky"));
  refused("A.mtx --tune", "--tune does not apply to a linear system");
  refused("A.mtx --methods lm", "unknown method 'lm'; expected one of auto, lu");
  refused("A.mtx b.mtx b.mtx", "'b.mtx' is one argument too many");
  refused("A.mtx --report A.html --json A.html", "are one file");
}
