#include "studies/bundle/bundle_setting.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string_view>

#include <fmt/format.h>

#include <thalweg/base/error.hpp>
#include <thalweg/base/words.hpp>

#include "studies/bundle/number_range.hpp"

namespace thalweg::inline v0_1::studies {
namespace {

// A start is moved where the priors then cost less than this part of what they did: a solution with the same priors is
// where it should be already.
constexpr double least_gain = 1.0 - 1e-3;

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

bool fixes_places(const Request& request) {
  constexpr std::string_view of_lenses[] = {"intrinsics", "focal", "distortion", "k1", "k2"};
  return std::any_of(request.fix.begin(), request.fix.end(), [&](const std::string& what) {
    const std::string_view name = std::string_view(what).substr(0, what.find(':'));
    return std::find(std::begin(of_lenses), std::end(of_lenses), name) == std::end(of_lenses);
  });
}

std::string in_words(const Similarity& s) {
  const double trace = s.rotation[0] + s.rotation[4] + s.rotation[8];
  const double angle = std::acos(std::clamp(0.5 * (trace - 1.0), -1.0, 1.0)) * 180.0 / std::numbers::pi;
  return fmt::format("turned by {:.4g} degrees, scaled by {:.6g} and moved by ({:.6g}, {:.6g}, {:.6g})", angle, s.scale,
                     s.translation[0], s.translation[1], s.translation[2]);
}

/// Into the world of the priors, where that lowers their cost: projections stay, so that it is the whole cost's.
void align(BundleSetting& setting, const Request& request) {
  if (!setting.priors.any()) return;
  const std::optional<Similarity> s = alignment(setting.bundle, setting.priors);
  std::vector<std::string>& notes = setting.notes;
  if (!s) {
    notes.emplace_back(
        "the start was not aligned with the priors: what was measured in several places is in one place in the file");
    return;
  }
  setting.loose = s->free_directions > 0;
  if (setting.loose)
    notes.emplace_back(
        s->free_directions == 1
            ? "the priors are on a line, to within their deviations: nothing says how the world is turned about it"
            : "the priors are of one place, to within their deviations: nothing says how the world is turned, nor its "
              "scale");
  const double before = prior_cost(setting.bundle, setting.priors);
  Bundle there = transformed(setting.bundle, *s);
  const double after = prior_cost(there, setting.priors);
  if (!(after < before * least_gain)) return;
  if (fixes_places(request)) {
    notes.push_back(fmt::format(
        "the start was not aligned with the priors, whose cost there is {:.4g}: --fix keeps places of the file",
        before));
    return;
  }
  setting.bundle = std::move(there);
  notes.push_back(fmt::format(
      "the start was aligned with the priors: {}, which lowers their cost from {:.4g} to {:.4g}; the solution is in "
      "their world",
      in_words(*s), before, after));
}

}  // namespace

BundleSetting setting_of(Bundle bundle, const Request& request) {
  BundleSetting setting;
  setting.shared = shared_by(bundle, request);
  setting.bundle = with_shared_start(bundle, setting.shared);
  note_shared_starts(bundle, setting.bundle, setting.notes);
  if (request.was_given("--prior") && request.priors.empty())
    throw Error("--prior names nothing; expected a file, or camera:NUMBER=x,y,z,sigma");
  for (const std::string& text : request.priors) {
    if (is_prior(text))
      parse_prior(text, bundle, setting.priors);
    else
      read_priors(text, bundle, setting.priors);
  }
  for (std::string& sentence : leave_out_unseen(setting.bundle, setting.priors))
    setting.notes.push_back(std::move(sentence));
  align(setting, request);
  return setting;
}

}  // namespace thalweg::inline v0_1::studies
