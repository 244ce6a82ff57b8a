// Results of many fits, written as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <thalweg/batch/fit_batch.hpp>

namespace thalweg::inline v0_1::studies {

/// A file that is called NAME.partial until all fits are in it, and then NAME. Beside it, NAME.partial.run says what it
/// is made of.
class BatchOutput {
 public:
  /// `grid`: dimensions over which the fits lie; `settings`: all that results depend on, in words. With `resume` what
  /// NAME.partial holds stays. Throws FileError for a name that ends with neither .npy nor .csv, for what cannot be
  /// opened, for a NAME.partial of other settings, and where all fits are there already.
  BatchOutput(std::string path, const std::vector<std::string>& parameters, std::vector<std::int64_t> grid,
              std::string settings, bool resume);
  ~BatchOutput();
  BatchOutput(const BatchOutput&) = delete;
  BatchOutput& operator=(const BatchOutput&) = delete;

  std::int64_t present() const { return present_; }  ///< fits that were there at the beginning
  /// The next fits; `name`: of the k-th of them, asked for a table alone. Throws FileError where the disk is full; what
  /// was written stays.
  void write(const BatchResult& result, const std::function<std::string(std::int64_t)>& name);
  /// All are there: gives the file its name.
  void finish();

 private:
  void start(bool resume);
  void expect_same_settings() const;
  void note_settings() const;
  void append(const std::string& bytes);
  static void add_record(const BatchResult& result, std::int64_t fit, std::string& bytes);
  std::string line(const BatchResult& result, std::int64_t fit, const std::string& name) const;
  std::int64_t lines_present(std::int64_t size);
  [[noreturn]] void fail(const std::string& problem, const std::string& expected) const;

  std::string path_, partial_, header_, settings_;
  bool binary_;
  std::int64_t record_bytes_ = 0, present_ = 0, written_ = 0;
  int descriptor_ = -1;
};

}  // namespace thalweg::inline v0_1::studies
