#include <thalweg/models/bundle.hpp>

#include <iterator>

#include <fmt/format.h>

#include <io/compressed_text.hpp>

namespace thalweg::inline v0_1 {

Compression compression_of(std::string_view name) {
  if (name.ends_with(".bz2")) return Compression::bzip2;
  if (name.ends_with(".gz")) return Compression::gzip;
  return Compression::none;
}

std::string write_bal(const Bundle& b, Compression compression) {
  CompressedText file(compression);
  const auto to = std::back_inserter(file.text());
  fmt::format_to(to, "{} {} {}\n", b.camera_count(), b.point_count(), b.observation_count());
  for (std::size_t i = 0; i < b.u.size(); ++i) {
    fmt::format_to(to, "{} {} {} {}\n", b.camera_of[i], b.point_of[i], b.u[i], b.v[i]);
    file.pass();
  }
  for (const std::vector<double>* numbers : {&b.cameras, &b.points})
    for (const double value : *numbers) {
      fmt::format_to(to, "{}\n", value);
      file.pass();
    }
  return file.finish();
}

}  // namespace thalweg::inline v0_1
