// Recursive descent with one token of look-ahead. Chains of operators that associate to the left
// are loops; whatever does recurse counts its depth.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "formula/parse/lexer.hpp"
#include "formula/parse/syntax.hpp"

namespace thalweg::inline v0_1::formula {

inline constexpr int depth_limit = 200;

/// A parsed part: its node, its text with parentheses, and whether it is true or false rather than
/// a number.
struct Part {
  int node = -1;
  TextRange where;
  bool condition = false;
};

class Parser {
 public:
  Parser(std::string_view text, int offset) : lexer_(text, offset) { advance(); }

  void parse();
  Tree tree;
  std::vector<Formula::Name> names, constants;
  bool is_condition = false;  ///< the whole formula

 private:
  // One rule of the grammar each, from the loosest binding to the tightest.
  Part expression();
  Part disjunction();
  Part conjunction();
  Part negation();
  Part comparison();
  Part sum();
  Part product();
  Part signed_power();
  Part primary();

  Part conditional(Part condition);
  Part parenthesised();
  Part named();
  Part call(const Token& name);
  Part function_call(const Function& function, TextRange where, const std::vector<Part>& arguments);
  Part if_call(const Token& name, const std::vector<Part>& arguments);
  std::vector<Part> arguments(const Token& open);
  void check_arguments(const Token& name, const Function& function, std::size_t count, TextRange where) const;
  void close(const Token& open);

  void advance() {
    const int end = token_.where.end;
    token_ = lexer_.next();
    previous_end_ = end;
  }
  Part make(Op op, TextRange where, std::initializer_list<Part> parts, bool condition = false);
  Part binary(Op op, const Part& left, const Part& right);
  void condition(const Part& part) const;
  std::string quoted(TextRange where) const { return std::string("'").append(lexer_.text(where)).append("'"); }
  [[noreturn]] void fail_operand() const;
  [[noreturn]] void fail_operator() const;
  [[noreturn]] void fail_function(const Token& name) const;

  /// Counts the levels of recursion for as long as it lives.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > depth_limit) {
        parser_.lexer_.fail(parser_.token_.where, "nested more than " + std::to_string(depth_limit) + " levels deep",
                            "a flatter formula");
      }
    }
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  Lexer lexer_;
  Token token_;           // the one to look at
  int previous_end_ = 0;  // where the one before it ends
  int depth_ = 0;
};

}  // namespace thalweg::inline v0_1::formula
