# Scripts and styles of the HTML pages, made part of the report floor: a page needs no file beside it.

find_file(THALWEG_D3 d3.min.js PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3
          DOC "D3, version 5, minified, which draws the charts of HTML pages")
if(NOT THALWEG_D3)
  message(FATAL_ERROR "d3.min.js is not there; expected the Debian package node-d3 (bash tools/install-packages build), "
                      "or the file's path by -DTHALWEG_D3=...")
endif()

set(html ${CMAKE_CURRENT_SOURCE_DIR}/report/html/page)
# In the order in which they are joined.
set(FILES_d3 ${THALWEG_D3})
set(FILES_d3_licence ${html}/d3_licence.txt)
set(FILES_style ${html}/page.css ${html}/charts.css)
set(charts ${html}/format.js ${html}/series.js ${html}/controls.js ${html}/figure.js ${html}/axes.js ${html}/convergence.js)
set(FILES_report_script ${charts} ${html}/fit.js ${html}/residuals.js ${html}/correlation.js ${html}/damping.js
    ${html}/minima.js ${html}/bundle.js ${html}/pose_graph.js ${html}/report_page.js)
set(FILES_comparison_script ${charts} ${html}/landscape_map.js ${html}/landscape.js ${html}/performance.js
    ${html}/comparison_page.js)
set(names d3 d3_licence style report_script comparison_script)

# Commas: a semicolon would part an argument in two.
list(JOIN names "," joined)
set(command ${CMAKE_COMMAND} -DOUTPUT=${PROJECT_BINARY_DIR}/report/assets.cpp -DNAMES=${joined})
set(inputs "")
foreach(name IN LISTS names)
  list(JOIN FILES_${name} "," joined)
  list(APPEND command -DFILES_${name}=${joined})
  list(APPEND inputs ${FILES_${name}})
endforeach()
list(REMOVE_DUPLICATES inputs)
add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/report/assets.cpp
  COMMAND ${command} -P ${PROJECT_SOURCE_DIR}/tools/cmake/embed.cmake
  DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/tools/cmake/embed.cmake
  COMMENT "Embedding scripts and styles of the HTML pages" VERBATIM)
target_sources(thalweg_report PRIVATE ${PROJECT_BINARY_DIR}/report/assets.cpp)
