// Arrays in NumPy's file format (NEP 1; numpy.lib.format, versions 1.0 to 3.0).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/io/file_error.hpp>

namespace thalweg::inline v0_1 {

/// One number of an element: of a plain array the element itself, of a structured one a field.
struct NpyField {
  std::string name;  ///< empty for a plain array
  enum class Kind { boolean, integer, unsigned_integer, floating } kind = Kind::floating;
  int bytes = 8;
  bool swapped = false;    ///< in the other order of bytes than this machine's
  std::size_t offset = 0;  ///< in the element
};

/// An array in a file, read piece by piece: nothing of it is kept in memory. May be read by several threads at once.
class NpyFile {
 public:
  /// Throws FileError for a file that is none, is shorter than its header says, or holds complex numbers, text or
  /// objects. Either order of bytes, rows first (C) or columns first (Fortran).
  explicit NpyFile(const std::string& path);

  /// Numbers of this shape and type ("f8", "f4", "i2", "u1", ...; ">f4": the bytes in the other order) without a
  /// header, rows first. Throws FileError where the file has another size, Error for another type.
  static NpyFile raw(const std::string& path, std::vector<std::int64_t> shape, const std::string& type);

  const std::string& path() const { return path_; }
  const std::vector<std::int64_t>& shape() const { return shape_; }
  const std::vector<NpyField>& fields() const { return fields_; }
  bool columns_first() const { return columns_first_; }

  /// As a table: the first dimension counts the rows, the others together, times the fields, the columns. The columns
  /// of a row are in the order of their indices, the last one changing fastest.
  std::int64_t rows() const { return shape_.empty() ? 1 : shape_.front(); }
  std::int64_t columns() const;
  /// Numbers of the rows [begin, end): those of columns[c] to to[c][row − begin]. Integers beyond 2⁵³ are rounded.
  /// Throws FileError where the file has become shorter.
  void read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& columns, double* const* to) const;
  /// The elements [begin, end) of a plain array, rows first, in the order of the file.
  void read_elements(std::int64_t begin, std::int64_t end, double* to) const;

 private:
  NpyFile() = default;
  std::int64_t open();
  void expect_bytes(std::int64_t there) const;
  void read_bytes(std::int64_t offset, std::int64_t size, char* to) const;

  struct Descriptor;
  std::string path_;
  std::shared_ptr<const Descriptor> file_;
  std::vector<std::int64_t> shape_;
  std::vector<NpyField> fields_;
  bool columns_first_ = false;
  std::int64_t data_ = 0;  // where it begins in the file
  std::int64_t element_bytes_ = 8;
};

/// What a file begins with: the header of an array of this shape, rows first. `type`: of its elements, as NumPy writes
/// it, by default doubles.
std::string npy_header(const std::vector<std::int64_t>& shape, const std::string& type = "'<f8'");

}  // namespace thalweg::inline v0_1
