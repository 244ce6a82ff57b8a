# Compiler flags of every target of the project.

add_library(thalweg_flags INTERFACE)
# The project's own Eigen lives in a namespace of its own. Eigen's allocator depends on -march: its inline functions of a
# program that embeds the library, built for another processor, would otherwise take the place of the library's at link
# time (one definition per name), and free with one function what the other allocated. A compiled function that took or
# returned an Eigen type would not link from outside.
target_compile_definitions(thalweg_flags INTERFACE Eigen=thalweg_eigen)
target_compile_options(thalweg_flags INTERFACE
  -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  # errno and floating-point traps are never read here; keeping them would forbid vector square roots and selects.
  -fno-math-errno -fno-trapping-math
  # Only the simd pragmas of OpenMP: fixed-order vector reductions, no OpenMP runtime.
  -fopenmp-simd)
# The width of a vector is part of the calling convention; such types never leave a translation unit's templates.
target_compile_options(thalweg_flags INTERFACE -Wno-psabi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(thalweg_flags INTERFACE -Wno-ignored-attributes)
  # No loop in two versions, one for arrays that lie far enough apart: the versions contract products and sums differently,
  # and a result would depend on where the memory lay. Where a loop that matters has several arrays, it says that they
  # do not overlap.
  target_compile_options(thalweg_flags INTERFACE
    "SHELL:--param=vect-max-version-for-alias-checks=0 --param=vect-max-version-for-alignment-checks=0"
    "SHELL:--param=vect-max-peeling-for-alignment=0")
  # GCC 12 sees these in its own headers: std::string's operator+ (bugs 105651, 105329), the AVX-512 intrinsics (bug 105593).
  target_compile_options(thalweg_flags INTERFACE -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A simd pragma allows vectors; where Clang finds none it says so. Clang 14 compares signed with unsigned numbers in
  # the code that it makes of a taskloop.
  target_compile_options(thalweg_flags INTERFACE -Wno-pass-failed -Wno-sign-compare)
endif()
if(THALWEG_ARCH)
  target_compile_options(thalweg_flags INTERFACE -march=${THALWEG_ARCH})
elseif(THALWEG_NATIVE)
  target_compile_options(thalweg_flags INTERFACE -march=native)
endif()
if(THALWEG_WERROR)
  target_compile_options(thalweg_flags INTERFACE -Werror)
endif()
if(THALWEG_SANITIZE)
  add_compile_options(-fsanitize=${THALWEG_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${THALWEG_SANITIZE})
endif()
