// Moré, Garbow & Hillstrom, "Testing Unconstrained Optimization Software", ACM TOMS 7 (1981). The residuals are written
// as formulas, so that the judge evaluates them too; data as in the article.
#include "mgh.hpp"

#include <initializer_list>

#include <fmt/format.h>

namespace sweep {
namespace {

using Values = std::vector<double>;

/// Columns i = 1 … and y.
thalweg::DataSet indexed(const std::string& equation, const Values& y) {
  Values i;
  for (std::size_t k = 0; k < y.size(); ++k) i.push_back(static_cast<double>(k + 1));
  return data_set(equation, {"i", "y"}, {i, y});
}

/// One residual per formula, each to become zero.
std::vector<thalweg::DataSet> single(std::initializer_list<const char*> formulas) {
  std::vector<thalweg::DataSet> sets;
  for (const char* formula : formulas) {
    sets.push_back(indexed(fmt::format("y = {}", formula), {0.0}));
    sets.back().name = fmt::format("r{}", sets.size());
  }
  return sets;
}

SweepProblem fit(const std::string& name, const Values& start, std::vector<thalweg::DataSet> data) {
  SweepProblem problem;
  problem.name = problem.fit.file = problem.fit.title = name;
  for (std::size_t j = 0; j < start.size(); ++j)
    problem.fit.parameters.push_back(parameter(fmt::format("x{}", j + 1), start[j]));
  problem.fit.data = std::move(data);
  return problem;
}

void add_zero_residual(std::vector<SweepProblem>& all) {
  all.push_back(fit("rosenbrock", {-1.2, 1}, single({"10*(x2-x1^2)", "1-x1"})));
  all.push_back(fit("freudenstein-roth", {0.5, -2}, single({"-13+x1+((5-x2)*x2-2)*x2", "-29+x1+((x2+1)*x2-14)*x2"})));
  all.push_back(fit("powell-badly-scaled", {1e-3, 1}, single({"1e4*x1*x2-1", "exp(-x1)+exp(-x2)-1.0001"})));
  all.push_back(fit("brown-badly-scaled", {1, 1}, single({"x1-1e6", "x2-2e-6", "x1*x2-2"})));
  all.push_back(fit("beale", {1, 1}, single({"1.5-x1*(1-x2)", "2.25-x1*(1-x2^2)", "2.625-x1*(1-x2^3)"})));
  all.push_back(fit("powell-singular", {3, -1, 0.1, 1},
                    single({"x1+10*x2", "sqrt(5)*(x3-x4)", "(x2-2*x3)^2", "sqrt(10)*(x1-x4)^2"})));
  all.push_back(
      fit("wood", {-3, -1, -3, -1},
          single({"10*(x2-x1^2)", "1-x1", "sqrt(90)*(x4-x3^2)", "1-x3", "sqrt(10)*(x2+x4-2)", "(x2-x4)/sqrt(10)"})));
  all.push_back(fit("box", {0.1, 10, 20},
                    {indexed("y = exp(-0.1*i*x1)-exp(-0.1*i*x2)-x3*(exp(-0.1*i)-exp(-i))", Values(10, 0.0))}));
  all.push_back(
      fit("biggs-exp6", {1, 2, 1, 1.5, 1, 1.2},
          {indexed("y = x3*exp(-0.1*i*x1)-x4*exp(-0.1*i*x2)+x6*exp(-0.1*i*x5)-(exp(-0.1*i)-5*exp(-i)+3*exp(-0.4*i))",
                   Values(13, 0.0))}));
}

void add_data_fits(std::vector<SweepProblem>& all) {
  all.push_back(fit("jennrich-sampson", {0.3, 0.4}, {indexed("y = 2+2*i-(exp(i*x1)+exp(i*x2))", Values(10, 0.0))}));
  all.push_back(fit("bard", {1, 1, 1},
                    {indexed("y = x1+i/((16-i)*x2+min(i,16-i)*x3)", {0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39,
                                                                     0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39})}));
  all.push_back(fit(
      "gaussian", {0.4, 1, 0.1},
      {indexed("y = x1*exp(-0.5*x2*(0.5*(8-i)-x3)^2)", {0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
                                                        0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009})}));
  all.push_back(fit("meyer", {0.02, 4000, 250},
                    {indexed("y = x1*exp(x2/(45+5*i+x3))", {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261,
                                                            7030, 6005, 5147, 4427, 3820, 3307, 2872})}));
  all.push_back(
      fit("kowalik-osborne", {0.25, 0.39, 0.415, 0.39},
          {data_set("y = x1*(u^2+u*x2)/(u^2+u*x3+x4)", {"u", "y"},
                    {{4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625},
                     {0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246}})}));
  all.push_back(fit("brown-dennis", {25, 5, -5, -1},
                    {indexed("y = (x1+i/5*x2-exp(i/5))^2+(x3+x4*sin(i/5)-cos(i/5))^2", Values(20, 0.0))}));
  all.push_back(fit("osborne-1", {0.5, 1.5, -1, 0.01, 0.02},
                    {indexed("y = x1+x2*exp(-10*(i-1)*x4)+x3*exp(-10*(i-1)*x5)",
                             {0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751,
                              0.718, 0.685, 0.658, 0.628, 0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490,
                              0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411, 0.406})}));
}

}  // namespace

std::vector<SweepProblem> mgh_fits() {
  std::vector<SweepProblem> all;
  add_zero_residual(all);
  add_data_fits(all);
  return all;
}

}  // namespace sweep
