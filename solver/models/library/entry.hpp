// What the library knows of a model beside what it tells: how a start is looked for. Private to the library.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <thalweg/models/model_library.hpp>

namespace thalweg::inline v0_1::library {

/// The extent of an input.
struct InputScale {
  double least = 0.0, most = 0.0;
  double spacing = 0.0;         ///< median distance of neighbours that differ; > 0
  double least_positive = 0.0;  ///< 0: no value is positive
  std::size_t distinct = 0;     ///< different values
  double range() const { return most - least; }
};
using InputScales = std::span<const InputScale>;

/// For each parameter that is not linear, in their order, the values to try.
using Grid = std::vector<std::vector<double>>;

/// A peak as a Gaussian that was found in the data.
struct FoundPeak {
  double center = 0.0, sigma = 1.0, height = 1.0;
};

/// How the parameters that are not linear are looked for; the linear ones follow by linear least squares.
enum class Search {
  linear,  ///< there are none
  grid,    ///< all combinations of a grid
  peak,    ///< a Gaussian of any place and width, whose parameters are then those of the peak's shape
  wave     ///< amplitude, frequency, phase, and with a fourth parameter a rate of decay
};

struct Entry {
  LibraryModel model;
  Search search = Search::grid;
  Grid (*grid)(InputScales scales) = nullptr;
  /// Parameters of the model to try for a peak that was found.
  std::vector<std::vector<double>> (*shapes)(const FoundPeak& peak) = nullptr;
  /// Of several parameters that give the same curve, those that are wanted; null: there is no such choice.
  bool (*wanted)(std::span<const double> parameters) = nullptr;
  /// Parameters at which the model is about 1 everywhere; null: there are none.
  std::vector<double> (*one)(InputScales scales) = nullptr;
  bool needs_positive_input = false;  ///< an input < 0 is outside its domain
};

std::vector<Entry> polynomials();
std::vector<Entry> exponentials();
std::vector<Entry> saturations();
std::vector<Entry> sigmoids();
std::vector<Entry> peaks();
std::vector<Entry> waves();

/// All of them; lives as long as the program.
std::span<const Entry> entries();
const Entry* find_entry(std::string_view name);

/// spline(x, k1, k2, ...), the natural cubic spline through values at knots in ascending order, 2 to 20 of them,
/// written as a truncated power series: linear in the values and, outside of the knots, in x (de Boor 1978, chapter
/// IV).
LibraryModel spline_of(std::span<const double> knots);

/// `count` values, evenly spaced, or by a constant factor.
std::vector<double> even(double from, double to, int count);
std::vector<double> geometric(double from, double to, int count);
/// The values, and their negatives behind them.
std::vector<double> both_signs(std::vector<double> values);

inline LibraryParameter linear(const char* name, const char* about) { return {name, about, true}; }
inline LibraryParameter curved(const char* name, const char* about) { return {name, about, false}; }
inline LibraryParameter positive(const char* name, const char* about) { return {name, about, false, 0.0}; }

}  // namespace thalweg::inline v0_1::library
