// Names in the text of a formula, before it can be parsed. Private to the library.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <thalweg/models/model_library.hpp>

namespace thalweg::inline v0_1::library {

/// A part of a text, half-open.
struct Piece {
  std::size_t begin = 0, end = 0;
};

/// The words of a formula that are no numbers, and that do not stand between backticks.
std::vector<Piece> words_of(std::string_view text);
/// What stands between backticks.
std::vector<Piece> quoted_names_of(std::string_view text);
/// The offset of the equation's "=" or "~"; npos where there is none.
std::size_t equals_of(std::string_view text);
/// The offset of the first byte from `from` on that is no blank; the text's size where there is none.
std::size_t next_sign(std::string_view text, std::size_t from);
/// The parenthesis that closes the one at `open`; npos where there is none.
std::size_t closing(std::string_view text, std::size_t open);
/// What stands between the parentheses, parted at commas that are in no inner ones.
std::vector<Piece> arguments_of(std::string_view text, std::size_t open, std::size_t close);

/// The formula of a term, with its own names of inputs and parameters.
std::string formula_of(const ModelTerm& term);

}  // namespace thalweg::inline v0_1::library
