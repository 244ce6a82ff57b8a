#include "table/array_table.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include <thalweg/base/parallel.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/io/npy.hpp>

#include "io/input_file.hpp"
#include "io/reading.hpp"

namespace thalweg::inline v0_1 {
namespace reading {
namespace {

constexpr const char* an_array = "one array of rows and columns, as numpy.save writes it";
constexpr std::int64_t rows_in_a_piece = 1 << 16;

/// Of the file itself: by fields, or c1, c2, ...
struct ArrayNames {
  std::vector<std::string> names;
  bool own = false;
};

ArrayNames names_of(const NpyFile& file) {
  ArrayNames found;
  const auto& fields = file.fields();
  found.own = !fields.front().name.empty() && static_cast<std::int64_t>(fields.size()) == file.columns();
  for (std::int64_t c = 0; c < file.columns(); ++c)
    found.names.push_back(found.own ? fields[static_cast<std::size_t>(c)].name : fmt::format("c{}", c + 1));
  return found;
}

void check_shape(const NpyFile& file) {
  const auto& shape = file.shape();
  const bool is_structure = !file.fields().front().name.empty();
  const std::size_t most = is_structure ? 1 : 2;
  if (shape.empty() || shape.size() > most)
    fail(file.path(), {},
         fmt::format("{} of {}", is_structure ? "a structured array" : "an array",
                     counted(static_cast<long long>(shape.size()), "dimension")),
         is_structure ? "one dimension, that of the rows: its fields are the columns"
                      : "rows and columns, or one column");
  if (file.columns() < 1) fail(file.path(), {}, "there are no columns", an_array);
}

void refuse_options_of_text(const std::string& name, const TableOptions& options) {
  if (options.decimal != Decimal::automatic)
    fail(name, {}, "holds numbers, and has no decimal sign", "none of " + option(options, "decimal", "comma"));
  if (options.percent != Percent::refuse)
    fail(name, {}, "holds numbers, and has no percentages", "none of " + option(options, "percent", "number"));
}

void check_names(const std::vector<std::string>& given, const ArrayNames& own, const std::string& name) {
  if (given.size() != own.names.size())
    fail(name, {},
         fmt::format("has {}, and {} given", counted(static_cast<long long>(own.names.size()), "column"),
                     given.size() == 1 ? "1 name is" : fmt::format("{} names are", given.size())),
         "a name for each column");
}

void take_names(const ArrayNames& own, const std::string& name, DataTable::Contents& c) {
  c.table.columns = own.names;
  c.table.header = own.own;
  if (const auto& given = c.options.columns; !given.empty()) {
    check_names(given, own, name);
    c.table.columns = given;
    if (own.own) c.dialect.header_names = own.names;
  }
  c.dialect.names = c.table.columns;
  c.dialect.header = own.own;
  c.kinds.assign(c.table.columns.size(), {Meaning::number, 0.0, 0.0, {}});
}

std::shared_ptr<DataTable::Contents> empty_contents(std::shared_ptr<const RowSource> rows, const std::string& name,
                                                    const TableOptions& options) {
  refuse_options_of_text(name, options);
  if (rows->rows() < 1) fail(name, {}, "there are no rows of data", an_array);
  auto contents = std::make_shared<DataTable::Contents>();
  contents->name = name;
  contents->options = options;
  contents->array = std::move(rows);
  return contents;
}

std::vector<std::int64_t> all_columns(std::int64_t count) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

class NpyRows final : public RowSource {
 public:
  NpyRows(const std::string& path, std::vector<std::string> names) : file_(path), names_(std::move(names)) {
    check_shape(file_);
    const ArrayNames own = names_of(file_);
    own_ = own.own || !names_.empty();
    if (names_.empty()) names_ = own.names;
    check_names(names_, own, path);
  }
  std::int64_t rows() const override { return file_.rows(); }
  const std::vector<std::string>& columns() const override { return names_; }
  bool has_own_names() const override { return own_; }
  void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
            double* const* to) const override {
    file_.read(begin, end, wanted, to);
  }

 private:
  NpyFile file_;
  std::vector<std::string> names_;
  bool own_ = false;
};

}  // namespace

bool is_array_file(const std::string& path) {
  if (path.ends_with(".npz"))
    fail(path, {}, "is an archive of arrays", "one of them, as a file: numpy.save(\"data.npy\", archive[\"name\"])");
  if (path.ends_with(".npy")) return true;
  if (path == "-" || !is_regular_file(path)) return false;
  char magic[6] = {};
  return InputFile(path, "a table of numbers").read_at(magic, sizeof magic, 0) == sizeof magic &&
         std::memcmp(magic, "\x93NUMPY", sizeof magic) == 0;
}

std::shared_ptr<DataTable::Contents> array_contents(const std::string& path, const TableOptions& options) {
  const auto file = std::make_shared<const NpyRows>(path, std::vector<std::string>{});
  auto contents = empty_contents(file, path, options);
  take_names({file->columns(), file->has_own_names()}, path, *contents);
  auto& values = contents->table.values;
  const auto count = static_cast<std::int64_t>(file->columns().size());
  values.assign(file->columns().size(), std::vector<double>(static_cast<std::size_t>(file->rows())));
  const std::vector<std::int64_t> wanted = all_columns(count);
  parallel_chunks(file->rows(), rows_in_a_piece, options.threads,
                  [&](std::int64_t, std::int64_t begin, std::int64_t end) {
                    std::vector<double*> to;
                    for (std::vector<double>& column : values) to.push_back(column.data() + begin);
                    file->read(begin, end, wanted, to.data());
                  });
  return contents;
}

std::shared_ptr<DataTable::Contents> sampled_contents(std::shared_ptr<const RowSource> rows, std::int64_t most,
                                                      const std::string& name, const TableOptions& options) {
  auto contents = empty_contents(rows, name, options);
  contents->options.columns.clear();  // the source has them
  take_names({rows->columns(), rows->has_own_names()}, name, *contents);
  const std::int64_t count = std::min(most, rows->rows());
  auto& values = contents->table.values;
  values.assign(rows->columns().size(), std::vector<double>(static_cast<std::size_t>(count)));
  const std::vector<std::int64_t> wanted = all_columns(static_cast<std::int64_t>(rows->columns().size()));
  for (std::int64_t i = 0; i < count; ++i) {
    const auto row = static_cast<std::int64_t>(static_cast<double>(rows->rows()) * static_cast<double>(i) /
                                               static_cast<double>(count));
    std::vector<double*> to;
    for (std::vector<double>& column : values) to.push_back(column.data() + i);
    rows->read(row, row + 1, wanted, to.data());
    contents->array_rows.push_back(row);
  }
  return contents;
}

}  // namespace reading

std::shared_ptr<const RowSource> npy_rows(const std::string& path, std::vector<std::string> names) {
  return std::make_shared<const reading::NpyRows>(path, std::move(names));
}

}  // namespace thalweg::inline v0_1
