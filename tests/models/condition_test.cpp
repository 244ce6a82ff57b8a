#include <thalweg/models/condition.hpp>

#include <string>

#include <doctest/doctest.h>

using namespace thalweg;

namespace {

std::string message(const std::string& text) {
  try {
    Condition::parse(text);
  } catch (const FormulaError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("conditions have two sides and a comparison") {
  using enum Condition::Kind;
  CHECK(Condition::parse("a + b = 1").kind == equal);
  CHECK(Condition::parse("a==b").kind == equal);
  CHECK(Condition::parse("a <= 2*b").kind == less);
  CHECK(Condition::parse("k1 > k2").kind == greater);
  CHECK(Condition::parse("k1 >= if(a < b, 1, 2)").kind == greater);
  CHECK(Condition::parse("`a<b` < 1").left.names()[0].name == "a<b");
  CHECK(Condition::parse("a - b > c").difference().text() == "( c) - (a - b )");
  CHECK(Condition::parse("a < c").difference().text().substr(0, 3) == "(a ");
}

TEST_CASE("what is no condition is refused at its place") {
  CHECK(message("a + b").find("nothing is compared") != std::string::npos);
  CHECK(message("0 < a < 1").find("column 7: a second comparison") != std::string::npos);
  CHECK(message("a != b").find("'!=' is no constraint") != std::string::npos);
  CHECK(message("a < ").find("expected") != std::string::npos);
  CHECK(message("a + = b").find("column") != std::string::npos);
  CHECK(message("").find("nothing is compared") != std::string::npos);
}
