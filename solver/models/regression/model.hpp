// What a model holds. Private to the floor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/models/regression.hpp>

#include "models/regression/objective.hpp"
#include "models/regression/parts.hpp"

namespace thalweg::inline v0_1 {

struct RegressionModel::Impl {
  std::shared_ptr<const regression::Parts> parts;
  std::unique_ptr<regression::RegressionObjective> objective;
  std::shared_ptr<const Proximable> penalty;
  std::optional<regression::Standardisation> standard;
  std::vector<std::string> inputs, classes;
};

}  // namespace thalweg::inline v0_1
