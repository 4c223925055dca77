#include "flattening.h"

#include "each_vector_width.h"

U2CL_EACH_VECTOR_WIDTH
void u2cl_flatten_8(
  const uint8_t *restrict rgba, size_t count, const uint8_t background[3], uint8_t *restrict rgb) {
  const unsigned behind[3] = {background[0], background[1], background[2]};
  for (size_t x = 0; x < count; x++) {
    const unsigned alpha = rgba[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      // At most 255 · 255 + 127, which fits into 16 bits.
      const uint16_t sum = (uint16_t)(rgba[4 * x + c] * alpha + behind[c] * (255u - alpha) + 127u);
      rgb[3 * x + c] = (uint8_t)(sum / 255u);
    }
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_flatten_16(
  const uint16_t *restrict rgba, size_t count, const uint16_t background[3], uint16_t *restrict rgb) {
  const uint32_t behind[3] = {background[0], background[1], background[2]};
  for (size_t x = 0; x < count; x++) {
    const uint32_t alpha = rgba[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      // At most 65535 · 65535 + 32767, which fits into 32 bits.
      const uint32_t sum = rgba[4 * x + c] * alpha + behind[c] * (65535u - alpha) + 32767u;
      rgb[3 * x + c] = (uint16_t)(sum / 65535u);
    }
  }
}
