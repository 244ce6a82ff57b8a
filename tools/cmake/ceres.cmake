# The packaged Ceres was compiled for generic x86-64, with the same Eigen as ours. Inline functions of Eigen must not be
# shared between the two: the linker would keep one copy of each, built for one processor.

# Set by who includes this: REQUIRED, or QUIET where what needs Ceres can be left out.
find_package(Ceres ${THALWEG_CERES_NEED})
if(NOT Ceres_FOUND)
  return()
endif()
# Prefer the shared library to the static one beside it.
foreach(configuration RELEASE NOCONFIG NONE)
  get_target_property(ceres_file Ceres::ceres IMPORTED_LOCATION_${configuration})
  if(ceres_file MATCHES "\\.a$")
    string(REGEX REPLACE "\\.a$" ".so" ceres_shared "${ceres_file}")
    if(EXISTS ${ceres_shared})
      set_target_properties(Ceres::ceres PROPERTIES IMPORTED_LOCATION_${configuration} ${ceres_shared})
    endif()
  endif()
endforeach()

# An executable exports the inline functions that a shared library on its link line uses too. Hidden, ours cannot take
# the place of Ceres's.
function(thalweg_beside_ceres target)
  set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL)
endfunction()
