# Finds CHOLMOD, of SuiteSparse, as the target CHOLMOD::CHOLMOD. Debian's libsuitesparse-dev brings no configuration for
# CMake before SuiteSparse 6. Its library is loaded at run time, so those who link the static library need not find it.
#
# Sets CHOLMOD_FOUND, CHOLMOD_VERSION. Hint: CHOLMOD_ROOT.
find_path(CHOLMOD_INCLUDE_DIR cholmod.h PATH_SUFFIXES suitesparse)
find_library(CHOLMOD_LIBRARY cholmod)
mark_as_advanced(CHOLMOD_INCLUDE_DIR CHOLMOD_LIBRARY)

set(CHOLMOD_VERSION "")
if(CHOLMOD_INCLUDE_DIR)
  set(cholmod_headers ${CHOLMOD_INCLUDE_DIR}/cholmod.h)
  if(EXISTS ${CHOLMOD_INCLUDE_DIR}/cholmod_core.h)
    list(APPEND cholmod_headers ${CHOLMOD_INCLUDE_DIR}/cholmod_core.h)
  endif()
  foreach(header IN LISTS cholmod_headers)
    foreach(part MAIN SUB SUBSUB)
      file(STRINGS ${header} line REGEX "^#[ \t]*define[ \t]+CHOLMOD_${part}_VERSION[ \t]+[0-9]+" LIMIT_COUNT 1)
      if(line)
        string(REGEX MATCH "[0-9]+" cholmod_${part} "${line}")
      endif()
    endforeach()
  endforeach()
  set(CHOLMOD_VERSION "${cholmod_MAIN}.${cholmod_SUB}.${cholmod_SUBSUB}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CHOLMOD REQUIRED_VARS CHOLMOD_LIBRARY CHOLMOD_INCLUDE_DIR
                                  VERSION_VAR CHOLMOD_VERSION)
if(CHOLMOD_FOUND AND NOT TARGET CHOLMOD::CHOLMOD)
  add_library(CHOLMOD::CHOLMOD UNKNOWN IMPORTED)
  set_target_properties(CHOLMOD::CHOLMOD PROPERTIES
    IMPORTED_LOCATION "${CHOLMOD_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${CHOLMOD_INCLUDE_DIR}")
endif()
