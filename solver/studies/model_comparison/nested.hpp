// Which models are nested in which, as far as numbers tell.
#pragma once

#include <vector>

#include <thalweg/studies/model_comparison.hpp>

namespace thalweg::inline v0_1::studies {

/// Of all pairs of which one has fewer parameters, with their tests; see NestedModels. `problems` in the order of
/// `fits`.
std::vector<NestedModels> nested_models(const std::vector<const CurveFit*>& problems,
                                        const std::vector<ModelFit>& fits);

}  // namespace thalweg::inline v0_1::studies
