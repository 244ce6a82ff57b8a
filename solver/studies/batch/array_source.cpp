// Fits in an array of numbers: .npy, or raw.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>
#include <thalweg/io/npy.hpp>

#include "studies/batch/batch_source.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

bool ends_with(const std::string& text, std::string_view end) { return text.ends_with(end); }

std::string in_words(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t n : shape) text += (text.empty() ? "" : " × ") + std::to_string(n);
  return shape.empty() ? "one number" : text;
}

std::int64_t product(std::vector<std::int64_t>::const_iterator begin, std::vector<std::int64_t>::const_iterator end) {
  std::int64_t all = 1;
  for (; begin != end; ++begin) all *= *begin;
  return all;
}

/// An array as numbers that are fits × points each.
class FitArray {
 public:
  FitArray(NpyFile file, int point_dimensions) : file_(std::move(file)) {
    const auto& shape = file_.shape();
    if (file_.fields().size() > 1)
      throw FileError(file_.path(), 0, 0, "a structured array", "a plain one: numbers of one type");
    if (static_cast<int>(shape.size()) < point_dimensions)
      throw FileError(file_.path(), 0, 0, fmt::format("a shape of {}", in_words(shape)),
                      fmt::format("{} dimensions of points, and those of the fits before them", point_dimensions));
    const auto border = shape.end() - point_dimensions;
    grid = {shape.begin(), border};
    point_shape = {border, shape.end()};
    fits = product(grid.begin(), grid.end());
    points = product(point_shape.begin(), point_shape.end());
    if (file_.columns_first() && shape.size() > 2)
      throw FileError(file_.path(), 0, 0, "columns first (Fortran order) in more than two dimensions",
                      "rows first: numpy.ascontiguousarray(a)");
    if (fits < 1 || points < 1)
      throw FileError(file_.path(), 0, 0, fmt::format("a shape of {}", in_words(shape)),
                      "at least one fit of one point");
  }

  /// Of the fits [begin, end), those of a fit beside each other.
  void read(std::int64_t begin, std::int64_t end, double* to) const {
    if (!file_.columns_first()) {
      file_.read_elements(begin * points, end * points, to);
      return;
    }
    std::vector<double> column(static_cast<std::size_t>(end - begin));
    double* const at = column.data();
    for (std::int64_t p = 0; p < points; ++p) {
      file_.read(begin, end, {p}, &at);
      for (std::int64_t f = 0; f < end - begin; ++f) to[f * points + p] = column[static_cast<std::size_t>(f)];
    }
  }

  std::vector<std::int64_t> grid, point_shape;
  std::int64_t fits = 0, points = 0;

 private:
  NpyFile file_;
};

class ArraySource final : public BatchSource {
 public:
  ArraySource(const BatchRequest& request, const BatchNames& names)
      : request_(request), data_(open(request), request.x.empty() && names.predictors.size() == 2 ? 2 : 1) {
    fits = data_.fits;
    grid = data_.grid;
    if (data_.points > most_points)
      throw FileError(request.file, 0, 0, fmt::format("{} points in each fit", data_.points),
                      fmt::format("at most {}", most_points));
    points = static_cast<int>(data_.points);
    if (names.predictors.size() > 1 && !request.x.ends_with(".npy") &&
        (names.predictors.size() > 2 || !request.x.empty()))
      throw Error(
          fmt::format("the model has the predictors {}, for they have no start; expected --start for its "
                      "parameters, or --x FILE.npy with {} rows",
                      enumerated(names.predictors), names.predictors.size()));
    take_predictors(names.predictors.size());
    take_sigma();
  }

  void read(std::int64_t begin, std::int64_t end, BatchPiece& piece) const override {
    const auto numbers = static_cast<std::size_t>((end - begin) * points);
    piece.y.resize(numbers);
    data_.read(begin, end, piece.y.data());
    piece.x.clear();
    if (own_x_) {
      piece.x.emplace_back(numbers);
      own_x_->read(begin, end, piece.x[0].data());
    }
    if (own_sigma_) {
      piece.sigma.resize(numbers);
      own_sigma_->read(begin, end, piece.sigma.data());
    }
  }

 private:
  static constexpr std::int64_t most_points = 1'000'000;

  static NpyFile open(const BatchRequest& request) {
    if (ends_with(request.file, ".npy")) {
      if (!request.shape.empty()) throw Error("--shape is of raw numbers, and an .npy file has its own; expected one");
      return NpyFile(request.file);
    }
    if (request.shape.empty())
      throw FileError(request.file, 0, 0, "neither .npy nor a table (.csv, .tsv, .txt)",
                      "--shape FITS,POINTS and --type f8 of raw numbers");
    return NpyFile::raw(request.file, request.shape, request.type);
  }

