// Solves that follow each other, told as one.
#pragma once

#include <thalweg/minimize/result.hpp>

namespace thalweg::inline v0_1 {

/// `all` becomes `next`, with the start, the effort, the notes and the trace of both.
void append(const Result& next, Result& all);

}  // namespace thalweg::inline v0_1
