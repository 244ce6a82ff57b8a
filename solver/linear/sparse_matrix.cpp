#include <thalweg/linear/sparse_matrix.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <thalweg/base/error.hpp>
#include <thalweg/linear/linear_operator.hpp>

namespace thalweg::inline v0_1 {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

std::string place(std::int64_t row, std::int64_t column) {
  return "(" + std::to_string(row + 1) + ", " + std::to_string(column + 1) + ")";
}

}  // namespace

void LinearOperator::apply_transposed(const double*, double*) const {
  throw Error("the operator has no products with its transpose; expected apply_transposed to be overridden");
}

void SparseMatrix::multiply(const double* x, double* y) const {
  std::fill_n(y, rows, 0.0);
  for (std::int64_t c = 0; c < columns; ++c) {
    const double factor = x[c];
    for (std::int64_t k = column_start[index(c)]; k < column_start[index(c) + 1]; ++k)
      y[row[index(k)]] += value[index(k)] * factor;
  }
}

void SparseMatrix::multiply_transposed(const double* x, double* y) const {
  for (std::int64_t c = 0; c < columns; ++c) {
    double sum = 0.0;
    for (std::int64_t k = column_start[index(c)]; k < column_start[index(c) + 1]; ++k)
      sum += value[index(k)] * x[row[index(k)]];
    y[c] = sum;
  }
}

SparseMatrix SparseMatrix::transposed() const {
  SparseMatrix t;
  t.rows = columns;
  t.columns = rows;
  t.column_start.assign(index(rows) + 1, 0);
  t.row.resize(row.size());
  t.value.resize(value.size());
  for (const std::int64_t r : row) ++t.column_start[index(r) + 1];
  std::partial_sum(t.column_start.begin(), t.column_start.end(), t.column_start.begin());
  std::vector<std::int64_t> next(t.column_start.begin(), t.column_start.end() - 1);
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t k = column_start[index(c)]; k < column_start[index(c) + 1]; ++k) {
      const std::int64_t to = next[index(row[index(k)])]++;
      t.row[index(to)] = c;
      t.value[index(to)] = value[index(k)];
    }
  return t;
}

bool SparseMatrix::is_symmetric() const {
  if (rows != columns) return false;
  const SparseMatrix t = transposed();
  return t.column_start == column_start && t.row == row && t.value == value;
}

std::vector<double> SparseMatrix::diagonal() const {
  std::vector<double> d(index(std::min(rows, columns)), 0.0);
  for (std::size_t c = 0; c < d.size(); ++c) {
    const auto first = row.begin() + column_start[c], last = row.begin() + column_start[c + 1];
    const auto found = std::lower_bound(first, last, static_cast<std::int64_t>(c));
    if (found != last && *found == static_cast<std::int64_t>(c)) d[c] = value[index(found - row.begin())];
  }
  return d;
}

double SparseMatrix::one_norm() const {
  double most = 0.0;
  for (std::int64_t c = 0; c < columns; ++c) {
    double sum = 0.0;
    for (std::int64_t k = column_start[index(c)]; k < column_start[index(c) + 1]; ++k) sum += std::abs(value[index(k)]);
    most = std::max(most, sum);
  }
  return most;
}

double SparseMatrix::infinity_norm() const {
  std::vector<double> sums(index(rows), 0.0);
  for (std::size_t k = 0; k < row.size(); ++k) sums[index(row[k])] += std::abs(value[k]);
  return sums.empty() ? 0.0 : *std::max_element(sums.begin(), sums.end());
}

double SparseMatrix::frobenius_norm() const {
  double largest = 0.0, sum = 0.0;
  for (const double v : value) largest = std::max(largest, std::abs(v));
  if (largest == 0.0) return 0.0;
  for (const double v : value) sum += (v / largest) * (v / largest);
  return largest * std::sqrt(sum);
}

void SparseMatrix::validate() const {
  const auto expect = [](bool holds, const std::string& what) {
    if (!holds) throw Error("sparse matrix: " + what);
  };
  expect(rows >= 0 && columns >= 0, "a size is negative; expected rows and columns >= 0");
  expect(column_start.size() == index(columns) + 1 && column_start[0] == 0 && row.size() == value.size() &&
             column_start.back() == nonzeros(),
         "columns and entries do not match; expected a start for each column, and one more behind the last");
  for (std::int64_t c = 0; c < columns; ++c) {
    const std::int64_t first = column_start[index(c)], last = column_start[index(c) + 1];
    expect(first <= last && last <= nonzeros(), "the starts of columns are not in order; expected them to ascend");
    for (std::int64_t k = first; k < last; ++k) {
      const std::int64_t r = row[index(k)];
      expect(
          r >= 0 && r < rows && (k == first || row[index(k) - 1] < r),
          "the rows of column " + std::to_string(c + 1) + " are not in order; expected them to ascend in the matrix");
      expect(std::isfinite(value[index(k)]), "entry " + place(r, c) + " is not finite; expected a number");
    }
  }
}

SparseMatrix sparse_matrix(std::int64_t rows, std::int64_t columns, const std::vector<MatrixEntry>& entries) {
  SparseMatrix by_rows;  // the transpose, whose columns come out in the order of the rows of A
  by_rows.rows = columns;
  by_rows.columns = rows;
  by_rows.column_start.assign(index(rows) + 1, 0);
  by_rows.row.resize(entries.size());
  by_rows.value.resize(entries.size());
  for (const MatrixEntry& e : entries) {
    if (e.row < 0 || e.row >= rows || e.column < 0 || e.column >= columns)
      throw Error("entry " + place(e.row, e.column) + " is outside a matrix of " + std::to_string(rows) + " rows and " +
                  std::to_string(columns) + " columns");
    ++by_rows.column_start[index(e.row) + 1];
  }
  std::partial_sum(by_rows.column_start.begin(), by_rows.column_start.end(), by_rows.column_start.begin());
  std::vector<std::int64_t> next(by_rows.column_start.begin(), by_rows.column_start.end() - 1);
  for (const MatrixEntry& e : entries) {
    const std::size_t to = index(next[index(e.row)]++);
    by_rows.row[to] = e.column;
    by_rows.value[to] = e.value;
  }
  SparseMatrix A = by_rows.transposed();
  std::int64_t kept = 0;
  for (std::int64_t c = 0, k = 0; c < columns; ++c) {
    const std::int64_t last = A.column_start[index(c) + 1], first = kept;
    A.column_start[index(c)] = first;
    for (; k < last; ++k) {
      if (kept > first && A.row[index(kept) - 1] == A.row[index(k)]) {
        A.value[index(kept) - 1] += A.value[index(k)];
        continue;
      }
      A.row[index(kept)] = A.row[index(k)];
      A.value[index(kept)] = A.value[index(k)];
      ++kept;
    }
  }
  A.column_start.back() = kept;
  A.row.resize(index(kept));
  A.value.resize(index(kept));
  return A;
}

}  // namespace thalweg::inline v0_1
