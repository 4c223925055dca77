// The loops of ForegroundEstimation: cells of a pyramid's levels, estimates of their foreground and background, and the
// samples of a cut-out.
//
// A cell is four floats: red, green, blue and alpha. As a sum, they are those of its pixels: colours in 0 … 1 each, and
// alphas in 0 … 65535. As a mean, all are in 0 … 1. Estimates are eight floats a cell: red, green, blue and nothing of
// the foreground, and of the background.
#ifndef U2CL_FOREGROUND_H
#define U2CL_FOREGROUND_H

#include <stddef.h>
#include <stdint.h>

// The cells of `count` pixels of `channels` (3 or 4) samples.
void u2cl_cells_of_8_bits(
  const uint8_t *samples, int channels, const uint16_t *alphas, size_t count, float *cells);
void u2cl_cells_of_16_bits(
  const uint16_t *samples, int channels, const uint16_t *alphas, size_t count, float *cells);

// Adds a row of `count` cells to a row of wider cells, `step` of the former each; the last may be narrower.
void u2cl_add_cells(const float *cells, size_t count, size_t step, float *sums);

// The sums of cells two by two, [(height + 1) / 2][(width + 1) / 2]; at odd ends of two or one.
void u2cl_halve_sums(const float *sums, size_t width, size_t height, float *halves);

// The means of cells two by two; at odd ends the last cell counts twice.
void u2cl_halve_means(const float *means, size_t width, size_t height, float *halves);

// The means of a row of `count` sums. Cell x of the row is of cell `first` + x of its level: `side` pixels wide, but no
// more than there are in a picture of `limit` columns, and `height` pixels high.
void u2cl_mean_cells(
  const float *sums, size_t count, size_t first, size_t side, size_t limit, size_t height, float *means);

// A part of a level: its position in the level and its extents, in cells.
typedef struct {
  size_t x, y, width, height;
} u2cl_cell_part;

// The estimates of a part of a level from those of a part of the level of half the size, which covers it.
void u2cl_double_estimates(
  const float *coarse, const u2cl_cell_part *coarse_part, const u2cl_cell_part *part, float *estimates);

// 1 for every cell within `reach` of one whose alpha is neither 0 nor 1, or differs from its neighbour's; else 0.
// alphas and scratch hold height · width each.
void u2cl_near_edges(
  const float *means, size_t width, size_t height, size_t reach, float *alphas, uint8_t *scratch, uint8_t *near);

// See ForegroundLevel.relax. `chosen`, which may be null for all, holds 1 for every cell to compute. scratch holds
// u2cl_relax_scratch floats.
void u2cl_relax(
  const float *means, size_t width, size_t height, const uint8_t *chosen, float smoothness, float gradient_weight,
  int iterations, float *scratch, float *estimates);
size_t u2cl_relax_scratch(size_t width, size_t height);

// What a rectangle of a matte has: bit 0 for values between 0 and 65535, bit 1 for any other value than 0.
int u2cl_alpha_kinds(const uint16_t *alphas, size_t stride, size_t width, size_t height);

// 1 for every one of the columns first ..< last of row y of a matte with a value other than 0 in the 5×5 pixels around
// it; else 0. scratch holds last − first + 4 values.
void u2cl_near_foreground(
  const uint16_t *alphas, size_t width, size_t height, size_t y, size_t first, size_t last, uint16_t *scratch,
  uint8_t *near);

// Writes `count` pixels of a cut-out, RGBA: opaque ones as they are; the foreground's estimate where alpha is between
// 0 and 65535 or near the foreground, if there are estimates; and transparent black. Estimates and `near` may be null.
void u2cl_cut_out_8(
  const uint8_t *samples, int channels, const uint16_t *alphas, size_t count, const float *estimates,
  const uint8_t *near, uint8_t *target);
void u2cl_cut_out_16(
  const uint16_t *samples, int channels, const uint16_t *alphas, size_t count, const float *estimates,
  const uint8_t *near, uint16_t *target);

#endif
