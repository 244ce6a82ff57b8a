#include <linear/general/sparsity.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

#include <Eigen/OrderingMethods>
#include <linear/direct/eigen_sparse.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::int64_t most_cells = 120;

class GridBuilder {
 public:
  explicit GridBuilder(std::int64_t n) : n_(n) {
    grid_.cells = std::min(n, most_cells);
    grid_.part.assign(static_cast<std::size_t>(grid_.cells * grid_.cells), 0.0F);
  }
  void add(std::int64_t row, std::int64_t column) {
    grid_.part[static_cast<std::size_t>(cell(row) * grid_.cells + cell(column))] += 1.0F;
    ++grid_.entries;
  }
  PatternGrid take() {
    const double places = static_cast<double>(n_) / static_cast<double>(grid_.cells);
    for (float& part : grid_.part) part = std::min(1.0F, part / static_cast<float>(places * places));
    return std::move(grid_);
  }

 private:
  std::int64_t cell(std::int64_t i) const { return i * grid_.cells / n_; }
  std::int64_t n_;
  PatternGrid grid_;
};

using Lists = std::vector<std::vector<int>>;

/// The rows below the diagonal of each column of A + Aᵀ, in an order: position[i] is that of row i.
Lists lower_lists(const SparseMatrix& A, const std::vector<int>& position) {
  Lists below(static_cast<std::size_t>(A.columns));
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k) {
      const int i = position[static_cast<std::size_t>(A.row[static_cast<std::size_t>(k)])],
                j = position[static_cast<std::size_t>(c)];
      if (i != j) below[static_cast<std::size_t>(std::min(i, j))].push_back(std::max(i, j));
    }
  for (std::vector<int>& rows : below) {
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  }
  return below;
}

/// The elimination tree (Liu 1990): the parent of a column is the first row below the diagonal of its factor.
std::vector<int> elimination_tree(const Lists& below) {
  const std::size_t n = below.size();
  Lists left(n);  // of each row, the columns to its left
  for (std::size_t j = 0; j < n; ++j)
    for (const int i : below[j]) left[static_cast<std::size_t>(i)].push_back(static_cast<int>(j));
  std::vector<int> parent(n, -1), ancestor(n, -1);
  for (int i = 0; i < static_cast<int>(n); ++i)
    for (int j : left[static_cast<std::size_t>(i)])
      while (j != -1 && j < i) {
        const int next = ancestor[static_cast<std::size_t>(j)];
        ancestor[static_cast<std::size_t>(j)] = i;
        if (next == -1) parent[static_cast<std::size_t>(j)] = i;
        j = next;
      }
  return parent;
}

/// Calls visit(row, column) for the entries of L below its diagonal: row i has those columns that the walks up the tree
/// from the entries of A's row i meet before i (Liu 1990, theorem 3.6).
template <class Visit>
void each_of_factor(const Lists& below, Visit visit) {
  const std::vector<int> parent = elimination_tree(below);
  const std::size_t n = below.size();
  Lists left(n);
  for (std::size_t j = 0; j < n; ++j)
    for (const int i : below[j]) left[static_cast<std::size_t>(i)].push_back(static_cast<int>(j));
  std::vector<int> met(n, -1);
  for (int i = 0; i < static_cast<int>(n); ++i) {
    met[static_cast<std::size_t>(i)] = i;
    for (int j : left[static_cast<std::size_t>(i)])
      for (; j != -1 && met[static_cast<std::size_t>(j)] != i; j = parent[static_cast<std::size_t>(j)]) {
        met[static_cast<std::size_t>(j)] = i;
        visit(i, j);
      }
  }
}

std::vector<int> minimum_degree(const SparseMatrix& A) {
  Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> order;
  Eigen::AMDOrdering<int>()(eigen_sparse(A), order);
  // Column k of the ordered matrix is column indices()[k] of A.
  std::vector<int> position(static_cast<std::size_t>(A.columns));
  for (int k = 0; k < order.indices().size(); ++k) position[static_cast<std::size_t>(order.indices()[k])] = k;
  return position;
}

}  // namespace

Sparsity sparsity_of(const SparseMatrix& A) {
  Sparsity out;
  GridBuilder matrix(A.rows), ordered(A.rows), factor(A.rows);
  for (std::int64_t c = 0; c < A.columns; ++c)
    for (std::int64_t k = A.column_start[static_cast<std::size_t>(c)];
         k < A.column_start[static_cast<std::size_t>(c) + 1]; ++k)
      matrix.add(A.row[static_cast<std::size_t>(k)], c);
  std::vector<int> natural(static_cast<std::size_t>(A.columns));
  std::iota(natural.begin(), natural.end(), 0);
  out.natural_entries = A.columns;
  each_of_factor(lower_lists(A, natural), [&](int, int) { out.natural_entries += 2; });
  const Lists below = lower_lists(A, minimum_degree(A));
  const auto both = [](GridBuilder& grid, int i, int j) {
    grid.add(i, j);
    grid.add(j, i);
  };
  for (int j = 0; j < static_cast<int>(below.size()); ++j) {
    ordered.add(j, j);
    factor.add(j, j);
    for (const int i : below[static_cast<std::size_t>(j)]) both(ordered, i, j);
  }
  each_of_factor(below, [&](int i, int j) { both(factor, i, j); });
  out.matrix = matrix.take();
  out.ordered = ordered.take();
  out.factor = factor.take();
  return out;
}

}  // namespace thalweg::inline v0_1
