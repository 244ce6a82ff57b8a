// Tables: separators, headers, comments, and the exact words for each mistake.
#include <thalweg/models/curve_fit.hpp>
#include <thalweg/table/table.hpp>

#include <doctest/doctest.h>
#include <support/mutate.hpp>

#include <random>
#include <string>

using thalweg::FileError;
using thalweg::parse_table;
using thalweg::Table;

namespace {

using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

Table read(const std::string& text) { return parse_table(text, "f.csv"); }

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

void check_is_plain(const Table& table) {
  CHECK(table.header);
  CHECK(table.columns == Names{"t", "y"});
  REQUIRE(table.values.size() == 2);
  CHECK(table.values[0] == Numbers{1, 2.5});
  CHECK(table.values[1] == Numbers{-3e-2, 4});
}

}  // namespace

TEST_CASE("separators are found from the text") {
  check_is_plain(read("t,y\n1,-3e-2\n2.5,4\n"));
  check_is_plain(read("t;y\n1;-3e-2\n2.5;4\n"));
  check_is_plain(read("t\ty\n1\t-3e-2\n2.5\t4\n"));
  check_is_plain(read("t y\n1 -3e-2\n2.5 4\n"));
  check_is_plain(read("  t   y  \n  1   -3e-2\n 2.5     4 \n"));
  check_is_plain(read("t , y\n 1 , -3e-2\n 2.5 , 4 \n"));
}

TEST_CASE("comments, empty lines, line ends, byte order mark, quotes, signs") {
  check_is_plain(read("# a comment, with commas\nt,y\n\n1,-3e-2  # the first\n   \n2.5,4"));
  check_is_plain(read("t,y\r\n1,-3e-2\r\n2.5,4\r\n"));
  check_is_plain(read("t,y\r1,-3e-2\r2.5,4\r"));
  check_is_plain(read("\xEF\xBB\xBFt,y\n1,-3e-2\n2.5,4\n"));
  check_is_plain(read("\"t\",\"y\"\n\"1\",-3e-2\n2.5,\" 4 \"\n"));
  check_is_plain(read("t,y\n+1,-.3D-1\n2.5E0,4.\n"));
}

TEST_CASE("headers") {
  const Table bare = read("1,2\n3,4\n");
  CHECK_FALSE(bare.header);
  CHECK(bare.columns == Names{"c1", "c2"});
  CHECK(bare.values[0] == Numbers{1, 3});
  CHECK(read("\"time (s), from 0\",\"the \"\"y\"\"\"\n1,2\n").columns == Names{"time (s), from 0", "the \"y\""});
  CHECK(read("y\n1\n2\n").columns == Names{"y"});
  CHECK(read("t,y,\n1,2,3\n").columns == Names{"t", "y", "c3"});
  CHECK(read("t,t\n1,2\n").columns == Names{"t", "t"});  // c1 and c2 tell them apart
  // A slip in the first row of numbers does not turn it into a header.
  CHECK(error_of("1.5,2..5\n3,4\n") == "f.csv:1:5: row 1, column 'c2' is not a number: '2..5'; expected a number");
  CHECK(error_of("1,y\n3,4\n") == "f.csv:1:3: row 1, column 'c2' is not a number: 'y'; expected a number");
}

TEST_CASE("missing and unusable values") {
  const std::string number = "; expected a number",
                    or_skip = number + ", or --missing skip, which leaves out such rows";
  CHECK(error_of("t,y\n1,2\n3,\n") == "f.csv:3:3: row 2, column 'y' is empty" + or_skip);
  CHECK(error_of("t,y\n1,2\n,3\n") == "f.csv:3:1: row 2, column 't' is empty" + or_skip);
  CHECK(error_of("t,y\n1,NA\n") == "f.csv:2:3: row 1, column 'y' is missing: 'NA'" + or_skip);
  CHECK(error_of("t,y\n1,nan\n") == "f.csv:2:3: row 1, column 'y' is missing: 'nan'" + or_skip);
  CHECK(error_of("t,y\n1,-inf\n") == "f.csv:2:3: row 1, column 'y' is missing: '-inf'" + or_skip);
  CHECK(error_of("t,y\n1,1e999\n") ==
        "f.csv:2:3: row 1, column 'y' is too large: '1e999'; expected a number below 1.8e308");
  CHECK(error_of("t,y\n1,2 kg\n") == "f.csv:2:3: row 1, column 'y' is not a number: '2 kg'" + number);
  CHECK(error_of("t,\xC3\xA4,y\n1,2,x\n") == "f.csv:2:5: row 1, column 'y' is not a number: 'x'" + number);
  CHECK(error_of("\xC3\xA4;y\n\"1\";\"\xC3\xA4\"\n") ==
        "f.csv:2:5: row 1, column 'y' is not a number: '\xC3\xA4'" + number);
  CHECK(read("t\n1e-999\n-1e-400\n").values[0] == Numbers{0, 0});
}

