// A curve fit to an array whose rows are read again at each pass, as a study.
#pragma once

#include <cstdint>
#include <memory>

#include <thalweg/models/curve_fit.hpp>
#include <thalweg/models/table_fit.hpp>
#include <thalweg/studies/study.hpp>
#include <thalweg/table/table.hpp>

namespace thalweg::inline v0_1 {

/// Rows of an array from which names, starts and pictures of a streamed fit are made.
inline constexpr std::int64_t streamed_sample_rows = 10'000;

/// Whether all numbers of the rows would take more than half of the memory that is available.
bool is_too_large_to_hold(const RowSource& rows);

/// `sample`: the fit of some rows, evenly spaced, checked; `rows`: all of them, of which `selection` chooses. Memory is
/// that of the sample and of some thousand rows for each thread, but for a robust loss, whose statistics hold all rows'
/// derivatives. prepare() reads the rows once, each evaluation once more. Throws Error for what does not go with rows
/// that are not held, and for options of the request that need them.
std::unique_ptr<Study> streamed_study(CurveFit sample, std::shared_ptr<const RowSource> rows, RowSelection selection);

}  // namespace thalweg::inline v0_1
