// The equations of closed-form matting, for the unknown pixels of a picture in blocks of eight neighbours of a row.
//
// A plane has a value for each pixel and a margin around them, so that all that is near a block can be read. `stride`
// is the distance of its rows in elements. `rows` has the 25 elements of a row of the matrix for each block, each a
// vector of eight pixels; other arrays have one such vector for each block.
#ifndef U2CL_MATTING_SYSTEM_H
#define U2CL_MATTING_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

// The number of values of a window of 3×3 pixels: the means of red, green and blue; the covariance as L·D·Lᵀ, first the
// inverse of D and then the elements yx, zx and zy of L; and the weight.
#define U2CL_MATTING_WINDOW_VALUES 10

// Zeros in memory that takes no room before it is written, where the system has such memory; null if there is none.
float *u2cl_zeroed_floats(size_t count);
void u2cl_free_floats(float *floats);

// Splits `count` colours (red, green, blue and a fourth value) into planes.
void u2cl_planes_from_colors(
  const float *colors, size_t count, float *red, float *green, float *blue);

// Computes `count` windows of a row, rounded up to a multiple of eight, with a weight of 1.
//
// `red`, `green` and `blue` point to the middle of the first window. Value `v` of window `i` is written to
// `windows[v * spacing + i]`. `smooth` is added to variances.
void u2cl_matting_windows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, size_t count, float smooth,
  float *windows, size_t spacing);

// Computes the Laplacian's rows of `blocks` successive blocks of a row of pixels.
//
// `red`, `green` and `blue` point to the first pixel; `above`, `here` and `below` to the windows of the column before
// it in three rows. Bit `i` of a block's `unknown` says whether its pixel `i` is unknown; rows of others are 0.
void u2cl_matting_rows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, const float *above, const float *here,
  const float *below, size_t spacing, const uint8_t *unknown, size_t blocks, float *rows);

// Computes the inverse diagonal of L + W; 0 for known pixels.
//
// Returns the sum of the diagonal of L.
double u2cl_matting_scales(const float *rows, const float *weights, size_t blocks, float *scales);

// Computes (L + W) p for the plane p; `places` are the indices of the blocks in the plane.
//
// Returns the dot product of the result and p.
double u2cl_matting_product(
  const float *rows, const float *weights, const int32_t *places, size_t blocks, ptrdiff_t stride, const float *plane,
  float *product);

// Adds `step` directions to alpha, and takes `step` products from the residual.
//
// Returns the sum of the residual's squares times `scales`.
double u2cl_matting_step(
  float step, const int32_t *places, size_t blocks, const float *direction, const float *product, const float *scales,
  float *alpha, float *residual);

// Sets the direction to the scaled residual plus `share` times the direction before.
void u2cl_matting_turn(
  float share, const int32_t *places, size_t blocks, const float *residual, const float *scales, float *direction);

// Writes alphas in 16 bits: those of up to `haze` become 0, those from 1 − `haze` on become 65535.
void u2cl_alphas_to_16_bits(const float *alphas, size_t count, float haze, uint16_t *values);

#endif
