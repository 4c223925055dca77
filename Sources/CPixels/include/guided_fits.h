// The guided filter's coefficients, see GuidedUpsampling.swift: for every cell of a mask the fit α = a·I + b to the
// cells around it, blended from the fits to small and to wide windows.
#ifndef U2CL_GUIDED_FITS_H
#define U2CL_GUIDED_FITS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t width, height;
  const float *values;  // [height][width]: the mask, 0 … 1
  const float *guide;   // [height][width][4]: the mean colour of each cell, 0 … 1, and 1
} u2cl_guided_mask;

// See GuidedUpsampling; radii are from 1 to 16.
typedef struct {
  size_t radius, wide_radius;
  float epsilon, fit_tolerance, fit_preference, exactness_limit;
} u2cl_guided_parameters;

// The floats that `u2cl_guided_fits` needs as scratch for `rows` rows.
size_t u2cl_guided_scratch(const u2cl_guided_mask *mask, const u2cl_guided_parameters *parameters, size_t rows);

// Computes the rows first ..< last of field, [height][width] of (a, b), and of trust, [height][width] in 0 … 1.
void u2cl_guided_fits(
  const u2cl_guided_mask *mask, const u2cl_guided_parameters *parameters, size_t first, size_t last, float *scratch,
  float *field, float *trust);

// How the pixels of an axis lie between the centres of cells, see CellSampler.
typedef struct {
  size_t pixels, cells;
  const int32_t *cell;    // [pixels]: the cell whose centre is at or before the pixel's centre
  const float *fraction;  // [pixels]: the position from there to the next cell's centre
  const int32_t *start;   // [cells + 1]: the first pixel of each cell
} u2cl_cell_axis;

// The values of a matte that all colours have in the cells of a row, whatever the pixels are: for each cell 1 if alpha
// is at most `haze`, 2 if it is at least 1 − haze, else 0.
void u2cl_certain_cells(const float *field, size_t width, float haze, uint8_t *certain);

// Applies fits to a row of pixels. `above` and `below` are rows of the field and `down` is the position from one to the
// other; what is certain in each is in `certain_above` and `certain_below`. Alphas within `haze` of 0 or 1 become 0 or
// 1, and the rest is stretched to 0 … 65535. scratch holds 4 · (cells + 1) floats.
void u2cl_apply_fits_8(
  const float *above, const float *below, float down, const uint8_t *certain_above, const uint8_t *certain_below,
  const u2cl_cell_axis *axis, const uint8_t *samples, int channels, float haze, float *scratch, uint16_t *alphas);
void u2cl_apply_fits_16(
  const float *above, const float *below, float down, const uint8_t *certain_above, const uint8_t *certain_below,
  const u2cl_cell_axis *axis, const uint16_t *samples, int channels, float haze, float *scratch, uint16_t *alphas);

#endif
