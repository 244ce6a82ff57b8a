// Complaints about the formula of --model.
#pragma once

#include <string>

#include <thalweg/formula/formula.hpp>

namespace thalweg::tool {

/// Throws UsageError: the complaint, then the formula, or what stands around the place in a long one, with carets under
/// the place.
[[noreturn]] void refuse_model(const std::string& model, TextRange where, const std::string& complaint);
[[noreturn]] void refuse_model(const std::string& model, TextRange where, const FormulaError& error);

}  // namespace thalweg::tool
