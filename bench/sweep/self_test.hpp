// Planted claims: the judge must flag the false ones and accept the true ones.
#pragma once

namespace sweep {

/// Prints every verdict that is not the expected one. Returns 0 where there is none, 1 otherwise.
int self_test();

}  // namespace sweep
