// Built-in models by name: "y = gaussian + linear" stands for a formula, and its starts are guessed from the data.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/formula/formula.hpp>
#include <thalweg/models/curve_fit.hpp>

namespace thalweg::inline v0_1 {

/// A parameter of a built-in model.
struct LibraryParameter {
  std::string name;     ///< "center"; a fit calls it "gaussian.center"
  std::string about;    ///< what it means
  bool linear = false;  ///< the model is linear, without a constant, in all that are marked, together
  /// Where the mathematics demands it: widths have no sign.
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
};

/// A built-in model.
struct LibraryModel {
  std::string name;                 ///< "gaussian"
  std::string formula;              ///< of `inputs` and of the parameters' names
  std::vector<std::string> inputs;  ///< mostly {"x"}
  std::vector<LibraryParameter> parameters;
  std::string about;       ///< one line: what it is for
  bool is_spline = false;  ///< formula and parameters depend on the knots, spline(x, 0, 1, 2)
};

/// All of them, those of a kind beside each other.
std::span<const LibraryModel> model_library();

/// A built-in model in an equation.
struct ModelTerm {
  LibraryModel model;
  std::string prefix;               ///< "gaussian", or "gaussian1", ... when the model occurs more than once
  std::vector<std::string> inputs;  ///< the expression that stands for each of the model's inputs
  TextRange where;                  ///< in the text as it was given
  /// "gaussian.center"
  std::string parameter(std::size_t index) const { return prefix + "." + model.parameters[index].name; }
};

/// A text with names of built-in models, written out.
struct ExpandedModel {
  std::string equation;  ///< "y = gaussian.amplitude/(...)": the text itself where it holds no built-in model
  std::vector<ModelTerm> terms;
  std::vector<std::string> notes;  ///< what was decided; sentences

  /// Where a part of the equation comes from in the text as it was given.
  TextRange source(TextRange where) const;

  /// From the offset `at` on, the equation is copied from `source`, or, not `exact`, stands for what is there.
  struct Piece {
    std::size_t at = 0, source = 0;
    bool exact = true;
  };
  std::vector<Piece> pieces;
};

/// What the names beside those of built-in models stand for.
struct ModelNames {
  std::vector<std::string> columns;
  /// One for each column, to tell which hold numbers, or none; they stay the caller's.
  std::span<const std::vector<double>> values;
  std::vector<std::string> parameters;  ///< that have an entry of their own
  std::optional<std::string> sigma;     ///< a column that is no input
};

/// Writes an equation out: `gaussian(t)` with its input, or `gaussian`, whose input is the column x or else the first
/// that is neither response nor standard deviation. Without "y =" the response is the column y, or else the first that
/// is not the input. A column or a parameter of the same name goes before a built-in model. Throws FormulaError, with
/// places in `text`. check_curve_fit and fit_table do the same, and guess starts of the parameters that have none.
ExpandedModel expand_model(const std::string& text, const ModelNames& names);

}  // namespace thalweg::inline v0_1
