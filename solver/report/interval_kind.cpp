#include <base/names.hpp>
#include <thalweg/report/report.hpp>

namespace thalweg::inline v0_1 {
namespace {

constexpr Name<IntervalKind> kinds[] = {{"linear", IntervalKind::linear},
                                        {"profile", IntervalKind::profile},
                                        {"bootstrap", IntervalKind::bootstrap},
                                        {"posterior", IntervalKind::posterior}};

}  // namespace

std::string_view to_string(IntervalKind kind) { return name_of(kinds, kind); }

IntervalKind Report::interval_kind() const {
  if (profile && profile->available()) return IntervalKind::profile;
  if (bootstrap && bootstrap->available()) return IntervalKind::bootstrap;
  if (posterior && posterior->available()) return IntervalKind::posterior;
  return IntervalKind::linear;
}

}  // namespace thalweg::inline v0_1
