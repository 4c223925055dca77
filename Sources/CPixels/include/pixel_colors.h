// From the samples of a row of pixels to colours as floats, and back.
#ifndef U2CL_PIXEL_COLORS_H
#define U2CL_PIXEL_COLORS_H

#include <stddef.h>
#include <stdint.h>

// Writes red, green and blue in 0 … 1 and 1 for `count` pixels of `channels` (3 or 4) interleaved samples.
void u2cl_colors_from_8_bits(const uint8_t *samples, size_t count, int channels, float *colors);
void u2cl_colors_from_16_bits(const uint16_t *samples, size_t count, int channels, float *colors);

// Writes the samples of `count` colours in 0 … 1, with alpha as the fourth component; other values are clamped.
void u2cl_colors_to_8_bits(const float *colors, size_t count, int channels, uint8_t *samples);
void u2cl_colors_to_16_bits(const float *colors, size_t count, int channels, uint16_t *samples);

#endif
