// Why a method cannot be run, in sentences.
#pragma once

#include <string>

#include <thalweg/train/train.hpp>

namespace thalweg::inline v0_1 {

/// Of the options' rule on F + h; empty: it can.
std::string rule_refusal(const TrainOptions& options, const Objective& objective, const Proximable* h);

}  // namespace thalweg::inline v0_1
