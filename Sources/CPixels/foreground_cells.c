#include <string.h>

#include "each_vector_width.h"
#include "foreground.h"
#include "vectors.h"

#define CELLS(CHANNELS)                                                                        \
  for (size_t x = 0; x < count; x++) {                                                         \
    for (size_t c = 0; c < 3; c++) cells[4 * x + c] = samples[CHANNELS * x + c] * scale;       \
    cells[4 * x + 3] = alphas[x];                                                              \
  }

U2CL_EACH_VECTOR_WIDTH
void u2cl_cells_of_8_bits(
  const uint8_t *restrict samples, int channels, const uint16_t *restrict alphas, size_t count,
  float *restrict cells) {
  const float scale = 1.0f / 255;
  if (channels == 3) {
    CELLS(3)
  } else {
    CELLS(4)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_cells_of_16_bits(
  const uint16_t *restrict samples, int channels, const uint16_t *restrict alphas, size_t count,
  float *restrict cells) {
  const float scale = 1.0f / 65535;
  if (channels == 3) {
    CELLS(3)
  } else {
    CELLS(4)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_add_cells(const float *restrict cells, size_t count, size_t step, float *restrict sums) {
  for (size_t first = 0, target = 0; first < count; first += step, target++) {
    const size_t last = count - first < step ? count : first + step;
    four sum = load(cells, first);
    for (size_t x = first + 1; x < last; x++) sum += load(cells, x);
    store(sums, target, load(sums, target) + sum);
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_halve_sums(const float *restrict sums, size_t width, size_t height, float *restrict halves) {
  const size_t across = (width + 1) / 2, down = (height + 1) / 2;
  for (size_t y = 0; y < down; y++) {
    const float *above = sums + 4 * 2 * y * width, *below = above + 4 * width;
    const int has_below = 2 * y + 1 < height;
    for (size_t x = 0; x < across; x++) {
      const int has_right = 2 * x + 1 < width;
      four sum = load(above, 2 * x);
      if (has_right) sum += load(above, 2 * x + 1);
      if (has_below) sum += load(below, 2 * x);
      if (has_right && has_below) sum += load(below, 2 * x + 1);
      store(halves, y * across + x, sum);
    }
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_halve_means(const float *restrict means, size_t width, size_t height, float *restrict halves) {
  const size_t across = (width + 1) / 2, down = (height + 1) / 2;
  for (size_t y = 0; y < down; y++) {
    const float *above = means + 4 * 2 * y * width, *below = 2 * y + 1 < height ? above + 4 * width : above;
    for (size_t x = 0; x < across; x++) {
      const size_t left = 2 * x, right = 2 * x + 1 < width ? 2 * x + 1 : left;
      const four sum = (load(above, left) + load(above, right)) + (load(below, left) + load(below, right));
      store(halves, y * across + x, sum / 4);
    }
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_mean_cells(
  const float *restrict sums, size_t count, size_t first, size_t side, size_t limit, size_t height,
  float *restrict means) {
  for (size_t x = 0; x < count; x++) {
    const size_t left = limit - (first + x) * side;
    const float pixels = (float)((left < side ? left : side) * height);
    const four divisor = {pixels, pixels, pixels, pixels * 65535};
    store(means, x, load(sums, x) / divisor);
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_double_estimates(
  const float *restrict coarse, const u2cl_cell_part *coarse_part, const u2cl_cell_part *part,
  float *restrict estimates) {
  for (size_t y = 0; y < part->height; y++) {
    const size_t row = (part->y + y) / 2 - coarse_part->y;
    const float *parents =
      coarse + 8 * (row < coarse_part->height ? row : coarse_part->height - 1) * coarse_part->width;
    for (size_t x = 0; x < part->width; x++) {
      const size_t column = (part->x + x) / 2 - coarse_part->x;
      const float *parent = parents + 8 * (column < coarse_part->width ? column : coarse_part->width - 1);
      memcpy(estimates + 8 * (y * part->width + x), parent, 8 * sizeof(float));
    }
  }
}

// 1 for every cell whose alpha is neither 0 nor 1, or differs from its neighbour's to the right or below.
INLINED void find_edges(
  const float *restrict alphas, size_t width, size_t height, uint8_t *restrict edges) {
  for (size_t y = 0; y < height; y++) {
    const float *restrict row = alphas + y * width, *restrict below = y + 1 < height ? row + width : row;
    uint8_t *restrict target = edges + y * width;
    for (size_t x = 0; x < width; x++) target[x] = ((row[x] > 0) & (row[x] < 1)) | (row[x] != below[x]);
    for (size_t x = 0; x + 1 < width; x++) target[x] |= row[x] != row[x + 1];
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_near_edges(
  const float *restrict means, size_t width, size_t height, size_t reach, float *restrict alphas,
  uint8_t *restrict scratch, uint8_t *restrict near) {
  for (size_t i = 0; i < width * height; i++) alphas[i] = means[4 * i + 3];
  find_edges(alphas, width, height, near);
  memset(scratch, 0, width * height);
  for (size_t y = 0; y < height; y++) {
    const uint8_t *restrict row = near + y * width;
    uint8_t *restrict target = scratch + y * width;
    for (size_t shift = 0; shift <= reach && shift < width; shift++) {
      for (size_t x = 0; x < width - shift; x++) target[x] |= row[x + shift];
      for (size_t x = shift; x < width; x++) target[x] |= row[x - shift];
    }
  }
  for (size_t y = 0; y < height; y++) {
    uint8_t *restrict target = near + y * width;
    const size_t first = y < reach ? 0 : y - reach, last = height - y <= reach ? height : y + reach + 1;
    memcpy(target, scratch + first * width, width);
    for (size_t v = first + 1; v < last; v++) {
      const uint8_t *restrict row = scratch + v * width;
      for (size_t x = 0; x < width; x++) target[x] |= row[x];
    }
  }
}
