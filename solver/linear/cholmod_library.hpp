// CHOLMOD, loaded when it is first used: with it comes a BLAS, whose threads and memory a process that factorises
// nothing with it should not pay for. Only the files that call CHOLMOD include this.
#pragma once

#include <cholmod.h>

namespace thalweg::inline v0_1::cholmod {

/// The functions that are called, by CHOLMOD's names without "cholmod_l_".
struct Library {
  void* handle = nullptr;  // of dlopen; never closed, for BLAS's threads outlive every use
  decltype(&cholmod_l_start) start = nullptr;
  decltype(&cholmod_l_finish) finish = nullptr;
  decltype(&cholmod_l_version) version = nullptr;
  decltype(&cholmod_l_free_factor) free_factor = nullptr;
  decltype(&cholmod_l_free_dense) free_dense = nullptr;
  decltype(&cholmod_l_amd) amd = nullptr;
  decltype(&cholmod_l_metis) metis = nullptr;
  decltype(&cholmod_l_analyze_p) analyze_p = nullptr;
  decltype(&cholmod_l_factorize) factorize = nullptr;
  decltype(&cholmod_l_solve2) solve2 = nullptr;
};

/// Loads CHOLMOD at the first call, on whichever thread. Throws Error where the library of the headers' version is not
/// found; a later call tries again.
const Library& library();

/// The same once it is loaded; null before.
const Library* loaded_library();

}  // namespace thalweg::inline v0_1::cholmod
