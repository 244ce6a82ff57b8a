#include <array>
#include <cctype>
#include <charconv>
#include <numbers>
#include <stdexcept>

#include "expression.hpp"

namespace sweep {
namespace {

struct Function {
  std::string_view name;
  Op op;
};
constexpr std::array functions = {
    Function{"exp", Op::exp},     Function{"expm1", Op::expm1},   Function{"log", Op::log},
    Function{"ln", Op::log},      Function{"log10", Op::log10},   Function{"log1p", Op::log1p},
    Function{"sqrt", Op::sqrt},   Function{"cbrt", Op::cbrt},     Function{"abs", Op::abs},
    Function{"sin", Op::sin},     Function{"cos", Op::cos},       Function{"tan", Op::tan},
    Function{"asin", Op::asin},   Function{"acos", Op::acos},     Function{"atan", Op::atan},
    Function{"arctan", Op::atan}, Function{"sinh", Op::sinh},     Function{"cosh", Op::cosh},
    Function{"tanh", Op::tanh},   Function{"erf", Op::erf},       Function{"erfc", Op::erfc},
    Function{"gamma", Op::gamma}, Function{"lgamma", Op::lgamma}, Function{"atan2", Op::atan2},
    Function{"hypot", Op::hypot}, Function{"min", Op::minimum},   Function{"max", Op::maximum},
    Function{"pow", Op::power},
};
bool is_binary(Op op) {
  return op == Op::atan2 || op == Op::hypot || op == Op::minimum || op == Op::maximum || op == Op::power;
}

/// Recursive descent; every function returns the index of the node that holds its value.
class Parser {
 public:
  Parser(std::string_view text, const std::vector<std::string>& parameters, const std::vector<std::string>& columns)
      : text_(text), parameters_(parameters), columns_(columns) {}

  Expression run() {
    conditional();
    if (!peek().empty()) fail("unexpected text");
    return std::move(result_);
  }

 private:
  int conditional() {
    const int condition = comparison();
    if (!take("?")) return condition;
    const int yes = conditional();
    if (!take(":")) fail("':' expected");
    const int no = conditional();
    return add({Op::choose, condition, yes, no});
  }
  int comparison() {
    const int a = sum();
    if (take("<=")) return binary(Op::less_equal, a, sum());
    if (take("<")) return binary(Op::less, a, sum());
    if (take(">=")) return binary(Op::less_equal, sum(), a);
    if (take(">")) return binary(Op::less, sum(), a);
    return a;
  }
  int sum() {
    int a = product();
    for (;;) {
      if (take("+"))
        a = binary(Op::add, a, product());
      else if (take("-"))
        a = binary(Op::subtract, a, product());
      else
        return a;
    }
  }
  int product() {
    int a = sign();
    for (;;) {
      if (take("*"))
        a = binary(Op::multiply, a, sign());
      else if (take("/"))
        a = binary(Op::divide, a, sign());
      else
        return a;
    }
  }
  int sign() {
    if (take("-")) return add({Op::negate, sign(), -1, -1});
    if (take("+")) return sign();
    return power();
  }
  /// Binds tighter than a sign to its left, to the right first.
  int power() {
    const int base = primary();
    return take("**") || take("^") ? binary(Op::power, base, sign()) : base;
  }
  int primary() {
    const std::string_view rest = peek();
    if (rest.empty()) fail("a value expected");
    if (take("(")) {
      const int inner = conditional();
      if (!take(")")) fail("')' expected");
      return inner;
    }
    if (std::isdigit(static_cast<unsigned char>(rest[0])) || rest[0] == '.') return number(rest);
    if (std::isalpha(static_cast<unsigned char>(rest[0]))) return named(rest);
    fail("a value expected");
  }
  int number(std::string_view rest) {
    double value = 0.0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    if (error != std::errc()) fail("a number expected");
    at_ += static_cast<std::size_t>(end - rest.data());
    return constant(value);
  }
  int named(std::string_view rest) {
    std::size_t length = 1;
    while (length < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[length])) || rest[length] == '_'))
      ++length;
    const std::string_view name = rest.substr(0, length);
    at_ += length;
    for (std::size_t j = 0; j < parameters_.size(); ++j)
      if (parameters_[j] == name) return add({Op::parameter, static_cast<int>(j), -1, -1});
    for (std::size_t j = 0; j < columns_.size(); ++j)
      if (columns_[j] == name) return add({Op::column, static_cast<int>(j), -1, -1});
    if (name == "pi") return constant(std::numbers::pi);
    if (name == "e") return constant(std::numbers::e);
    for (const Function& f : functions)
      if (f.name == name) return call(f.op);
    fail("unknown name");
  }
  int call(Op op) {
    if (!take("(")) fail("'(' expected");
    int a = conditional();
    if (is_binary(op)) {
      if (!take(",")) fail("',' expected");
      do a = binary(op, a, conditional());
      while ((op == Op::minimum || op == Op::maximum) && take(","));
    } else {
      a = add({op, a, -1, -1});
    }
    if (!take(")")) fail("')' expected");
    return a;
  }

  int add(Node node) {
    result_.nodes.push_back(node);
    return static_cast<int>(result_.nodes.size()) - 1;
  }
  int binary(Op op, int a, int b) { return add({op, a, b, -1}); }
  int constant(double value) { return add({.op = Op::constant, .value = value}); }

  std::string_view peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return text_.substr(at_);
  }
  bool take(std::string_view token) {
    const std::string_view rest = peek();
    if (!rest.starts_with(token)) return false;
    if (token == "*" && rest.starts_with("**")) return false;
    at_ += token.size();
    return true;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("formula '" + std::string(text_) + "', at " + std::to_string(at_ + 1) + ": " + what);
  }

  std::string_view text_;
  const std::vector<std::string>&parameters_, &columns_;
  std::size_t at_ = 0;
  Expression result_;
};

}  // namespace

Expression parse(std::string_view text, const std::vector<std::string>& parameters,
                 const std::vector<std::string>& columns) {
  return Parser(text, parameters, columns).run();
}

}  // namespace sweep
