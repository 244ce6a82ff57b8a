// A formula on more rows than fit in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/formula/row_formula.hpp>
#include <thalweg/problem/residual_group.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

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
  StreamedResiduals(std::string name, const Equation& equation, std::vector<std::string> parameters,
                    std::shared_ptr<const RowSource> source, std::int64_t offset);
  /// Σ ln σ² of the rows, where the equation is divided by σ: information criteria count it. 0 by default.
  void set_log_determinant(double sum) { log_determinant_ = sum; }
  double log_determinant() const override { return log_determinant_; }
  std::string explain_non_finite(const double* x, std::int64_t item) const override;

 protected:
  void compute(const double* x, const ResidualOutput& out) const override;

 private:
  std::shared_ptr<const RowSource> source_;
  std::vector<std::int64_t> wanted_;  // of the source, in the formula's order
  RowFormula formula_;
  std::int64_t offset_;
  double log_determinant_ = 0.0;
};

}  // namespace thalweg::inline v0_1
