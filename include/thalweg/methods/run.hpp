// One front door for every method, second-order or first-order, by name.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <thalweg/fwd.hpp>
#include <thalweg/minimize/global_search.hpp>
#include <thalweg/minimize/options.hpp>
#include <thalweg/minimize/result.hpp>
#include <thalweg/train/train.hpp>

namespace thalweg::inline v0_1 {

/// A method of solve() and minimize(), a rule of train(), or a search of global_search().
using AnyMethod = std::variant<Method, Rule, GlobalMethod>;
std::string_view to_string(AnyMethod);
/// Throws Error listing what there is.
AnyMethod parse_any_method(std::string_view);
/// All that descend from a start, second-order ones first; all_global_methods() has the others.
const std::vector<AnyMethod>& all_methods();
bool is_first_order(AnyMethod);
bool is_global(AnyMethod);

/// A problem in the forms that methods ask for. Not owned.
struct Subject {
  const Problem* residuals = nullptr;    ///< null: it is no sum of squares
  const Objective* objective = nullptr;  ///< null: the residuals serve; preferred by methods that need none of them
  const Proximable* penalty = nullptr;   ///< null: none; else methods that know no proximal step are refused
  std::string no_curvature = {};         ///< why newton and newton-cg make no sense, in a sentence; empty: they do
  Box box = {};                          ///< of the objective; residuals bring their own
  Box domain = {};                       ///< where global methods search; empty: everywhere within the bounds
};

/// Why the method cannot be run on the subject, a sentence that says what to take instead; empty when it can. `train`
/// counts for its batch size, its rate and its schedule.
std::string refusal(AnyMethod method, const Subject& subject, const TrainOptions& train = {});

/// From `start` (all parameters). A first-order method is run by `train` (its rule replaced), any other by `options`
/// (its method replaced). A global method leaves the start aside; Options::method is that of its descents,
/// Options::seed its seed. Throws Error with the text of refusal().
Result run(AnyMethod method, const Subject& subject, const std::vector<double>& start, const Options& options,
           const TrainOptions& train);

}  // namespace thalweg::inline v0_1
