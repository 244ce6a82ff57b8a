#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <thalweg/base/error.hpp>
#include <thalweg/train/update_rule.hpp>

using namespace thalweg;

namespace {

using Vector = std::vector<double>;

/// Of Σ (i + 1) xᵢ⁴ / 4 − xᵢ.
void step(UpdateRule& rule, Vector& x) {
  Vector point(x.size()), g(x.size());
  rule.ahead(x, point);
  for (std::size_t i = 0; i < x.size(); ++i) g[i] = static_cast<double>(i + 1) * point[i] * point[i] * point[i] - 1.0;
  rule.step(x, g);
}

std::string refusal_of(const std::string& text) {
  try {
    parse_rule_state(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("rule state: saved at step 5 as text, restored and continued, a rule walks on to the same bits") {
  for (const Rule name : all_rules()) {
    if (name == Rule::fista) continue;
    CAPTURE(to_string(name));
    const auto rule = make_rule(name, {.momentum = 0.7, .beta2 = 0.99}, 3);
    rule->set_rate(0.037);
    Vector x = {0.3, -1.1, 2.0 / 3.0};
    for (int k = 0; k < 5; ++k) step(*rule, x);
    const std::string text = to_text(rule->state());
    Vector y = x;
    for (int k = 0; k < 20; ++k) step(*rule, x);

    const auto again = make_rule(name, {}, 3);  // other constants, another rate
    again->restore(parse_rule_state(text));
    CHECK(again->steps() == 5);
    CHECK(again->rate() == 0.037);
    for (int k = 0; k < 20; ++k) step(*again, y);
    CHECK(x == y);
    CHECK(again->state() == rule->state());
  }
}

TEST_CASE("rule state: the text keeps every kind of double") {
  RuleState s{"adam", 1234567890123, {{"rate", 0.1}, {"beta1", 5e-324}}, {{"m", {-0.0, 1e308, INFINITY}}, {"v", {}}}};
  const std::string text = to_text(s);
  CHECK(text ==
        "thalweg rule state 1\nrule adam\nsteps 1234567890123\nconstant rate 0x1.999999999999ap-4\n"
        "constant beta1 0x0.0000000000001p-1022\narray m 3 -0x0p+0 0x1.1ccf385ebc8ap+1023 inf\narray v 0\nend\n");
  const RuleState back = parse_rule_state(text);
  CHECK(back == s);
  CHECK(std::signbit(back.arrays[0].second[0]));
}

TEST_CASE("rule state: damaged text is refused, and the message names the line") {
  CHECK(refusal_of("") == "rule state, line 1: ''; expected 'thalweg rule state 1'");
  CHECK(refusal_of("something else\n") == "rule state, line 1: 'something else'; expected 'thalweg rule state 1'");
  const std::string head = "thalweg rule state 1\nrule adam\n";
  CHECK(refusal_of(head) == "rule state, line 2: the text breaks off after it; expected a last line 'end'");
  CHECK(refusal_of(head + "steps -3\nend\n") == "rule state, line 3: '-3' is no count; expected a whole number >= 0");
  CHECK(refusal_of(head + "steps 3 4\nend\n") == "rule state, line 3: '4' is too much; expected the end of the line");
  CHECK(refusal_of(head + "steps\nend\n") == "rule state, line 3: the line ends early; expected a whole number");
  CHECK(refusal_of(head + "constant rate 0x1.8q\nend\n") ==
        "rule state, line 3: '0x1.8q' is no number; expected one such as 0x1.8p-1");
  CHECK(refusal_of(head + "array m 3 0x1p+0 0x1p+0\nend\n") ==
        "rule state, line 3: the line ends early; expected a number");
  CHECK(refusal_of(head + "velocity 3\nend\n") ==
        "rule state, line 3: 'velocity' is unknown; expected rule, steps, constant, array or end");
  CHECK(refusal_of("thalweg rule state 1\nsteps 3\nend\n") ==
        "rule state, line 3: no line named the rule; expected one such as 'rule adam'");
}

TEST_CASE("rule state: what does not fit the rule is refused, and the rule stays as it was") {
  const auto rule = make_rule(Rule::momentum, {}, 2);
  const RuleState before = rule->state();
  const auto refused = [&](RuleState s) {
    std::string what;
    try {
      rule->restore(s);
    } catch (const Error& e) {
      what = e.what();
    }
    CHECK(rule->state() == before);
    return what;
  };
  CHECK(refused(make_rule(Rule::nesterov, {}, 2)->state()) == "the state is of the rule 'nesterov'; expected momentum");
  RuleState s = before;
  s.constants.pop_back();
  CHECK(refused(s) == "the rule's state lacks the constant 'momentum'");
  s = before;
  s.arrays.clear();
  CHECK(refused(s) == "the rule's state lacks the array 'velocity'");
  s = before;
  s.arrays[0].second.push_back(1.0);
  CHECK(refused(s) == "the array 'velocity' of the rule's state has 3 numbers; expected 2");
  s = before;
  s.steps = -1;
  CHECK(refused(s) == "the rule's state has taken -1 steps; expected a number >= 0");
}
