#include <thalweg/io/npy.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/input_file.hpp"
#include "io/npy_header.hpp"

namespace thalweg::inline v0_1 {
namespace {

constexpr const char* expected_array = "an array as numpy.save writes it";
constexpr std::int64_t most_piece = std::int64_t{1} << 22;  // bytes read at once where columns lie apart

template <class T>
double value_of(const char* from, bool swapped) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), from, sizeof(T));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return static_cast<double>(std::bit_cast<T>(bytes));
}

/// Of IEEE half precision.
double half_of(const char* from, bool swapped) {
  const auto bits = static_cast<std::uint32_t>(value_of<std::uint16_t>(from, swapped));
  const double sign = bits & 0x8000u ? -1.0 : 1.0;
  const auto exponent = static_cast<int>((bits >> 10) & 0x1Fu), fraction = static_cast<int>(bits & 0x3FFu);
  if (exponent == 31) return fraction ? std::numeric_limits<double>::quiet_NaN() : sign / 0.0;
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

double number_at(const char* from, const NpyField& field) {
  using Kind = NpyField::Kind;
  const bool s = field.swapped;
  switch (field.kind) {
    case Kind::boolean:
      return *from != 0 ? 1.0 : 0.0;
    case Kind::integer:
      return field.bytes == 1   ? value_of<std::int8_t>(from, s)
             : field.bytes == 2 ? value_of<std::int16_t>(from, s)
             : field.bytes == 4 ? value_of<std::int32_t>(from, s)
                                : value_of<std::int64_t>(from, s);
    case Kind::unsigned_integer:
      return field.bytes == 1   ? value_of<std::uint8_t>(from, s)
             : field.bytes == 2 ? value_of<std::uint16_t>(from, s)
             : field.bytes == 4 ? value_of<std::uint32_t>(from, s)
                                : value_of<std::uint64_t>(from, s);
    case Kind::floating:
      break;
  }
  return field.bytes == 8 ? value_of<double>(from, s) : field.bytes == 4 ? value_of<float>(from, s) : half_of(from, s);
}

/// Doubles `apart` doubles from each other: a distance that is known when it is compiled makes loads of whole vectors.
template <std::int64_t apart>
void copy_apart(const double* from, std::int64_t count, double* to) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) to[i] = from[i * apart];
}

/// `from` is a place in an array of doubles, whose bytes were read from the file.
void copy_doubles(const char* from, std::int64_t apart, std::int64_t count, double* to) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(from) % sizeof(double) == 0;
  const double* const numbers = reinterpret_cast<const double*>(from);
  if (aligned && apart == 8) return copy_apart<1>(numbers, count, to);
  if (aligned && apart == 16) return copy_apart<2>(numbers, count, to);
  if (aligned && apart == 24) return copy_apart<3>(numbers, count, to);
  if (aligned && apart == 32) return copy_apart<4>(numbers, count, to);
  for (std::int64_t i = 0; i < count; ++i) std::memcpy(to + i, from + i * apart, sizeof(double));
}

/// `count` numbers that lie `apart` bytes from each other.
void convert(const char* from, std::int64_t apart, std::int64_t count, const NpyField& field, double* to) {
  if (field.kind == NpyField::Kind::floating && field.bytes == 8 && !field.swapped)
    return copy_doubles(from, apart, count, to);
  for (std::int64_t i = 0; i < count; ++i) to[i] = number_at(from + i * apart, field);
}

}  // namespace

