# Writes a C++ file that holds text files as string constants; run as a script when they change.
#   cmake -DOUTPUT=assets.cpp -DSPACE=thalweg::html -DNAMES=style,script -DFILES_style=a.css -DFILES_script=b.js,c.js
#     -P embed.cmake
# The files of a name are joined in their order. Every byte is written as an escape: no byte needs care, and compilers
# read one long literal faster than a list of numbers.

set(source "// Written by tools/cmake/embed.cmake.\n#include <string_view>\n\nnamespace ${SPACE} {\n\n")
string(REPLACE "," ";" NAMES "${NAMES}")
foreach(name IN LISTS NAMES)
  set(bytes "")
  string(REPLACE "," ";" FILES_${name} "${FILES_${name}}")
  foreach(file IN LISTS FILES_${name})
    file(READ "${file}" content HEX)
    string(APPEND bytes "${content}")
  endforeach()
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(APPEND source "extern const std::string_view ${name};\nconst std::string_view ${name}(\"${bytes}\", ${size});\n")
endforeach()
file(WRITE "${OUTPUT}" "${source}\n}  // namespace ${SPACE}\n")
