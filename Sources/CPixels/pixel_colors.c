#include "pixel_colors.h"

#include "each_vector_width.h"

// Loops whose number of channels is a constant, which vectorise.
#define READ(CHANNELS)                                   \
  for (size_t x = 0; x < count; x++) {                   \
    for (size_t c = 0; c < 3; c++) {                     \
      colors[4 * x + c] = samples[CHANNELS * x + c] * scale; \
    }                                                    \
    colors[4 * x + 3] = 1;                               \
  }

#define WRITE(CHANNELS, SAMPLE)                                       \
  for (size_t x = 0; x < count; x++) {                                \
    for (size_t c = 0; c < CHANNELS; c++) {                           \
      const float value = colors[4 * x + c] * full + 0.5f;            \
      const float clamped = value < 0 ? 0 : value > full ? full : value; \
      samples[CHANNELS * x + c] = (SAMPLE)(int32_t)clamped;           \
    }                                                                 \
  }

U2CL_EACH_VECTOR_WIDTH
void u2cl_colors_from_8_bits(
  const uint8_t *restrict samples, size_t count, int channels, float *restrict colors) {
  const float scale = 1.0f / 255;
  if (channels == 3) {
    READ(3)
  } else {
    READ(4)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_colors_from_16_bits(
  const uint16_t *restrict samples, size_t count, int channels, float *restrict colors) {
  const float scale = 1.0f / 65535;
  if (channels == 3) {
    READ(3)
  } else {
    READ(4)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_colors_to_8_bits(
  const float *restrict colors, size_t count, int channels, uint8_t *restrict samples) {
  const float full = 255;
  if (channels == 3) {
    WRITE(3, uint8_t)
  } else {
    WRITE(4, uint8_t)
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_colors_to_16_bits(
  const float *restrict colors, size_t count, int channels, uint16_t *restrict samples) {
  const float full = 65535;
  if (channels == 3) {
    WRITE(3, uint16_t)
  } else {
    WRITE(4, uint16_t)
  }
}
