// The data of a residual group, one column per argument of its callable.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace thalweg::inline v0_1 {

/// A contiguous range of data as it passes through a virtual call.
struct DataColumn {
  const std::type_info* type = nullptr;  ///< of an element
  const void* elements = nullptr;
  std::int64_t size = 0;
};
template <class Range>
DataColumn data_column(const Range& range) {
  using Element = std::remove_cvref_t<decltype(*std::data(range))>;
  return {&typeid(Element), std::data(range), static_cast<std::int64_t>(std::size(range))};
}

/// Throws Error unless the columns given have the number, types and sizes of those that the group holds.
void expect_same_shape(const std::string& group, std::span<const DataColumn> held, std::span<const DataColumn> given);

namespace detail {

/// Columns that a group owns.
template <class... Data>
class DataColumns {
 public:
  explicit DataColumns(std::vector<Data>... columns) : columns_(std::move(columns)...) {}

  const std::tuple<std::vector<Data>...>& all() const { return columns_; }

  /// Element i of each column of the result is element order[i] of this.
  DataColumns reordered(std::span<const std::int64_t> order) const {
    DataColumns result(std::vector<Data>(order.size())...);
    result.take(*this, order);
    return result;
  }
  /// Takes the elements order[0], order[1], ... of another's columns; allocates nothing.
  void take(const DataColumns& from, std::span<const std::int64_t> order) {
    const auto gather = [&](auto& to, const auto& column) {
      for (std::size_t i = 0; i < order.size(); ++i) to[i] = column[static_cast<std::size_t>(order[i])];
    };
    [&]<std::size_t... c>(std::index_sequence<c...>) {
      (gather(std::get<c>(columns_), std::get<c>(from.columns_)), ...);
    }
    (std::index_sequence_for<Data...>{});
  }
  /// Takes other data of the same shape; allocates nothing, as far as its elements do not. Throws Error as
  /// expect_same_shape.
  void take(const std::string& group, std::span<const DataColumn> given) {
    const auto held = std::apply(
        [](const auto&... column) { return std::array<DataColumn, sizeof...(Data)>{data_column(column)...}; },
        columns_);
    expect_same_shape(group, held, given);
    const auto copy = [&]<class D>(std::vector<D>& to, const DataColumn& column) {
      const D* const from = static_cast<const D*>(column.elements);
      std::copy(from, from + column.size, to.begin());
    };
    [&]<std::size_t... c>(std::index_sequence<c...>) { (copy(std::get<c>(columns_), given[c]), ...); }
    (std::index_sequence_for<Data...>{});
  }

 private:
  std::tuple<std::vector<Data>...> columns_;
};

}  // namespace detail
}  // namespace thalweg::inline v0_1
