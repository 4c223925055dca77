// Straight alpha laid over a colour.
#ifndef U2CL_FLATTENING_H
#define U2CL_FLATTENING_H

#include <stddef.h>
#include <stdint.h>

// Lays `count` pixels of RGBA over a colour: (c · a + background · (full − a)) / full, rounded, as RGB.
void u2cl_flatten_8(const uint8_t *rgba, size_t count, const uint8_t background[3], uint8_t *rgb);
void u2cl_flatten_16(const uint16_t *rgba, size_t count, const uint16_t background[3], uint16_t *rgb);

#endif
