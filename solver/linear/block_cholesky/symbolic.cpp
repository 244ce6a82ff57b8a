#include <linear/block_cholesky/symbolic.hpp>

#include <algorithm>
#include <utility>

#include <linear/block_cholesky/amalgamation.hpp>
#include <linear/block_cholesky/elimination_tree.hpp>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

/// Relabels so that the tree is postordered: order, tree and heights of the columns of L.
struct Columns {
  Order order;
  std::vector<std::int32_t> parent;
  std::vector<int> dimension;
  std::vector<std::int64_t> height;

  Columns(const BlockPattern& pattern, const Order& given) {
    const Graph before(pattern, given);
    const std::vector<std::int32_t> tree = elimination_tree(before), post = postorder(tree);
    std::vector<std::int32_t> label(post.size());
    order.resize(post.size());
    for (std::size_t k = 0; k < post.size(); ++k) {
      label[post[k]] = static_cast<std::int32_t>(k);
      order[k] = given[post[k]];
    }
    parent.resize(post.size());
    for (std::size_t k = 0; k < post.size(); ++k) parent[label[k]] = tree[k] < 0 ? -1 : label[tree[k]];
    const Graph graph(pattern, order);
    dimension = graph.dimension;
    height = column_heights(graph, parent);
  }

  /// Σ over the scalar columns of their nonzeros: of a block column h, h − 1, …
  double nonzeros() const {
    double sum = 0.0;
    for (std::size_t j = 0; j < height.size(); ++j) {
      const double d = dimension[j], h = static_cast<double>(height[j]);
      sum += d * h - 0.5 * d * (d - 1.0);
    }
    return sum;
  }
  /// And of their squares.
  double flops() const {
    double sum = 0.0;
    for (std::size_t j = 0; j < height.size(); ++j) {
      const double d = dimension[j], h = static_cast<double>(height[j]);
      sum += d * h * h - h * d * (d - 1.0) + (d - 1.0) * d * (2.0 * d - 1.0) / 6.0;
    }
    return sum;
  }
};

/// Columns with one pattern: each the only first row of the one before it.
std::vector<std::int32_t> fundamental(const Columns& columns, SupernodeTree& tree) {
  const auto n = static_cast<std::int32_t>(columns.parent.size());
  std::vector<std::int32_t> of_column(n);
  for (std::int32_t j = 0; j < n; ++j) {
    const bool joins =
        j > 0 && columns.parent[j - 1] == j && columns.height[j - 1] == columns.height[j] + columns.dimension[j - 1];
    if (!joins) {
      tree.width.push_back(0);
      tree.height.push_back(0);
      tree.parent.push_back(-1);
    }
    of_column[j] = static_cast<std::int32_t>(tree.parent.size()) - 1;
    tree.width.back() += columns.dimension[j];
    tree.height.back() = columns.height[j] - columns.dimension[j];
    tree.parent.back() = columns.parent[j];  // a column, so far
  }
  for (std::int32_t& p : tree.parent)
    if (p >= 0) p = of_column[p];
  return of_column;
}

/// Children in the order that keeps the stack of update matrices low: those that need most beyond what they leave first
/// (Liu 1986). Returns the supernodes that stay, in postorder.
std::vector<std::int32_t> order_supernodes(const SupernodeTree& tree, const std::vector<std::int32_t>& into) {
  const auto n = static_cast<std::int32_t>(tree.parent.size());
  std::vector<std::vector<std::int32_t>> children(n + 1);
  for (std::int32_t s = 0; s < n; ++s)
    if (into[s] == s) children[tree.parent[s] < 0 ? n : tree.parent[s]].push_back(s);
  std::vector<double> left(n), peak(n);
  for (std::int32_t s = 0; s < n; ++s) {
    if (into[s] != s) continue;
    auto& below = children[s];
    std::stable_sort(below.begin(), below.end(),
                     [&](std::int32_t a, std::int32_t b) { return peak[a] - left[a] > peak[b] - left[b]; });
    double stack = 0.0;
    for (const std::int32_t c : below) {
      peak[s] = std::max(peak[s], stack + peak[c]);
      stack += left[c];
    }
    const auto h = static_cast<double>(tree.height[s]);
    left[s] = 0.5 * h * h;
    peak[s] = std::max(peak[s], stack + left[s]);
  }
  std::vector<std::int32_t> order;
  std::vector<std::pair<std::int32_t, std::size_t>> path = {{n, 0}};
  while (!path.empty()) {
    auto& [s, next] = path.back();
    if (next < children[s].size()) {
      const std::int32_t child = children[s][next++];
      path.emplace_back(child, 0);
    } else {
      if (s < n) order.push_back(s);
      path.pop_back();
    }
  }
  return order;
}

