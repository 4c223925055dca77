#include "matting_system.h"

#include <float.h>
#include <stdlib.h>

#include "alpha_value.h"
#include "each_vector_width.h"

// Eight neighbouring pixels, anywhere in memory.
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t lane_mask __attribute__((vector_size(32), aligned(4), may_alias));
enum { LANES = 8, ELEMENTS = 25, MIDDLE = 12 };

#define AT(POINTER) (*(lanes *)(POINTER))
#define READ(POINTER) (*(const lanes *)(POINTER))
#define CHOOSE(MASK, YES, NO) ((lanes)(((MASK) & (lane_mask)(YES)) | (~(MASK) & (lane_mask)(NO))))
#define AT_LEAST(VECTOR, LEAST) CHOOSE((VECTOR) > (LEAST), VECTOR, LEAST)

float *u2cl_zeroed_floats(size_t count) { return calloc(count > 0 ? count : 1, sizeof(float)); }

void u2cl_free_floats(float *floats) { free(floats); }

U2CL_EACH_VECTOR_WIDTH
void u2cl_planes_from_colors(
  const float *restrict colors, size_t count, float *restrict red, float *restrict green, float *restrict blue) {
  for (size_t x = 0; x < count; x++) {
    red[x] = colors[4 * x];
    green[x] = colors[4 * x + 1];
    blue[x] = colors[4 * x + 2];
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_matting_windows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, size_t count, float smooth,
  float *windows, size_t spacing) {
  const float ninth = 1.0f / 9;
  const lanes least = (lanes){0} + (smooth > FLT_MIN ? smooth : FLT_MIN);
  for (size_t i = 0; i < count; i += LANES) {
    const lanes r = READ(red + i), g = READ(green + i), b = READ(blue + i);
    lanes sr = {0}, sg = {0}, sb = {0}, rr = {0}, gg = {0}, bb = {0}, rg = {0}, gb = {0}, rb = {0};
    // Differences from the middle pixel lose fewer digits than squares of colours.
    for (ptrdiff_t y = -1; y <= 1; y++) {
      for (ptrdiff_t x = -1; x <= 1; x++) {
        const ptrdiff_t at = (ptrdiff_t)i + y * stride + x;
        const lanes dr = READ(red + at) - r, dg = READ(green + at) - g, db = READ(blue + at) - b;
        sr += dr, sg += dg, sb += db;
        rr += dr * dr, gg += dg * dg, bb += db * db;
        rg += dr * dg, gb += dg * db, rb += db * dr;
      }
    }
    sr *= ninth, sg *= ninth, sb *= ninth;
    const lanes xx = rr * ninth - sr * sr + smooth, yy = gg * ninth - sg * sg + smooth;
    const lanes zz = bb * ninth - sb * sb + smooth;
    const lanes xy = rg * ninth - sr * sg, yz = gb * ninth - sg * sb, xz = rb * ninth - sb * sr;
    // L·D·Lᵀ. Colours along a line, as in a grey picture, would leave no digit of an inverse by cofactors. No pivot is
    // less than `smooth` but for rounding.
    const lanes first = 1 / AT_LEAST(xx, least);
    const lanes lxy = xy * first, lxz = xz * first;
    const lanes second = 1 / AT_LEAST(yy - lxy * xy, least);
    const lanes rest = yz - lxz * xy, lyz = rest * second;
    const lanes third = 1 / AT_LEAST(zz - lxz * xz - lyz * rest, least);
    float *const to = windows + i;
    AT(to) = r + sr;
    AT(to + spacing) = g + sg;
    AT(to + 2 * spacing) = b + sb;
    AT(to + 3 * spacing) = first;
    AT(to + 4 * spacing) = second;
    AT(to + 5 * spacing) = third;
    AT(to + 6 * spacing) = lxy;
    AT(to + 7 * spacing) = lxz;
    AT(to + 8 * spacing) = lyz;
    AT(to + 9 * spacing) = (lanes){0} + 1;
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_matting_rows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, const float *above, const float *here,
  const float *below, size_t spacing, const uint8_t *unknown, size_t blocks, float *rows) {
  const float *const lines[3] = {above, here, below};
  for (size_t block = 0; block < blocks; block++) {
    const size_t first = block * LANES;
    const lanes r = READ(red + first), g = READ(green + first), b = READ(blue + first);
    const lane_mask bits = {1, 2, 4, 8, 16, 32, 64, 128};
    const lane_mask known = (bits & (int32_t)unknown[block]) == 0;
    lanes row[ELEMENTS] = {{0}};
    for (ptrdiff_t dy = 0; dy < 3; dy++) {
      for (ptrdiff_t dx = 0; dx < 3; dx++) {
        const float *const window = lines[dy] + first + dx;
        const lanes mr = READ(window), mg = READ(window + spacing), mb = READ(window + 2 * spacing);
        const lanes lxy = READ(window + 6 * spacing), lxz = READ(window + 7 * spacing);
        const lanes lyz = READ(window + 8 * spacing);
        const lanes weight = READ(window + 9 * spacing), share = weight * (1.0f / 9);
        // v = (Σ + ε/9)⁻¹ (I − μ) / 9.
        const lanes dr = r - mr, y = g - mg - lxy * dr;
        const lanes vb = (b - mb - lxz * dr - lyz * y) * READ(window + 5 * spacing) * share;
        const lanes vg = y * READ(window + 4 * spacing) * share - lyz * vb;
        const lanes vr = dr * READ(window + 3 * spacing) * share - lxy * vg - lxz * vb;
        row[MIDDLE] += weight;
#pragma clang loop unroll(full)
        for (ptrdiff_t ny = 0; ny < 3; ny++) {
#pragma clang loop unroll(full)
          for (ptrdiff_t nx = 0; nx < 3; nx++) {
            const ptrdiff_t at = (ptrdiff_t)first + (dy + ny - 2) * stride + dx + nx - 2;
            const lanes product =
              vr * (READ(red + at) - mr) + vg * (READ(green + at) - mg) + vb * (READ(blue + at) - mb);
            row[(dy + ny) * 5 + dx + nx] -= share + product;
          }
        }
      }
    }
    float *const to = rows + block * ELEMENTS * LANES;
    for (size_t i = 0; i < ELEMENTS; i++) { AT(to + i * LANES) = (lanes)(~known & (lane_mask)row[i]); }
  }
}

// The sum of eight lanes, in the order of the pixels.
#define SUM(VECTOR)                                                        \
  ((double)(VECTOR)[0] + (VECTOR)[1] + (VECTOR)[2] + (VECTOR)[3] + (VECTOR)[4] + (VECTOR)[5] + (VECTOR)[6] + \
   (VECTOR)[7])

U2CL_EACH_VECTOR_WIDTH
double u2cl_matting_scales(const float *rows, const float *weights, size_t blocks, float *scales) {
  lanes sum = {0};
  for (size_t block = 0; block < blocks; block++) {
    const lanes diagonal = READ(rows + (block * ELEMENTS + MIDDLE) * LANES);
    const lanes whole = diagonal + READ(weights + block * LANES);
    sum += diagonal;
    AT(scales + block * LANES) = (lanes)((whole > 0) & (lane_mask)(1 / whole));
  }
  return SUM(sum);
}

U2CL_EACH_VECTOR_WIDTH
double u2cl_matting_product(
  const float *restrict rows, const float *restrict weights, const int32_t *restrict places, size_t blocks,
  ptrdiff_t stride, const float *restrict plane, float *restrict product) {
  lanes dot = {0};
  for (size_t block = 0; block < blocks; block++) {
    const float *const middle = plane + places[block];
    const float *element = rows + block * ELEMENTS * LANES;
    const lanes own = READ(middle);
    lanes sum = own * READ(weights + block * LANES);
    for (ptrdiff_t dy = -2; dy <= 2; dy++) {
      const float *const line = middle + dy * stride;
      lanes part = READ(element) * READ(line - 2);
      for (ptrdiff_t dx = 1; dx < 5; dx++) { part += READ(element + dx * LANES) * READ(line + dx - 2); }
      sum += part;
      element += 5 * LANES;
    }
    AT(product + block * LANES) = sum;
    dot += sum * own;
  }
  return SUM(dot);
}

U2CL_EACH_VECTOR_WIDTH
double u2cl_matting_step(
  float step, const int32_t *restrict places, size_t blocks, const float *restrict direction,
  const float *restrict product, const float *restrict scales, float *restrict alpha, float *restrict residual) {
  lanes energy = {0};
  for (size_t block = 0; block < blocks; block++) {
    const int32_t place = places[block];
    const size_t first = block * LANES;
    const lanes rest = READ(residual + first) - READ(product + first) * step;
    AT(alpha + place) = READ(alpha + place) + READ(direction + place) * step;
    AT(residual + first) = rest;
    energy += rest * rest * READ(scales + first);
  }
  return SUM(energy);
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_matting_turn(
  float share, const int32_t *restrict places, size_t blocks, const float *restrict residual,
  const float *restrict scales, float *restrict direction) {
  for (size_t block = 0; block < blocks; block++) {
    const int32_t place = places[block];
    const size_t first = block * LANES;
    AT(direction + place) = READ(residual + first) * READ(scales + first) + READ(direction + place) * share;
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_alphas_to_16_bits(const float *restrict alphas, size_t count, float haze, uint16_t *restrict values) {
  for (size_t i = 0; i < count; i++) values[i] = alpha_value(alphas[i], haze);
}
