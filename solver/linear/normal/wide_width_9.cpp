#include <linear/normal/assemble.hpp>
#include <linear/normal/eliminate.hpp>
#include <linear/normal/products.hpp>

template class thalweg::TiledEquations<9, 6>;
