#include <linear/block_cholesky/amalgamation.hpp>

#include <algorithm>
#include <numeric>

namespace thalweg::inline v0_1::block_cholesky {
namespace {

constexpr std::int64_t lanes = 8;
double padded(std::int64_t n) { return static_cast<double>((n + lanes - 1) / lanes * lanes); }

}  // namespace

double front_time(std::int64_t width, std::int64_t height) {
  // Fitted to fronts of 1 to 60 columns on an AVX-512 core of 2.1 GHz.
  constexpr double per_front = 100.0, per_column = 12.0, per_number = 0.15, per_update = 0.4, per_product = 1.0 / 40.0;
  const double w = static_cast<double>(width), h = padded(height), d = padded(width);
  return per_front + per_column * w + per_number * w * (d + h) + per_update * 0.5 * h * h +
         per_product * w * (w * w / 3.0 + w * h + h * h);
}

std::vector<std::int32_t> amalgamate(SupernodeTree& tree) {
  const auto n = static_cast<std::int32_t>(tree.parent.size());
  std::vector<std::int32_t> into(n), next(n, -1), first(n, -1);
  std::iota(into.begin(), into.end(), 0);
  for (std::int32_t s = n - 1; s >= 0; --s)
    if (const std::int32_t p = tree.parent[s]; p >= 0) {
      next[s] = first[p];
      first[p] = s;
    }
  std::vector<std::int32_t> children;
  for (std::int32_t p = 0; p < n; ++p) {
    children.clear();
    for (std::int32_t c = first[p]; c != -1; c = next[c]) children.push_back(c);
    // Of one height those fit best that lack the fewest rows of the merged front.
    std::stable_sort(children.begin(), children.end(),
                     [&](std::int32_t a, std::int32_t b) { return tree.height[a] > tree.height[b]; });
    double alone = front_time(tree.width[p], tree.height[p]);
    for (const std::int32_t c : children) {
      const double merged = front_time(tree.width[p] + tree.width[c], tree.height[p]);
      if (merged > alone + front_time(tree.width[c], tree.height[c])) continue;
      into[c] = p;
      tree.width[p] += tree.width[c];
      alone = merged;
    }
    // Children that stay, and those of merged ones, are p's.
    first[p] = -1;
    for (const std::int32_t c : children) {
      if (into[c] == c) {
        next[c] = first[p];
        first[p] = c;
        continue;
      }
      for (std::int32_t g = first[c], after; g != -1; g = after) {
        after = next[g];
        tree.parent[g] = p;
        next[g] = first[p];
        first[p] = g;
      }
    }
  }
  for (std::int32_t s = n - 1; s >= 0; --s)
    if (into[s] != s) into[s] = into[into[s]];  // parents come later and are settled
  return into;
}

}  // namespace thalweg::inline v0_1::block_cholesky
