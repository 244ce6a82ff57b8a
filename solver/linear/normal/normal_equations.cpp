#include <linear/normal/normal_equations.hpp>

#include <linear/normal/tiled_equations.hpp>
#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1 {

std::unique_ptr<NormalEquations> NormalEquations::make(std::shared_ptr<NormalLayout> layout) {
  switch (layout->width) {
    case 3:
      return std::make_unique<TiledEquations<3>>(std::move(layout));
    case 6:
      return std::make_unique<TiledEquations<6>>(std::move(layout));
    case 7:
      return std::make_unique<TiledEquations<7>>(std::move(layout));
    case 9:
      return std::make_unique<TiledEquations<9>>(std::move(layout));
    default:
      throw Error("no kernels for this width of tiles");
  }
}

}  // namespace thalweg::inline v0_1
