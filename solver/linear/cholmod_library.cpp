#include <linear/cholmod_library.hpp>

#include <dlfcn.h>

#include <atomic>
#include <mutex>
#include <string>

#include <thalweg/base/error.hpp>

namespace thalweg::inline v0_1::cholmod {
namespace {

/// The name under which the dynamic linker knows the library: its number is that of the interface.
const std::string shared_name = "libcholmod.so." + std::to_string(CHOLMOD_MAIN_VERSION);

std::atomic<const Library*> loaded = nullptr;

[[noreturn]] void fail(const std::string& why) {
  throw Error("CHOLMOD cannot be used: " + why + "; expected " + shared_name +
              " where the dynamic linker looks, or the sparse Cholesky of our own");
}

template <class Function>
void look_up(void* handle, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(handle, name));
  if (function == nullptr) fail(std::string("it lacks ") + name);
}

Library load() {
  Library l;
  l.handle = dlopen(shared_name.c_str(), RTLD_NOW | RTLD_LOCAL);
  // The file that the build found, for a library outside the linker's folders.
  if (l.handle == nullptr) l.handle = dlopen(THALWEG_CHOLMOD_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (l.handle == nullptr) {
    const char* why = dlerror();
    fail(why != nullptr ? why : "it is not found");
  }
  look_up(l.handle, "cholmod_l_start", l.start);
  look_up(l.handle, "cholmod_l_finish", l.finish);
  look_up(l.handle, "cholmod_l_version", l.version);
  look_up(l.handle, "cholmod_l_free_factor", l.free_factor);
  look_up(l.handle, "cholmod_l_free_dense", l.free_dense);
  look_up(l.handle, "cholmod_l_amd", l.amd);
  look_up(l.handle, "cholmod_l_metis", l.metis);
  look_up(l.handle, "cholmod_l_analyze_p", l.analyze_p);
  look_up(l.handle, "cholmod_l_factorize", l.factorize);
  look_up(l.handle, "cholmod_l_solve2", l.solve2);
  int version[3] = {};
  l.version(version);
  if (version[0] != CHOLMOD_MAIN_VERSION)
    fail("its version is " + std::to_string(version[0]) + " and not " + std::to_string(CHOLMOD_MAIN_VERSION));
  return l;
}

}  // namespace

const Library& library() {
  static std::mutex guard;
  static Library found;
  if (const Library* ready = loaded_library()) return *ready;
  const std::lock_guard lock(guard);
  if (const Library* ready = loaded_library()) return *ready;
  found = load();
  loaded.store(&found, std::memory_order_release);
  return found;
}

const Library* loaded_library() { return loaded.load(std::memory_order_acquire); }

}  // namespace thalweg::inline v0_1::cholmod
