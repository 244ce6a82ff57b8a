#include <io/compressed_text.hpp>

#include <utility>

#include <boost/iostreams/device/back_inserter.hpp>
#include <boost/iostreams/filter/bzip2.hpp>
#include <boost/iostreams/filter/gzip.hpp>

namespace thalweg::inline v0_1 {

CompressedText::CompressedText(Compression compression) {
  namespace io = boost::iostreams;
  if (compression == Compression::bzip2) out_.push(io::bzip2_compressor());
  if (compression == Compression::gzip) out_.push(io::gzip_compressor());
  out_.push(io::back_inserter(result_));
}

void CompressedText::hand_on() {
  out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  text_.clear();
}

std::string CompressedText::finish() {
  hand_on();
  out_.reset();
  return std::move(result_);
}

}  // namespace thalweg::inline v0_1
