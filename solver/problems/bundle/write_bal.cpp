#include <thalweg/problems/bundle.hpp>

#include <charconv>
#include <iterator>

#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <fmt/format.h>

namespace thalweg {

Compression compression_of(std::string_view name) {
  if (name.ends_with(".bz2")) return Compression::bzip2;
  if (name.ends_with(".gz")) return Compression::gzip;
  return Compression::none;
}

std::string write_bal(const Bundle& b, Compression compression) {
  namespace io = boost::iostreams;
  std::string result;
  io::filtering_ostream out;
  if (compression == Compression::bzip2) out.push(io::bzip2_compressor());
  if (compression == Compression::gzip) out.push(io::gzip_compressor());
  out.push(io::back_inserter(result));

  fmt::memory_buffer text;
  const auto flush = [&](std::size_t most) {
    if (text.size() <= most) return;
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    text.clear();
  };
  constexpr std::size_t block = 1 << 16;
  fmt::format_to(std::back_inserter(text), "{} {} {}\n", b.camera_count(), b.point_count(), b.observation_count());
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    fmt::format_to(std::back_inserter(text), "{} {} {} {}\n", b.camera_of[i], b.point_of[i], b.u[i], b.v[i]);
    flush(block);
  }
  for (const std::vector<double>* numbers : {&b.cameras, &b.points})
    for (const double value : *numbers) {
      fmt::format_to(std::back_inserter(text), "{}\n", value);
      flush(block);
    }
  flush(0);
  out.reset();
  return result;
}

}  // namespace thalweg
