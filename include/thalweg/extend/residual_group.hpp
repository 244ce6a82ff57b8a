// Residuals of your own kind, many at once: for what no callable can say, such as numbers shared by items, residuals
// from another library, or SIMD of your own.
//
// Derive from ResidualGroup; hand the constructor a name, the components of a residual, how many items there are and
// what each reads; override compute(), which fills arrays of residuals and, if asked, of derivatives. The rest has
// defaults: second derivatives are differences of yours. Problem::add_group() takes it.
#pragma once

#include <thalweg/problem/problem.hpp>
#include <thalweg/problem/residual_group.hpp>
