#include "pixel_grid.h"

#include "each_vector_width.h"
#include "vectors.h"

U2CL_EACH_VECTOR_WIDTH
void u2cl_add_weighted(const float *restrict vectors, size_t count, float weight, float *restrict sums) {
  for (size_t i = 0; i < 4 * count; i++) sums[i] += vectors[i] * weight;
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_sum_spans(
  const float *restrict vectors, const int32_t *restrict starts, const int32_t *restrict counts,
  const float *restrict weights, size_t cells, float *restrict sums) {
  for (size_t cell = 0; cell < cells; cell++) {
    four sum = {0};
    const size_t first = (size_t)starts[cell];
    for (size_t i = 0; i < (size_t)counts[cell]; i++) sum += load(vectors, first + i) * *weights++;
    store(sums, cell, sum);
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_interpolate(
  const float *restrict row, size_t count, const int32_t *restrict cells, const float *restrict fractions,
  size_t pixels, float *restrict vectors) {
  for (size_t x = 0; x < pixels; x++) {
    const size_t left = (size_t)cells[x], right = left + 1 < count ? left + 1 : left;
    const four from = load(row, left);
    store(vectors, x, from + (load(row, right) - from) * fractions[x]);
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_mix_rows(
  const float *restrict above, const float *restrict below, float part, size_t count, float *restrict row) {
  for (size_t i = 0; i < 4 * count; i++) row[i] = above[i] + (below[i] - above[i]) * part;
}
