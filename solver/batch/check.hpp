// What a call of fit_batch is refused for.
#pragma once

#include <thalweg/batch/fit_batch.hpp>

namespace thalweg::inline v0_1::batch {

/// Throws Error for sizes of data and options that do not belong together.
void check(const BatchModel& model, const BatchData& data, const BatchOptions& options);

/// Parameters that are neither fixed nor held by equal bounds.
int free_parameters(const BatchModel& model, const BatchOptions& options);

}  // namespace thalweg::inline v0_1::batch
