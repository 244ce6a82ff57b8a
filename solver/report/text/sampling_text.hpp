// What is said of a bootstrap and of samples of a posterior. Private.
#pragma once

#include <string>

#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {

/// Paragraphs, each after an empty line; empty where there is neither.
std::string sampling_text(const Report& report);

}  // namespace thalweg::inline v0_1
