// A formula on more rows than fit in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/row_formula.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/problem/residual_group.hpp>

namespace thalweg::inline v0_1 {

/// Rows of numbers that are read when they are asked for.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual std::int64_t rows() const = 0;
  virtual const std::vector<std::string>& columns() const = 0;
  /// Rows [begin, end) of the wanted columns to to[k][row − begin]. Called by several threads at once.
  virtual void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
                    double* const* to) const = 0;
};

/// The rows of an array: its columns are called c1, c2, ..., or by the fields of a structure, or as said. Throws
/// FileError as NpyFile does, Error for another number of names.
std::shared_ptr<const RowSource> npy_rows(const std::string& path, std::vector<std::string> names = {});

/// model − response of an equation on the rows of a source, read again at every evaluation: memory is that of some
/// thousand rows for each thread. In a Problem of a few parameters and millions of rows solve() then needs one pass for
/// each iteration, and statistics() one more; what holds rows or their derivatives (diagnostics of each residual,
/// losses in statistics, the bootstrap) holds all of them.
class StreamedResiduals final : public ResidualGroup {
 public:
  /// `parameters`: in the order of the block that begins at `offset` in x. Standard deviations in a column s are
  /// written y/s = f/s. Throws FormulaError for names that are neither parameters nor columns, Error for a source
  /// without rows.
  StreamedResiduals(std::string name, const std::string& equation, std::vector<std::string> parameters,
                    std::shared_ptr<const RowSource> source, std::int64_t offset);
  std::string explain_non_finite(const double* x, std::int64_t item) const override;

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;

 private:
  std::shared_ptr<const RowSource> source_;
  std::vector<std::int64_t> wanted_;  // of the source, in the formula's order
  RowFormula formula_;
  std::int64_t offset_;
};

}  // namespace thalweg::inline v0_1
