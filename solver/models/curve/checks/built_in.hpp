// Built-in models in the equations of a draft. Private to the readers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <thalweg/models/model_library.hpp>

#include "models/curve/draft.hpp"

namespace thalweg::inline v0_1::reading {

class BuiltInModels {
 public:
  /// Writes the equations out and adds the parameters of the models, behind the others, with what the draft says of
  /// them. Those without a start have a provisional one. Throws FileError.
  explicit BuiltInModels(Draft& draft);

  /// Guesses the starts once the rows of the data are chosen, and adds notes. Throws FileError.
  void guess_starts(Draft& draft) const;

 private:
  void expand(Draft& draft, std::size_t data_set);
  void adopt_parameters(Draft& draft);

  std::vector<ExpandedModel> models_;  // one per data set
  std::vector<char> guessed_;          // of each parameter
};

/// Whether a name of a built-in model stands right of the "=".
bool mentions_model(std::string_view equation);
/// "'gausian' (did you mean 'gaussian'?)" where the equation has such a name, else nothing.
std::string misspelt_model(const DataSet& data);
/// Whether a name of a built-in model, or such a name and a number, stands before the names of its parameters.
bool is_model_prefix(std::string_view name);

}  // namespace thalweg::inline v0_1::reading
