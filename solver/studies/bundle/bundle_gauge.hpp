// Which of the world's seven directions are left free.
#pragma once

#include <vector>

#include <thalweg/diagnosis/check.hpp>
#include <thalweg/models/bundle_terms.hpp>

namespace thalweg::inline v0_1::studies {

/// Gauge directions of the bundle, among the parameters of its problem, that move nothing fixed and no place with a
/// prior: all seven by name, or those combinations of them that are left.
std::vector<FreeDirection> free_directions(const Problem& problem, const Bundle& bundle, const SharedIntrinsics& shared,
                                           const BundlePriors& priors);

}  // namespace thalweg::inline v0_1::studies
