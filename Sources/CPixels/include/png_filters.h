// Filters of PNG (chapter 9 of its specification) for rows of bytes.
#ifndef U2CL_PNG_FILTERS_H
#define U2CL_PNG_FILTERS_H

#include <stddef.h>
#include <stdint.h>

// Writes the differences of the `count` bytes of a row to those of the row above (filter 2).
void u2cl_png_filter_up(const uint8_t *row, const uint8_t *above, size_t count, uint8_t *filtered);

// Writes the differences of the `count` bytes of a row to Paeth's predictions (filter 4). A pixel has `pixel_count`
// bytes, of which a row has at least one.
void u2cl_png_filter_paeth(
  const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_count, uint8_t *filtered);

// Writes 16-bit samples with the higher byte first.
void u2cl_png_big_endian(const uint16_t *samples, size_t count, uint8_t *bytes);

#endif
