# Finds libcerf, the complex error function, as the target libcerf::libcerf: Debian's libcerf-dev brings no configuration for
# CMake. Installed beside thalwegConfig.cmake, for those who link the static library.
#
# Sets libcerf_FOUND. Hint: libcerf_ROOT.
find_path(CERF_INCLUDE_DIR cerf.h)
find_library(CERF_LIBRARY cerf)
mark_as_advanced(CERF_INCLUDE_DIR CERF_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libcerf REQUIRED_VARS CERF_LIBRARY CERF_INCLUDE_DIR)
if(libcerf_FOUND AND NOT TARGET libcerf::libcerf)
  add_library(libcerf::libcerf UNKNOWN IMPORTED)
  set_target_properties(libcerf::libcerf PROPERTIES
    IMPORTED_LOCATION "${CERF_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${CERF_INCLUDE_DIR}")
endif()
