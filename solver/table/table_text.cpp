#include "table/table_text.hpp"

#include <algorithm>
#include <utility>

#include "io/reading.hpp"

namespace thalweg::inline v0_1::reading {
namespace {

constexpr std::size_t kept_bytes = 1 << 16;
constexpr int most_files_open = 200;

[[noreturn]] void fail_changed(const std::string& path) {
  fail(path, {}, "has changed since it was opened", "a file that stays as it is");
}

}  // namespace

std::atomic<int> TableText::Block::files_open = 0;

bool TableText::may_keep_file_open() { return Block::files_open < most_files_open; }

TableText::TableText(std::unique_ptr<const InputFile> file, std::size_t size, std::string path)
    : file_(std::move(file)), size_(size), path_(std::move(path)), block_(std::make_unique<Block>()) {}

std::string_view TableText::bytes(std::size_t begin, std::size_t end, std::string& buffer) const {
  if (is_in_memory()) return std::string_view(text_).substr(begin, end - begin);
  buffer.resize(end - begin);
  if (file_->read_at(buffer.data(), buffer.size(), begin) < buffer.size()) fail_changed(path_);
  return buffer;
}

std::string_view TableText::nearby(std::size_t begin, std::size_t size, std::string& buffer) const {
  const std::size_t end = std::min(size_, begin + size);
  if (is_in_memory()) return std::string_view(text_).substr(begin, end - begin);
  const std::scoped_lock lock(block_->mutex);
  if (begin < block_->begin || end > block_->begin + block_->bytes.size()) {
    if (file_->has_changed()) fail_changed(path_);
    bytes(begin, std::min(size_, begin + std::max(size, kept_bytes)), block_->bytes);
    block_->begin = begin;
  }
  buffer.assign(block_->bytes, begin - block_->begin, end - begin);
  return buffer;
}

}  // namespace thalweg::inline v0_1::reading
