// Running the command as a user does.
#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <support/folder.hpp>

namespace command_test {

namespace files = std::filesystem;

inline std::string read(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

using test_support::Folder;

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Outcome {
  int code = -1;
  std::string out, err;
};

/// Runs a command through the shell in the given folder.
inline Outcome run_command(const std::string& command, const files::path& folder = THALWEG_SOURCE_DIR) {
  const Folder captured;
  const files::path out = captured.path() / "out", err = captured.path() / "err";
  const std::string line =
      "cd '" + folder.string() + "' && " + command + " >'" + out.string() + "' 2>'" + err.string() + "' </dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(out), read(err)};
}

inline Outcome run(const std::string& arguments, const files::path& folder = THALWEG_SOURCE_DIR) {
  return run_command("'" THALWEG_COMMAND "' " + arguments, folder);
}

/// Starts the command in the background, its signals at their defaults whatever this program was started with.
inline pid_t start(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&signals, signal);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failed = posix_spawn(&child, THALWEG_COMMAND, nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  REQUIRE(failed == 0);
  return child;
}

}  // namespace command_test
