#include "problems/compressed_file.hpp"

#include <cerrno>
#include <exception>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include <thalweg/problems/curve_fit.hpp>

namespace thalweg::reading {
namespace {

namespace io = boost::iostreams;

struct Stream {
  std::ifstream file;
  io::filtering_istream in;  // of compressed files
  const char* how = "file's";
};

}  // namespace

ByteSource open_bytes(const std::string& path, const char* expected) {
  auto s = std::make_shared<Stream>();
  s->file.open(path, std::ios::binary);
  if (!s->file)
    throw FileError(path, 0, 0, fmt::format("cannot be read ({})", std::generic_category().message(errno)), expected);
  char first[3] = {};
  s->file.read(first, sizeof first);
  const std::string_view magic(first, static_cast<std::size_t>(s->file.gcount()));
  s->file.clear();
  s->file.seekg(0);
  if (!s->file) throw FileError(path, 0, 0, "cannot be read from its beginning", "a file, not a folder or a pipe");

  constexpr std::streamsize block = 1 << 18;
  std::istream* in = &s->file;
  if (magic.starts_with("BZh")) {
    s->how = "bzip2";
    s->in.push(io::bzip2_decompressor(), block);
  } else if (magic.starts_with("\x1f\x8b")) {
    s->how = "gzip";
    s->in.push(io::gzip_decompressor(), block);
  }
  if (!s->in.empty()) {
    s->in.push(s->file, block);
    in = &s->in;
  }
  in->exceptions(std::ios::badbit);
  return [s = std::move(s), in, path](char* to, std::size_t size) -> std::size_t {
    try {
      if (!*in) return 0;
      in->read(to, static_cast<std::streamsize>(size));
      return static_cast<std::size_t>(in->gcount());
    } catch (const std::exception&) {
      throw FileError(path, 0, 0, fmt::format("the {} data is damaged or cut short", s->how), "a whole file");
    }
  };
}

std::string first_bytes(const std::string& path, std::size_t size) {
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

}  // namespace thalweg::reading
