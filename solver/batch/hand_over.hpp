// Fits that the lanes leave unsolved.
#pragma once

#include "batch/lanes/job.hpp"

namespace thalweg::inline v0_1::batch {

/// Solves the fits that ended at the limit, stalled or singular, each as a problem of its own, from its start.
void hand_over(const Job& job);

}  // namespace thalweg::inline v0_1::batch
