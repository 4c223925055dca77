#include "flattening.h"

#include "each_vector_width.h"

U2CL_EACH_VECTOR_WIDTH
void u2cl_flatten_over_white(const uint8_t *restrict rgba, size_t count, uint8_t *restrict rgb) {
  for (size_t x = 0; x < count; x++) {
    const unsigned alpha = rgba[4 * x + 3];
    for (size_t c = 0; c < 3; c++) {
      // At most 255 · 255 + 127, which fits into 16 bits.
      const uint16_t sum = (uint16_t)(rgba[4 * x + c] * alpha + 255u * (255u - alpha) + 127u);
      rgb[3 * x + c] = (uint8_t)(sum / 255u);
    }
  }
}
