// Arrays of NumPy as tables.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <thalweg/base/error.hpp>
#include <thalweg/io/npy.hpp>
#include <thalweg/table/table.hpp>

#include "support/folder.hpp"

using namespace thalweg;
using test_support::Folder;

namespace {

template <class T>
std::string bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

using Names = std::vector<std::string>;

/// The message of a table that is refused.
std::string refused(const std::string& path, const TableOptions& options = {}) {
  try {
    DataTable::read(path, options);
  } catch (const FileError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an array of two dimensions is a table, whose columns are called by their position or as said") {
  const Folder folder;
  const std::string path = folder.write("d.npy", npy_header({3, 2}) + bytes<double>({1, 2, 3, 4, 5, 6}));
  const DataTable plain = DataTable::read(path);
  CHECK(plain.table().columns == Names{"c1", "c2"});
  CHECK(!plain.has_own_names());
  CHECK(plain.table().values == std::vector<std::vector<double>>{{1, 3, 5}, {2, 4, 6}});
  TableOptions named;
  named.columns = {"t", "u"};
  const DataTable given = DataTable::read(path, named);
  CHECK(given.table().columns == Names{"t", "u"});
  CHECK(given.has_own_names());
  CHECK(given.texts(1) == Names{"2", "4", "6"});
  named.columns = {"t"};
  CHECK_MESSAGE(contains(refused(path, named), "has 2 columns, and 1 name is given"), refused(path, named));
}

TEST_CASE("arrays in Fortran order, of whole numbers, of one column and of fields are tables") {
  const Folder folder;
  std::string header = npy_header({3, 2});
  header.replace(header.find("False"), 5, "True ");
  const DataTable columns = DataTable::read(folder.write("f.npy", header + bytes<double>({1, 2, 3, 4, 5, 6})));
  CHECK(columns.table().values == std::vector<std::vector<double>>{{1, 2, 3}, {4, 5, 6}});
  const DataTable whole =
      DataTable::read(folder.write("i.npy", npy_header({2, 2}, "'<i2'") + bytes<std::int16_t>({-1, 2, 3, 4})));
  CHECK(whole.table().values == std::vector<std::vector<double>>{{-1, 3}, {2, 4}});
  const DataTable one = DataTable::read(folder.write("one.npy", npy_header({4}) + bytes<double>({1, 2, 3, 4})));
  CHECK(one.table().values == std::vector<std::vector<double>>{{1, 2, 3, 4}});
  std::string records;
  for (const double v : {0.5, 1.5}) records += bytes<double>({v}) + bytes<std::int32_t>({7});
  const DataTable fields =
      DataTable::read(folder.write("s.npy", npy_header({2}, "[('Time (s)', '<f8'), ('n', '<i4')]") + records));
  CHECK(fields.table().columns == Names{"Time (s)", "n"});
  CHECK(fields.has_own_names());
  CHECK(fields.table().values == std::vector<std::vector<double>>{{0.5, 1.5}, {7, 7}});
}

TEST_CASE("what is no table of an array is refused by what it is") {
  const Folder folder;
  const auto says = [&](const std::string& name, const std::string& text, const std::string& part,
                        const TableOptions& options = {}) {
    const std::string message = refused(folder.write(name, text), options);
    CHECK_MESSAGE(contains(message, part), message);
  };
  says("a.npz", "PK", "is an archive of arrays; expected one of them, as a file");
  says("a.npy", npy_header({1, 2, 2}) + bytes<double>({1, 2, 3, 4}),
       "an array of 3 dimensions; expected rows and columns");
  says("b.npy", npy_header({0, 2}), "there are no rows of data");
  says("c.npy", "x,y\n1,2\n", "expected");
  TableOptions options;
  options.decimal = Decimal::comma;
  says("d.npy", npy_header({1, 2}) + bytes<double>({1, 2}), "has no decimal sign; expected none of --decimal comma",
       options);
  options = {};
  options.percent = Percent::number;
  says("e.npy", npy_header({1, 2}) + bytes<double>({1, 2}), "has no percentages", options);
  CHECK_THROWS_AS(npy_rows(folder.write("f.npy", npy_header({1, 2, 2}) + bytes<double>({1, 2, 3, 4}))), FileError);
}

TEST_CASE("a sample of rows is spread evenly over all of them") {
  const Folder folder;
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) values.insert(values.end(), {1.0 * i, 2.0 * i});
  const auto rows = npy_rows(folder.write("d.npy", npy_header({1000, 2}) + bytes(values)), {"x", "y"});
  const DataTable sample = DataTable::sample(rows, 10, "d.npy");
  CHECK(sample.table().columns == Names{"x", "y"});
  for (std::size_t i = 0; i < 10; ++i) CHECK(sample.table().values[0][i] == 100.0 * static_cast<double>(i));
  CHECK(DataTable::sample(rows, 5000, "d.npy").table().values[1].size() == 1000);
}
