// Vectors of four floats, which lie anywhere in memory: colours, cells.
#ifndef U2CL_VECTORS_H
#define U2CL_VECTORS_H

#include <stddef.h>
#include <string.h>

// Inlined into each of the functions that are compiled for several widths.
#define INLINED static inline __attribute__((always_inline))

typedef float four __attribute__((vector_size(16), aligned(4)));

INLINED four load(const float *vectors, size_t index) {
  four value;
  memcpy(&value, vectors + 4 * index, sizeof value);
  return value;
}

INLINED void store(float *vectors, size_t index, four value) {
  memcpy(vectors + 4 * index, &value, sizeof value);
}

#endif
