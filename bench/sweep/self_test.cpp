#include "self_test.hpp"

#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "judge.hpp"

namespace sweep {
namespace {

struct Planted {
  const char* what;
  const char* model;
  std::vector<double> x, y, start, claimed;
  Verdict expected;
};

const std::vector<double> five = {0, 1, 2, 3, 4};

std::vector<Planted> planted() {
  return {
      {"line at its minimum", "p1 + p2*x", five, {1, 2.2, 2.9, 4.1, 5.2}, {1, 1}, {1.02, 1.03}, Verdict::minimum},
      {"line beside its minimum", "p1 + p2*x", five, {1, 2.2, 2.9, 4.1, 5.2}, {1, 1}, {1.0, 1.3}, Verdict::wrong},
      {"line in small units beside its minimum",
       "1e-40*(p1 + p2*x)",
       five,
       {1e-40, 2.2e-40, 2.9e-40, 4.1e-40, 5.2e-40},
       {1, 1},
       {1.0, 1.3},
       Verdict::wrong},
      {"line in small units at its minimum",
       "1e-40*(p1 + p2*x)",
       five,
       {1e-40, 2.2e-40, 2.9e-40, 4.1e-40, 5.2e-40},
       {1, 1},
       {1.02, 1.03},
       Verdict::minimum},
      {"sum of two parameters at its minimum", "p1 + p2", five, {1, 2, 3, 4, 5}, {1, 1}, {1, 2}, Verdict::minimum},
      {"maximum between two minima", "p1^2", five, {1, 1.1, 0.9, 1, 1.2}, {1}, {0}, Verdict::saddle},
      {"exact fit", "p1*x", five, {0, 2, 4, 6, 8}, {1}, {2}, Verdict::minimum},
      {"median at a kink", "abs(p1 - x)", five, {-1, -1, -1, -1, -1}, {1}, {2}, Verdict::kink},
      {"saturated", "p1 + exp(-p2*(x+1))", five, {1, 1.1, 0.9, 1.05, 1}, {1, 1}, {1.01, 20}, Verdict::tail},
      {"Gaussian beside all data", "p1*exp(-(x-p2)^2)", five, {0.1, 0.6, 1, 0.4, 0.1}, {1, 60}, {1, 60}, Verdict::lost},
      {"steep exponential that has begun to fall",
       "p1*exp(p2*x)",
       five,
       {1, 2.7, 7.4, 20, 55},
       {1, 3},
       {1e-3, 3.5},
       Verdict::wrong},
      {"saturated to the last bit",
       "p1*(1 - exp(-p2*(x+1)))",
       five,
       {109, 149, 149, 191, 213},
       {1, 1},
       {162.2, 38},
       Verdict::plateau},
      {"point of inflection", "p1 + cos(p1)", five, {-9, -9, -9, -9, -9}, {-1}, {-4.71238}, Verdict::wrong},
      {"extremum of the model", "p1^2", five, {-1, -1.1, -0.9, -1, -1.2}, {1}, {1e-9}, Verdict::minimum},
      {"nothing finite", "log(p1)*x", five, {1, 2, 3, 4, 5}, {1}, {-1}, Verdict::non_finite},
  };
}

Judgement judge_planted(const Planted& p) {
  thalweg::CurveFit fit;
  fit.data.push_back(data_set(std::string("y = ") + p.model, {"x", "y"}, {p.x, p.y}));
  for (std::size_t j = 0; j < p.start.size(); ++j)
    fit.parameters.push_back(parameter(fmt::format("p{}", j + 1), p.start[j]));
  Model model(fit);
  return judge(model, p.claimed);
}

}  // namespace

int self_test() {
  int wrong = 0;
  for (const Planted& p : planted()) {
    const Judgement judgement = judge_planted(p);
    if (judgement.verdict == p.expected) continue;
    ++wrong;
    std::fputs(
        fmt::format("{}: {}; expected {}\n", p.what, to_string(judgement.verdict), to_string(p.expected)).c_str(),
        stdout);
  }
  std::fputs(fmt::format("{} planted claims, {} judged wrongly\n", planted().size(), wrong).c_str(), stdout);
  return wrong > 0 ? 1 : 0;
}

}  // namespace sweep
