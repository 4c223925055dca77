#include <string.h>

#include "alpha_value.h"
#include "each_vector_width.h"
#include "guided_fits.h"
#include "vectors.h"

U2CL_EACH_VECTOR_WIDTH
void u2cl_certain_cells(const float *restrict field, size_t width, float haze, uint8_t *restrict certain) {
  for (size_t x = 0; x < width; x++) {
    // The least and the greatest alpha of any colour, 0 … 1.
    float least = field[4 * x + 3], greatest = field[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      const float a = field[4 * x + c];
      least += a < 0 ? a : 0;
      greatest += a > 0 ? a : 0;
    }
    certain[x] = greatest <= haze ? 1 : least >= 1 - haze ? 2 : 0;
  }
}

// Alpha of pixels first ..< last.
#define ALPHAS(CHANNELS)                                                                                \
  for (size_t x = first; x < last; x++) {                                                               \
    const float *left = fits + 4 * (size_t)cell[x], *right = left + 4;                                  \
    const float part = fraction[x];                                                                     \
    const float red = (left[0] + (right[0] - left[0]) * part) * (samples[CHANNELS * x] * scale);        \
    const float green = (left[1] + (right[1] - left[1]) * part) * (samples[CHANNELS * x + 1] * scale);  \
    const float blue = (left[2] + (right[2] - left[2]) * part) * (samples[CHANNELS * x + 2] * scale);   \
    const float rest = left[3] + (right[3] - left[3]) * part;                                           \
    alphas[x] = alpha_value((red + green) + (blue + rest), haze);                                       \
  }

// A row of a picture: pixels between certain cells are filled, and the others computed.
#define APPLY(SCALE)                                                                        \
  const size_t cells = axis->cells;                                                         \
  const int32_t *restrict cell = axis->cell;                                                \
  const float *restrict fraction = axis->fraction;                                          \
  const float scale = SCALE;                                                                \
  float *restrict fits = scratch;                                                           \
  for (size_t i = 0; i < 4 * cells; i++) fits[i] = above[i] + (below[i] - above[i]) * down; \
  for (size_t c = 0; c < 4; c++) fits[4 * cells + c] = fits[4 * cells - 4 + c];             \
  for (size_t i = 0; i < cells;) {                                                          \
    const uint8_t kind = certainty(certain_above, certain_below, i, cells);                 \
    const size_t first = (size_t)axis->start[i++];                                          \
    while (i < cells && certainty(certain_above, certain_below, i, cells) == kind) i++;     \
    const size_t last = (size_t)axis->start[i];                                             \
    if (kind != 0) {                                                                        \
      memset(alphas + first, kind == 2 ? 0xFF : 0, (last - first) * sizeof *alphas);        \
    } else if (channels == 3) {                                                             \
      ALPHAS(3)                                                                             \
    } else {                                                                                \
      ALPHAS(4)                                                                             \
    }                                                                                       \
  }

// What is certain between a cell and the next one of two rows.
INLINED uint8_t certainty(
  const uint8_t *above, const uint8_t *below, size_t cell, size_t cells) {
  const size_t next = cell + 1 < cells ? cell + 1 : cell;
  return above[cell] & above[next] & below[cell] & below[next];
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_apply_fits_8(
  const float *restrict above, const float *restrict below, float down, const uint8_t *certain_above,
  const uint8_t *certain_below, const u2cl_cell_axis *axis, const uint8_t *restrict samples, int channels, float haze,
  float *scratch, uint16_t *restrict alphas) {
  APPLY(1.0f / 255)
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_apply_fits_16(
  const float *restrict above, const float *restrict below, float down, const uint8_t *certain_above,
  const uint8_t *certain_below, const u2cl_cell_axis *axis, const uint16_t *restrict samples, int channels,
  float haze, float *scratch, uint16_t *restrict alphas) {
  APPLY(1.0f / 65535)
}
