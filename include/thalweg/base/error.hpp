// Misuse of the library, as an exception that says what to mend. How a solve ended is a Status, never an exception.
#pragma once

#include <stdexcept>
#include <string>

namespace thalweg::inline v0_1 {

/// Thrown when a caller asks for what cannot be done: the message names the culprit and what was expected.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Thrown before, or when, a computation needs more memory than there is: how much, and what to do.
class MemoryError : public Error {
 public:
  using Error::Error;
};

}  // namespace thalweg::inline v0_1
