// Files that appear whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "cli/cleanup.hpp"

namespace thalweg::tool {

/// Whether both paths mean one file, by whatever names and links, even if it does not exist yet.
/// Devices and pipes count as different: nothing in them is lost.
bool same_file(const std::string& a, const std::string& b);

/// Opened before the work begins, so that a path that cannot be written is known in time. What is
/// written goes to a temporary file beside the target, which commit() renames; without commit()
/// the target stays as it was. The new file keeps the mode of the old one, and a symbolic link stays
/// one: what it points to is replaced. Devices and pipes are written directly; a pipe that nobody reads for a second is
/// refused. A signal that ends the program removes the temporary file.
class OutputFile {
 public:
  OutputFile() = default;
  /// Throws UsageError that names the option.
  OutputFile(const std::string& option, const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;

  bool wanted() const { return descriptor_ >= 0; }
  /// Writes all of it and closes the file. Throws UsageError, for instance when the disk is full.
  void commit(std::string_view text);

 private:
  void discard() noexcept;

  std::string path_, temporary_;  // temporary_ is empty when the target is written directly
  TemporaryName name_;            // of temporary_
  int descriptor_ = -1;
};

}  // namespace thalweg::tool
