#include <linear/normal/normal_equations.hpp>

#include <linear/normal/tiled_equations.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {
namespace {

template <int F, int E>
std::unique_ptr<NormalEquations> tiled(std::shared_ptr<NormalLayout> layout, Precision rows) {
  return std::make_unique<TiledEquations<F, E>>(std::move(layout), rows);
}

}  // namespace

std::unique_ptr<NormalEquations> NormalEquations::make(std::shared_ptr<NormalLayout> layout, Precision rows) {
  const bool narrow = layout->landmark_width == narrow_landmark;
  switch (layout->width) {
    case 3:
      if (narrow) return tiled<3, narrow_landmark>(std::move(layout), rows);
      break;
    case 6:
      return narrow ? tiled<6, narrow_landmark>(std::move(layout), rows)
                    : tiled<6, widest_landmark>(std::move(layout), rows);
    case 7:
      return narrow ? tiled<7, narrow_landmark>(std::move(layout), rows)
                    : tiled<7, widest_landmark>(std::move(layout), rows);
    case 9:
      return narrow ? tiled<9, narrow_landmark>(std::move(layout), rows)
                    : tiled<9, widest_landmark>(std::move(layout), rows);
    default:
      break;
  }
  throw Error("no kernels for this width of tiles");
}

}  // namespace thalweg::inline v0_1
