#include <thalweg/models/matrix_market.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/io/file_error.hpp>

#include "support/folder.hpp"
#include "support/linear_systems.hpp"

using namespace thalweg;

namespace {

const std::string head = "%%MatrixMarket matrix ";

std::string message(const std::string& text) {
  try {
    parse_matrix_market(text, "A.mtx");
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

bool says(const std::string& text, const std::string& part) {
  const std::string said = message(text);
  INFO(said);
  const bool found = said.find(part) != std::string::npos;
  CHECK_MESSAGE(found, said);
  return found;
}

}  // namespace

TEST_CASE("matrices of every real kind are read") {
  SUBCASE("coordinates, comments, blank lines, capital letters, Fortran's exponents") {
    const MatrixFile file = parse_matrix_market(
        "%%matrixmarket MATRIX Coordinate Real General\n% a comment, 7 8 9\n\n%\n2 3 3\n2 1 1.5D0\n1 3 -2\n1 1 4\n",
        "A");
    CHECK(file.comment_lines == 2);
    CHECK(file.matrix.rows == 2);
    CHECK(file.matrix.columns == 3);
    CHECK(file.matrix.row == std::vector<std::int64_t>{0, 1, 0});
    CHECK(file.matrix.value == std::vector<double>{4.0, 1.5, -2.0});
    CHECK(!file.dense);
  }
  SUBCASE("symmetric and skew-symmetric: both triangles") {
    const SparseMatrix s =
        parse_matrix_market(head + "coordinate integer symmetric\n2 2 2\n1 1 3\n2 1 4\n", "A").matrix;
    CHECK(s.value == std::vector<double>{3.0, 4.0, 4.0});
    CHECK(s.is_symmetric());
    const SparseMatrix k = parse_matrix_market(head + "coordinate real skew-symmetric\n2 2 1\n2 1 4\n", "A").matrix;
    CHECK(k.value == std::vector<double>{4.0, -4.0});
  }
  SUBCASE("arrays by columns; of symmetric ones the lower triangle") {
    CHECK(parse_matrix_market(head + "array real general\n2 2\n1\n2\n3\n4\n", "A").matrix.value ==
          std::vector<double>{1.0, 2.0, 3.0, 4.0});
    CHECK(parse_matrix_market(head + "array real symmetric\n2 2\n1\n2\n4\n", "A").matrix.value ==
          std::vector<double>{1.0, 2.0, 2.0, 4.0});
    CHECK(parse_matrix_market(head + "array real skew-symmetric\n2 2\n5\n", "A").matrix.value ==
          std::vector<double>{5.0, -5.0});
  }
  SUBCASE("entries of one place are added, and counted") {
    const MatrixFile file = parse_matrix_market(head + "coordinate real general\n1 1 3\n1 1 1\n1 1 2\n1 1 4\n", "A");
    CHECK(file.matrix.value == std::vector<double>{7.0});
    CHECK(file.repeated == 2);
  }
}

TEST_CASE("a matrix file that lies or is no matrix is refused at its place") {
  says("", "A.mtx:1:1: the file is empty");
  says("1 2 3\n", "the first word is '1'; expected a Matrix Market file");
  says(head + "\n", "the first line ends before its format");
  says(head + "coordinates real general\n", "the format is 'coordinates' (did you mean 'coordinate'?)");
  says(head + "coordinate complex general\n", "the matrix is complex; expected a real one");
  says(head + "coordinate pattern general\n", "the matrix is a pattern");
  says(head + "coordinate real hermitian\n", "hermitian");
  says("%%MatrixMarket vector array real general\n", "the object is 'vector'");
  says(head + "coordinate real general\n2 2 3\n1 1 1\n2 2 1\n", "the file ends after 2 of 3 entries");
  says(head + "coordinate real general\n2 2 1\n1 1 1\n2 2 1\n", "A.mtx:4:1: something stands behind the last entry");
  says(head + "coordinate real general\n2 2 1\n3 1 1\n", "A.mtx:3:1: '3' is out of range; expected a row, 1 to 2");
  says(head + "coordinate real general\n2 2 1\n0 1 1\n", "'0' is out of range");
  says(head + "coordinate real general\n2 2 1\n1 1 x\n", "A.mtx:3:5: 'x' is not a number");
  says(head + "coordinate real general\n2 2 1\n1 1 nan\n", "not finite");
  says(head + "coordinate real general\n2 2 1\n1 1 1e999\n", "too large");
  says(head + "coordinate real symmetric\n2 2 1\n1 2 1\n", "above the diagonal");
  says(head + "coordinate real symmetric\n2 3 1\n1 1 1\n", "2 rows and 3 columns; expected as many");
  says(head + "coordinate real skew-symmetric\n2 2 1\n1 1 1\n", "on the diagonal");
  says(head + "array real general\n2 2\n1\n2\n3\n", "the file ends after 3 of 4 numbers");
  says(head + "array real general\n-2 2\n1\n", "'-2' is out of range");
  says(head + "coordinate real general\n999999999999 1 1\n", "out of range");
}

TEST_CASE("what is written reads back to the same bits, plain and compressed") {
  const test_support::Folder folder;
  const SparseMatrix A = test_support::random_sparse(30, 20, 4, 3), S = test_support::poisson_2d(5);
  const auto same = [](const SparseMatrix& a, const SparseMatrix& b) {
    return a.rows == b.rows && a.column_start == b.column_start && a.row == b.row && a.value == b.value;
  };
  CHECK(same(parse_matrix_market(to_matrix_market(A), "A").matrix, A));
  const MatrixFile symmetric = parse_matrix_market(to_matrix_market(S, true), "S");
  CHECK(symmetric.symmetry == "symmetric");
  CHECK(same(symmetric.matrix, S));
  const std::string path = (folder.path() / "x.mtx").string();
  const std::vector<double> x = {0.1, -1e-300, 3.0};
  std::ofstream(path) << to_matrix_market(std::span<const double>(x));
  CHECK(looks_like_matrix_market(path));
  CHECK(read_vector_market(path) == x);
  REQUIRE(std::system(("gzip -k " + path).c_str()) == 0);
  CHECK(read_vector_market(path + ".gz") == x);
  std::ofstream(path) << to_matrix_market(A);
  CHECK_THROWS_AS(read_vector_market(path), FileError);
}

TEST_CASE("no mutated matrix file does worse than an error") {
  const std::string text = to_matrix_market(test_support::poisson_2d(3), true);
  std::mt19937 random(5);
  for (int k = 0; k < 3000; ++k) {
    std::string mutated = text;
    for (int changes = 0; changes < 3; ++changes) {
      const std::size_t at = random() % mutated.size();
      const char replacement = "0123456789 -.e%\nx"[random() % 17];
      if (random() % 4 == 0)
        mutated.erase(at, 1 + random() % 5);
      else
        mutated[at] = replacement;
    }
    try {
      parse_matrix_market(mutated, "A").matrix.validate();
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).find("; expected ") != std::string::npos);
    }
  }
}
