// NumPy's arrays in files.
#include <thalweg/io/npy.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/folder.hpp"

using namespace thalweg;
using test_support::Folder;

namespace {

/// A file of version `version` with this dictionary, as numpy.lib.format describes it.
std::string file_of(std::string dictionary, const std::string& data, int version = 1) {
  const std::size_t begin = version == 1 ? 10 : 12;
  dictionary.resize((begin + dictionary.size() + 1 + 63) / 64 * 64 - begin - 1, ' ');
  dictionary += '\n';
  std::string file("\x93NUMPY", 6);
  file += static_cast<char>(version);
  file += '\0';
  for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte) file += static_cast<char>(dictionary.size() >> (8 * byte));
  return file + dictionary + data;
}

template <class T>
std::string bytes_of(const std::vector<T>& values, bool swapped = false) {
  std::string bytes;
  for (const T v : values) {
    char raw[sizeof(T)];
    std::memcpy(raw, &v, sizeof(T));
    if (swapped) std::reverse(raw, raw + sizeof(T));
    bytes.append(raw, sizeof(T));
  }
  return bytes;
}

std::string described(const std::string& type, const std::string& shape, bool columns_first = false) {
  return "{'descr': '" + type + "', 'fortran_order': " + (columns_first ? "True" : "False") + ", 'shape': " + shape +
         ", }";
}

/// The columns of rows [begin, end).
std::vector<std::vector<double>> read(const NpyFile& file, std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> columns;
  std::vector<std::vector<double>> values;
  std::vector<double*> to;
  for (std::int64_t c = 0; c < file.columns(); ++c) {
    columns.push_back(c);
    values.emplace_back(static_cast<std::size_t>(end - begin));
  }
  for (auto& v : values) to.push_back(v.data());
  file.read(begin, end, columns, to.data());
  return values;
}

}  // namespace

TEST_CASE("arrays of every type and order are the numbers that were written") {
  const Folder folder;
  const std::vector<double> numbers = {1, 2, 3, 4, 5, 6};
  const auto check = [&](const std::string& type, const std::string& data, int version = 1) {
    CAPTURE(type);
    folder.write("a.npy", file_of(described(type, "(3, 2)"), data, version));
    const NpyFile file((folder.path() / "a.npy").string());
    CHECK(file.rows() == 3);
    CHECK(file.columns() == 2);
    CHECK(read(file, 0, 3) == std::vector<std::vector<double>>{{1, 3, 5}, {2, 4, 6}});
    CHECK(read(file, 1, 2) == std::vector<std::vector<double>>{{3}, {4}});
    std::vector<double> elements(3);
    file.read_elements(2, 5, elements.data());
    CHECK(elements == std::vector<double>{3, 4, 5});
  };
  check("<f8", bytes_of(numbers));
  check("<f8", bytes_of(numbers), 2);
  check("<f8", bytes_of(numbers), 3);
  check(">f8", bytes_of(numbers, true));
  check("<f4", bytes_of(std::vector<float>{1, 2, 3, 4, 5, 6}));
  check("<i8", bytes_of(std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  check(">i4", bytes_of(std::vector<std::int32_t>{1, 2, 3, 4, 5, 6}, true));
  check("<u2", bytes_of(std::vector<std::uint16_t>{1, 2, 3, 4, 5, 6}));
  check("|u1", bytes_of(std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}));
  check("|i1", bytes_of(std::vector<std::int8_t>{1, 2, 3, 4, 5, 6}));
  check("<f2", bytes_of(std::vector<std::uint16_t>{0x3C00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600}));
}

TEST_CASE("half precision has its smallest, largest and infinite numbers") {
  const Folder folder;
  folder.write("h.npy", file_of(described("<f2", "(5,)"),
                                bytes_of(std::vector<std::uint16_t>{0x0001, 0x7BFF, 0xFC00, 0x7E00, 0x8000})));
  const auto values = read(NpyFile((folder.path() / "h.npy").string()), 0, 5)[0];
  CHECK(values[0] == std::ldexp(1.0, -24));
  CHECK(values[1] == 65504.0);
  CHECK(values[2] == -HUGE_VAL);
  CHECK(std::isnan(values[3]));
  CHECK((values[4] == 0.0 && std::signbit(values[4])));
}

TEST_CASE("columns first, structures and more than two dimensions are tables") {
  const Folder folder;
  folder.write("f.npy", file_of(described("<f8", "(3, 2)", true), bytes_of(std::vector<double>{1, 3, 5, 2, 4, 6})));
  const NpyFile first((folder.path() / "f.npy").string());
  CHECK(first.columns_first());
  CHECK(read(first, 0, 3) == std::vector<std::vector<double>>{{1, 3, 5}, {2, 4, 6}});
  CHECK(read(first, 2, 3) == std::vector<std::vector<double>>{{5}, {6}});

  std::string records;
  for (int row = 0; row < 3; ++row)
    records += bytes_of(std::vector<double>{row + 0.5}) + bytes_of(std::vector<std::int32_t>{10 * row});
  folder.write("s.npy", file_of("{'descr': [('t', '<f8'), ('count', '<i4')], 'fortran_order': False, 'shape': (3,), }",
                                records));
  const NpyFile structure((folder.path() / "s.npy").string());
  CHECK(structure.fields()[1].name == "count");
  CHECK(read(structure, 0, 3) == std::vector<std::vector<double>>{{0.5, 1.5, 2.5}, {0, 10, 20}});

  // Element (i, j, k) is 100 i + 10 j + k, in both orders.
  std::vector<double> c_order, f_order;
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k) c_order.push_back(100 * i + 10 * j + k);
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) f_order.push_back(100 * i + 10 * j + k);
  folder.write("c3.npy", file_of(described("<f8", "(2, 3, 2)"), bytes_of(c_order)));
  folder.write("f3.npy", file_of(described("<f8", "(2, 3, 2)", true), bytes_of(f_order)));
  const auto c = read(NpyFile((folder.path() / "c3.npy").string()), 0, 2);
  CHECK(c == read(NpyFile((folder.path() / "f3.npy").string()), 0, 2));
  CHECK(c[3] == std::vector<double>{11, 111});
}

