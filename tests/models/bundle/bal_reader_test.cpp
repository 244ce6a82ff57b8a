// Files of bundle adjustment: what is read is what was written, and every mistake is named at its place.
#include <thalweg/models/bundle.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <new>
#include <random>
#include <string>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thalweg/models/curve_fit.hpp>

#include <support/folder.hpp>
#include "support/mutate.hpp"

using thalweg::Bundle;
using thalweg::Compression;
using thalweg::FileError;

namespace {

/// Two cameras, one point, three observations, of which two are of the same pair.
constexpr const char* small =
    "2 1 3\n"
    "0 0 -1.5 2\n"
    "1 0 3 4.25\n"
    "0 0 1e2 -7\n"
    "0.01 0.02 0.03 1 2 -3 500 1e-7 -2e-13\n"
    "0 0 0 0 0 0 800 0 0\n"
    "1 2 3\n";

std::string with(const std::string& from, const std::string& to) {
  std::string text = small;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  try {
    (void)thalweg::parse_bal(text, "f.txt");
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

/// A file that is gone at the end of the scope.
class File {
 public:
  File(const std::string& name, const std::string& content) : path_(folder_.write(name, content)) {}
  const std::string& path() const { return path_; }

 private:
  test_support::Folder folder_;
  std::string path_;
};

/// The message about a file, its path replaced by "f".
std::string error_of_file(const std::string& name, const std::string& content) {
  const File file(name, content);
  try {
    (void)thalweg::read_bal(file.path());
  } catch (const FileError& error) {
    const std::string message = error.what();
    REQUIRE(message.starts_with(file.path()));
    return "f" + message.substr(file.path().size());
  }
  return "no error";
}

void check_equal(const Bundle& a, const Bundle& b) {
  CHECK(a.cameras == b.cameras);
  CHECK(a.points == b.points);
  CHECK(a.camera_of == b.camera_of);
  CHECK(a.point_of == b.point_of);
  CHECK(a.u == b.u);
  CHECK(a.v == b.v);
}

Bundle awkward() {
  Bundle b = thalweg::parse_bal(small, "f.txt");
  b.u = {-0.0, 5e-324, 1.7976931348623157e308};
  b.v = {0.1, 1.0 / 3.0, -2.2250738585072014e-308};
  b.points = {1e22, 123456789012345678.0, -4.35};
  return b;
}

}  // namespace

TEST_CASE("a small bundle adjustment is read number by number") {
  const Bundle b = thalweg::parse_bal(small, "f.txt");
  CHECK(b.file == "f.txt");
  CHECK(b.camera_count() == 2);
  CHECK(b.point_count() == 1);
  CHECK(b.observation_count() == 3);
  CHECK(b.camera_of == std::vector<std::int32_t>{0, 1, 0});
  CHECK(b.point_of == std::vector<std::int32_t>{0, 0, 0});
  CHECK(b.u == std::vector<double>{-1.5, 3, 100});
  CHECK(b.v == std::vector<double>{2, 4.25, -7});
  CHECK(b.cameras == std::vector<double>{0.01, 0.02, 0.03, 1, 2, -3, 500, 1e-7, -2e-13, 0, 0, 0, 0, 0, 0, 800, 0, 0});
  CHECK(b.points == std::vector<double>{1, 2, 3});
}

TEST_CASE("blanks and line ends of bundle adjustments are free") {
  const Bundle plain = thalweg::parse_bal(small, "f.txt");
  std::string crlf, one_line, spread;
  for (const char* c = small; *c; ++c) {
    crlf += *c == '\n' ? std::string("\r\n") : std::string(1, *c);
    one_line += *c == '\n' ? '\t' : *c;
    spread += *c == ' ' ? std::string("\n\n  ") : std::string(1, *c);
  }
  for (const std::string& text :
       {crlf, one_line, spread, "\n \n" + spread + "\n\n", std::string(small, std::string(small).size() - 1)})
    check_equal(thalweg::parse_bal(text, "f.txt"), plain);
  CHECK(thalweg::parse_bal(with("1e2", "+1D2"), "f.txt").u[2] == 100.0);
  CHECK(thalweg::parse_bal(with("1e2", "1e-999"), "f.txt").u[2] == 0.0);
}

TEST_CASE("a bundle that was written reads back with the same bits, plain and compressed") {
  for (const Bundle& b :
       {awkward(), thalweg::generate_bundle({.cameras = 6, .points = 80, .observations_per_point = 3.0})}) {
    const std::string text = thalweg::write_bal(b);
    const Bundle again = thalweg::parse_bal(text, "f.txt");
    check_equal(again, b);
    CHECK(std::signbit(again.u[0]) == std::signbit(b.u[0]));
    CHECK(thalweg::write_bal(again) == text);
    for (const auto& [name, compression] :
         {std::pair{"a.txt", Compression::none}, std::pair{"a.bz2", Compression::bzip2},
          std::pair{"a.gz", Compression::gzip}}) {
      CHECK(thalweg::compression_of(name) == compression);
      const File file(name, thalweg::write_bal(b, compression));
      check_equal(thalweg::read_bal(file.path()), b);
    }
    // Whatever the name says, the content counts.
    const File misnamed("b.txt", thalweg::write_bal(b, Compression::bzip2));
    check_equal(thalweg::read_bal(misnamed.path()), b);
  }
}

TEST_CASE("a bundle of more than one buffer is read across its seams") {
  const Bundle b =
      thalweg::generate_bundle({.cameras = 40, .points = 9000, .observations_per_point = 4.0, .noise = 1e-9});
  const std::string text = thalweg::write_bal(b);
  REQUIRE(text.size() > (std::size_t{1} << 21));
  check_equal(thalweg::parse_bal(text, "f.txt"), b);
}

TEST_CASE("headers of bundle adjustments that are wrong") {
  const std::string whole = "; expected a bundle adjustment file: cameras, points, observations, then their numbers";
  CHECK(error_of("") == "f.txt:1:1: the file is empty" + whole);
  CHECK(error_of("\n \r\n\t") == "f.txt:3:2: the file is empty" + whole);
  CHECK(error_of("title = 'a'") == "f.txt:1:1: the first word is not a number of cameras" + whole);
  CHECK(error_of("1.5 1 1") == "f.txt:1:1: the first word is not a number of cameras" + whole);
  CHECK(error_of(with("2 1 3", "0 1 3")) ==
        "f.txt:1:1: '0' is out of range; expected the number of cameras, 1 to 2147483647");
  CHECK(error_of(with("2 1 3", "2 0 3")) ==
        "f.txt:1:3: '0' is out of range; expected the number of points, 1 to 2147483647");
  CHECK(error_of(with("2 1 3", "2 1 0")) ==
        "f.txt:1:5: '0' is out of range; expected the number of observations, 1 to 2147483647");
  CHECK(error_of(with("2 1 3", "-2 1 3")) ==
        "f.txt:1:1: '-2' is out of range; expected the number of cameras, 1 to 2147483647");
  CHECK(error_of("2 1") == "f.txt:1:4: the file ends; expected the number of observations");
  CHECK(error_of("99999999999999999999 1 1") ==
        "f.txt:1:1: '99999999999999999999' is out of range; expected the number of cameras, 1 to 2147483647");
}

TEST_CASE("counts of bundle adjustments that lie") {
  const std::string rest = " observations, then 9 numbers for each of 2 cameras and 3 for each of 1 points";
  CHECK(error_of("2 1 3\n0 0 -1.5 2\n") == "f.txt:3:1: the file ends after 1 of 3 observations; expected 3" + rest);
  // One observation too few: a camera is taken for it.
  CHECK(error_of(with("2 1 3", "2 1 4")) ==
        "f.txt:5:1: '0.01' is not a whole number; expected a camera's index, of observation 4 of 4");
  // One too many: a point is left over in the end.
  CHECK(error_of(with("2 1 3", "2 1 2")) ==
        "f.txt:6:19: something stands behind the last point; expected the end of the file after 2 observations, 2 "
        "cameras "
        "and 1 points");
  CHECK(error_of(with("1 2 3\n", "1 2\n")) == "f.txt:8:1: the file ends after 0 of 1 points; expected 3" + rest);
  CHECK(error_of(with(" 800 0 0\n1 2 3\n", "")) == "f.txt:6:12: the file ends after 1 of 2 cameras; expected 3" + rest);
  CHECK(
      error_of(std::string(small) + "7\n") ==
      "f.txt:8:1: something stands behind the last point; expected the end of the file after 3 observations, 2 cameras "
      "and 1 points");
}

TEST_CASE("indices of bundle adjustments that are none") {
  const std::string camera = "; expected a camera's index, 0 to 1, of observation 2 of 3";
  CHECK(error_of(with("1 0 3", "2 0 3")) == "f.txt:3:1: '2' is out of range" + camera);
  CHECK(error_of(with("1 0 3", "-1 0 3")) == "f.txt:3:1: '-1' is out of range" + camera);
  CHECK(error_of(with("1 0 3", "1 1 3")) ==
        "f.txt:3:3: '1' is out of range; expected a point's index, 0 to 0, of observation 2 of 3");
  CHECK(error_of(with("1 0 3", "1.0 0 3")) ==
        "f.txt:3:1: '1.0' is not a whole number; expected a camera's index, of observation 2 of 3");
  CHECK(error_of(with("1 0 3", "1 0x0 3")) ==
        "f.txt:3:3: '0x0' is not a whole number; expected a point's index, of observation 2 of 3");
}

TEST_CASE("numbers of bundle adjustments that are none") {
  const std::string u = "; expected u in pixels, of observation 2 of 3";
  CHECK(error_of(with("1 0 3", "1 0 nan")) == "f.txt:3:5: 'nan' is not finite" + u);
  CHECK(error_of(with("1 0 3", "1 0 -inf")) == "f.txt:3:5: '-inf' is not finite" + u);
  CHECK(error_of(with("1 0 3", "1 0 0x1p3")) == "f.txt:3:5: '0x1p3' is not a number" + u);
  CHECK(error_of(with("1 0 3", "1 0 1,5")) == "f.txt:3:5: '1,5' is not a number" + u);
  CHECK(error_of(with("1 0 3", "1 0 1e999")) == "f.txt:3:5: '1e999' is too large" + u);
  CHECK(error_of(with("1 0 3", std::string("1 0 a\0b", 7))) == "f.txt:3:5: 'a?b' is not a number" + u);
  CHECK(error_of(with("-3 500", "x 500")) == "f.txt:5:20: 'x' is not a number; expected a number, of camera 1 of 2");
  CHECK(error_of(with("1 2 3", "1 two 3")) ==
        "f.txt:7:3: 'two' is not a number; expected a coordinate, of point 1 of 1");
  // A word is read whole or not at all: 600 digits are not two numbers.
  CHECK(error_of(with("1 0 3", "1 0 0." + std::string(600, '3'))) ==
        "f.txt:3:5: '0.33333333333333333333333333333333333333...' is a word of more than 400 characters; expected a "
        "number");
}

TEST_CASE("compressed bundle adjustments that are damaged or cut short, and files that are none") {
  const Bundle b = thalweg::generate_bundle({.cameras = 6, .points = 300, .observations_per_point = 3.0});
  for (const auto& [name, compression, how] :
       {std::tuple{"a.bz2", Compression::bzip2, "bzip2"}, std::tuple{"a.gz", Compression::gzip, "gzip"}}) {
    const std::string whole = thalweg::write_bal(b, compression);
    const std::string expected = std::string("f: the ") + how + " data is damaged or cut short; expected a whole file";
    for (const double part : {0.1, 0.5, 0.9, 0.999}) {
      CAPTURE(part);
      CHECK(error_of_file(name, whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size())))) ==
            expected);
    }
    CHECK(error_of_file(name, whole.substr(0, whole.size() - 1)) == expected);
    std::string damaged = whole;
    damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x10);
    CHECK(error_of_file(name, damaged) == expected);
  }
  CHECK(
      error_of_file("a.bz2", "") ==
      "f:1:1: the file is empty; expected a bundle adjustment file: cameras, points, observations, then their numbers");
  CHECK_THROWS_WITH_AS(
      thalweg::read_bal("/nowhere/b.txt"),
      "/nowhere/b.txt: cannot be opened: No such file or directory; expected a bundle adjustment file: "
      "cameras, points, observations, then their numbers",
      FileError);
}

