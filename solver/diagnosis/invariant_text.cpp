#include "diagnosis/invariant_text.hpp"

#include <cmath>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

std::string number(double v) { return fmt::format("{:.6g}", v); }

std::string term_of(Coordinate coordinate, const std::string& name) {
  switch (coordinate) {
    case Coordinate::plain:
      return name;
    case Coordinate::logarithm:
      return "log(" + name + ")";
    case Coordinate::inverse:
      return "1/" + name;
    case Coordinate::square:
      break;
  }
  return name + "²";
}

std::string with_factor(double factor, Coordinate coordinate, const std::string& name) {
  const std::string text = number(factor);
  if (text == "1") return term_of(coordinate, name);
  if (coordinate == Coordinate::inverse) return text + "/" + name;
  return text + "·" + term_of(coordinate, name);
}

std::string with_power(const std::string& name, double exponent) {
  const std::string text = number(exponent);
  if (text == "1") return name;
  if (text == "2") return name + "²";
  if (text == "3") return name + "³";
  return name + "^" + text;
}

struct Terms {
  const LinearForm& form;
  const Coordinates& coordinates;
  const std::vector<std::string>& names;

  bool has(Coordinate c) const {
    for (std::size_t j = 0; j < form.size(); ++j)
      if (form[j] != 0.0 && coordinates[j] == c) return true;
    return false;
  }

  /// Of all coordinates but, perhaps, the logarithms.
  std::string sum(bool with_logarithms) const {
    std::string out;
    for (std::size_t j = 0; j < form.size(); ++j) {
      if (form[j] == 0.0 || (coordinates[j] == Coordinate::logarithm && !with_logarithms)) continue;
      const std::string sign = out.empty() ? (form[j] < 0.0 ? "-" : "") : form[j] < 0.0 ? " - " : " + ";
      out += sign + with_factor(std::abs(form[j]), coordinates[j], names[j]);
    }
    return out;
  }

  /// exp of the logarithms' part: a·b²/c.
  std::string product() const {
    std::string above, below;
    int factors_below = 0;
    for (std::size_t j = 0; j < form.size(); ++j) {
      if (form[j] == 0.0 || coordinates[j] != Coordinate::logarithm) continue;
      std::string& side = form[j] > 0.0 ? above : below;
      side += (side.empty() ? "" : "·") + with_power(names[j], std::abs(form[j]));
      if (form[j] < 0.0) ++factors_below;
    }
    if (below.empty()) return above;
    return (above.empty() ? "1" : above) + "/" + (factors_below > 1 ? "(" + below + ")" : below);
  }
};

}  // namespace

std::string in_words(const LinearForm& form, const Coordinates& coordinates, const std::vector<std::string>& names) {
  const Terms terms{form, coordinates, names};
  const bool others = terms.has(Coordinate::inverse) || terms.has(Coordinate::square);
  if (!terms.has(Coordinate::logarithm) || others) return terms.sum(true);
  if (!terms.has(Coordinate::plain)) return terms.product();
  return terms.product() + "·exp(" + terms.sum(false) + ")";
}

}  // namespace thalweg::inline v0_1
