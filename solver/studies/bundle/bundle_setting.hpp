// What a request adds to the file of a bundle: --share and --prior.
#pragma once

#include <string>
#include <vector>

#include <thalweg/models/bundle_terms.hpp>
#include <thalweg/studies/study.hpp>

namespace thalweg::inline v0_1::studies {

struct BundleSetting {
  Bundle bundle;  ///< with shared starts, in the world of the priors
  SharedIntrinsics shared;
  BundlePriors priors;
  bool loose = false;              ///< the priors' places leave a turn or a scale open, as those on a line
  std::vector<std::string> notes;  ///< what was changed, and what the priors leave free
};
/// Throws Error for what cannot be shared, and FileError for a wrong file of priors.
BundleSetting setting_of(Bundle bundle, const Request& request);

}  // namespace thalweg::inline v0_1::studies
