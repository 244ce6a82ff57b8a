#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model.hpp"

namespace sweep {
namespace {

/// The text of a random expression over p1..pn and the columns x, z.
class Grammar {
 public:
  Grammar(Random& random, int parameters, int columns) : random_(random), parameters_(parameters), columns_(columns) {}

  std::string tree(int depth) {
    if (depth <= 0 || random_.chance(0.15)) return leaf();
    if (random_.chance(0.35)) return function(depth - 1);
    return operation(depth - 1);
  }
  std::string parameter() { return fmt::format("p{}", 1 + random_.below(parameters_)); }
  std::string column() { return columns_ > 1 && random_.chance(0.3) ? "z" : "x"; }

 private:
  std::string leaf() {
    const double kind = random_.uniform();
    if (kind < 0.55) return parameter();
    if (kind < 0.9) return column();
    static const char* const constants[] = {"2", "0.5", "3", "1", "-1", "10"};
    return fmt::format("({})", constants[random_.below(6)]);
  }
  std::string function(int depth) {
    static const char* const names[] = {"exp",  "exp", "log", "sqrt",  "sin",  "cos",   "tanh",
                                        "atan", "erf", "abs", "gamma", "cosh", "log1p", "expm1"};
    return fmt::format("{}({})", names[random_.below(14)], tree(depth));
  }
  std::string operation(int depth) {
    const double kind = random_.uniform();
    if (kind < 0.3) return fmt::format("({}+{})", tree(depth), tree(depth));
    if (kind < 0.42) return fmt::format("({}-{})", tree(depth), tree(depth));
    if (kind < 0.72) return fmt::format("({}*{})", tree(depth), tree(depth));
    if (kind < 0.84) return fmt::format("({}/{})", tree(depth), tree(depth));
    if (kind < 0.89) return fmt::format("({}^{})", tree(depth), parameter());
    if (kind < 0.94) {
      static const char* const powers[] = {"2", "3", "4", "(-1)", "(-2)", "0.5"};
      return fmt::format("({}^{})", tree(depth), powers[random_.below(6)]);
    }
    static const char* const names[] = {"min", "max", "atan2", "hypot"};
    return fmt::format("{}({},{})", names[random_.below(4)], tree(depth), tree(depth));
  }

  Random& random_;
  int parameters_, columns_;
};

/// Shapes that people fit; z stands for x where there is one column alone.
const char* const shapes[] = {"p1*exp(-p2*x)",
                              "p1*exp(-p2*x)+p3",
                              "p1*exp(-p2*x)+p3*exp(-p4*x)",
                              "p1*(1-exp(-p2*x))",
                              "p1*x/(p2+x)",
                              "p1*x^p2",
                              "p1*exp(-(x-p2)^2/p3^2)",
                              "p1*exp(-(x-p2)^2/(2*p3^2))+p4",
                              "p1/(1+exp(-p2*(x-p3)))",
                              "p1/(1+exp(p2-p3*x))+p4",
                              "p1*sin(p2*x+p3)",
                              "p1*sin(p2*x+p3)+p4",
                              "p1*exp(-p2*x)*cos(p3*x+p4)",
                              "(p1+p2*x)/(1+p3*x)",
                              "p1*tanh(p2*(x-p3))+p4",
                              "p1*erf((x-p2)/p3)+p4",
                              "p1/((x-p2)^2+p3^2)",
                              "p1*atan(p2*x)+p3",
                              "p1*log(p2+x^2)+p3",
                              "p1*(p2+x^2)^p3",
                              "p1+p2*x+p3*x^2",
                              "p1*exp(p2/(p3+x))",
                              "p1*exp(exp(-p2*x)*p3)",
                              "p1+p2*abs(x-p3)",
                              "p1+p2*max(x,p3)",
                              "p1*cosh(p2*x)+p3",
                              "p1+p2*exp(p3*z)+p4*x",
                              "p1*x^p2*z^p3",
                              "p1+p2*tanh(p3*x+p4*z)",
                              "((p1*((x*p2)-p4))+p3)",
                              "p1*p2*x+p3"};

/// The parameters that occur in the text, as "p1", "p2", ... without gaps.
std::string renumber(const std::string& text, int& count) {
  std::string out;
  std::vector<char> order;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] != 'p' || i + 1 >= text.size() || text[i + 1] < '1' || text[i + 1] > '9') continue;
    const char digit = text[++i];
    auto at = order.begin();
    while (at != order.end() && *at != digit) ++at;
    out += fmt::format("{}", 1 + (at - order.begin()));
    if (at == order.end()) order.push_back(digit);
  }
  count = static_cast<int>(order.size());
  return out;
}

