// Fits in a table: long, a row for each point, or wide, a row for each fit.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <thalweg/base/words.hpp>

#include "studies/batch/batch_source.hpp"
#include "table/contents.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t column_of(const DataTable& table, const ColumnNames& names, const std::string& name, const char* what) {
  const ColumnNames::Found found = names.find(name);
  if (found.column) return *found.column;
  std::string there;
  for (const std::string& spelling : names.spellings()) there += (there.empty() ? "" : ", ") + spelling;
  throw FileError(table.name(), 0, 0, fmt::format("no column '{}', the {}", name, what), there);
}

/// What a sigma stands for in a table: one number, or a column.
struct TableSigma {
  std::optional<double> number;
  std::optional<std::size_t> column;

  TableSigma(const DataTable& table, const ColumnNames& names, const std::string& text) {
    if (text.empty()) return;
    double value = 0.0;
    const char* const end = text.data() + text.size();
    if (const auto read = std::from_chars(text.data(), end, value); read.ec == std::errc{} && read.ptr == end) {
      if (!(value > 0.0)) throw Error(fmt::format("--sigma is {}; expected a number > 0", text));
      number = value;
    } else {
      column = column_of(table, names, text, "standard deviation");
    }
  }
};

void note_left_out(std::size_t points, std::vector<std::string>& notes) {
  if (points > 0)
    notes.push_back(fmt::format("{} without a value {} left out", counted(static_cast<long long>(points), "point"),
                                points == 1 ? "is" : "are"));
}

/// Rows of one group, wherever they stand, are one fit. Fits with fewer points than others are filled up with points
/// that do not count.
class LongTable final : public BatchSource {
 public:
  LongTable(const BatchRequest& request, const BatchNames& names)
      : table_(DataTable::read(request.file, request.table)), columns_(table_.table().columns) {
    if (request.group.empty())
      throw Error(
          fmt::format("'{}' does not say which rows are one fit; expected --group COLUMN, or --wide", request.file));
    response_ = column_of(table_, columns_, names.response, "response");
    for (const std::string& name : names.predictors)
      predictors_.push_back(column_of(table_, columns_, name, "predictor"));
    const TableSigma sigma(table_, columns_, request.sigma);
    sigma_ = sigma.column;
    number_ = sigma.number.value_or(1.0);
    skips_ = request.skip_missing;
    gather(column_of(table_, columns_, request.group, "group"));
    shared_x.resize(predictors_.size());
    grid = {fits};
  }

  void read(std::int64_t begin, std::int64_t end, BatchPiece& piece) const override {
    const auto numbers = static_cast<std::size_t>((end - begin) * points);
    piece.y.assign(numbers, 0.0);
    piece.sigma.assign(numbers, infinity);
    piece.x.assign(predictors_.size(), std::vector<double>(numbers, 0.0));
    const auto& values = table_.table().values;
    for (std::int64_t f = begin; f < end; ++f) {
      const std::vector<std::size_t>& rows = rows_[static_cast<std::size_t>(f)];
      if (rows.empty()) continue;
      for (std::size_t i = 0; i < static_cast<std::size_t>(points); ++i) {
        const std::size_t row = rows[std::min(i, rows.size() - 1)];
        const std::size_t at = static_cast<std::size_t>((f - begin) * points) + i;
        for (std::size_t k = 0; k < predictors_.size(); ++k) piece.x[k][at] = values[predictors_[k]][row];
        piece.y[at] = values[response_][row];
        if (i < rows.size()) piece.sigma[at] = sigma_ ? values[*sigma_][row] : number_;
      }
    }
  }
  std::string name(std::int64_t fit) const override { return labels_[static_cast<std::size_t>(fit)]; }

 private:
  void gather(std::size_t group) {
    std::unordered_map<std::string, std::size_t> index;
    const std::vector<std::string> texts = table_.texts(group);
    for (std::size_t row = 0; row < texts.size(); ++row) {
      if (texts[row].empty())
        throw FileError(table_.name(), 0, 0,
                        fmt::format("row {}, column '{}' is empty", row + 1, table_.table().columns[group]),
                        "the name of the row's fit");
      const auto [it, is_new] = index.emplace(texts[row], rows_.size());
      if (is_new) {
        rows_.emplace_back();
        labels_.push_back(texts[row]);
      }
      if (is_whole(row)) rows_[it->second].push_back(row);
    }
    std::size_t most = 0, least = std::numeric_limits<std::size_t>::max();
    for (const auto& rows : rows_) {
      most = std::max(most, rows.size());
      least = std::min(least, rows.size());
    }
    fits = static_cast<std::int64_t>(rows_.size());
    if (fits == 0) throw FileError(table_.name(), 0, 0, "no rows", "at least one");
    points = static_cast<int>(most);
    if (most == 0) throw FileError(table_.name(), 0, 0, "no row has all its numbers", "at least one");
    if (least < most) notes.push_back(fmt::format("fits have {} to {} points", least, most));
    note_left_out(left_out_, notes);
  }

