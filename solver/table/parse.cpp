// A text becomes a table: its encoding, its dialect, its rows.
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "table/array_table.hpp"
#include "table/contents.hpp"
#include "table/encoding.hpp"
#include "table/rows/reading_plan.hpp"
#include "table/rows/rows.hpp"

namespace thalweg::inline v0_1 {
namespace reading {
namespace {

/// Leaves out lines of text below the table: one cell each, where the rows have more and begin with a number.
void drop_footer(DataTable::Contents& c) {
  if (c.columns() < 2 || c.kinds[0].meaning == Meaning::text) return;
  std::size_t lines = 0;
  std::string buffer;
  for (; !c.rows.empty(); ++lines) {
    const std::size_t row = c.rows.size() - 1;
    if (std::isfinite(c.table.values[0][row])) break;
    const std::vector<Cell> cells = c.row(row, buffer).cells;
    if (cells.size() != 1) break;
    if (read_meaning(cells[0].text, c.dialect.decimal, c.options.percent).meaning != Meaning::text) break;
    c.rows.pop_back();
    for (std::vector<double>& values : c.table.values) values.pop_back();
  }
  if (lines > 0)
    c.table.notes.push_back(counted(lines, "line") + " below the table " + (lines == 1 ? "is" : "are") +
                            " no part of it");
}

/// The text of a large file that is plain text as it is, to be read in pieces, and its lines. None for every other:
/// its bytes are to be read to memory, which also tells what is wrong with them.
std::optional<std::pair<TableText, LineScan>> open_in_pieces(const std::string& path, const ReadingPlan& plan) {
  if (path == "-" || !is_regular_file(path) || !TableText::may_keep_file_open()) return std::nullopt;
  auto file = std::make_unique<InputFile>(path, a_table);
  std::size_t size = file->known_size().value_or(0);
  if (size == 0 || size < plan.least_bytes_in_pieces) return std::nullopt;
  std::string beginning(64, '\0');
  beginning.resize(file->read_at(beginning.data(), beginning.size(), 0));
  if (is_encoded(beginning)) return std::nullopt;
  for (char last = 0; size > 0 && file->read_at(&last, 1, size - 1) == 1 && last == end_of_dos_file;) --size;
  TableText text(std::move(file), size, path);
  LineScan scan = scan_lines(text, plan.threads, plan.chunk_bytes);
  if (!scan.is_text || scan.is_blank) return std::nullopt;
  return std::pair(std::move(text), std::move(scan));
}

}  // namespace

std::shared_ptr<DataTable::Contents> read_contents(TableText text, LineScan scan, const std::string& name,
                                                   const TableOptions& options, std::vector<std::string> notes,
                                                   const ReadingPlan& plan) {
  auto contents = std::make_shared<DataTable::Contents>();
  DataTable::Contents& c = *contents;
  c.name = name;
  c.options = options;
  c.text = std::move(text);
  c.dialect = find_dialect(c.text, name, options);
  c.table.columns = c.dialect.names;
  c.table.header = c.dialect.header;
  c.table.notes = std::move(notes);
  c.table.notes.insert(c.table.notes.end(), c.dialect.notes.begin(), c.dialect.notes.end());
  if (plan.in_order)
    read_rows_in_order(c);
  else
    read_rows(c, std::move(scan), plan.threads);
  drop_footer(c);
  if (c.rows.empty()) fail(name, {}, "there are no rows of data", a_table);
  return contents;
}

std::shared_ptr<DataTable::Contents> parse_contents(std::string text, const std::string& name,
                                                    const TableOptions& options, const ReadingPlan& plan) {
  std::vector<std::string> notes;
  TableText decoded(decode(std::move(text), name, notes));
  LineScan scan = scan_lines(decoded, plan.threads, plan.chunk_bytes);
  return read_contents(std::move(decoded), std::move(scan), name, options, std::move(notes), plan);
}

std::shared_ptr<DataTable::Contents> read_contents(const std::string& path, const TableOptions& options,
                                                   const ReadingPlan& plan) {
  if (auto pieces = open_in_pieces(path, plan))
    return read_contents(std::move(pieces->first), std::move(pieces->second), path, options, {}, plan);
  return parse_contents(read_bytes(path, a_table), path, options, plan);
}

}  // namespace reading

DataTable DataTable::parse(std::string text, const std::string& name, const TableOptions& options) {
  DataTable result;
  result.contents_ = reading::parse_contents(std::move(text), name, options, {.threads = options.threads});
  return result;
}

DataTable DataTable::read(const std::string& path, const TableOptions& options) {
  DataTable result;
  result.contents_ = reading::is_array_file(path) ? reading::array_contents(path, options)
                                                  : reading::read_contents(path, options, {.threads = options.threads});
  return result;
}

DataTable DataTable::sample(std::shared_ptr<const RowSource> rows, std::int64_t most, const std::string& name,
                            const TableOptions& options) {
  DataTable result;
  result.contents_ = reading::sampled_contents(std::move(rows), most, name, options);
  return result;
}

const Table& DataTable::table() const { return contents_->table; }
const std::string& DataTable::name() const { return contents_->name; }
bool DataTable::has_own_names() const {
  return !contents_->options.columns.empty() || (contents_->dialect.header && !contents_->dialect.commented);
}

namespace {

/// Every cell must be a number.
Table strict(DataTable table) {
  const auto& values = table.table().values;
  for (std::size_t row = 0; row < values[0].size(); ++row)
    for (std::size_t j = 0; j < values.size(); ++j)
      if (!std::isfinite(values[j][row])) table.contents().explain(row, j);
  return std::move(table.contents().table);
}

}  // namespace

Table parse_table(std::string_view text, const std::string& name) {
  return strict(DataTable::parse(std::string(text), name));
}

Table read_table(const std::string& path) { return strict(DataTable::read(path)); }

}  // namespace thalweg::inline v0_1
