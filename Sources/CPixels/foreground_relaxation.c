// Relaxation in scan order: each cell takes the new values of its left and upper neighbours, and the old ones of the
// others. A cell waits for its left neighbour, so that one row alone would leave the processor idle; therefore several
// rows are computed at once, each a cell behind the row above it, which gives the same bits.
#include <string.h>

#include "each_vector_width.h"
#include "foreground.h"

#define INLINED static inline __attribute__((always_inline))

enum { row_count = 4 };

typedef float four __attribute__((vector_size(16), aligned(4)));
typedef float eight __attribute__((vector_size(32), aligned(4)));

typedef struct {
  const float *means;
  float *estimates;
  size_t width, height;
  float smoothness, gradient_weight;
} relaxation;

INLINED eight estimate_at(const relaxation *self, size_t i) {
  eight value;
  memcpy(&value, self->estimates + 8 * i, sizeof value);
  return value;
}

INLINED float weight_of(const relaxation *self, float alpha, size_t neighbour) {
  const float difference = alpha - self->means[4 * neighbour + 3];
  return self->smoothness + self->gradient_weight * (difference < 0 ? -difference : difference);
}

// The minimum of the energy of cell i for fixed neighbours, of which those that are said to exist do.
INLINED void relax_cell(const relaxation *self, size_t i, int left, int right, int above, int below) {
  const size_t width = self->width;
  four color;
  memcpy(&color, self->means + 4 * i, sizeof color);
  const float alpha = color[3], rest = 1 - alpha;
  float weights = 0;
  eight sum = {0};
  if (left) {
    const float weight = weight_of(self, alpha, i - 1);
    weights += weight;
    sum += estimate_at(self, i - 1) * weight;
  }
  if (right) {
    const float weight = weight_of(self, alpha, i + 1);
    weights += weight;
    sum += estimate_at(self, i + 1) * weight;
  }
  if (above) {
    const float weight = weight_of(self, alpha, i - width);
    weights += weight;
    sum += estimate_at(self, i - width) * weight;
  }
  if (below) {
    const float weight = weight_of(self, alpha, i + width);
    weights += weight;
    sum += estimate_at(self, i + width) * weight;
  }
  const four of_foreground = color * alpha, of_background = color * rest;
  sum += __builtin_shufflevector(of_foreground, of_background, 0, 1, 2, 3, 4, 5, 6, 7);
  const float ff = alpha * alpha + weights, fb = alpha * rest, bb = rest * rest + weights;
  const float determinant = ff * bb - fb * fb;
  const float scale = 1 / (determinant > 1e-12f ? determinant : 1e-12f);
  const eight own = {bb, bb, bb, bb, ff, ff, ff, ff};
  const eight other = __builtin_shufflevector(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
  eight value = (sum * own - other * fb) * scale;
  const eight zero = {0}, one = {1, 1, 1, 1, 1, 1, 1, 1};
  value = __builtin_elementwise_min(__builtin_elementwise_max(value, zero), one);
  memcpy(self->estimates + 8 * i, &value, sizeof value);
}

INLINED void relax_any(const relaxation *self, size_t x, size_t y) {
  relax_cell(
    self, y * self->width + x, x > 0, x + 1 < self->width, y > 0, y + 1 < self->height);
}

// Relaxes the columns first ..< last of `rows` rows from row y on.
INLINED void relax_rows(
  const relaxation *self, const uint8_t *chosen, size_t y, size_t rows, size_t first, size_t last) {
  const size_t width = self->width;
  const int is_inside = rows == row_count && y > 0 && y + row_count < self->height;
  for (size_t step = first; step < last + rows - 1; step++) {
    if (is_inside && step >= first + row_count && step + 1 < last) {
      for (size_t k = 0; k < row_count; k++) {
        const size_t i = (y + k) * width + step - k;
        if (!chosen || chosen[i]) relax_cell(self, i, 1, 1, 1, 1);
      }
      continue;
    }
    for (size_t k = 0; k < rows; k++) {
      if (step < first + k || step - k >= last) continue;
      if (!chosen || chosen[(y + k) * width + step - k]) relax_any(self, step - k, y + k);
    }
  }
}

// The columns of some rows from the first chosen cell to behind the last one.
static void chosen_columns(
  const uint8_t *chosen, size_t width, size_t rows, size_t *restrict first, size_t *restrict last) {
  *first = width;
  *last = 0;
  for (size_t y = 0; y < rows; y++) {
    const uint8_t *row = chosen + y * width, *found = memchr(row, 1, width);
    if (!found) continue;
    size_t left = (size_t)(found - row), right = width;
    while (!row[right - 1]) right--;
    if (left < *first) *first = left;
    if (right > *last) *last = right;
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_relax(
  const float *means, size_t width, size_t height, const uint8_t *chosen, float smoothness, float gradient_weight,
  int iterations, float *estimates) {
  const relaxation self = {means, estimates, width, height, smoothness, gradient_weight};
  for (int iteration = 0; iteration < iterations; iteration++) {
    for (size_t y = 0; y < height; y += row_count) {
      const size_t rows = height - y < row_count ? height - y : row_count;
      size_t first = 0, last = width;
      if (chosen) chosen_columns(chosen + y * width, width, rows, &first, &last);
      if (first < last) relax_rows(&self, chosen, y, rows, first, last);
    }
  }
}
