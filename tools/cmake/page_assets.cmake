# Scripts and styles of the HTML pages, made part of the libraries: a page needs no file beside it.

find_file(THALWEG_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3
          DOC "D3, version 5, minified, which draws the charts of HTML pages")
if(NOT THALWEG_D3)
  message(FATAL_ERROR "d3.min.js is not there; expected the Debian package node-d3 (bash tools/install-packages build), "
                      "or the file's path by -DTHALWEG_D3=...")
endif()

# Writes ${floor}/assets.cpp of the names, FILES_${name} each joined in their order, and makes it part of the floor.
function(thalweg_embed floor space)
  # Commas: a semicolon would part an argument in two.
  list(JOIN ARGN "," joined)
  set(output ${PROJECT_BINARY_DIR}/${floor}/assets.cpp)
  set(command ${CMAKE_COMMAND} -DOUTPUT=${output} -DSPACE=${space} -DNAMES=${joined})
  set(inputs "")
  foreach(name IN LISTS ARGN)
    list(JOIN FILES_${name} "," joined)
    list(APPEND command -DFILES_${name}=${joined})
    list(APPEND inputs ${FILES_${name}})
  endforeach()
  list(REMOVE_DUPLICATES inputs)
  add_custom_command(OUTPUT ${output}
    COMMAND ${command} -P ${PROJECT_SOURCE_DIR}/tools/cmake/embed.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/tools/cmake/embed.cmake
    COMMENT "Embedding scripts and styles of ${floor}" VERBATIM)
  target_sources(thalweg_${floor} PRIVATE ${output})
endfunction()

set(html ${CMAKE_CURRENT_SOURCE_DIR}/report/html/page)
set(charts ${html}/format.js ${html}/series.js ${html}/controls.js ${html}/save.js ${html}/figure.js ${html}/axes.js ${html}/convergence.js)
set(FILES_d3 ${THALWEG_D3})
set(FILES_d3_licence ${html}/d3_licence.txt)
set(FILES_style ${html}/page.css ${html}/charts.css)
set(FILES_report_script ${charts} ${html}/fit.js ${html}/residuals.js ${html}/correlation.js ${html}/posterior.js ${html}/damping.js
    ${html}/minima.js ${html}/report_page.js)
set(FILES_comparison_script ${charts} ${html}/landscape_map.js ${html}/landscape.js ${html}/performance.js
    ${html}/comparison_page.js)
set(FILES_linear_script ${charts} ${html}/linear_page.js)
# As the headers have it: thalweg::inline v0_1.
set(version_namespace thalweg::v${PROJECT_VERSION_MAJOR}_${PROJECT_VERSION_MINOR})
thalweg_embed(report ${version_namespace}::html d3 d3_licence style report_script comparison_script linear_script)

# Each kind of problem brings the scripts of its figures: studies/bundle/bundle.js is thalweg::studies::bundle_script.
file(GLOB own_scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/studies/*/*.js)
set(names "")
foreach(script IN LISTS own_scripts)
  get_filename_component(name ${script} NAME_WE)
  set(FILES_${name}_script ${script})
  list(APPEND names ${name}_script)
endforeach()
thalweg_embed(studies ${version_namespace}::studies ${names})
