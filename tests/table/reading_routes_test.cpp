// A table is the same whether it is read line after line by the general rules or in chunks side by side, from memory or
// from a file: equal columns, places and messages.
#include <doctest/doctest.h>
#include <support/folder.hpp>
#include <support/mutate.hpp>

#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include <table/rows/reading_plan.hpp>
#include <table/table_generator.hpp>

using thalweg::DataTable;
using thalweg::Decimal;
using thalweg::FileError;
using thalweg::TableOptions;
using thalweg::reading::ReadingPlan;

namespace {

/// All that can be told apart of a table that was read: its numbers to the last bit, and what messages say of each cell
/// without one.
std::string description(const DataTable::Contents& c) {
  std::ostringstream out;
  out << c.table.header << ' ' << static_cast<int>(c.dialect.decimal) << ' ' << c.rows.size() << '\n';
  for (const std::string& note : c.table.notes) out << note << '\n';
  for (std::size_t j = 0; j < c.columns(); ++j) {
    out << c.table.columns[j] << ": " << c.remark(j) << ' ' << static_cast<int>(c.kinds[j].meaning) << ' '
        << std::bit_cast<std::uint64_t>(c.kinds[j].origin) << ' ' << c.kinds[j].first << '\n';
    for (std::size_t row = 0; row < c.table.values[j].size(); ++row) {
      const double value = c.table.values[j][row];
      const auto place = c.place(row, j);
      out << place.line << ':' << place.column << ' ';
      if (value == value) {
        out << std::bit_cast<std::uint64_t>(value) << '\n';
        continue;
      }
      try {
        c.explain(row, j);
      } catch (const FileError& error) {
        out << c.is_missing(row, j) << ' ' << error.what() << '\n';
      }
    }
  }
  return out.str();
}

std::string outcome(const std::function<std::shared_ptr<DataTable::Contents>()>& read) {
  try {
    return description(*read());
  } catch (const FileError& error) {
    return std::string("refused: ") + error.what();
  }
}

/// The first line in which two descriptions differ; empty where they are equal.
std::string difference(const std::string& found, const std::string& expected) {
  if (found == expected) return {};
  std::istringstream one(found), other(expected);
  std::string line, expected_line;
  do {
    line.clear();
    expected_line.clear();
    std::getline(one, line);
    std::getline(other, expected_line);
  } while (line == expected_line && one && other);
  return line + " where there should be " + expected_line;
}

class Routes {
 public:
  void check(const std::string& text, const TableOptions& options, std::mt19937& random) {
    const std::string name = path();
    const auto parsed = [&](const ReadingPlan& plan) {
      return outcome([&] { return thalweg::reading::parse_contents(text, name, options, plan); });
    };
    ReadingPlan in_order;
    in_order.in_order = true;
    const std::string expected = parsed(in_order);
    read_ += !expected.starts_with("refused");
    constexpr std::size_t sizes[] = {1, 5, 16, 64, 300, 4096};
    ReadingPlan plan;
    plan.threads = 1 + static_cast<int>(random() % 3);
    plan.chunk_bytes = sizes[random() % 6];
    CAPTURE(text);
    CAPTURE(plan.chunk_bytes);
    CHECK(difference(parsed(plan), expected) == "");
    CHECK(difference(parsed({}), expected) == "");
    if (random() % 4 != 0) return;
    folder_.write("t.csv", text);
    plan.least_bytes_in_pieces = 1;
    const auto read = [&] { return thalweg::reading::read_contents(name, options, plan); };
    CHECK(difference(outcome(read), expected) == "");
  }

  std::string path() const { return (folder_.path() / "t.csv").string(); }
  int read() const { return read_; }  ///< tables that were not refused

 private:
  test_support::Folder folder_;
  int read_ = 0;
};

TableOptions any_options(std::mt19937& random) {
  TableOptions options;
  if (random() % 6 == 0) options.decimal = random() % 2 == 0 ? Decimal::comma : Decimal::point;
  if (random() % 10 == 0) options.percent = thalweg::Percent::fraction;
  return options;
}

}  // namespace

TEST_CASE("tables of any form are the same by both routes") {
  table_test::TableGenerator tables(3);
  Routes routes;
  for (int i = 0; i < 2500; ++i) {
    const std::string text = tables.next();
    routes.check(text, any_options(tables.random()), tables.random());
  }
  CHECK(routes.read() > 1200);
}

TEST_CASE("damaged tables are the same by both routes") {
  table_test::TableGenerator tables(4);
  Routes routes;
  const std::string alphabet = "\",;\t #%!\n\r.0123456789eE+-<>/:xNA\xC3\xA9|\xEF\xBB\xBF\x1A";
  for (int i = 0; i < 2500; ++i) {
    const std::string text = test_support::mutate(tables.next(), tables.random(), alphabet, 4, 6);
    routes.check(text, any_options(tables.random()), tables.random());
  }
  CHECK(routes.read() > 800);
}

TEST_CASE("what a late row shows holds for the rows before it, and a late fault has its place") {
  std::mt19937 random(1);
  Routes routes;
  std::string rows;
  for (int i = 0; i < 4000; ++i) rows += std::to_string(i) + ";1,234\n";
  for (const char* late :
       {"", "1;1,5\n", "1;1.5\n", "x;2023-01-31\n", "1;2;3\n", "1;\"2\n", "\n# remark\n\n7;8\n", "End\n"})
    for (const char* behind : {"", "9;9\n", "9;2,5\n1;2;3\n"})
      routes.check("x;y\n" + rows + late + rows + behind, {}, random);
  std::string texts = "group,x\n";
  for (int i = 0; i < 4000; ++i) texts += "a" + std::to_string(i % 7) + "," + std::to_string(i) + "\n";
  for (const char* late : {"5,5\n", "2023-01-31,5\n", "12:30:00,5\n5,12:30:00\n", "b,NA\nc,\n"})
    routes.check(texts + late + texts.substr(8), {}, random);
}

TEST_CASE("a long file is read in pieces, and messages about it read it again") {
  const test_support::Folder folder;
  std::string text = "x,y\n";
  for (int i = 0; i < 200000; ++i) text += std::to_string(i) + "," + std::to_string(0.001 * i) + "\n";
  const std::string tail = "5,NA\n6,\n\"7\",8\n";
  const std::string path = folder.write("t.csv", text + tail);
  ReadingPlan in_order;
  in_order.in_order = true;
  const auto expected = thalweg::reading::parse_contents(text + tail, path, {}, in_order);
  for (const int threads : {0, 1}) {
    TableOptions options;
    options.threads = threads;
    const DataTable table = DataTable::read(path, options);
    CHECK_FALSE(table.contents().text.is_in_memory());
    CHECK(table.table().values[0] == expected->table.values[0]);
    CHECK(table.contents().place(200001, 1).line == 200003);
    CHECK(table.contents().is_missing(200000, 1));
    std::string buffer;
    CHECK(table.contents().row(123456, buffer).line == "123456,123.456000");
    CHECK_THROWS_WITH_AS(table.contents().explain(200001, 1),
                         (path + ":200003:3: row 200002, column 'y' is empty; expected a number, or --missing skip, "
                                 "which leaves out such rows")
                             .c_str(),
                         FileError);
  }
  const DataTable table = DataTable::read(path);
  folder.write("t.csv", "x,y\n1,2\n");
  CHECK_THROWS_WITH_AS(table.contents().explain(200001, 1),
                       (path + ": has changed since it was opened; expected a file that stays as it is").c_str(),
                       FileError);
}
