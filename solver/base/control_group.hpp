// What the process's control group allows (Linux, versions 1 and 2): the tightest limit on the way to the root.
#pragma once

#include <string>

namespace thalweg::inline v0_1::control_group {

/// Processors' worth of time, infinity: no quota. `root` stands for "/" (tests have their own tree).
double processor_quota(const std::string& root = "");
/// Bytes that may still be allocated before the limit; what the page cache holds counts as free. Infinity: no limit.
double memory_left(const std::string& root = "");

}  // namespace thalweg::inline v0_1::control_group