TEST_CASE("a header that announces gigabytes takes no memory before they are there") {
#if defined(__SANITIZE_ADDRESS__)
  MESSAGE("skipped: the address sanitizer needs the address space that this test takes away");
#else
  const std::string text = "200000000 2000000000 2000000000\n0 0 1 2\n" + std::string(1000, ' ');
  const pid_t child = fork();
  if (child == 0) {
    // As much as there is, and 200 MB: what 4e8 numbers would need is far more.
    long pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t bytes = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + 200'000'000;
    const rlimit limit = {bytes, bytes};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(10);
    try {
      (void)thalweg::parse_bal(text, "f.txt");
    } catch (const FileError& error) {
      _exit(std::string(error.what()).find("the file ends after 1 of 2000000000 observations") != std::string::npos
                ? 0
                : 11);
    } catch (const std::bad_alloc&) {
      _exit(12);
    }
    _exit(13);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
#endif
}

TEST_CASE("a damaged bundle adjustment is read or refused, nothing else") {
  std::mt19937 random(17);
  const std::string alphabet = std::string(" \n\r\t.0123456789eE+-x#naif\xC3\0", 28);
  int whole = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = test_support::mutate(small, random, alphabet, 4, 12);
    try {
      const Bundle b = thalweg::parse_bal(text, "f.txt");
      ++whole;
      REQUIRE(b.observation_count() == static_cast<std::int64_t>(b.camera_of.size()));
      REQUIRE(b.point_of.size() == b.v.size());
      for (std::size_t k = 0; k < b.u.size(); ++k) {
        REQUIRE((b.camera_of[k] >= 0 && b.camera_of[k] < b.camera_count()));
        REQUIRE((b.point_of[k] >= 0 && b.point_of[k] < b.point_count()));
        REQUIRE((std::isfinite(b.u[k]) && std::isfinite(b.v[k])));
      }
    } catch (const FileError& error) {
      REQUIRE(std::string(error.what()).starts_with("f.txt:"));
      REQUIRE(std::string(error.what()).find("; expected ") != std::string::npos);
    }
  }
  CHECK(whole > 150);
}

