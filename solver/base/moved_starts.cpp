#include <thalweg/base/moved_starts.hpp>

#include <fmt/format.h>

namespace thalweg::inline v0_1 {
namespace {

constexpr std::size_t shown = 3;

}  // namespace

void MovedStarts::add(double from, const std::string& name, double to) {
  if (++count_ == 1) first_ = fmt::format("the start {} of {} was moved to its bound {}", from, name, to);
  if (count_ <= shown) moves_.push_back(fmt::format("{} from {} to {}", name, from, to));
}

std::optional<std::string> MovedStarts::sentence() const {
  if (count_ == 0) return std::nullopt;
  if (count_ == 1) return first_;
  std::string text = fmt::format("the starts of {} parameters were moved to their bounds: ", count_);
  for (std::size_t i = 0; i < moves_.size(); ++i) text += (i == 0 ? "" : i + 1 == count_ ? " and " : ", ") + moves_[i];
  return count_ > shown ? text + fmt::format(" and {} more", count_ - shown) : text;
}

}  // namespace thalweg::inline v0_1