std::vector<double> column_values(Random& random, int rows) {
  static const double ranges[][2] = {{-10, 10}, {0, 100}, {0, 5}, {0.1, 3}, {-1, 1}, {0, 1}, {-100, 100}, {1000, 2000}};
  const auto& range = ranges[random.chance(0.8) ? random.below(6) : random.below(8)];
  std::vector<double> values;
  const bool grid = random.chance(0.4);
  for (int i = 0; i < rows; ++i)
    values.push_back(grid ? range[0] + (range[1] - range[0]) * i / (rows - 1) : random.uniform(range[0], range[1]));
  return values;
}

double deviation(const std::vector<double>& values) {
  double mean = 0.0, squares = 0.0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
  return std::sqrt(squares);
}

/// Noise of 0.1 % to 100 % of the spread on exact values; in one case of five none, in one of eight nothing else.
std::vector<double> response(Random& random, std::vector<double> y) {
  const double spread = deviation(y);
  double largest = 0.0;
  for (const double v : y) largest = std::max(largest, std::abs(v));
  const double kind = random.uniform();
  if (kind < 0.2) return y;
  const bool noise_only = kind > 0.875;
  const double size = (noise_only ? 1.0 : std::pow(10.0, random.uniform(-3.0, 0.0))) *
                      (spread > 1e-9 * largest ? spread : std::max(largest, 1e-300));
  for (double& v : y) v = (noise_only ? 0.0 : v) + size * random.normal();
  return y;
}

double magnitude(Random& random) {
  const double sign = random.chance(0.75) ? 1.0 : -1.0;
  return sign * std::pow(10.0, 0.5 * random.normal());
}

std::string random_text(Random& random, int columns, int& parameters) {
  if (random.chance(0.4)) {
    std::string text = shapes[random.below(static_cast<int>(std::size(shapes)))];
    if (columns < 2)
      for (char& c : text)
        if (c == 'z') c = 'x';
    return renumber(text, parameters);
  }
  Grammar grammar(random, 1 + random.below(5), columns);
  std::string text = grammar.tree(2 + random.below(4));
  // A sum with further terms in parameters, the common form of a regression.
  if (random.chance(0.5)) text = fmt::format("({}*{}+{})", grammar.parameter(), text, grammar.parameter());
  return renumber(text, parameters);
}

/// One attempt; false where the model is not finite on the data or at every start tried.
bool attempt(Random& random, SweepProblem& problem) {
  const int columns = 1 + random.below(2), rows = 5 + random.below(26);
  int count = 0;
  std::string text = random_text(random, columns, count);
  if (count == 0 || count > rows || text.size() > 160) return false;
  if (random.chance(0.08)) text = fmt::format("{}*({})", random.chance(0.5) ? "1e-20" : "1e15", text);
  thalweg::CurveFit fit;
  fit.file = "random";
  thalweg::DataSet data = data_set("y = " + text, {"x"}, {column_values(random, rows)});
  if (columns == 2) {
    data.columns.emplace_back("z");
    data.values.push_back(column_values(random, rows));
  }
  data.columns.emplace_back("y");
  data.values.emplace_back(static_cast<std::size_t>(rows), 0.0);
  std::vector<double> truth;
  for (int j = 0; j < count; ++j) {
    truth.push_back(magnitude(random));
    fit.parameters.push_back(parameter(fmt::format("p{}", j + 1), truth.back()));
  }
  fit.data.push_back(std::move(data));

  // The response is zero so far: the residuals are the model's values.
  Model model(fit);
  const RealVector values = model.evaluate(Eigen::Map<const Eigen::VectorXd>(truth.data(), count).cast<Real>(), 0).r;
  std::vector<double> y;
  for (const Real v : values) y.push_back(static_cast<double>(v));
  for (const double v : y)
    if (!(std::abs(v) < 1e100)) return false;
  fit.data[0].values.back() = response(random, y);
  for (int tries = 0; tries < 10; ++tries) {
    std::vector<double> start;
    for (const double v : truth) start.push_back(v * std::pow(10.0, 0.8 * random.normal()));
    if (!finite_at(fit, start)) continue;
    for (std::size_t j = 0; j < start.size(); ++j) {
      thalweg::FitParameter& p = fit.parameters[j];
      p.starts = {start[j]};
      if (!random.chance(0.04)) continue;
      const double width = std::abs(start[j]) * random.uniform(0.1, 3.0);
      if (random.chance(0.5))
        p.lower = start[j] - (random.chance(0.2) ? 0.0 : width);
      else
        p.upper = start[j] + width;
    }
    problem = {"random", std::move(fit)};
    return true;
  }
  return false;
}

}  // namespace

SweepProblem random_problem(Random& random) {
  SweepProblem problem;
  while (!attempt(random, problem)) {
  }
  return problem;
}

}  // namespace sweep
