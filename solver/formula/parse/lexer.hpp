// Cuts the text of a formula into tokens.
#pragma once

#include <string>
#include <string_view>

#include <thalweg/formula/formula.hpp>

namespace thalweg::inline v0_1::formula {

enum class TokenKind {
  end,
  number,
  name,
  open,
  close,
  comma,
  question,
  colon,
  plus,
  minus,
  times,
  divide,
  power,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  logical_and,
  logical_or,
  logical_not
};

struct Token {
  TokenKind kind = TokenKind::end;
  TextRange where;
  double value = 0.0;  ///< of a number
};

class Lexer {
 public:
  Lexer(std::string_view text, int offset) : text_(text), offset_(offset) {}

  /// The next token. Throws FormulaError for a stray character or a malformed number.
  Token next();

  std::string_view text(TextRange where) const {
    return text_.substr(static_cast<std::size_t>(where.begin), static_cast<std::size_t>(where.end - where.begin));
  }
  /// An error at a place in this text.
  [[noreturn]] void fail(TextRange where, const std::string& problem, const std::string& expected) const;

 private:
  char at(int i) const { return i < static_cast<int>(text_.size()) ? text_[static_cast<std::size_t>(i)] : '\0'; }
  Token number();
  Token word();
  /// A name between backticks, which are part of the token.
  Token quoted_name();
  /// Bytes of the letter beyond ASCII at `i`; 0 where there is none.
  int letter_length(int i) const;
  Token symbol();
  [[noreturn]] void stray() const;

  std::string_view text_;
  int offset_;
  int position_ = 0;
};

}  // namespace thalweg::inline v0_1::formula
