# Finds CVODES, of SUNDIALS 6, as the target CVODES::CVODES. SUNDIALS's own configuration names the libraries of all its
# solvers, and asks for MPI and PETSc, which CVODES does not need.
#
# Sets CVODES_FOUND, CVODES_VERSION. Hint: CVODES_ROOT.
find_path(CVODES_INCLUDE_DIR cvodes/cvodes.h)
find_library(CVODES_LIBRARY sundials_cvodes)
mark_as_advanced(CVODES_INCLUDE_DIR CVODES_LIBRARY)

set(CVODES_VERSION "")
if(CVODES_INCLUDE_DIR)
  file(STRINGS ${CVODES_INCLUDE_DIR}/sundials/sundials_config.h cvodes_line REGEX "^#define SUNDIALS_VERSION " LIMIT_COUNT 1)
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" CVODES_VERSION "${cvodes_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CVODES REQUIRED_VARS CVODES_LIBRARY CVODES_INCLUDE_DIR VERSION_VAR CVODES_VERSION)
if(CVODES_FOUND AND NOT TARGET CVODES::CVODES)
  add_library(CVODES::CVODES UNKNOWN IMPORTED)
  set_target_properties(CVODES::CVODES PROPERTIES
    IMPORTED_LOCATION "${CVODES_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${CVODES_INCLUDE_DIR}")
endif()
