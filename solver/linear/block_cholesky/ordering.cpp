#include <linear/block_cholesky/ordering.hpp>

#include <algorithm>
#include <numeric>

#include <amd.h>

#if THALWEG_CHOLMOD
#include <linear/cholmod_objects.hpp>
#endif
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::block_cholesky {

Order order_natural(const BlockPattern& pattern) {
  Order order(pattern.dimension.size());
  std::iota(order.begin(), order.end(), std::int32_t{0});
  return order;
}

Order order_amd(const BlockPattern& pattern) {
  const std::vector<SuiteSparse_long> start(pattern.column_start.begin(), pattern.column_start.end()),
      row(pattern.row.begin(), pattern.row.end());
  std::vector<SuiteSparse_long> order(pattern.dimension.size());
  const auto status = amd_l_order(pattern.block_columns(), start.data(), row.data(), order.data(), nullptr, nullptr);
  if (status != AMD_OK && status != AMD_OK_BUT_JUMBLED) return {};
  return Order(order.begin(), order.end());
}

#if THALWEG_CHOLMOD
Order order_metis(const BlockPattern& pattern) {
  cholmod::Common common;
  cholmod::Columns graph{{pattern.column_start.begin(), pattern.column_start.end()},
                         {pattern.row.begin(), pattern.row.end()}};
  cholmod_sparse view = graph.view(cholmod::lower, nullptr);
  view.sorted = 1;
  std::vector<cholmod::Index> order(pattern.dimension.size());
  if (!cholmod::library().metis(&view, nullptr, 0, 0, order.data(), &common) || common.status != CHOLMOD_OK) return {};
  return Order(order.begin(), order.end());
}
#else
Order order_metis(const BlockPattern&) {
  throw Error(
      "block Cholesky: the ordering metis needs CHOLMOD, which this build is without; expected amd, natural or "
      "automatic");
}
#endif

}  // namespace thalweg::inline v0_1::block_cholesky
