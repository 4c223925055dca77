// Conversion between the formats of pixels that programs have.
#ifndef U2CL_PIXEL_FORMATS_H
#define U2CL_PIXEL_FORMATS_H

#include <stddef.h>

// The layout of a pixel: its channels, the bytes of a sample, and whether blue comes first.
typedef struct {
  int channels;  // 1, 3 or 4
  int bytes;     // 1 or 2
  int is_bgr;    // 0 or 1; 1 only with 3 or 4 channels of one byte
} u2cl_pixel_layout;

// Converts pixels. 8 bits become 16 by × 257, and 16 become 8 by rounding; grey is repeated, and colours become grey as
// luma (ITU-R BT.601, as Pillow's convert('L')); missing alpha is opaque. The memory does not overlap.
//
// Returns 0 if there is no such layout.
int u2cl_convert_pixels(
  const void *from, u2cl_pixel_layout from_layout, void *to, u2cl_pixel_layout to_layout, size_t pixels);

// Every sample of a picture of 3 or 4 channels times the mask, as RGBA: Pillow's Image.composite over transparent
// black.
void u2cl_multiply_by_mask(
  const unsigned char *samples, int channels, const unsigned char *mask, unsigned char *rgba, size_t pixels);

#endif
