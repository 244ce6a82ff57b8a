#include "table/rows/rows.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <thalweg/base/aligned.hpp>
#include <thalweg/base/parallel.hpp>

#include "table/rows/plain_row.hpp"
#include "table/rows/row_reader.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

/// A chunk, where its rows go, and what reading it has found.
struct Part {
  LineChunk lines;
  int first_number = 1;      ///< of its first line
  std::size_t first_at = 0;  ///< of each column: where its rows begin; there is room for as many as lines
  RowMarks rows;
  bool failed = false;              ///< a line is faulty
  std::optional<RowState> changed;  ///< the state behind it, where that is another than the one before it
  bool doubtful = false;
};

/// Whether it is still unknown what a number means that an earlier row has, though a later row has shown it since.
bool is_to_be_read_again(const RowState& state) { return state.doubtful && state.decimal != Decimal::automatic; }

RowState initial_state(const DataTable::Contents& contents, Decimal decimal) {
  return {decimal, std::vector<DataTable::Contents::Kind>(contents.columns()), false};
}

class ChunkedRows {
 public:
  ChunkedRows(DataTable::Contents& contents, LineScan scan, int threads) : c_(contents), threads_(threads) {
    int number = 1;
    for (const LineChunk& chunk : scan.chunks) {
      const int first_number = number;
      number += static_cast<int>(chunk.lines);
      if (chunk.end <= c_.dialect.first_row) continue;
      Part& part = parts_.emplace_back();
      part.lines = chunk;
      part.first_number = first_number;
      part.first_at = lines_;
      lines_ += chunk.lines;
    }
    if (parts_.empty()) return;
    std::string buffer;
    const bool mark = c_.text.nearby(c_.dialect.first_row, 3, buffer) == "\xEF\xBB\xBF";  // a second byte order mark
    parts_[0].lines.begin = c_.dialect.first_row + (mark ? 3 : 0);
    parts_[0].first_number = c_.dialect.first_line;
  }

  /// Whether the columns, with room for all lines, take memory of the order of the text.
  bool is_dense() const {
    constexpr std::size_t most_doubles_per_byte = 2;
    return lines_ == 0 || c_.columns() <= most_doubles_per_byte * c_.text.size() / lines_;
  }

  void run() {
    make_room();
    RowState state = initial_state(c_, c_.dialect.decimal);
    do {
      state = initial_state(c_, state.decimal);
      read_all(state);
    } while (is_to_be_read_again(state));
    close_gaps();
    c_.dialect.decimal = state.decimal;
    c_.kinds = std::move(state.kinds);
  }

 private:
  void make_room() {
    std::vector<std::vector<double>>& values = c_.table.values;
    values.assign(c_.columns(), {});
    columns_.resize(values.size());
    parallel_chunks(static_cast<std::int64_t>(values.size()), 1, threads_,
                    [&](std::int64_t j, std::int64_t, std::int64_t) {
                      std::vector<double>& column = values[static_cast<std::size_t>(j)];
                      column.reserve(lines_);
                      detail::advise_large_pages(column.data(), lines_ * sizeof(double));
                      column.resize(lines_);
                      columns_[static_cast<std::size_t>(j)] = column.data();
                    });
    buffers_.resize(static_cast<std::size_t>(resolve_threads(threads_)));
  }

  /// All parts in the state that the parts before them leave behind.
  void read_all(RowState& state) {
    constexpr int most_attempts = 8;
    std::size_t next = 0;
    rows_ = 0;
    for (int attempt = 0; next < parts_.size(); ++attempt) {
      // The first part shows what most columns hold; there is no use in reading others before.
      if (next == 0 || attempt > most_attempts || state.depends_on_order()) {
        read_part(parts_[next], state, rows_, buffers_[0]);
        next = accept(next, next + 1, state);
      } else {
        next = accept(next, read_side_by_side(next, state), state);
      }
    }
  }

  /// Reads the parts from `first` on in one state, and returns behind the last one for which it is surely the right
  /// one: which has changed it, or is the last of all. The part of a faulty line is read again, for its message.
  std::size_t read_side_by_side(std::size_t first, const RowState& state) {
    std::atomic<std::size_t> behind = parts_.size();
    parallel_chunks(static_cast<std::int64_t>(parts_.size() - first), 1, threads_,
                    [&](std::int64_t chunk, std::int64_t, std::int64_t) {
                      const std::size_t p = first + static_cast<std::size_t>(chunk);
                      if (p >= behind) return;
                      try {
                        read_part(parts_[p], state, 0, buffers_[static_cast<std::size_t>(current_thread())]);
                      } catch (const FileError&) {
                        parts_[p].failed = true;
                      }
                      if (!parts_[p].failed && !parts_[p].changed) return;
                      std::size_t known = behind;
                      while (p + 1 < known && !behind.compare_exchange_weak(known, p + 1)) {
                      }
                    });
    const std::size_t last = behind - 1;
    if (parts_[last].failed) {
      std::size_t rows = rows_;
      for (std::size_t p = first; p < last; ++p) rows += parts_[p].rows.rows();
      read_part(parts_[last], state, rows, buffers_[0]);
    }
    return behind;
  }