struct NpyFile::Descriptor {
  explicit Descriptor(int number) : fd(number) {}
  ~Descriptor() { ::close(fd); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

/// Returns the size.
std::int64_t NpyFile::open() {
  const auto fail = [&](const std::string& problem) { throw FileError(path_, 0, 0, problem, expected_array); };
  if (!reading::is_regular_file(path_))
    fail(std::filesystem::exists(path_) ? "no regular file" : "cannot be opened: no such file");
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(fmt::format("cannot be opened: {}", std::strerror(errno)));
  file_ = std::make_shared<const Descriptor>(fd);
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(fmt::format("cannot be read: {}", std::strerror(errno)));
  return status.st_size;
}

void NpyFile::expect_bytes(std::int64_t there) const {
  std::int64_t bytes = element_bytes_;
  for (const std::int64_t n : shape_)
    if (__builtin_mul_overflow(bytes, n, &bytes))
      throw FileError(path_, 0, 0, "a shape of more elements than there can be", "a smaller shape");
  if (there != bytes)
    throw FileError(path_, 0, 0, fmt::format("{} bytes of data, where its shape needs {}", there, bytes),
                    "as many bytes as its shape needs");
}

NpyFile::NpyFile(const std::string& path) : path_(path) {
  const auto fail = [&](const std::string& problem, const std::string& expected) {
    throw FileError(path, 0, 0, problem, expected);
  };
  const std::int64_t size = open();
  char magic[12] = {};
  if (size < 10) fail("ends before its header", expected_array);
  read_bytes(0, std::min<std::int64_t>(size, 12), magic);
  if (std::memcmp(magic, "\x93NUMPY", 6) != 0) fail("no NumPy array", expected_array);
  const int version = magic[6];
  if (version < 1 || version > 3) fail(fmt::format("version {} of NumPy's format", version), "version 1, 2 or 3");
  const auto byte = [&](int i) { return static_cast<std::int64_t>(static_cast<unsigned char>(magic[i])); };
  const std::int64_t length =
      version == 1 ? byte(8) + 256 * byte(9) : byte(8) + 256 * (byte(9) + 256 * (byte(10) + 256 * byte(11)));
  const std::int64_t begin = version == 1 ? 10 : 12;
  if (begin + length > size) fail("ends within its header", expected_array);
  std::string header(static_cast<std::size_t>(length), '\0');
  read_bytes(begin, length, header.data());
  data_ = begin + length;
  NpyHeader parsed = parse_npy_header(header, path);
  shape_ = std::move(parsed.shape);
  fields_ = std::move(parsed.fields);
  columns_first_ = parsed.columns_first;
  element_bytes_ = parsed.element_bytes;
  expect_bytes(size - data_);
}

NpyFile NpyFile::raw(const std::string& path, std::vector<std::int64_t> shape, const std::string& type) {
  NpyFile file;
  file.path_ = path;
  const bool has_order = !type.empty() && (type[0] == '<' || type[0] == '>');
  NpyHeader parsed;
  try {
    parsed = parse_npy_header(
        fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': (), }}", has_order ? "" : "<", type), path);
  } catch (const FileError&) {
    throw Error(fmt::format("'{}' is no type of numbers; expected f2, f4, f8, i1 to i8, u1 to u8 or b1", type));
  }
  file.fields_ = std::move(parsed.fields);
  file.element_bytes_ = parsed.element_bytes;
  file.shape_ = std::move(shape);
  file.expect_bytes(file.open());
  return file;
}

std::int64_t NpyFile::columns() const {
  std::int64_t across = static_cast<std::int64_t>(fields_.size());
  for (std::size_t d = 1; d < shape_.size(); ++d) across *= shape_[d];
  return across;
}

void NpyFile::read_bytes(std::int64_t offset, std::int64_t size, char* to) const {
  while (size > 0) {
    const ssize_t got = ::pread(file_->fd, to, static_cast<std::size_t>(size), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0)
      throw FileError(path_, 0, 0,
                      got < 0 ? fmt::format("cannot be read: {}", std::strerror(errno)) : "has become shorter",
                      "a file that stays as it is while it is read");
    to += got;
    offset += got;
    size -= got;
  }
}

void NpyFile::read(std::int64_t begin, std::int64_t end, const std::vector<std::int64_t>& wanted,
                   double* const* to) const {
  const std::int64_t count = end - begin, fields = static_cast<std::int64_t>(fields_.size());
  thread_local std::vector<double> memory;  // of the bytes that are read, which may be doubles
  const auto buffer = [](std::int64_t bytes) {
    memory.resize(static_cast<std::size_t>(bytes + 7) / sizeof(double));
    return reinterpret_cast<char*>(memory.data());
  };
  const auto field = [&](std::int64_t column) -> const NpyField& {
    return fields_[static_cast<std::size_t>(column % fields)];
  };
  if (!columns_first_) {
    const std::int64_t row_bytes = element_bytes_ * (columns() / fields);
    const std::int64_t piece = std::max<std::int64_t>(1, most_piece / std::max<std::int64_t>(1, row_bytes));
    for (std::int64_t done = 0; done < count; done += piece) {
      const std::int64_t n = std::min(piece, count - done);
      char* const piece_bytes = buffer(n * row_bytes);
      read_bytes(data_ + (begin + done) * row_bytes, n * row_bytes, piece_bytes);
      for (std::size_t c = 0; c < wanted.size(); ++c) {
        const NpyField& f = field(wanted[c]);
        const std::int64_t at = wanted[c] / fields * element_bytes_ + static_cast<std::int64_t>(f.offset);
        convert(piece_bytes + at, row_bytes, n, f, to[c] + done);
      }
    }
    return;
  }
  // Columns first: the first index, that of the row, changes fastest, the last one slowest.
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    std::int64_t index = wanted[c] / fields, place = 0;
    std::vector<std::int64_t> at(shape_.size(), 0);
    for (std::size_t d = shape_.size(); d-- > 1; index /= shape_[d]) at[d] = index % shape_[d];
    for (std::size_t d = shape_.size(); d-- > 1;) place = place * shape_[d] + at[d];
    const std::int64_t first = data_ + (place * rows() + begin) * element_bytes_;
    char* const column_bytes = buffer(count * element_bytes_);
    read_bytes(first, count * element_bytes_, column_bytes);
    const NpyField& f = field(wanted[c]);
    convert(column_bytes + f.offset, element_bytes_, count, f, to[c]);
  }
}

void NpyFile::read_elements(std::int64_t begin, std::int64_t end, double* to) const {
  const NpyField& field = fields_.front();
  if (field.kind == NpyField::Kind::floating && field.bytes == 8 && !field.swapped && element_bytes_ == 8) {
    read_bytes(data_ + begin * 8, (end - begin) * 8, reinterpret_cast<char*>(to));
    return;
  }
  std::vector<char> buffer(static_cast<std::size_t>((end - begin) * element_bytes_));
  read_bytes(data_ + begin * element_bytes_, static_cast<std::int64_t>(buffer.size()), buffer.data());
  convert(buffer.data() + field.offset, element_bytes_, end - begin, field, to);
}

}  // namespace thalweg::inline v0_1
