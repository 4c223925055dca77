#include "pixel_blend.h"

#include "each_vector_width.h"

#define BLEND(SAMPLE)                                                                     \
  const float full = (SAMPLE)-1, scale = 1 / full;                                        \
  for (size_t x = 0; x < count; x++) {                                                    \
    const float alpha = cutout[4 * x + 3] / full;                                         \
    for (size_t c = 0; c < 3; c++) {                                                      \
      const float under = below[4 * x + c];                                               \
      const float color = under + (cutout[4 * x + c] * scale - under) * alpha;            \
      const float value = color * full + 0.5f;                                            \
      const float clamped = value < 0 ? 0 : value > full ? full : value;                  \
      target[3 * x + c] = (SAMPLE)(int32_t)clamped;                                       \
    }                                                                                     \
  }

U2CL_EACH_VECTOR_WIDTH
void u2cl_blend_8(
  const float *restrict below, const uint8_t *restrict cutout, size_t count, uint8_t *restrict target) {
  BLEND(uint8_t)
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_blend_16(
  const float *restrict below, const uint16_t *restrict cutout, size_t count, uint16_t *restrict target) {
  BLEND(uint16_t)
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_tint_colors(
  const uint16_t *restrict alphas, size_t count, const float tint[4], float strength, float *restrict colors) {
  for (size_t x = 0; x < count; x++) {
    const float part = alphas[x] / 65535.0f * strength;
    for (size_t c = 0; c < 4; c++) colors[4 * x + c] += (tint[c] - colors[4 * x + c]) * part;
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_keep_background(const uint16_t *restrict alphas, size_t count, float *restrict colors) {
  for (size_t x = 0; x < count; x++) {
    const float part = 1.001f - alphas[x] / 65535.0f;
    for (size_t c = 0; c < 4; c++) colors[4 * x + c] *= part;
  }
}
