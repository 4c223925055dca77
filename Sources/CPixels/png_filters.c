#include "png_filters.h"

#include "each_vector_width.h"

U2CL_EACH_VECTOR_WIDTH
void u2cl_png_filter_up(
  const uint8_t *restrict row, const uint8_t *restrict above, size_t count, uint8_t *restrict filtered) {
  for (size_t i = 0; i < count; i++) filtered[i] = (uint8_t)(row[i] - above[i]);
}

static inline uint8_t distance(uint8_t a, uint8_t b) { return (uint8_t)(a < b ? b - a : a - b); }

// The neighbour that is nearest to left + above - corner, in bytes alone. Left is |above - corner| away, and above is
// |left - corner| away. The corner is the difference of the two away if it is between left and above; else it is
// further away than either.
static inline uint8_t predict(uint8_t left, uint8_t above, uint8_t corner) {
  const uint8_t to_left = distance(above, corner), to_above = distance(left, corner);
  const uint8_t to_corner = (above < corner) != (left < corner) ? distance(to_left, to_above) : 255;
  const uint8_t further = to_above <= to_corner ? above : corner;
  const uint8_t least = to_above <= to_corner ? to_above : to_corner;
  return to_left <= least ? left : further;
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_png_filter_paeth(
  const uint8_t *restrict row, const uint8_t *restrict above, size_t count, size_t pixel_count,
  uint8_t *restrict filtered) {
  for (size_t i = 0; i < pixel_count; i++) filtered[i] = (uint8_t)(row[i] - above[i]);
  for (size_t i = pixel_count; i < count; i++) {
    filtered[i] = (uint8_t)(row[i] - predict(row[i - pixel_count], above[i], above[i - pixel_count]));
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_png_big_endian(const uint16_t *restrict samples, size_t count, uint8_t *restrict bytes) {
  for (size_t i = 0; i < count; i++) {
    bytes[2 * i] = (uint8_t)(samples[i] >> 8);
    bytes[2 * i + 1] = (uint8_t)samples[i];
  }
}
