// Blends rows of pixels. Colours are four floats: red, green and blue in 0 … 1, and a fourth that has no meaning here.
#ifndef U2CL_PIXEL_BLEND_H
#define U2CL_PIXEL_BLEND_H

#include <stddef.h>
#include <stdint.h>

// Lays `count` pixels of a cut-out, RGBA, over colours: RGB.
void u2cl_blend_8(const float *below, const uint8_t *cutout, size_t count, uint8_t *target);
void u2cl_blend_16(const float *below, const uint16_t *cutout, size_t count, uint16_t *target);

// Mixes `count` colours with a tint: alpha, 0 … 65535, times strength of it.
void u2cl_tint_colors(
  const uint16_t *alphas, size_t count, const float tint[4], float strength, float *colors);

// Scales `count` colours and their fourth components to the part that is background, and a little more.
void u2cl_keep_background(const uint16_t *alphas, size_t count, float *colors);

#endif
