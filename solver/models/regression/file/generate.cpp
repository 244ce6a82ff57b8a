// Tables made by a rule.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <thalweg/models/regression_fit.hpp>

#include "math/random.hpp"

namespace thalweg::inline v0_1 {
namespace {

using regression::Random;

RegressionData empty_table(int inputs, int classes) {
  RegressionData data;
  for (int j = 0; j < inputs; ++j) data.inputs.push_back("x" + std::to_string(j + 1));
  data.x.resize(static_cast<std::size_t>(inputs));
  for (int k = 0; k < classes; ++k) data.classes.push_back(std::to_string(k));
  data.response = classes > 0 ? "class" : "y";
  return data;
}

RegressionData spirals(const GenerateOptions& o) {
  RegressionData data = empty_table(2, o.classes);
  Random random(o.seed);
  for (std::int64_t i = 0; i < o.samples; ++i) {
    const std::int64_t arm = i % o.classes, arms = (o.samples - arm + o.classes - 1) / o.classes;
    const double t = arms > 1 ? static_cast<double>(i / o.classes) / static_cast<double>(arms - 1) : 0.0;
    const double radius = 0.05 + 0.95 * t;
    const double angle = 2.0 * std::numbers::pi * (t + static_cast<double>(arm) / o.classes);
    data.x[0].push_back(radius * std::cos(angle) + o.noise * random.normal());
    data.x[1].push_back(radius * std::sin(angle) + o.noise * random.normal());
    data.y.push_back(static_cast<double>(arm));
  }
  return data;
}

RegressionData sine(const GenerateOptions& o) {
  RegressionData data = empty_table(1, 0);
  Random random(o.seed);
  for (std::int64_t i = 0; i < o.samples; ++i) {
    const double part = o.samples > 1 ? static_cast<double>(i) / static_cast<double>(o.samples - 1) : 0.5;
    data.x[0].push_back(std::numbers::pi * (2.0 * part - 1.0));
    data.y.push_back(std::sin(data.x[0].back()) + o.noise * random.normal());
  }
  return data;
}

RegressionData blobs(const GenerateOptions& o) {
  RegressionData data = empty_table(o.inputs, o.classes);
  Random random(o.seed);
  std::vector<double> centre;
  for (int i = 0; i < o.classes * o.inputs; ++i) centre.push_back(2.0 * random.uniform() - 1.0);
  for (std::int64_t i = 0; i < o.samples; ++i) {
    const std::int64_t k = i % o.classes;
    for (int j = 0; j < o.inputs; ++j)
      data.x[static_cast<std::size_t>(j)].push_back(centre[static_cast<std::size_t>(k * o.inputs + j)] +
                                                    o.noise * random.normal());
    data.y.push_back(static_cast<double>(k));
  }
  return data;
}

RegressionData logistic(const GenerateOptions& o) {
  RegressionData data = empty_table(o.inputs, 2);
  Random random(o.seed);
  for (std::int64_t i = 0; i < o.samples; ++i) {
    double score = 0.5;
    for (int j = 0; j < o.inputs; ++j) {
      data.x[static_cast<std::size_t>(j)].push_back(random.normal());
      score += (j % 2 == 0 ? 1.0 : -1.0) * data.x[static_cast<std::size_t>(j)].back();
    }
    score += o.noise * random.normal();
    data.y.push_back(random.uniform() < 1.0 / (1.0 + std::exp(-score)) ? 1.0 : 0.0);
  }
  return data;
}

}  // namespace

RegressionData generate(const GenerateOptions& o) {
  constexpr std::int64_t most = 10000000;  // numbers
  const auto wrong = [](std::string_view field, auto value, const std::string& expected) {
    throw Error(fmt::format("{} is {}; expected {}", field, value, expected));
  };
  const bool classes = o.what == "spirals" || o.what == "blobs";
  if (classes && (o.classes < 2 || o.classes > 1000)) wrong("classes", o.classes, "a whole number from 2 to 1000");
  if (o.inputs < 1 || o.inputs > 1000) wrong("inputs", o.inputs, "a whole number from 1 to 1000");
  const std::int64_t least = classes ? o.classes : 1, columns = o.inputs + 1;
  if (o.samples < least || o.samples > most / columns)
    wrong("samples", o.samples, fmt::format("a whole number from {} to {}", least, most / columns));
  if (!(o.noise >= 0.0) || !std::isfinite(o.noise)) wrong("noise", o.noise, "a number that is not negative");
  if (o.what == "spirals") return spirals(o);
  if (o.what == "sine") return sine(o);
  if (o.what == "blobs") return blobs(o);
  if (o.what == "logistic") return logistic(o);
  throw Error(fmt::format("unknown table '{}'; expected spirals, sine, blobs or logistic", o.what));
}

}  // namespace thalweg::inline v0_1
