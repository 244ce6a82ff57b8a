// The bounds of certificates against a semidefinite solver, CSDP (Debian package coinor-csdp).
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/wait.h>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <support/folder.hpp>

#include "models/pose_graph/certificate_graphs.hpp"

using namespace certificate_test;

namespace {

/// min ½ tr(Q Z) over Z ⪰ 0 whose d × d diagonal blocks are I: the relaxation of the rotations alone. NaN where the
/// solver does not say that it was solved.
double semidefinite_minimum(const Eigen::MatrixXd& Q) {
  constexpr int d = 3;
  const auto size = static_cast<int>(Q.rows()), poses = size / d, constraints = poses * 6;
  const test_support::Folder folder;
  {
    std::ofstream out(folder.path() / "problem.dat-s");
    out << constraints << "\n1\n" << size << "\n";
    for (int i = 0; i < poses; ++i) out << "1 0 0 1 0 1 ";
    out << "\n";
    for (int i = 1; i <= size; ++i)
      for (int j = i; j <= size; ++j) out << fmt::format("0 1 {} {} {:.17g}\n", i, j, -0.5 * Q(i - 1, j - 1));
    int number = 0;
    for (int i = 0; i < poses; ++i)
      for (int a = 1; a <= d; ++a)
        for (int b = a; b <= d; ++b) out << fmt::format("{} 1 {} {} 1\n", ++number, d * i + a, d * i + b);
  }
  const std::string command =
      fmt::format("cd '{}' && OMP_NUM_THREADS=1 csdp problem.dat-s solution >log 2>&1", folder.path().string());
  // 3: solved, with less accuracy than the solver aims at.
  if (const int status = WEXITSTATUS(std::system(command.c_str())); status != 0 && status != 3) {
    MESSAGE("csdp ends with " << status);
    return std::nan("");
  }
  std::ifstream log(folder.path() / "log");
  const std::string label = "Dual objective value:";
  for (std::string line; std::getline(log, line);)
    if (line.starts_with(label)) return -std::stod(line.substr(label.size()));
  return std::nan("");
}

}  // namespace

TEST_CASE("certificates: bounds are those of a semidefinite solver") {
  if (std::system("command -v csdp >/dev/null 2>&1") != 0) {
    MESSAGE("skipped: no csdp; expected the Debian package coinor-csdp");
    return;
  }
  int refuted = 0;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    PoseGraph g = random_graph(PoseGraph::Kind::se3, 5 + 2 * static_cast<int>(seed), 8, seed);
    set_information(g, seed, conforming);
    if (seed >= 4) {
      // Translations of little weight: the solver's accuracy is that of its largest numbers.
      g = generate_pose_graph({.kind = PoseGraphOptions::Kind::sphere,
                               .poses = 12,
                               .translation_noise = 50.0,
                               .rotation_noise = 0.3,
                               .seed = seed});
      initialize(g, Initialization::chordal);
    }
    double constant = 0.0;
    const double expected = semidefinite_minimum(without_positions(dense_form(g, constant))) + constant;
    // The solver's accuracy is relative to the whole objective, of which the constant is a part.
    const double accuracy = 1e-5 * (std::abs(expected) + constant);
    const PoseGraph solved = with_solution(g, minimum_from(g));
    const Certificate c = certify(solved);
    CHECK(c.lower_bound <= std::max(0.0, expected) + accuracy);
    if (c.certified) {
      CHECK(std::abs(c.cost - expected) <= accuracy);
      continue;
    }
    ++refuted;
    const Escape escape = escape_minimum(solved, c);
    CHECK(std::abs(escape.relaxed_cost - expected) <= accuracy);
    CHECK(escape.lower_bound <= std::max(0.0, expected) + accuracy);
    CHECK(escape.lower_bound >= expected - 10.0 * accuracy);
    CHECK(escape.lower_bound >= c.lower_bound);
  }
  CHECK(refuted >= 1);
  CHECK(refuted <= 4);
}
