// Relaxation in scan order: each cell takes the new values of its left and upper neighbours, and the old ones of the
// others. A cell waits for its left neighbour, so that one row alone would leave the processor idle; therefore several
// rows are computed at once, each a cell behind the row above it, which gives the same bits.
#include "each_vector_width.h"
#include "foreground.h"
#include "vectors.h"

// Vectors are only returned by functions that are inlined, so it does not matter how they would be returned.
#pragma clang diagnostic ignored "-Wpsabi"

enum { row_count = 4 };

typedef float eight __attribute__((vector_size(32), aligned(4)));

// What does not change while estimates do; planes of one float a cell, unless said otherwise.
typedef struct {
  size_t width, height;
  float *alphas;
  float *across, *down;      // the weights of a cell and its neighbour to the right, or below; 0 if there is none
  float *foreground;         // the coefficients of the equations of a cell: of F and of B,
  float *background, *both;  // and of the other one in each
  float *scale;              // 1 / their determinant
  float *colors;             // eight floats: α·I and (1 − α)·I
  float *estimates;          // eight floats
} relaxation;

enum { plane_count = 7 + 8 };

size_t u2cl_relax_scratch(size_t width, size_t height) { return plane_count * width * height; }

INLINED float weight_between(float alpha, float other, float smoothness, float gradient_weight) {
  const float difference = alpha - other;
  return smoothness + gradient_weight * (difference < 0 ? -difference : difference);
}

// The columns first ..< last of a row.
typedef struct {
  size_t first, last;
} column_range;

INLINED column_range joined(column_range a, column_range b) {
  if (a.first >= a.last) return b;
  if (b.first >= b.last) return a;
  return (column_range){a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last};
}

// The columns of a row from the first chosen cell to behind the last one; none if there are none.
INLINED column_range chosen_columns(const uint8_t *chosen, size_t width, size_t y) {
  if (!chosen) return (column_range){0, width};
  const uint8_t *row = chosen + y * width, *found = memchr(row, 1, width);
  if (!found) return (column_range){0, 0};
  size_t last = width;
  while (!row[last - 1]) last--;
  return (column_range){(size_t)(found - row), last};
}

INLINED void take_cells(const relaxation *self, const float *restrict means, size_t first, size_t last) {
  float *restrict alphas = self->alphas, *restrict colors = self->colors;
  for (size_t i = first; i < last; i++) {
    const four color = load(means, i);
    const four part = color * color[3], rest = color * (1 - color[3]);
    alphas[i] = color[3];
    store(colors, 2 * i, part);
    store(colors, 2 * i + 1, rest);
  }
}

INLINED void take_alphas(const relaxation *self, const float *restrict means, size_t first, size_t last) {
  float *restrict alphas = self->alphas;
  for (size_t i = first; i < last; i++) alphas[i] = means[4 * i + 3];
}

// The weights of the cells of a row and their neighbours to the right and below.
INLINED void find_weights(
  const relaxation *self, size_t y, column_range columns, float smoothness, float gradient_weight) {
  const size_t width = self->width, row = y * width;
  const float *restrict alphas = self->alphas + row, *restrict below = alphas + width;
  float *restrict across = self->across + row, *restrict down = self->down + row;
  const size_t last = columns.last < width ? columns.last : width - 1;
  for (size_t x = columns.first; x < last; x++) {
    across[x] = weight_between(alphas[x], alphas[x + 1], smoothness, gradient_weight);
  }
  if (columns.last == width) across[width - 1] = 0;
  const int is_last = y + 1 == self->height;
  for (size_t x = columns.first; x < columns.last; x++) {
    down[x] = is_last ? 0 : weight_between(alphas[x], below[x], smoothness, gradient_weight);
  }
}

