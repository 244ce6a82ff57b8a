// Who takes part: ours, and the peers at their best settings.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cases.hpp"
#include "fit.hpp"

namespace versus {

struct Contender {
  std::string solver, setting;
  std::function<std::unique_ptr<Fit>(const Case&)> make;
  bool ours = false;
};

/// The first is the one that ratios refer to: our default options on the compiled callable.
std::vector<Contender> nist_contenders(int threads);
/// Those whose road to the minimum differs, for the success rate from perturbed starts.
std::vector<Contender> perturbed_contenders(int threads);
/// Those that take any number of parameters.
std::vector<Contender> mgh_contenders(int threads);

}  // namespace versus
