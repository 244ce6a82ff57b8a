// Tables as instruments and spreadsheets write them: each is read, or refused with the name of the option that reads
// it.
#include <thalweg/models/table_fit.hpp>

#include <doctest/doctest.h>
#include <support/mutate.hpp>

#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

using thalweg::CurveFit;
using thalweg::DataSet;
using thalweg::DataTable;
using thalweg::Decimal;
using thalweg::FileError;
using thalweg::Percent;
using thalweg::RowSelection;
using thalweg::TableOptions;

namespace {

using Numbers = std::vector<double>;
using Names = std::vector<std::string>;

DataTable field(const std::string& name, const TableOptions& options = {}) {
  return DataTable::read(std::string(THALWEG_SOURCE_DIR "/tests/field/tables/") + name, options);
}

DataTable parse(const std::string& text, const TableOptions& options = {}) {
  return DataTable::parse(text, "f.csv", options);
}

/// A fit of response = a + b * input, as far as its data.
CurveFit fit(DataTable table, const std::string& equation, const RowSelection& rows = {},
             const Names& parameters = {"a", "b"}) {
  CurveFit f;
  f.file = "f";
  for (const std::string& name : parameters) {
    f.parameters.emplace_back().name = name;
    f.parameters.back().starts = {1.0};
  }
  f.data.emplace_back().name = "data";
  f.data[0].equation = equation;
  return fit_table(std::move(f), std::move(table), rows);
}

/// The column that the equation calls so.
Numbers column(const CurveFit& fit, const std::string& name) {
  const DataSet& data = fit.data[0];
  const auto found = std::find(data.columns.begin(), data.columns.end(), name);
  REQUIRE(found != data.columns.end());
  return data.values[static_cast<std::size_t>(found - data.columns.begin())];
}

std::string refusal(DataTable table, const std::string& equation, const RowSelection& rows = {}) {
  try {
    fit(std::move(table), equation, rows);
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string line = "c2 = a + b * c1";

}  // namespace

TEST_CASE("tables of the field are read without options") {
  struct Case {
    const char *file, *equation, *x, *y;
    Numbers first, last;
  };
  const Case cases[] = {
      {"comsol.txt", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"dash.csv", "`y-val` = a + b*`x-val`", "x-val", "y-val", {0, 5.1}, {2, 1.9}},
      {"dates.csv", "y = a + b*date", "date", "y", {0, 100}, {3, 800}},
      {"excel_trailing.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"german.csv", "Spannung = a + b*Zeit", "Zeit", "Spannung", {0, 5.1}, {4, 0.7}},
      {"group.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"hdrunits.csv", "Voltage = a + b*Time", "Time", "Voltage", {0, 5.1}, {4, 0.7}},
      {"hdrunits.csv", "`Voltage [V]` = a + b*c1", "c1", "Voltage [V]", {0, 5.1}, {4, 0.7}},
      {"label.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"latin1.csv", "y = a + b*T", "T", "y", {0, 5.1}, {3, 1.3}},
      {"quoted.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"rwrite.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"scope.csv", "c2 = a + b*c1", "c1", "c2", {2.4e-8, 1.4349e-2}, {2.4000494e-8, 1.5147e-2}},
      {"sep.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"uni.csv", "µ = a + b*λ", "λ", "µ", {0, 5.1}, {2, 1.9}},
      {"units.csv", "Voltage = a + b*Time", "Time", "Voltage", {0, 5.1}, {4, 0.7}},
      {"utf16.csv", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
      {"ws.txt", "y = a + b*x", "x", "y", {0, 5.1}, {3, 1.3}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const CurveFit read = fit(field(c.file), c.equation);
    CHECK(Numbers{column(read, c.x).front(), column(read, c.y).front()} == c.first);
    CHECK(Numbers{column(read, c.x).back(), column(read, c.y).back()} == c.last);
    CHECK(read.data[0].missing_rows + read.data[0].excluded_rows == 0);
  }
}

TEST_CASE("tables of the field whose meaning is not certain name the option that reads them") {
  CHECK(contains(refusal(field("lod.csv"), "y = a + b*x"), "--missing skip"));
  CHECK(contains(refusal(field("missing.csv"), "y = a + b*x"),
                 ":4:3: row 3, column 'y' is empty; expected a number, or --missing skip"));
  CHECK(contains(refusal(field("nan.csv"), "y = a + b*x"), "--missing skip"));
  CHECK(contains(refusal(field("pct.csv"), "y = a + b*x"), "--percent fraction"));
  const CurveFit skipped = fit(field("missing.csv"), "y = a + b*x", {.where = "", .skip_missing = true});
  CHECK(skipped.data[0].missing_rows == 1);
  CHECK(column(skipped, "x") == Numbers{0, 1, 3, 4});
  CHECK(column(fit(field("lod.csv"), "y = a*x", {.where = "", .skip_missing = true}, {"a"}), "y") == Numbers{3.2});
  TableOptions percent;
  percent.percent = Percent::fraction;
  CHECK(column(fit(field("pct.csv", percent), "y = a + b*x"), "y") == Numbers{5.1 / 100, 3.2 / 100});
  percent.percent = Percent::number;
  CHECK(column(fit(field("pct.csv", percent), "y = a + b*x"), "y") == Numbers{5.1, 3.2});
}

TEST_CASE("other tables of these kinds") {
  const auto y = [](const std::string& text, const std::string& equation = line) {
    const CurveFit read = fit(parse(text), equation);
    return column(read, equation.substr(0, equation.find(' ')));
  };
  const Numbers expected = {1, 2, 3.5};
  CHECK(
      y("Writer_Version\t2\nDate\t2023/01/01\n***End_of_Header***\t\n\t\nDelta_X\t0.1\t\t\n***End_of_Header***\t\t\t\n"
        "X_Value\tVoltage\tComment\t\n0.0\t1\n0.1\t2\n0.2\t3.5\n",
        "Voltage = a + b*X_Value") == expected);
  CHECK(y("Record Length,2.5e+03,,-0.5,1,\nSample Interval,4e-07,,-0.4,2,\n,,,-0.3,3.5,\n", "c5 = a + b*c4") ==
        expected);
  CHECK(y("Model,MSO4034\n,\nRecord Length,10000,\n,\nTIME,CH1\n-2e-4,1\n-1e-4,2\n0,3.5\n", "CH1 = a + b*TIME") ==
        expected);
  CHECK(y("\"x\" \"y\"\n\"1\" 0 1\n\"2\" 1 2\n\"3\" 2 3.5\n", "y = a + b*x") == expected);
  CHECK(y("mpg cyl\nMazda 0 1\nDatsun 1 2\nHornet 2 3.5\n", "cyl = a + b*mpg") == expected);
  CHECK(y("Zeit (s);U (V);;\r\n0;1,0;;\r\n1;2,0;;\r\n2;3,5;;\r\n;;;\r\n", "U = a + b*Zeit") == expected);
  CHECK(y("x;y\n0;1.001,5\n1;1.002,5\n2;3,5\n", "y = a + b*x") == Numbers{1001.5, 1002.5, 3.5});
  CHECK(y("x;y\n0;1\xC2\xA0"
          "234,5\n1;2,5\n2;3,5\n",
          "y = a + b*x") == Numbers{1234.5, 2.5, 3.5});
  CHECK(y("x,y\n0,\"1,234.5\"\n1,\"2.5\"\n2,3\n", "y = a + b*x") == Numbers{1234.5, 2.5, 3});
  CHECK(y("0,5 1,0\n0,6 2,0\n0,7 3,5\n") == expected);
  CHECK(y("% Model:              foo.mph\n% Nodes:   3\n% x                       T (K)\n0    1\n1   2\n2   3.5\n",
          "T = a + b*x") == expected);
  CHECK(y("# t y dy\n0 1 0.1\n1 2 0.1\n\n\n2 3.5 0.1\n", "y = a + b*t") == expected);
  CHECK(y("#X ---- Y\n0 1\n1 2\n2 3.5\n") == expected);
  CHECK(y("Time\tSignal\tyEr\xC2\xB1\ns\tmV\tmV\n\tSample A\t\n0\t1\t.1\n1\t2\t.1\n2\t3.5\t.1\n",
          "Signal = a + b*Time") == expected);
  CHECK(y("Time,CH1,Time,CH2\n0,1,0,2\n1,2,1,3\n2,3.5,2,4\n", "CH1 = a + b*c3") == expected);
  CHECK(y("2theta I\n10.0 1\n10.1 2\n10.2 3.5\n", "I = a + b*c1") == expected);
  CHECK(y("Sample #,x,y\nA #1,0,1\nA #2,1,2\nA #3,2,3.5\n", "y = a + b*x") == expected);
  CHECK(y("name\tx\tI\nsample 5 mM\t0\t1\nsample 6 mM\t1\t2\nsample 7 mM\t2\t3.5\n", "I = a + b*x") == expected);
  CHECK(y("x,y\n0,1\n1,2\n2,3.5\nEnd of data\n", "y = a + b*x") == expected);
  CHECK(y("x|y\n0|1\n1|2\n2|3.5\n", "y = a + b*x") == expected);
  CHECK(y("x,y,note\n0,1\n1,2,bad\n2,3.5\n", "y = a + b*x") == expected);
  CHECK(y("x,y\n0,\xE2\x88\x92"
          "1\n1,2\n2,3.5\n",
          "y = a + b*x") == Numbers{-1, 2, 3.5});
  CHECK(y(std::string("\xFE\xFF\0x\0,\0y\0\n\0"
                      "0\0,\0"
                      "1\0\n\0"
                      "1\0,\0"
                      "2\0\n",
                      26),
          "y = a + b*x") == Numbers{1, 2});
  CHECK(y(std::string("x\0,\0y\0\n\0"
                      "0\0,\0"
                      "1\0\n\0"
                      "1\0,\0"
                      "2\0\n\0",
                      24),
          "y = a + b*x") == Numbers{1, 2});
}

TEST_CASE("dates and times count from the first row, and the fit says so") {
  const CurveFit seconds =
      fit(parse("t,y\n2023-01-01T23:59:50Z,1\n2023-01-02 00:00:00,2\n2023-01-02T01:00:10.5+01:00,3\n"), "y = a + b*t");
  CHECK(column(seconds, "t") == Numbers{0, 10, 20.5});
  REQUIRE(seconds.notes.size() == 1);
  CHECK(seconds.notes[0] == "column 't' counts seconds since the time of its first row, 2023-01-01T23:59:50Z");
  CHECK(column(fit(parse("t;y\n31.12.2023;1\n01.01.2024;2,5\n"), "y = a + b*t"), "t") == Numbers{0, 1});
  CHECK(column(fit(parse("t,y\n10:00:00,1\n10:01:00.5,2\n"), "y = a + b*t"), "t") == Numbers{0, 60.5});
  CHECK(contains(refusal(parse("t,y\n23:59:59,1\n00:00:01,2\n"), "y = a + b*t"), "goes back in time"));
  CHECK(contains(refusal(parse("t,y\n01/02/2023,1\n01/03/2023,2\n"), "y = a + b*t"), "dates as in 2023-01-31"));
  CHECK(contains(refusal(parse("t,y\n2023-01-01,1\n5,2\n"), "y = a + b*t"), "is a number among dates"));
  CHECK(contains(refusal(parse("t,y\n2023-02-30,1\n2023-03-01,2\n"), "y = a + b*t"), "is not a number"));
}

TEST_CASE("decimal signs that leave a doubt") {
  const std::string doubtful = "x;y\n1;1,234\n2;2,345\n3;3,456\n";
  CHECK(contains(refusal(parse(doubtful), "y = a + b*x"),
                 "f.csv:2:3: row 1, column 'y' has a decimal comma or a mark of thousands: '1,234'; expected --decimal "
                 "comma, or --decimal point"));
  TableOptions options;
  options.decimal = Decimal::comma;
  CHECK(column(fit(parse(doubtful, options), "y = a + b*x"), "y") == Numbers{1.234, 2.345, 3.456});
  options.decimal = Decimal::point;
  CHECK(column(fit(parse(doubtful, options), "y = a + b*x"), "y") == Numbers{1234, 2345, 3456});
  // A later row removes the doubt, however late.
  std::string late = "x;y\n";
  for (int i = 0; i < 3000; ++i) late += std::to_string(i) + ";1,234\n";
  CHECK(column(fit(parse(late + "1;1,5\n"), "y = a + b*x"), "y").front() == 1.234);
  CHECK(contains(refusal(parse("x;y\n1;1.5\n2;2.5\n3;3,75\n"), "y = a + b*x"), "--decimal comma"));
  // One column of decimal commas, or two of whole numbers.
  const std::string single = "y\n1,5\n2,5\n3,7\n";
  CHECK_THROWS_WITH_AS(parse(single),
                       "f.csv:2:1: the header names 1 column but the rows have 2 cells, or decimal commas; expected "
                       "--decimal comma, or --decimal point",
                       FileError);
  options.decimal = Decimal::comma;
  CHECK(parse(single, options).table().values[0] == Numbers{1.5, 2.5, 3.7});
}

TEST_CASE("rows are left out by a condition, and where values are missing") {
  const std::string text = "x,y,z\n0,1,1\n1,NA,1\n2,3,1\n3,4,NA\n4,5,1\n5,#N/A,1\n6,7,1\n";
  const CurveFit some = fit(parse(text), "y = a + b*x", {.where = "x > 1 && x < 5", .skip_missing = false});
  CHECK(column(some, "x") == Numbers{2, 3, 4});
  CHECK(some.data[0].excluded_rows == 4);
  CHECK(some.data[0].missing_rows == 0);
  const CurveFit both = fit(parse(text), "y = a + b*x", {.where = "z == 1 && x > 0", .skip_missing = true});
  CHECK(column(both, "x") == Numbers{2, 4, 6});
  CHECK(both.data[0].excluded_rows == 1);
  CHECK(both.data[0].missing_rows == 3);
  CHECK(contains(refusal(parse(text), "y = a + b*x", {.where = "z == 1", .skip_missing = false}),
                 "f.csv:5:5: row 4, column 'z' is missing: 'NA'"));
  CHECK(contains(refusal(parse(text), "y = a + b*x", {.where = "x > 100", .skip_missing = false}), "no rows are left"));
  CHECK(contains(refusal(parse(text), "y = a + b*x", {.where = "x + 1", .skip_missing = false}), "is a number"));
  CHECK(contains(refusal(parse(text), "y = a + b*x", {.where = "q > 1", .skip_missing = false}),
                 "there is no column 'q'"));
  // What is no number is never taken for a missing one.
  CHECK(contains(refusal(parse("x,y\n0,1\n1,2..5\n2,3\n"), "y = a + b*x", {.where = "", .skip_missing = true}),
                 "is not a number"));
}

TEST_CASE("names of columns") {
  const std::string text = "U [V],U [mV],e,sigma,c6\n1,2,3,4,5\n2,3,4,5,6\n3,5,5,6,8\n";
  CHECK(contains(refusal(parse(text), "c2 = a + b*U"), "2 columns are called 'U'; expected c1 or c2"));
  CHECK(contains(refusal(parse(text), "c2 = a + b*V"),
                 "unknown column or parameter 'V'; expected a, b, c1 for `U [V]`, c2 for `U [mV]`, e, sigma or c6"));
  const CurveFit read = fit(parse(text), "c2 = a*e + b*c6");
  CHECK(column(read, "c6") == Numbers{5, 6, 8});
  REQUIRE(read.notes.size() == 2);
  CHECK(read.notes[0] == "'e' is a column here, not the constant 2.71828...");
  CHECK(read.notes[1] ==
        "column 'sigma' is not read; if it holds standard deviations, --sigma sigma weights the rows by them");
  // A parameter goes before a position and before the word in front of a unit.
  const CurveFit c1 = fit(parse("t (s),y\n0,1\n1,2\n2,3.5\n"), "y = c1 + t*`t (s)`", {}, {"c1", "t"});
  CHECK(column(c1, "t (s)") == Numbers{0, 1, 2});
  TableOptions renamed;
  renamed.columns = {"t", "U"};
  CHECK(column(fit(field("hdrunits.csv", renamed), "U = a + b*t"), "U").back() == 0.7);
  CHECK(column(fit(parse("Wavelength,450\n1,2\n2,3\n3,5\n", renamed), "U = a + b*t"), "U") == Numbers{2, 3, 5});
  renamed.columns = {"t"};
  CHECK_THROWS_AS(field("hdrunits.csv", renamed), FileError);
  for (const char* name : {"sigma", "err", "dy", "y_err", "Error (V)", "std", "counts error", "yEr\xC2\xB1"})
    CHECK(thalweg::is_named_as_error(name));
  for (const char* name : {"x", "terror", "errand", "stdout", "day", "density", "series"})
    CHECK_FALSE(thalweg::is_named_as_error(name));
}

TEST_CASE("damaged tables of the field are read or refused, nothing else") {
  std::mt19937 random(29);
  const std::string alphabet = "\",;\t #%!\n\r.0123456789eE+-<>/:xNA\xC3\xA9|";
  const char* files[] = {"comsol.txt", "dates.csv",   "german.csv", "hdrunits.csv", "latin1.csv",
                         "lod.csv",    "missing.csv", "pct.csv",    "rwrite.csv",   "scope.csv",
                         "sep.csv",    "units.csv",   "utf16.csv",  "ws.txt"};
  int whole = 0;
  for (const char* file : files) {
    std::ifstream stream(std::string(THALWEG_SOURCE_DIR "/tests/field/tables/") + file, std::ios::binary);
    std::ostringstream valid;
    valid << stream.rdbuf();
    for (int i = 0; i < 700; ++i) {
      const std::string text = test_support::mutate(valid.str(), random, alphabet, 4, 6);
      try {
        const CurveFit read =
            fit(parse(text), "c2 = a*c1", {.where = "c1 > 0 || c1 < 1", .skip_missing = i % 2 == 0}, {"a"});
        ++whole;
        const DataSet& data = read.data[0];
        CHECK(data.columns.size() == data.values.size());
        for (const Numbers& values : data.values) {
          CHECK(values.size() == data.values[0].size());
          for (const double value : values) CHECK(std::isfinite(value));
        }
      } catch (const FileError& error) {
        CHECK(contains(error.what(), "f"));
      }
    }
  }
  CHECK(whole > 1000);
}
