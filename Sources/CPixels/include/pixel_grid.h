// Between the pixels of a picture and the cells of a coarser grid over it. Vectors are four floats.
#ifndef U2CL_PIXEL_GRID_H
#define U2CL_PIXEL_GRID_H

#include <stddef.h>
#include <stdint.h>

// Adds `count` vectors times a weight to sums.
void u2cl_add_weighted(const float *vectors, size_t count, float weight, float *sums);

// The weighted sums of consecutive vectors: for each of `cells` cells `counts` vectors from `starts` on, whose weights
// follow one another in `weights`.
void u2cl_sum_spans(
  const float *vectors, const int32_t *starts, const int32_t *counts, const float *weights, size_t cells,
  float *sums);

// A row of `pixels` vectors between those of cells: pixel x lies fractions[x] of the way from cell cells[x] of a row of
// `count` to the next; after the last there is none.
void u2cl_interpolate(
  const float *row, size_t count, const int32_t *cells, const float *fractions, size_t pixels, float *vectors);

// `count` vectors between those of two rows.
void u2cl_mix_rows(const float *above, const float *below, float part, size_t count, float *row);

#endif
