#include "each_vector_width.h"
#include "foreground.h"

enum { opaque = 65535, reach = 2 };

U2CL_EACH_VECTOR_WIDTH
int u2cl_alpha_kinds(const uint16_t *alphas, size_t stride, size_t width, size_t height) {
  uint16_t mixed = 0, any = 0;
  for (size_t y = 0; y < height; y++) {
    const uint16_t *row = alphas + y * stride;
    for (size_t x = 0; x < width; x++) {
      any |= row[x];
      mixed |= (row[x] != 0) & (row[x] != opaque);
    }
  }
  return (mixed ? 1 : 0) | (any ? 2 : 0);
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_near_foreground(
  const uint16_t *restrict alphas, size_t width, size_t height, size_t y, size_t first, size_t last,
  uint16_t *restrict scratch, uint8_t *restrict near) {
  // The columns that the windows reach, and how far the first is from the first window's start.
  const size_t left = first < reach ? 0 : first - reach, right = width - last < reach ? width : last + reach;
  const size_t missing = reach - (first - left), count = last - first;
  const size_t top = y < reach ? 0 : y - reach, bottom = height - y <= reach ? height : y + reach + 1;
  for (size_t x = 0; x < count + 2 * reach; x++) scratch[x] = 0;
  for (size_t v = top; v < bottom; v++) {
    const uint16_t *restrict row = alphas + v * width + left;
    for (size_t x = 0; x < right - left; x++) scratch[missing + x] |= row[x];
  }
  for (size_t x = 0; x < count; x++) {
    near[x] = (scratch[x] | scratch[x + 1] | scratch[x + 2] | scratch[x + 3] | scratch[x + 4]) != 0;
  }
}

// Pixels without estimates: as they are where they are opaque, else transparent.
#define COPY(SAMPLE, CHANNELS)                                                            \
  for (size_t x = 0; x < count; x++) {                                                    \
    const SAMPLE kept = alphas[x] == opaque ? (SAMPLE)-1 : 0;                             \
    for (size_t c = 0; c < 3; c++) target[4 * x + c] = samples[CHANNELS * x + c] & kept;  \
  }

// Pixels with estimates.
#define ESTIMATE(SAMPLE, CHANNELS)                                                                              \
  for (size_t x = 0; x < count; x++) {                                                                          \
    if (alphas[x] == opaque) {                                                                                  \
      for (size_t c = 0; c < 3; c++) target[4 * x + c] = samples[CHANNELS * x + c];                             \
    } else if (alphas[x] != 0 || near[x]) {                                                                     \
      for (size_t c = 0; c < 3; c++) {                                                                          \
        target[4 * x + c] = (SAMPLE)(int32_t)(estimates[8 * x + c] * (float)(SAMPLE)-1 + 0.5f);                 \
      }                                                                                                         \
    } else {                                                                                                    \
      for (size_t c = 0; c < 3; c++) target[4 * x + c] = 0;                                                     \
    }                                                                                                           \
  }

// The picture's own alpha times the matte, rounded.
#define ALPHA(SAMPLE, WIDE, CHANNELS)                                                                    \
  for (size_t x = 0; x < count; x++) {                                                                   \
    const WIDE own = CHANNELS == 4 ? samples[CHANNELS * x + 3] : (SAMPLE)-1;                             \
    target[4 * x + 3] = (SAMPLE)((alphas[x] * own + opaque / 2) / opaque);                               \
  }

#define CUT_OUT(SAMPLE, WIDE, CHANNELS) \
  if (estimates) {                      \
    ESTIMATE(SAMPLE, CHANNELS)          \
  } else {                              \
    COPY(SAMPLE, CHANNELS)              \
  }                                     \
  ALPHA(SAMPLE, WIDE, CHANNELS)

U2CL_EACH_VECTOR_WIDTH
void u2cl_cut_out_8(
  const uint8_t *restrict samples, int channels, const uint16_t *restrict alphas, size_t count,
  const float *restrict estimates, const uint8_t *restrict near, uint8_t *restrict target) {
  if (channels == 3) {
    CUT_OUT(uint8_t, uint32_t, 3)
  } else {
    CUT_OUT(uint8_t, uint32_t, 4)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_cut_out_16(
  const uint16_t *restrict samples, int channels, const uint16_t *restrict alphas, size_t count,
  const float *restrict estimates, const uint8_t *restrict near, uint16_t *restrict target) {
  if (channels == 3) {
    CUT_OUT(uint16_t, uint64_t, 3)
  } else {
    CUT_OUT(uint16_t, uint64_t, 4)
  }
}