TEST_CASE("what is no array that can be read is said") {
  const Folder folder;
  const auto refused = [&](const std::string& contents, const std::string& part) {
    folder.write("bad.npy", contents);
    try {
      const NpyFile file((folder.path() / "bad.npy").string());
      FAIL("was read: " << part);
    } catch (const FileError& error) {
      CHECK_MESSAGE(std::string(error.what()).find(part) != std::string::npos, error.what());
    }
  };
  const std::string six = bytes_of(std::vector<double>{1, 2, 3, 4, 5, 6});
  const std::string good = file_of(described("<f8", "(3, 2)"), six);
  refused("", "ends before its header");
  refused("x,y\n1,2\n3,4\n5,6\n", "no NumPy array");
  refused(good.substr(0, 40), "ends within its header");
  refused(good.substr(0, good.size() - 1), "47 bytes of data, where its shape needs 48");
  refused(good + "1", "49 bytes of data");
  refused(file_of(described("<c16", "(3,)"), six), "holds complex numbers ('<c16')");
  refused(file_of(described("|O", "(3,)"), six), "holds Python objects");
  refused(file_of(described("<U4", "(3,)"), six), "holds text");
  refused(file_of(described("<M8[s]", "(6,)"), six), "holds dates or times");
  refused(file_of(described("<f8", "(4294967296, 4294967296)"), six), "more elements than there can be");
  refused(file_of(described("<f8", "(-3, 2)"), six), "a damaged header");
  refused(file_of("{'descr': '<f8'}", six), "an incomplete header");
  refused(file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), 'more': 1}", six), "has 'more'");
  refused(file_of("('descr', '<f8')", six), "a damaged header");
  CHECK_THROWS_AS(NpyFile((folder.path() / "none.npy").string()), FileError);
  CHECK_THROWS_AS(NpyFile(folder.path().string()), FileError);
}

TEST_CASE("damaged headers never do worse than being refused") {
  const Folder folder;
  const std::string good = file_of(described("<f8", "(3, 2)"), bytes_of(std::vector<double>{1, 2, 3, 4, 5, 6}));
  std::uint32_t state = 1;
  for (int k = 0; k < 3000; ++k) {
    std::string bad = good;
    for (int edits = 0; edits < 1 + k % 3; ++edits) {
      state = state * 1664525u + 1013904223u;
      bad[(state >> 8) % bad.size()] = static_cast<char>(state >> 24);
    }
    if (k % 7 == 0) bad.resize(state % bad.size());
    folder.write("fuzz.npy", bad);
    try {
      const NpyFile file((folder.path() / "fuzz.npy").string());
      read(file, 0, std::min<std::int64_t>(file.rows(), 3));
    } catch (const FileError&) {
    }
  }
}

TEST_CASE("raw numbers have the shape that is said, and a header is written as it is read") {
  const Folder folder;
  folder.write("r.bin", bytes_of(std::vector<float>{1, 2, 3, 4}));
  const NpyFile raw = NpyFile::raw((folder.path() / "r.bin").string(), {2, 2}, "f4");
  CHECK(read(raw, 0, 2) == std::vector<std::vector<double>>{{1, 3}, {2, 4}});
  CHECK_THROWS_AS(NpyFile::raw((folder.path() / "r.bin").string(), {3, 2}, "f4"), FileError);
  CHECK_THROWS_AS(NpyFile::raw((folder.path() / "r.bin").string(), {2, 2}, "c8"), Error);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, {2}, {2, 1}, {1, 2, 1}}) {
    std::size_t count = 1;
    for (const auto n : shape) count *= static_cast<std::size_t>(n);
    folder.write("w.npy", npy_header(shape) + bytes_of(std::vector<double>(count, 7.0)));
    CHECK(NpyFile((folder.path() / "w.npy").string()).shape() == shape);
  }
}