TEST_CASE("damaged compressed files are read or refused, nothing else") {
  const Bundle b = thalweg::generate_bundle({.cameras = 4, .points = 20, .observations_per_point = 2.0});
  for (const Compression compression : {Compression::bzip2, Compression::gzip}) {
    const std::string valid = thalweg::write_bal(b, compression);
    std::mt19937 random(18);
    std::string alphabet;
    for (int c = 0; c < 256; ++c) alphabet += static_cast<char>(c);
    int refused = 0;
    for (int i = 0; i < 300; ++i) {
      const File file("fuzz.bin", test_support::mutate(valid, random, alphabet, 2, 12));
      try {
        (void)thalweg::read_bal(file.path());
      } catch (const FileError&) {
        ++refused;
      }
    }
    CHECK(refused > 250);
  }
}

TEST_CASE("what looks like a bundle adjustment") {
  const auto looks = [](const std::string& name, const std::string& content) {
    const File file(name, content);
    return thalweg::looks_like_bal(file.path());
  };
  CHECK(looks("a.txt", small));
  CHECK(looks("a", small));
  CHECK(looks("a", "2\n1\r\n3\n0 0 1 2"));
  CHECK(looks("a.bz2", ""));
  CHECK(looks("a.dat", thalweg::write_bal(awkward(), Compression::gzip)));
  CHECK(!looks("a.toml", "title = \"2 1 3\"\n"));
  CHECK(!looks("a.dat", "NIST/ITL StRD\n1 2 3\n"));
  CHECK(!looks("a.csv", "1.5 2 3\n"));
  CHECK(!looks("a", "1 2"));
  CHECK(!thalweg::looks_like_bal("/nowhere/a.txt"));
  CHECK(!thalweg::looks_like_bal("/tmp"));
}
