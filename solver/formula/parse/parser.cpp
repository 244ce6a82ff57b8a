#include "formula/parse/parser.hpp"

#include <algorithm>
#include <numbers>
#include <utility>

#include <thalweg/base/words.hpp>
#include "formula/parse/one_of.hpp"

namespace thalweg::inline v0_1::formula {

void Parser::parse() {
  if (token_.kind == TokenKind::end) {
    lexer_.fail(token_.where, "the formula is empty", "an expression such as a*exp(-b*x)");
  }
  const Part whole = expression();
  if (token_.kind != TokenKind::end) fail_operator();
  is_condition = whole.condition;
}

Part Parser::make(Op op, TextRange where, std::initializer_list<Part> parts, bool truth) {
  Node node{.op = op, .where = where};
  int* const places[] = {&node.a, &node.b, &node.c};
  std::size_t i = 0;
  for (const Part& part : parts) *places[i++] = part.node;
  tree.nodes.push_back(node);
  return {static_cast<int>(tree.nodes.size()) - 1, where, truth};
}

Part Parser::binary(Op op, const Part& left, const Part& right) {
  return make(op, {left.where.begin, right.where.end}, {left, right});
}

void Parser::condition(const Part& part) const {
  if (part.condition) return;
  lexer_.fail(part.where, quoted(part.where) + " is a number, not a condition", "a comparison such as x > 0");
}

void Parser::fail_operand() const {
  const std::string place = token_.kind == TokenKind::end ? "at the end" : "before " + quoted(token_.where);
  lexer_.fail(token_.where, "missing operand " + place, "a number, a name, a function or '('");
}

void Parser::fail_operator() const {
  switch (token_.kind) {
    case TokenKind::close:
      lexer_.fail(token_.where, quoted(token_.where) + " closes nothing",
                  lexer_.text(token_.where) == ")" ? "'(' before it" : "'[' before it");
    case TokenKind::comma:
      lexer_.fail(token_.where, "',' outside the arguments of a function", "an operator");
    case TokenKind::colon:
      lexer_.fail(token_.where, "':' without '?'", "condition ? a : b");
    case TokenKind::less:
    case TokenKind::less_equal:
    case TokenKind::greater:
    case TokenKind::greater_equal:
    case TokenKind::equal:
    case TokenKind::not_equal:
      lexer_.fail(token_.where, "comparisons cannot be chained", "a < b && b < c");
    default:
      lexer_.fail(token_.where, "missing operator before " + quoted(token_.where), "an operator such as *");
  }
}

void Parser::fail_function(const Token& name) const {
  const NameList list = function_names();
  const std::vector<std::string_view> known(list.begin(), list.end());
  const std::string meant = nearest(lexer_.text(name.where), known);
  lexer_.fail(name.where, "unknown function " + quoted(name.where),
              meant.empty() ? one_of(known) + ", or an operator before the parenthesis" : "'" + meant + "'");
}

Part Parser::expression() {
  const Level level(*this);
  const Part first = disjunction();
  return token_.kind == TokenKind::question ? conditional(first) : first;
}

Part Parser::conditional(Part tested) {
  condition(tested);
  const Token question = token_;
  advance();
  const Part yes = expression();
  if (token_.kind != TokenKind::colon) {
    lexer_.fail(question.where, "'?' without ':'", "condition ? a : b");
  }
  advance();
  const Part no = expression();
  return make(Op::select, {tested.where.begin, no.where.end}, {tested, yes, no});
}

Part Parser::disjunction() {
  Part left = conjunction();
  while (token_.kind == TokenKind::logical_or) {
    condition(left);
    advance();
    const Part right = conjunction();
    condition(right);
    left = make(Op::logical_or, {left.where.begin, right.where.end}, {left, right}, true);
  }
  return left;
}

Part Parser::conjunction() {
  Part left = negation();
  while (token_.kind == TokenKind::logical_and) {
    condition(left);
    advance();
    const Part right = negation();
    condition(right);
    left = make(Op::logical_and, {left.where.begin, right.where.end}, {left, right}, true);
  }
  return left;
}

Part Parser::negation() {
  if (token_.kind != TokenKind::logical_not) return comparison();
  const Level level(*this);
  const int begin = token_.where.begin;
  advance();
  const Part part = negation();
  condition(part);
  return make(Op::logical_not, {begin, part.where.end}, {part}, true);
}

Part Parser::comparison() {
  const Part left = sum();
  Op op = Op::less;
  bool swapped = false;
  switch (token_.kind) {
    case TokenKind::less:
      break;
    case TokenKind::less_equal:
      op = Op::less_equal;
      break;
    case TokenKind::greater:
      swapped = true;
      break;
    case TokenKind::greater_equal:
      op = Op::less_equal;
      swapped = true;
      break;
    case TokenKind::equal:
      op = Op::equal;
      break;
    case TokenKind::not_equal:
      op = Op::not_equal;
      break;
    default:
      return left;
  }
  advance();
  const Part right = sum();
  const TextRange where{left.where.begin, right.where.end};
  return swapped ? make(op, where, {right, left}, true) : make(op, where, {left, right}, true);
}

Part Parser::sum() {
  Part left = product();
  while (token_.kind == TokenKind::plus || token_.kind == TokenKind::minus) {
    const Op op = token_.kind == TokenKind::plus ? Op::add : Op::subtract;
    advance();
    left = binary(op, left, product());
  }
  return left;
}

Part Parser::product() {
  Part left = signed_power();
  while (token_.kind == TokenKind::times || token_.kind == TokenKind::divide) {
    const Op op = token_.kind == TokenKind::times ? Op::multiply : Op::divide;
    advance();
    left = binary(op, left, signed_power());
  }
  return left;
}

Part Parser::signed_power() {
  if (token_.kind == TokenKind::plus || token_.kind == TokenKind::minus) {
    const Level level(*this);
    const Token sign = token_;
    advance();
    const Part operand = signed_power();
    const TextRange where{sign.where.begin, operand.where.end};
    if (sign.kind == TokenKind::plus) return {operand.node, where};
    return make(Op::negate, where, {operand});
  }
  const Part base = primary();
  if (token_.kind != TokenKind::power) return base;
  const Level level(*this);
  advance();
  return binary(Op::power, base,
                signed_power());  // the exponent may have a sign and a power: 2^-x^2
}

Part Parser::primary() {
  switch (token_.kind) {
    case TokenKind::number: {
      const Part part = make(Op::constant, token_.where, {});
      tree.nodes.back().value = token_.value;
      advance();
      return part;
    }
    case TokenKind::name:
      return named();
    case TokenKind::open:
      return parenthesised();
    default:
      fail_operand();
  }
}

Part Parser::parenthesised() {
  const Token open = token_;
  advance();
  Part inner = expression();
  close(open);
  inner.where = {open.where.begin, previous_end_};
  return inner;
}

void Parser::close(const Token& open) {
  if (token_.kind == TokenKind::end) {
    lexer_.fail(open.where, quoted(open.where) + " is never closed", lexer_.text(open.where) == "(" ? "')'" : "']'");
  }
  if (token_.kind != TokenKind::close) fail_operator();
  const bool round = lexer_.text(open.where) == "(";
  if (round != (lexer_.text(token_.where) == ")")) {
    lexer_.fail(token_.where, quoted(open.where) + " is closed by " + quoted(token_.where), round ? "')'" : "']'");
  }
  advance();
}

Part Parser::named() {
  const Token name = token_;
  advance();
  if (token_.kind == TokenKind::open && lexer_.text(token_.where) == "(") return call(name);
  std::string text(lexer_.text(name.where));
  if (text[0] == '`') text = text.substr(1, text.size() - 2);
  const bool is_constant = text == "pi" || text == "e";
  auto& all = tree.names;
  const auto known = std::find(all.begin(), all.end(), text);
  const int place = static_cast<int>(known - all.begin());
  if (known == all.end()) {
    all.push_back(text);
    (is_constant ? constants : names).push_back({text, name.where});
  }
  const Part part = make(Op::name, name.where, {});
  tree.nodes.back().a = place;
  if (is_constant) tree.nodes.back().value = text == "pi" ? std::numbers::pi : std::numbers::e;
  return part;
}

Part Parser::call(const Token& name) {
  const Function* function = find_function(lexer_.text(name.where));
  if (function == nullptr) fail_function(name);
  const Token open = token_;
  const std::vector<Part> parts = arguments(open);
  const TextRange where{name.where.begin, previous_end_};
  check_arguments(name, *function, parts.size(), where);
  if (function->op == Op::select) return if_call(name, parts);
  if (!function->variadic) return function_call(*function, where, parts);
  Part result = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) {
    result = make(function->op, where, {result, parts[i]});
  }
  return result;
}

