// The commands, as the command line has them.
#pragma once

#include <span>

#include "cli/arguments.hpp"

namespace thalweg::tool {

/// What stands behind a command, in the place of a file.
struct Positional {
  const char* name;
  const char* help;
};

/// A command of its own: its texts, its options, and how it is told.
struct CommandLine {
  Verb verb;
  unsigned command;
  const char *name, *description, *example;
  Positional file;
};

std::span<const CommandLine> command_table();
/// What `generate` makes.
std::span<const CommandLine> generator_table();

}  // namespace thalweg::tool