  /// Whether a row has all numbers that are read. As in fit, one that has not is refused, or left out where that is
  /// asked for.
  bool is_whole(std::size_t row) {
    std::vector<std::size_t> read = predictors_;
    read.push_back(response_);
    if (sigma_) read.push_back(*sigma_);
    for (const std::size_t column : read) {
      if (std::isfinite(table_.table().values[column][row])) continue;
      if (!skips_ || !table_.contents().is_missing(row, column)) table_.contents().explain(row, column);
      ++left_out_;
      return false;
    }
    return true;
  }

  DataTable table_;
  ColumnNames columns_;
  std::size_t response_ = 0;
  std::vector<std::size_t> predictors_;
  std::optional<std::size_t> sigma_;
  double number_ = 1.0;
  bool skips_ = false;
  std::size_t left_out_ = 0;
  std::vector<std::vector<std::size_t>> rows_;  // of each fit
  std::vector<std::string> labels_;
};

/// The first line names the columns. Those whose names are numbers are points at these x; where none is, all columns
/// are points 0, 1, ...
class WideTable final : public BatchSource {
 public:
  WideTable(const BatchRequest& request, const BatchNames& names) : table_(named_by_first_line(request)) {
    if (names.predictors.size() != 1)
      throw Error(fmt::format("the model has {} predictors, and a wide table has one: its columns; expected --group",
                              names.predictors.size()));
    const auto& columns = table_.table().columns;
    std::vector<double> x;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      double value = 0.0;
      const char* const end = columns[c].data() + columns[c].size();
      const auto read = std::from_chars(columns[c].data(), end, value);
      if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(value)) continue;
      chosen_.push_back(c);
      x.push_back(value);
    }
    if (chosen_.empty())
      for (std::size_t c = 0; c < columns.size(); ++c) chosen_.push_back(c);
    points = static_cast<int>(chosen_.size());
    shared_x = {x.empty() ? ramp(points) : x};
    if (!x.empty())
      notes.push_back(fmt::format("the first line has x of the {} points: {:g} to {:g}", points, x.front(), x.back()));
    fits = table_.table().values.empty() ? 0 : static_cast<std::int64_t>(table_.table().values[0].size());
    if (fits == 0) throw FileError(request.file, 0, 0, "no rows", "at least one");
    grid = {fits};
    const TableSigma sigma(table_, ColumnNames(columns), request.sigma);
    if (sigma.column) throw Error("--sigma is a column, and a wide table has points in columns; expected a number");
    number_ = sigma.number.value_or(1.0);
    find_holes(request.skip_missing);
    if (!holes_ && sigma.number) shared_sigma.assign(static_cast<std::size_t>(points), number_);
  }

  void read(std::int64_t begin, std::int64_t end, BatchPiece& piece) const override {
    piece.y.resize(static_cast<std::size_t>((end - begin) * points));
    auto to = piece.y.begin();
    for (std::int64_t f = begin; f < end; ++f)
      for (const std::size_t c : chosen_) *to++ = table_.table().values[c][static_cast<std::size_t>(f)];
    piece.sigma.clear();
    if (!holes_) return;
    for (double& y : piece.y) {
      piece.sigma.push_back(std::isfinite(y) ? number_ : infinity);
      if (!std::isfinite(y)) y = 0.0;
    }
  }

 private:
  /// A line of numbers is no header to who reads tables: its names are given in its place, and it is left empty.
  static DataTable named_by_first_line(const BatchRequest& request) {
    std::ifstream file(request.file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file) throw FileError(request.file, 0, 0, "cannot be read", "a table whose first line names its columns");
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, end);
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    const char mark = line.find('\t') != std::string::npos  ? '\t'
                      : line.find(';') != std::string::npos ? ';'
                      : line.find(',') != std::string::npos ? ','
                                                            : ' ';
    TableOptions options = request.table;
    std::string cell;
    for (const char c : line + mark)
      if (c == mark) {
        if (mark != ' ' || !cell.empty()) options.columns.push_back(std::exchange(cell, {}));
      } else if (c != '"' && c != '\r') {
        cell += c;
      }
    return DataTable::parse(text.replace(0, end, ""), request.file, options);
  }

  /// As in fit: a cell without a number is refused, or, where that is asked for, does not count.
  void find_holes(bool skip) {
    std::size_t left_out = 0;
    for (const std::size_t c : chosen_)
      for (std::size_t row = 0; row < table_.table().values[c].size(); ++row) {
        if (std::isfinite(table_.table().values[c][row])) continue;
        if (!skip || !table_.contents().is_missing(row, c)) table_.contents().explain(row, c);
        ++left_out;
      }
    holes_ = left_out > 0;
    note_left_out(left_out, notes);
  }

  DataTable table_;
  std::vector<std::size_t> chosen_;  // columns that are points
  double number_ = 1.0;              // σ
  bool holes_ = false;               // some points do not count
};

}  // namespace

std::unique_ptr<BatchSource> long_table_source(const BatchRequest& request, const BatchNames& names) {
  return std::make_unique<LongTable>(request, names);
}
std::unique_ptr<BatchSource> wide_table_source(const BatchRequest& request, const BatchNames& names) {
  return std::make_unique<WideTable>(request, names);
}

}  // namespace thalweg::inline v0_1::studies
