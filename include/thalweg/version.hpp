// The version of these headers and of the library. CMakeLists.txt reads it here.
#pragma once

#define THALWEG_VERSION_MAJOR 0
#define THALWEG_VERSION_MINOR 1
#define THALWEG_VERSION_PATCH 0
