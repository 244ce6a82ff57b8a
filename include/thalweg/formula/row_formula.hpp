// A formula on rows that are given at each call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1 {

/// model − response of an equation, with exact derivatives by its parameters, on columns of the caller's: nothing of
/// them is kept or computed in advance, which FormulaModel does. Calls are thread-safe.
class RowFormula {
 public:
  /// Columns are read beyond the last row, up to a multiple of this.
  static constexpr std::int64_t padding = 8;

  /// Throws FormulaError for a name that is neither parameter nor column, and as check_orders() does.
  RowFormula(const Equation& equation, std::vector<std::string> parameters, std::vector<std::string> columns);
  ~RowFormula();
  RowFormula(RowFormula&&) noexcept;

  int parameters() const;
  const std::vector<std::string>& columns() const;

  /// Rows [0, count) of columns[k][row], in the order of the names, to residual[row] and jacobian[j][row]; jacobian, or
  /// an entry, may be null.
  void evaluate(const double* p, const double* const* columns, std::int64_t count, double* residual,
                double* const* jacobian) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace thalweg::inline v0_1
