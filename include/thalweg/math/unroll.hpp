// THALWEG_UNROLL before a loop over the rows or columns of a small matrix writes it out. Under the sanitizers it does
// not: each access is checked there, and a compiler takes minutes over what is written out.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define THALWEG_UNROLL
#else
#define THALWEG_UNROLL _Pragma("GCC unroll 12")
#endif
