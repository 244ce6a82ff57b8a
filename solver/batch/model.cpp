#include <fmt/format.h>
#include <thalweg/base/error.hpp>
#include <thalweg/batch/model.hpp>

namespace thalweg::inline v0_1 {

BatchModel::BatchModel(std::vector<std::string> parameters, int predictors)
    : names_(std::move(parameters)), predictors_(predictors) {
  if (names_.empty() || names_.size() > most_batch_parameters)
    throw Error(
        fmt::format("a batch's model has {} parameters; expected 1 to {}", names_.size(), most_batch_parameters));
  if (predictors_ < 1 || predictors_ > most_batch_predictors)
    throw Error(fmt::format("a batch's model has {} predictors; expected 1 to {}", predictors_, most_batch_predictors));
}

void BatchModel::guess(std::span<const double* const>, std::span<const double>, double*) const {
  throw Error("the batch's model has no guess of its own; expected BatchData::starts");
}

}  // namespace thalweg::inline v0_1
