// Starts of the built-in models in an equation, guessed from the data. Private to the readers.
#pragma once

#include <string>
#include <vector>

#include <thalweg/models/model_library.hpp>

namespace thalweg::inline v0_1::library {

/// No start can be guessed.
struct NoGuess {
  std::string problem, expected;
};

/// Sets the only start of each parameter of `terms` that has none in `fit` (starts are empty), from the rows of `data`,
/// whose equation is written out; bounds are kept. Parameters with a start keep it, and the others are guessed beside
/// it. Of data sets with more rows 4,000 are looked at. Throws NoGuess.
///
/// Terms are found one after the other, the one that explains most first (matching pursuit: Mallat & Zhang 1993), each
/// by a search over its curved parameters with the linear ones, and those of polynomials and splines in the sum, solved
/// for. A few steps of descent then tell candidates apart. Cost: some hundred passes over the rows a term.
void guess_starts(CurveFit& fit, const DataSet& data, const std::vector<ModelTerm>& terms);

}  // namespace thalweg::inline v0_1::library