  void take_predictors(std::size_t count) {
    if (request_.x.empty() && count == 2) {
      shared_x.resize(2);
      for (std::int64_t row = 0; row < data_.point_shape[0]; ++row)
        for (std::int64_t column = 0; column < data_.point_shape[1]; ++column) {
          shared_x[0].push_back(static_cast<double>(column));
          shared_x[1].push_back(static_cast<double>(row));
        }
    } else if (request_.x.empty() && count == 1) {
      shared_x = {ramp(points)};
    } else if (request_.x.empty()) {
      throw Error(
          fmt::format("the model has {} predictors; expected --x FILE.npy of shape {} × {}", count, count, points));
    } else if (!ends_with(request_.x, ".npy")) {
      take_ramp(count);
    } else {
      take_file(count);
    }
  }

  void take_ramp(std::size_t count) {
    double first = 0.0, step = 0.0;
    const char *at = request_.x.data(), *const end = at + request_.x.size();
    const auto a = std::from_chars(at, end, first);
    const bool colon = a.ec == std::errc{} && a.ptr != end && *a.ptr == ':';
    const auto b = colon ? std::from_chars(a.ptr + 1, end, step) : a;
    const bool finite = std::isfinite(first) && std::isfinite(step);
    if (!colon || b.ec != std::errc{} || b.ptr != end || !finite || step == 0.0 || count != 1)
      throw Error(fmt::format("--x is '{}'; expected {}FILE.npy", request_.x, count == 1 ? "FIRST:STEP or " : ""));
    shared_x = {ramp(points, first, step)};
  }

  void take_file(std::size_t count) {
    NpyFile file(request_.x);
    const std::vector<std::int64_t> shape = file.shape();
    const auto n = static_cast<std::int64_t>(count);
    const bool all_in_one = shape == std::vector<std::int64_t>{points} && n == 1;
    if (all_in_one || shape == std::vector<std::int64_t>{n, points}) {
      const FitArray array(std::move(file), 1);
      std::vector<double> all(static_cast<std::size_t>(n * points));
      array.read(0, n, all.data());
      if (const auto wrong = std::find_if_not(all.begin(), all.end(), [](double v) { return std::isfinite(v); });
          wrong != all.end())
        throw FileError(request_.x, 0, 0, fmt::format("x of point {} is {}", (wrong - all.begin()) % points, *wrong),
                        "finite numbers, for all fits share them");
      for (std::int64_t k = 0; k < n; ++k)
        shared_x.emplace_back(all.begin() + k * points, all.begin() + (k + 1) * points);
      return;
    }
    own_x_.emplace(std::move(file), 1);
    if (n != 1 || own_x_->fits != fits || own_x_->points != points)
      throw FileError(request_.x, 0, 0, fmt::format("a shape of {}", in_words(shape)),
                      fmt::format("{}{} for all fits{}", n > 1 ? fmt::format("{} × ", n) : "", points,
                                  n == 1 ? fmt::format(", or {} × {} for each", in_words(grid), points) : ""));
    shared_x.resize(1);
  }

  void take_sigma() {
    if (request_.sigma.empty()) return;
    double value = 0.0;
    const char *const at = request_.sigma.data(), *const end = at + request_.sigma.size();
    if (const auto read = std::from_chars(at, end, value); read.ec == std::errc{} && read.ptr == end) {
      if (!(value > 0.0)) throw Error(fmt::format("--sigma is {}; expected a number > 0", request_.sigma));
      shared_sigma.assign(static_cast<std::size_t>(points), value);
      return;
    }
    FitArray array(NpyFile(request_.sigma), static_cast<int>(data_.point_shape.size()));
    if (array.points != points || (array.fits != 1 && array.fits != fits))
      throw FileError(request_.sigma, 0, 0, fmt::format("{} × {} numbers", array.fits, array.points),
                      fmt::format("{} for all fits, or {} × {}", points, fits, points));
    if (array.fits == fits) {
      own_sigma_ = std::move(array);
      return;
    }
    shared_sigma.resize(static_cast<std::size_t>(points));
    array.read(0, 1, shared_sigma.data());
  }

  const BatchRequest& request_;
  const FitArray data_;
  std::optional<FitArray> own_x_, own_sigma_;
};

}  // namespace

std::vector<double> ramp(std::int64_t count, double first, double step) {
  std::vector<double> all;
  for (std::int64_t i = 0; i < count; ++i) all.push_back(first + step * static_cast<double>(i));
  return all;
}

std::unique_ptr<BatchSource> open_batch_source(const BatchRequest& request, const BatchNames& names) {
  const bool is_table = request.shape.empty() && (ends_with(request.file, ".csv") || ends_with(request.file, ".tsv") ||
                                                  ends_with(request.file, ".txt"));
  if (is_table && !request.x.empty())
    throw Error("--x is of arrays: a table has its predictors in columns, which are called as in the model");
  if (is_table) return request.wide ? wide_table_source(request, names) : long_table_source(request, names);
  if (request.wide || !request.group.empty() || request.skip_missing)
    throw Error(fmt::format("{} is of tables; expected .csv, .tsv or .txt", request.wide           ? "--wide"
                                                                            : request.skip_missing ? "--missing skip"
                                                                                                   : "--group"));
  return std::make_unique<ArraySource>(request, names);
}

}  // namespace thalweg::inline v0_1::studies
