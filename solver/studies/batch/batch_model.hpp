// From the text of --model to the model of a batch.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <thalweg/batch/model.hpp>

#include "studies/batch/batch_source.hpp"

namespace thalweg::inline v0_1::studies {

struct NamedBatchModel {
  std::unique_ptr<BatchModel> model;
  BatchNames names;  ///< of the columns of a table
};

/// `starts` names the parameters of an equation. Throws Error that says which models there are.
NamedBatchModel batch_model_of(const std::string& text, const std::vector<std::pair<std::string, double>>& starts);

}  // namespace thalweg::inline v0_1::studies
