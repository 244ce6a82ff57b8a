// What a model holds. Private to the floor.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <thalweg/problems/regression.hpp>

#include "problems/regression/objective.hpp"
#include "problems/regression/parts.hpp"

namespace thalweg {

struct RegressionModel::Impl {
  std::shared_ptr<const regression::Parts> parts;
  std::unique_ptr<regression::RegressionObjective> objective;
  std::shared_ptr<const Proximable> penalty;
  std::optional<regression::Standardisation> standard;
  std::vector<std::string> inputs, classes;
};

}  // namespace thalweg
