// Straight alpha laid over a colour.
#ifndef U2CL_FLATTENING_H
#define U2CL_FLATTENING_H

#include <stddef.h>
#include <stdint.h>

// Lays `count` pixels of 8-bit RGBA over white: c · a / 255 + 255 − a, rounded, as RGB.
void u2cl_flatten_over_white(const uint8_t *rgba, size_t count, uint8_t *rgb);

#endif
