#include "studies/bundle/bundle_setting.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>
#include <thalweg/studies/bundle_priors.hpp>

#include "studies/bundle/number_range.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

std::vector<std::int32_t> numbers_in(const NumberRange& range) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(range.last - range.first + 1));
  std::iota(all.begin(), all.end(), range.first);
  return all;
}

/// "intrinsics" of all cameras, or "intrinsics:0-9,10-19": of each range its own.
SharedIntrinsics shared_by(const Bundle& b, const Request& request) {
  if (!request.was_given("--share")) return {};
  constexpr std::string_view what = "intrinsics";
  const std::string expected = "intrinsics, or intrinsics:FIRST-LAST,FIRST-LAST,... for groups of cameras";
  std::vector<std::vector<std::int32_t>> groups;
  for (const std::string& text : request.share) {
    const std::size_t colon = text.find(':');
    const bool continues = colon == text.npos && !groups.empty() && text != what;
    if (!continues && std::string_view(text).substr(0, colon) != what) refuse("--share", text, expected);
    const std::string_view range = continues ? std::string_view(text) : std::string_view(text).substr(what.size());
    if (range.empty())
      groups.push_back(numbers_in({0, static_cast<std::int32_t>(b.camera_count()) - 1}));
    else
      groups.push_back(numbers_in(range_of("--share", text, range.substr(continues ? 0 : 1), b.camera_count())));
  }
  if (groups.empty()) throw Error("--share names nothing; expected " + expected);
  return share_intrinsics(b, groups);
}

/// What cameras of one block had for themselves.
void note_shared_starts(const Bundle& before, const Bundle& after, std::vector<std::string>& notes) {
  double least = INFINITY, most = -INFINITY;
  std::int64_t changed = 0;
  for (std::size_t c = 0; c < before.cameras.size(); c += 9) {
    if (std::equal(before.cameras.begin() + static_cast<std::ptrdiff_t>(c) + 6,
                   before.cameras.begin() + static_cast<std::ptrdiff_t>(c) + 9,
                   after.cameras.begin() + static_cast<std::ptrdiff_t>(c) + 6))
      continue;
    ++changed;
    least = std::min(least, before.cameras[c + 6]);
    most = std::max(most, before.cameras[c + 6]);
  }
  if (changed > 0)
    notes.push_back(fmt::format(
        "shared intrinsics begin at the median of the cameras that share them: that changed the start of {}, of focal "
        "lengths from {:.6g} to {:.6g}",
        counted(changed, "camera"), least, most));
}

}  // namespace

BundleSetting setting_of(Bundle bundle, const Request& request) {
  BundleSetting setting;
  setting.shared = shared_by(bundle, request);
  setting.bundle = with_shared_start(bundle, setting.shared);
  note_shared_starts(bundle, setting.bundle, setting.notes);
  if (request.was_given("--prior") || !request.priors.empty()) setting.priors = priors_named(request.priors, bundle);
  for (std::string& sentence : leave_out_unseen(setting.bundle, setting.priors))
    setting.notes.push_back(std::move(sentence));
  if (setting.priors.any()) {
    PriorAlignment aligned = aligned_with(setting.priors, setting.bundle, request.fix);
    setting.loose = aligned.loose;
    setting.notes.insert(setting.notes.end(), aligned.notes.begin(), aligned.notes.end());
    if (aligned.by) setting.bundle = transformed(std::move(setting.bundle), *aligned.by);
  }
  return setting;
}

}  // namespace thalweg::inline v0_1::studies
