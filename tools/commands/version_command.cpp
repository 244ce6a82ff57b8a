// thalweg --version
#include <cstdio>

#include <fmt/format.h>
#include <CLI/Version.hpp>
#include <Eigen/Core>
#include <boost/version.hpp>
#include <thalweg/linear/sparse_cholesky.hpp>
#include <thalweg/models/ode.hpp>

#include "cli/usage.hpp"
#include "commands/commands.hpp"

namespace thalweg::tool {
namespace {

#if defined(__clang__)
constexpr const char* compiler = "clang " __clang_version__;
#elif defined(__GNUC__)
constexpr const char* compiler = "g++ " __VERSION__;
#else
constexpr const char* compiler = "an unknown compiler";
#endif

#if defined(__AVX512F__)
constexpr const char* instructions = "AVX-512";
#elif defined(__AVX2__) && defined(__FMA__)
constexpr const char* instructions = "AVX2 and FMA";
#elif defined(__AVX__)
constexpr const char* instructions = "AVX";
#elif defined(__SSE2__)
constexpr const char* instructions = "SSE2 (portable x86-64)";
#elif defined(__ARM_NEON)
constexpr const char* instructions = "NEON";
#else
constexpr const char* instructions = "no vectors";
#endif

const char* licence() {
  return sparse_cholesky_available() ? "MIT; CHOLMOD's supernodal module, loaded where it is used, is under the GPL "
                                       "(-DTHALWEG_CHOLMOD=OFF: without)"
                                     : "MIT; nothing under the GPL is linked";
}

std::string libraries() {
  const std::string sparse = sparse_cholesky_libraries(), ode = ode_libraries();
  return fmt::format(
      "Eigen {}.{}.{}, {}{}Boost {}.{}.{}, fmt {}.{}.{}, CLI11 {}, toml++, nlohmann-json, D3 {} (in pages)",
      EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, sparse.empty() ? "" : sparse + ", ",
      ode.empty() ? "" : ode + ", ", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
      FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100, CLI11_VERSION, THALWEG_D3_VERSION);
}

}  // namespace

int version_command() {
  std::string trouble;
  try {
    load_sparse_cholesky();
  } catch (const Error& error) {
    trouble = fmt::format("              {}\n", error.what());
  }
  const std::string text = fmt::format(
      "thalweg {}\n"
      "compiler      {}\n"
      "instructions  {}\n"
      "licence       {}\n"
      "libraries     {}\n{}",
      THALWEG_VERSION, compiler, instructions, licence(), libraries(), trouble);
  std::fputs(text.c_str(), stdout);
  return exit_converged;
}

Provenance provenance_of(const std::string& command) {
  return {{"command", command},
          {"thalweg", THALWEG_VERSION},
          {"compiler", compiler},
          {"instructions", instructions},
          {"libraries", libraries()}};
}

}  // namespace thalweg::tool
