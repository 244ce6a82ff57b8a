#include "io/npy_header.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

class HeaderReader {
 public:
  HeaderReader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  NpyHeader read() {
    NpyHeader header;
    bool descr = false, order = false, shape = false;
    take('{');
    while (!comes('}')) {
      const std::string key = string();
      take(':');
      if (key == "descr") {
        read_descr(header);
        descr = true;
      } else if (key == "fortran_order") {
        header.columns_first = boolean();
        order = true;
      } else if (key == "shape") {
        header.shape = tuple();
        shape = true;
      } else {
        fail(fmt::format("has '{}' in its header", key), "descr, fortran_order and shape");
      }
      if (!comes('}')) take(',');
    }
    if (!descr || !order || !shape) fail("has an incomplete header", "descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const {
    throw FileError(path_, 0, 0, problem, expected);
  }
  [[noreturn]] void damaged() const { fail("has a damaged header", "a header as numpy.save writes it"); }

  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool comes(char c) {
    skip();
    return at_ < text_.size() && text_[at_] == c;
  }
  void take(char c) {
    if (!comes(c)) damaged();
    ++at_;
  }
  bool take_if(char c) {
    const bool there = comes(c);
    at_ += there;
    return there;
  }
  std::string string() {
    skip();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) damaged();
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string_view::npos) damaged();
    std::string inside(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return inside;
  }
  bool boolean() {
    skip();
    for (const auto& [word, value] : {std::pair("True", true), std::pair("False", false)})
      if (text_.substr(at_).starts_with(word)) {
        at_ += std::string_view(word).size();
        return value;
      }
    damaged();
  }
  std::int64_t whole() {
    skip();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0) damaged();
    at_ = static_cast<std::size_t>(end - text_.data());
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // as Python 2 wrote them
    return value;
  }
  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> all;
    take('(');
    while (!take_if(')')) {
      all.push_back(whole());
      if (!comes(')')) take(',');
    }
    return all;
  }

  void read_descr(NpyHeader& header) {
    if (!comes('[')) {
      add(string(), "", header);
      return;
    }
    take('[');
    while (!take_if(']')) {
      take('(');
      const std::string name = string();
      take(',');
      if (comes('[')) fail(fmt::format("has fields within field '{}'", name), "numbers");
      add(string(), name, header);
      if (take_if(',') && comes('(')) fail(fmt::format("has an array as field '{}'", name), "one number in each field");
      take(')');
      if (!comes(']')) take(',');
    }
    if (header.fields.empty()) fail("has elements without fields", "numbers");
  }

  void add(const std::string& type, const std::string& name, NpyHeader& header) {
    const auto refuse = [&] {
      const std::string_view kind = type.size() > 1 ? std::string_view(type).substr(1, 1) : "";
      const char* const what = kind == "c"                  ? "complex numbers"
                               : kind == "O"                ? "Python objects"
                               : kind == "U" || kind == "S" ? "text"
                               : kind == "M" || kind == "m" ? "dates or times"
                                                            : "no numbers that can be read";
      fail(fmt::format("holds {} ('{}')", what, type), "real numbers: f2, f4, f8, i1 to i8, u1 to u8 or b1");
    };
    if (type.size() < 3) refuse();
    int bytes = 0;
    const auto [end, error] = std::from_chars(type.data() + 2, type.data() + type.size(), bytes);
    if (error != std::errc{} || end != type.data() + type.size()) refuse();
    NpyField field{name, NpyField::Kind::floating, bytes, false, static_cast<std::size_t>(header.element_bytes)};
    const bool power = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (type[1] == 'V' && name.empty() == false) {  // padding of a structure
      header.element_bytes += bytes;
      return;
    }
    if (type[1] == 'f' && (bytes == 2 || bytes == 4 || bytes == 8)) {
      field.kind = NpyField::Kind::floating;
    } else if (type[1] == 'i' && power) {
      field.kind = NpyField::Kind::integer;
    } else if (type[1] == 'u' && power) {
      field.kind = NpyField::Kind::unsigned_integer;
    } else if (type[1] == 'b' && bytes == 1) {
      field.kind = NpyField::Kind::boolean;
    } else {
      refuse();
    }
    constexpr bool is_little = std::endian::native == std::endian::little;
    field.swapped = bytes > 1 && (is_little ? type[0] == '>' : type[0] == '<');
    header.element_bytes += bytes;
    header.fields.push_back(std::move(field));
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0;
};

}  // namespace

NpyHeader parse_npy_header(const std::string& text, const std::string& path) { return HeaderReader(text, path).read(); }

std::string npy_header(const std::vector<std::int64_t>& shape, const std::string& type) {
  std::string tuple = "(";
  for (const std::int64_t n : shape) tuple += fmt::format("{}, ", n);
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  if (shape.size() == 1) tuple.pop_back();
  std::string header = fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': {}), }}", type, tuple);
  // The whole is a multiple of 64 bytes, and ends a line.
  const std::size_t whole = (10 + header.size() + 1 + 63) / 64 * 64;
  header.resize(whole - 10 - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xFF);
  file += static_cast<char>(header.size() >> 8);
  return file + header;
}

}  // namespace thalweg::inline v0_1