  /// Counts the rows of parts that were read, and takes the state behind them.
  std::size_t accept(std::size_t first, std::size_t behind, RowState& state) {
    for (std::size_t p = first; p < behind; ++p) {
      rows_ += parts_[p].rows.rows();
      state.doubtful = state.doubtful || parts_[p].doubtful;
    }
    if (std::optional<RowState>& changed = parts_[behind - 1].changed) {
      changed->doubtful = state.doubtful;
      state = std::move(*changed);
    }
    return behind;
  }

  /// `rows_before` is for messages.
  void read_part(Part& part, const RowState& state, std::size_t rows_before, std::string& buffer) {
    const std::string_view text = c_.text.bytes(part.lines.begin, part.lines.end, buffer);
    part.rows = {};
    part.failed = false;
    part.changed.reset();
    RowReader reader(c_, state);
    std::vector<double> values(c_.columns());
    const char* end = text.data() + text.size();
    int number = part.first_number;
    for (const char* line = text.data(); line != end; ++number) {
      const std::size_t row = part.rows.rows(), at = part.first_at + row;
      if (row == part.lines.lines) break;  // the file has changed since its lines were counted
      const std::size_t offset = part.lines.begin + static_cast<std::size_t>(line - text.data());
      const PlainForm form{c_.dialect.separator, reader.state().decimal};
      if (const char* next = reader.all_numbers() ? read_plain_row(line, end, form, columns_, at) : nullptr) {
        part.rows.add({offset, number});
        line = next;
        continue;
      }
      const std::size_t begin = offset - part.lines.begin, line_end = end_of_line(text, begin);
      if (reader.read(text.substr(begin, line_end - begin), number, rows_before + row + 1, values)) {
        for (std::size_t j = 0; j < values.size(); ++j) columns_[j][at] = values[j];
        part.rows.add({offset, number});
      }
      line = text.data() + behind_line_end(text, line_end);
    }
    part.doubtful = reader.state().doubtful;
    if (reader.has_changed()) part.changed = reader.state();
  }

  /// Moves the rows up to where lines that are no rows have left room.
  void close_gaps() {
    std::vector<std::vector<double>>& values = c_.table.values;
    parallel_chunks(static_cast<std::int64_t>(values.size()), 1, threads_,
                    [&](std::int64_t j, std::int64_t, std::int64_t) {
                      std::vector<double>& column = values[static_cast<std::size_t>(j)];
                      auto to = column.begin();
                      for (const Part& part : parts_) {
                        const auto from = column.begin() + static_cast<std::ptrdiff_t>(part.first_at);
                        const auto rows = static_cast<std::ptrdiff_t>(part.rows.rows());
                        to = to == from ? from + rows : std::copy(from, from + rows, to);
                      }
                      column.resize(static_cast<std::size_t>(to - column.begin()));
                    });
    c_.rows.clear();
    for (Part& part : parts_) c_.rows.append(std::move(part.rows));
  }

  DataTable::Contents& c_;
  int threads_;
  std::vector<Part> parts_;
  std::size_t lines_ = 0, rows_ = 0;
  std::vector<double*> columns_;
  std::vector<std::string> buffers_;  // of each thread: the part that it reads, where the text is in a file
};

}  // namespace

void read_rows(DataTable::Contents& contents, LineScan scan, int threads) {
  ChunkedRows rows(contents, std::move(scan), threads);
  if (rows.is_dense())
    rows.run();
  else
    read_rows_in_order(contents);
}

void read_rows_in_order(DataTable::Contents& contents) {
  const std::size_t columns = contents.columns();
  std::string buffer;
  const std::string_view text = contents.text.bytes(contents.dialect.first_row, contents.text.size(), buffer);
  std::vector<double> values(columns);
  RowState state = initial_state(contents, contents.dialect.decimal);
  do {
    RowReader reader(contents, initial_state(contents, state.decimal));
    RowMarks rows;
    contents.table.values.assign(columns, {});
    for (Lines lines(text); lines.next();) {
      const int number = contents.dialect.first_line + lines.number() - 1;
      if (!reader.read(lines.text(), number, rows.rows() + 1, values)) continue;
      for (std::size_t j = 0; j < columns; ++j) contents.table.values[j].push_back(values[j]);
      rows.add({contents.dialect.first_row + lines.offset(), number});
    }
    contents.rows.clear();
    contents.rows.append(std::move(rows));
    state = reader.state();
  } while (is_to_be_read_again(state));
  contents.dialect.decimal = state.decimal;
  contents.kinds = std::move(state.kinds);
}

}  // namespace thalweg::inline v0_1::reading
