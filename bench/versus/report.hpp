// What the suites say: tables for readers, JSON for programs.
#pragma once

#include <string>

#include "suites.hpp"

namespace versus {

/// One line per contender; with `verbose`, the successes or digits per problem too.
std::string table(const Suite& suite, bool verbose);

/// {"suite", "threads", "machine", "rows", "summary", "ratios"}.
std::string json(const Suite& suite);

}  // namespace versus