void find_children(Symbolic& L) {
  const std::int32_t n = L.supernodes();
  L.child_start.assign(n + 1, 0);
  for (std::int32_t s = 0; s < n; ++s)
    if (L.parent[s] >= 0) ++L.child_start[L.parent[s] + 1];
  for (std::int32_t s = 0; s < n; ++s) L.child_start[s + 1] += L.child_start[s];
  L.child.resize(L.child_start[n]);
  std::vector<std::int64_t> next(L.child_start.begin(), L.child_start.end() - 1);
  for (std::int32_t s = 0; s < n; ++s)
    if (L.parent[s] >= 0) L.child[next[L.parent[s]]++] = s;
}

/// The rows of each supernode: A's, and those that its children have below it.
void find_rows(Symbolic& L, const Graph& graph) {
  std::vector<std::int32_t> met(L.order.size(), -1);
  L.row_start.assign(1, 0);
  L.height.assign(L.supernodes(), 0);
  for (std::int32_t s = 0; s < L.supernodes(); ++s) {
    const std::int32_t end = L.column[s + 1];
    const auto meet = [&](std::int32_t i) {
      if (i < end || met[i] == s) return;
      met[i] = s;
      L.row.push_back(i);
      L.height[s] += L.dimension[i];
    };
    for (std::int64_t k = graph.start[L.column[s]]; k < graph.start[end]; ++k) meet(graph.neighbour[k]);
    for (std::int64_t c = L.child_start[s]; c < L.child_start[s + 1]; ++c)
      for (std::int64_t k = L.row_start[L.child[c]]; k < L.row_start[L.child[c] + 1]; ++k) meet(L.row[k]);
    std::sort(L.row.begin() + L.row_start[s], L.row.end());
    L.row_start.push_back(static_cast<std::int64_t>(L.row.size()));
  }
}

}  // namespace

double flops_of(const BlockPattern& pattern, const Order& order) { return Columns(pattern, order).flops(); }

Symbolic analyze(const BlockPattern& pattern, const Order& given) {
  const Columns columns(pattern, given);
  Symbolic L;
  L.factor_nonzeros = static_cast<std::int64_t>(columns.nonzeros());
  L.flops = columns.flops();

  SupernodeTree tree;
  const std::vector<std::int32_t> of_column = fundamental(columns, tree), into = amalgamate(tree),
                                  kept = order_supernodes(tree, into);
  const std::size_t n = columns.order.size();
  std::vector<std::int32_t> label(tree.parent.size(), -1);
  for (std::size_t k = 0; k < kept.size(); ++k) label[kept[k]] = static_cast<std::int32_t>(k);
  for (const std::int32_t s : kept) {
    L.parent.push_back(tree.parent[s] < 0 ? -1 : label[tree.parent[s]]);
    L.width.push_back(tree.width[s]);
  }
  // Columns by supernode, in each in their old order.
  L.column.assign(kept.size() + 1, 0);
  for (std::size_t j = 0; j < n; ++j) ++L.column[label[into[of_column[j]]] + 1];
  for (std::size_t s = 0; s < kept.size(); ++s) L.column[s + 1] += L.column[s];
  std::vector<std::int32_t> next(L.column.begin(), L.column.end() - 1);
  L.order.resize(n);
  for (std::size_t j = 0; j < n; ++j) L.order[next[label[into[of_column[j]]]]++] = columns.order[j];

  const Graph graph(pattern, L.order);
  L.dimension = graph.dimension;
  L.place.resize(n);
  L.first.assign(n + 1, 0);
  for (std::size_t k = 0; k < n; ++k) {
    L.place[L.order[k]] = static_cast<std::int32_t>(k);
    L.first[k + 1] = L.first[k] + L.dimension[k];
  }
  find_children(L);
  find_rows(L, graph);
  return L;
}

}  // namespace thalweg::inline v0_1::block_cholesky
