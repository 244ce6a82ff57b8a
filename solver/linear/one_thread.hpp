// Holds the libraries under CHOLMOD at one thread, so that they take none beside ours and round alike on any machine.
#pragma once

#include <string>

namespace thalweg::inline v0_1 {

/// While it lives, OpenBLAS computes on the calling thread, and parallel regions of OpenMP that the calling thread
/// meets (CHOLMOD 3 asks for four threads each) run on it alone. Does nothing where the process has neither library.
///
/// It is also what makes CHOLMOD fast: on two cores its four threads wait for each other, and sphere2500 (15,000
/// unknowns) takes 44 to 66 ms a factorisation instead of 17, torus3D 84 to 111 instead of 44.
///
/// OpenBLAS has one number of threads per process: the first guard saves it and sets one, the last restores it, so
/// guards may overlap on several threads. OpenMP's setting belongs to the thread. The functions are looked up in the
/// running process, because which BLAS it has is known only there (Debian's alternatives choose it), and CHOLMOD is
/// loaded for that.
class OneThread {
 public:
  OneThread();
  ~OneThread();
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int active_levels_ = 0;  // OpenMP's setting, to be restored
};

/// "OpenBLAS 0.3.21" where the process has it, otherwise "another BLAS".
std::string blas_name();

}  // namespace thalweg::inline v0_1
