#include "io/compressed_file.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <boost/iostreams/concepts.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include <thalweg/io/file_error.hpp>

#include "io/bzip2_blocks.hpp"
#include "io/input_file.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

namespace io = boost::iostreams;

/// The file as a device of Boost's: first the bytes that told its format, then the rest.
struct Bytes {
  using char_type = char;
  using category = io::source_tag;

  InputFile* file;
  std::string_view* first;

  std::streamsize read(char* to, std::streamsize size) const {
    std::size_t n = first->copy(to, static_cast<std::size_t>(size));
    first->remove_prefix(n);
    if (n == 0) n = file->read(to, static_cast<std::size_t>(size));
    return n > 0 ? static_cast<std::streamsize>(n) : -1;
  }
};

struct Stream {
  Stream(const std::string& path, const char* expected) : file(path, expected) {
    while (first.size() < magic_length) {
      char next = 0;
      if (file.read(&next, 1) == 0) break;
      first += next;
    }
    rest = first;
  }

  static constexpr std::size_t magic_length = 3;
  InputFile file;
  std::string first;
  std::string_view rest;              // of `first`, still to be read
  std::optional<Bzip2Blocks> blocks;  // of bzip2 data
  io::filtering_istream in;           // of others
  const char* how = "file's";
};

}  // namespace

ByteSource open_bytes(const std::string& path, const char* expected) {
  auto s = std::make_shared<Stream>(path, expected);
  constexpr std::streamsize block = 1 << 18;
  if (s->rest.starts_with("BZh")) {
    s->how = "bzip2";
    const Bytes packed{&s->file, &s->rest};
    s->blocks.emplace([packed](char* to, std::size_t size) {
      const std::streamsize n = packed.read(to, static_cast<std::streamsize>(size));
      return n > 0 ? static_cast<std::size_t>(n) : 0;
    });
  } else if (s->rest.starts_with("\x1f\x8b")) {
    s->how = "gzip";
    s->in.push(io::gzip_decompressor(), block);
  }
  if (!s->blocks) {
    s->in.push(Bytes{&s->file, &s->rest}, block);
    s->in.exceptions(std::ios::badbit);
  }
  return [s = std::move(s), path](char* to, std::size_t size) -> std::size_t {
    try {
      if (s->blocks) return s->blocks->read(to, size);
      if (!s->in) return 0;
      s->in.read(to, static_cast<std::streamsize>(size));
      return static_cast<std::size_t>(s->in.gcount());
    } catch (const FileError&) {
      throw;
    } catch (const std::exception&) {
      throw FileError(path, 0, 0, fmt::format("the {} data is damaged or cut short", s->how), "a whole file");
    }
  };
}

std::string first_bytes(const std::string& path, std::size_t size) {
  if (!is_regular_file(path)) return {};  // what is read from a pipe is gone
  std::string first(size, '\0');
  std::size_t read = 0;
  try {
    const ByteSource more = open_bytes(path, "");
    while (read < size) {
      const std::size_t n = more(first.data() + read, size - read);
      if (n == 0) break;
      read += n;
    }
  } catch (const FileError&) {
  }
  first.resize(read);
  return first;
}

}  // namespace thalweg::inline v0_1::reading