// The coefficients of the cells of a row, whose weights and those of the row above are known.
INLINED void find_coefficients(const relaxation *self, size_t y, column_range columns) {
  const size_t width = self->width, row = y * width;
  const float *restrict alphas = self->alphas + row, *restrict across = self->across + row;
  const float *restrict down = self->down + row, *restrict above = y > 0 ? down - width : NULL;
  float *restrict foreground = self->foreground + row, *restrict background = self->background + row;
  float *restrict both = self->both + row, *restrict scale = self->scale + row;
  // The sums of the weights: left, right, above, below.
  if (columns.first == 0) foreground[0] = across[0];
  for (size_t x = columns.first > 1 ? columns.first : 1; x < columns.last; x++) {
    foreground[x] = across[x - 1] + across[x];
  }
  for (size_t x = columns.first; above && x < columns.last; x++) foreground[x] += above[x];
  for (size_t x = columns.first; x < columns.last; x++) {
    const float alpha = alphas[x], rest = 1 - alpha, weights = foreground[x] + down[x];
    const float ff = alpha * alpha + weights, fb = alpha * rest, bb = rest * rest + weights;
    const float determinant = ff * bb - fb * fb;
    foreground[x] = ff;
    background[x] = bb;
    both[x] = fb;
    scale[x] = 1 / (determinant > 1e-12f ? determinant : 1e-12f);
  }
}

// Prepares the equations of the chosen cells, row by row.
INLINED void prepare(
  const relaxation *self, const float *means, const uint8_t *chosen, float smoothness, float gradient_weight) {
  const size_t width = self->width, height = self->height;
  column_range above = {0, 0}, own = chosen_columns(chosen, width, 0);
  for (size_t y = 0; y < height; y++) {
    const column_range below = y + 1 < height ? chosen_columns(chosen, width, y + 1) : (column_range){0, 0};
    // Every cell whose weights or coefficients are needed, and its neighbours.
    column_range columns = joined(own, joined(above, below));
    if (columns.first < columns.last) {
      columns.first -= columns.first > 0;
      columns.last += columns.last < width;
      const size_t right = columns.last + (columns.last < width);
      take_cells(self, means, y * width + columns.first, y * width + right);
      if (y + 1 < height) take_alphas(self, means, (y + 1) * width + columns.first, (y + 1) * width + columns.last);
      find_weights(self, y, columns, smoothness, gradient_weight);
      find_coefficients(self, y, own);
    }
    above = own;
    own = below;
  }
}

INLINED eight eight_at(const float *floats, size_t i) {
  eight value;
  memcpy(&value, floats + 8 * i, sizeof value);
  return value;
}

// The minimum of the energy of cell i for fixed neighbours, of which those that are said to exist do.
INLINED void relax_cell(const relaxation *self, size_t i, int left, int right, int above, int below) {
  const size_t width = self->width;
  const float *estimates = self->estimates;
  eight sum = {0};
  if (left) sum += eight_at(estimates, i - 1) * self->across[i - 1];
  if (right) sum += eight_at(estimates, i + 1) * self->across[i];
  if (above) sum += eight_at(estimates, i - width) * self->down[i - width];
  if (below) sum += eight_at(estimates, i + width) * self->down[i];
  sum += eight_at(self->colors, i);
  const float ff = self->foreground[i], bb = self->background[i];
  const eight own = {bb, bb, bb, bb, ff, ff, ff, ff};
  const eight other = __builtin_shufflevector(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
  const eight value = (sum * own - other * self->both[i]) * self->scale[i];
  const eight zero = {0}, one = {1, 1, 1, 1, 1, 1, 1, 1};
  const eight clamped = __builtin_elementwise_min(__builtin_elementwise_max(value, zero), one);
  memcpy(self->estimates + 8 * i, &clamped, sizeof clamped);
}

INLINED void relax_any(const relaxation *self, size_t x, size_t y) {
  relax_cell(self, y * self->width + x, x > 0, x + 1 < self->width, y > 0, y + 1 < self->height);
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

U2CL_EACH_VECTOR_WIDTH
void u2cl_relax(
  const float *means, size_t width, size_t height, const uint8_t *chosen, float smoothness, float gradient_weight,
  int iterations, float *scratch, float *estimates) {
  const size_t count = width * height;
  float *planes = scratch + 8 * count;
  const relaxation self = {
    width, height, planes, planes + count, planes + 2 * count, planes + 3 * count, planes + 4 * count,
    planes + 5 * count, planes + 6 * count, scratch, estimates};
  prepare(&self, means, chosen, smoothness, gradient_weight);
  for (int iteration = 0; iteration < iterations; iteration++) {
    for (size_t y = 0; y < height; y += row_count) {
      const size_t rows = height - y < row_count ? height - y : row_count;
      column_range columns = {0, 0};
      for (size_t k = 0; k < rows; k++) columns = joined(columns, chosen_columns(chosen, width, y + k));
      if (columns.first < columns.last) relax_rows(&self, chosen, y, rows, columns.first, columns.last);
    }
  }
}