TEST_CASE("decimal commas") {
  CHECK(read("t;y\n1;3,14\n").values == std::vector<Numbers>{{1}, {3.14}});
  CHECK(read("1,5;2\n2,5;3\n").values == std::vector<Numbers>{{1.5, 2.5}, {2, 3}});
  CHECK(error_of("t,y\n1,5,3,14\n") ==
        "f.csv:2:5: row 1 has 4 cells but the header has 2 (are these decimal commas?); expected 2 "
        "cells");
}

TEST_CASE("ragged rows, quotes, and no table at all") {
  CHECK(error_of("t,y\n1,2\n1,2,3\n") == "f.csv:3:5: row 2 has 3 cells but the header has 2; expected 2 cells");
  CHECK(
      error_of("1 2\n3\n") ==
      "f.csv:2:1: row 2, column 'c2' is not there: the row has 1 cell of 2; expected 2 cells, or --missing skip, which "
      "leaves out such rows");
  CHECK(error_of("t,y\n1,\"2\n") == "f.csv:2:3: a quote is not closed on its line; expected a closing \"");
  CHECK(error_of("t,y\n1,\"2\"3\n") == "f.csv:2:6: there is text after a closing quote; expected a separator");
  CHECK(error_of("") == "f.csv: is empty; expected a table of numbers");
  CHECK(error_of("# nothing\n") == "f.csv: there are no rows of data; expected a table of numbers");
  CHECK(error_of("t,y\n") == "f.csv: there are no rows of data; expected a table of numbers");
  CHECK(read("t,\xB5\n1,2\n").columns == Names{"t", "\xC2\xB5"});
  CHECK(error_of("t,y\n1,2\x01\xB5\n") ==
        "f.csv:2:5: is not text: byte 0xb5 is not valid UTF-8; expected a table of numbers in UTF-8");
  CHECK_THROWS_WITH_AS(thalweg::read_table("/nowhere/t.csv"),
                       "/nowhere/t.csv: cannot be opened: No such file or directory; expected a table of numbers",
                       FileError);
}

TEST_CASE("the time to read a table goes with its size, not with the square of a line's length") {
  constexpr int columns = 300000;
  std::string header, row;
  for (int i = 0; i < columns; ++i) {
    header += (i > 0 ? ",x" : "x") + std::to_string(i);
    row += i > 0 ? ",1" : "1";
  }
  const Table table = read(header + "\n" + row + "\n" + row + "\n");
  CHECK(table.columns.size() == columns);
  CHECK(table.values.back() == Numbers{1, 1});
  CHECK(error_of(header + "\n" + row + "x\n") ==
        "f.csv:2:" + std::to_string(2 * columns - 1) +
            ": row 1, column 'x299999' is not a number: '1x'; expected a number");
}

TEST_CASE("a damaged table is read or refused, nothing else") {
  const std::string valid = "# c\n\"t\",y,s\n1,2,0.5\n3,-4.5e1,0.25\n5,6,1\n";
  std::mt19937 random(13);
  const std::string alphabet = "\",;\t #\n\r.0123456789eE+-xy\xC3\xA9";
  int read_whole = 0;
  for (int i = 0; i < 20000; ++i) {
    const std::string text = test_support::mutate(valid, random, alphabet, 4, 6);
    try {
      const Table table = read(text);
      ++read_whole;
      CHECK(table.columns.size() == table.values.size());
      for (const Numbers& column : table.values) CHECK(column.size() == table.values[0].size());
    } catch (const FileError& error) {
      CHECK(std::string(error.what()).starts_with("f.csv:"));
    }
  }
  CHECK(read_whole > 500);
}
