// Spaces of your own that blocks of parameters live in.
//
// A manifold is an empty type with `ambient`, `tangent` and the templates plus() and minus(); manifold.hpp lists what
// else it may have. Problem::add_parameters("name", Type{}, count) takes it.
#pragma once

#include <thalweg/math/manifold.hpp>
