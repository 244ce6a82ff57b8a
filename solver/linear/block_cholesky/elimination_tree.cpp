#include <linear/block_cholesky/elimination_tree.hpp>

namespace thalweg::inline v0_1::block_cholesky {

Graph::Graph(const BlockPattern& pattern, const Order& order) {
  const std::int32_t n = pattern.block_columns();
  std::vector<std::int32_t> place(order.size());
  dimension.resize(order.size());
  for (std::int32_t k = 0; k < n; ++k) {
    place[order[k]] = k;
    dimension[k] = pattern.dimension[order[k]];
  }
  const auto each_pair = [&](auto&& visit) {
    for (std::int32_t c = 0; c < n; ++c)
      for (std::int64_t k = pattern.column_start[c] + 1; k < pattern.column_start[c + 1]; ++k)
        visit(place[c], place[pattern.row[k]]);
  };
  start.assign(order.size() + 1, 0);
  each_pair([&](std::int32_t a, std::int32_t b) { ++start[a + 1], ++start[b + 1]; });
  for (std::int32_t k = 0; k < n; ++k) start[k + 1] += start[k];
  neighbour.resize(start.back());
  std::vector<std::int64_t> next(start.begin(), start.end() - 1);
  each_pair([&](std::int32_t a, std::int32_t b) {
    neighbour[next[a]++] = b;
    neighbour[next[b]++] = a;
  });
}

std::vector<std::int32_t> elimination_tree(const Graph& graph) {
  const std::int32_t n = graph.columns();
  std::vector<std::int32_t> parent(n, -1), ancestor(n, -1);
  for (std::int32_t i = 0; i < n; ++i)
    for (std::int64_t k = graph.start[i]; k < graph.start[i + 1]; ++k)
      for (std::int32_t j = graph.neighbour[k]; j != -1 && j < i;) {
        const std::int32_t next = ancestor[j];
        ancestor[j] = i;
        if (next == -1) parent[j] = i;
        j = next;
      }
  return parent;
}

std::vector<std::int32_t> postorder(const std::vector<std::int32_t>& parent) {
  const auto n = static_cast<std::int32_t>(parent.size());
  std::vector<std::int32_t> first(n + 1, -1), next(n, -1), order, path;
  for (std::int32_t j = n - 1; j >= 0; --j) {  // the list of a root's siblings is at n
    std::int32_t& head = first[parent[j] < 0 ? n : parent[j]];
    next[j] = head;
    head = j;
  }
  order.reserve(n);
  for (std::int32_t root = first[n]; root != -1; root = next[root]) {
    path.push_back(root);
    while (!path.empty()) {
      const std::int32_t j = path.back(), child = first[j];
      if (child != -1) {
        first[j] = next[child];
        path.push_back(child);
      } else {
        order.push_back(j);
        path.pop_back();
      }
    }
  }
  return order;
}

std::vector<std::int64_t> column_heights(const Graph& graph, const std::vector<std::int32_t>& parent) {
  const std::int32_t n = graph.columns();
  // first_descendant[j] is the smallest column of j's subtree; row i's leaf j counts when j's subtree begins after the
  // last leaf of row i that was met.
  std::vector<std::int32_t> first_descendant(n, -1), last_first(n, -1), last_leaf(n, -1), ancestor(n);
  std::vector<std::int64_t> height(n, 0);
  for (std::int32_t j = 0; j < n; ++j) {
    ancestor[j] = j;
    if (first_descendant[j] == -1) height[j] = graph.dimension[j];  // a leaf of the tree
    for (std::int32_t i = j; i != -1 && first_descendant[i] == -1; i = parent[i]) first_descendant[i] = j;
  }
  const auto root_of = [&](std::int32_t j) {
    std::int32_t root = j;
    while (ancestor[root] != root) root = ancestor[root];
    while (ancestor[j] != root) {
      const std::int32_t next = ancestor[j];
      ancestor[j] = root;
      j = next;
    }
    return root;
  };
  for (std::int32_t j = 0; j < n; ++j) {
    if (parent[j] != -1) height[parent[j]] -= graph.dimension[j];
    for (std::int64_t k = graph.start[j]; k < graph.start[j + 1]; ++k) {
      const std::int32_t i = graph.neighbour[k];
      if (i < j || first_descendant[j] <= last_first[i]) continue;
      height[j] += graph.dimension[i];
      if (last_leaf[i] != -1) height[root_of(last_leaf[i])] -= graph.dimension[i];
      last_first[i] = first_descendant[j];
      last_leaf[i] = j;
    }
    if (parent[j] != -1) ancestor[j] = parent[j];
  }
  for (std::int32_t j = 0; j < n; ++j)
    if (parent[j] != -1) height[parent[j]] += height[j];
  return height;
}

}  // namespace thalweg::inline v0_1::block_cholesky