Part Parser::function_call(const Function& function, TextRange where, const std::vector<Part>& parts) {
  const Part part = parts.size() == 1   ? make(function.op, where, {parts[0]})
                    : parts.size() == 2 ? make(function.op, where, {parts[0], parts[1]})
                                        : make(function.op, where, {parts[0], parts[1], parts[2]});
  tree.nodes.back().order = function.order;
  return part;
}

Part Parser::if_call(const Token& name, const std::vector<Part>& parts) {
  condition(parts[0]);
  return make(Op::select, {name.where.begin, previous_end_}, {parts[0], parts[1], parts[2]});
}

std::vector<Part> Parser::arguments(const Token& open) {
  std::vector<Part> parts;
  advance();
  if (token_.kind == TokenKind::close) {
    close(open);
    return parts;
  }
  parts.push_back(expression());
  while (token_.kind == TokenKind::comma) {
    advance();
    parts.push_back(expression());
  }
  close(open);
  return parts;
}

void Parser::check_arguments(const Token& name, const Function& function, std::size_t count, TextRange where) const {
  const auto wanted = static_cast<std::size_t>(function.arguments);
  if (count == wanted || (function.variadic && count > wanted)) return;
  const auto in_words = [](std::size_t n) { return std::to_string(n) + (n == 1 ? " argument" : " arguments"); };
  lexer_.fail(where, quoted(name.where) + " is given " + in_words(count),
              (function.variadic ? "at least " : "") + in_words(wanted) +
                  (function.op == Op::select ? ": if(condition, a, b)" : ""));
}

}  // namespace thalweg::inline v0_1::formula

namespace thalweg::inline v0_1 {

Formula Formula::parse(std::string_view text, int offset) {
  formula::Parser parser(text, offset);
  parser.parse();
  Formula result;
  result.text_ = text;
  result.offset_ = offset;
  result.names_ = std::move(parser.names);
  result.constants_ = std::move(parser.constants);
  result.condition_ = parser.is_condition;
  for (auto* names : {&result.names_, &result.constants_})
    for (Name& name : *names) {
      name.where.begin += offset;
      name.where.end += offset;
    }
  result.tree_ = std::make_shared<const formula::Tree>(std::move(parser.tree));
  return result;
}

}  // namespace thalweg::inline v0_1
