// The processes that the tests run in.
#pragma once

#include <thalweg/distributed/communicator.hpp>

namespace test_support {

extern const thalweg::Communicator* the_world;
inline const thalweg::Communicator& world() { return *the_world; }

}  // namespace test_support
