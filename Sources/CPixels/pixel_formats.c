#include "pixel_formats.h"

#include <stdint.h>
#include <string.h>

// Both layouts are constants wherever this is inlined, so that each pair has a plain loop of its own.
static inline __attribute__((always_inline)) uint32_t load(const unsigned char *at, int bytes) {
  if (bytes == 1) return *at;
  uint16_t value;
  memcpy(&value, at, 2);
  return value;
}

static inline __attribute__((always_inline)) void store(unsigned char *at, int bytes, uint32_t value) {
  if (bytes == 1) {
    *at = (unsigned char)value;
  } else {
    uint16_t sample = (uint16_t)value;
    memcpy(at, &sample, 2);
  }
}

static inline __attribute__((always_inline)) uint32_t rescale(uint32_t value, int from, int to) {
  if (from == to) return value;
  return from == 1 ? value * 257 : (value + 128) / 257;
}

static inline __attribute__((always_inline)) uint32_t luma(uint32_t red, uint32_t green, uint32_t blue) {
  // The weights add up to 65536, so grey stays as it is.
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

static inline __attribute__((always_inline)) void convert(
  const unsigned char *restrict from, u2cl_pixel_layout f, unsigned char *restrict to, u2cl_pixel_layout t,
  size_t pixels) {
  for (size_t pixel = 0; pixel < pixels; pixel++) {
    const unsigned char *in = from + pixel * (size_t)(f.channels * f.bytes);
    unsigned char *out = to + pixel * (size_t)(t.channels * t.bytes);
    uint32_t red = load(in + (f.channels > 1 && f.is_bgr ? 2 : 0) * f.bytes, f.bytes);
    uint32_t green = f.channels > 1 ? load(in + f.bytes, f.bytes) : red;
    uint32_t blue = f.channels > 1 ? load(in + (f.is_bgr ? 0 : 2) * f.bytes, f.bytes) : red;
    if (t.channels == 1) {
      store(out, t.bytes, rescale(luma(red, green, blue), f.bytes, t.bytes));
      continue;
    }
    store(out + (t.is_bgr ? 2 : 0) * t.bytes, t.bytes, rescale(red, f.bytes, t.bytes));
    store(out + t.bytes, t.bytes, rescale(green, f.bytes, t.bytes));
    store(out + (t.is_bgr ? 0 : 2) * t.bytes, t.bytes, rescale(blue, f.bytes, t.bytes));
    if (t.channels < 4) continue;
    uint32_t opaque = f.bytes == 1 ? 255 : 65535;
    uint32_t alpha = f.channels == 4 ? load(in + 3 * f.bytes, f.bytes) : opaque;
    store(out + 3 * t.bytes, t.bytes, rescale(alpha, f.bytes, t.bytes));
  }
}

static const u2cl_pixel_layout layouts[] = {
  {1, 1, 0}, {3, 1, 0}, {4, 1, 0}, {3, 1, 1}, {4, 1, 1}, {1, 2, 0}, {3, 2, 0}, {4, 2, 0},
};
enum { layout_count = sizeof layouts / sizeof *layouts };

// The place of a layout in the table, or −1.
static int index_of(u2cl_pixel_layout layout) {
  for (int i = 0; i < layout_count; i++) {
    u2cl_pixel_layout row = layouts[i];
    if (row.channels == layout.channels && row.bytes == layout.bytes && row.is_bgr == layout.is_bgr) return i;
  }
  return -1;
}

// Converts from any layout of the table to one that is constant.
static inline __attribute__((always_inline)) void convert_to(
  const unsigned char *from, int f, unsigned char *to, u2cl_pixel_layout t, size_t pixels) {
  switch (f) {
    case 0: convert(from, layouts[0], to, t, pixels); break;
    case 1: convert(from, layouts[1], to, t, pixels); break;
    case 2: convert(from, layouts[2], to, t, pixels); break;
    case 3: convert(from, layouts[3], to, t, pixels); break;
    case 4: convert(from, layouts[4], to, t, pixels); break;
    case 5: convert(from, layouts[5], to, t, pixels); break;
    case 6: convert(from, layouts[6], to, t, pixels); break;
    case 7: convert(from, layouts[7], to, t, pixels); break;
  }
}

int u2cl_convert_pixels(
  const void *from, u2cl_pixel_layout from_layout, void *to, u2cl_pixel_layout to_layout, size_t pixels) {
  int f = index_of(from_layout), t = index_of(to_layout);
  if (f < 0 || t < 0) return 0;
  if (f == t) {
    memcpy(to, from, pixels * (size_t)(from_layout.channels * from_layout.bytes));
    return 1;
  }
  switch (t) {
    case 0: convert_to(from, f, to, layouts[0], pixels); break;
    case 1: convert_to(from, f, to, layouts[1], pixels); break;
    case 2: convert_to(from, f, to, layouts[2], pixels); break;
    case 3: convert_to(from, f, to, layouts[3], pixels); break;
    case 4: convert_to(from, f, to, layouts[4], pixels); break;
    case 5: convert_to(from, f, to, layouts[5], pixels); break;
    case 6: convert_to(from, f, to, layouts[6], pixels); break;
    case 7: convert_to(from, f, to, layouts[7], pixels); break;
  }
  return 1;
}

// a · b / 255, rounded as Pillow does.
static inline unsigned char multiply(unsigned int a, unsigned int b) {
  unsigned int product = a * b + 128;
  return (unsigned char)((product + (product >> 8)) >> 8);
}

void u2cl_multiply_by_mask(
  const unsigned char *restrict samples, int channels, const unsigned char *restrict mask,
  unsigned char *restrict rgba, size_t pixels) {
  if (channels == 3) {
    for (size_t pixel = 0; pixel < pixels; pixel++) {
      for (int c = 0; c < 3; c++) rgba[4 * pixel + c] = multiply(samples[3 * pixel + c], mask[pixel]);
      rgba[4 * pixel + 3] = mask[pixel];
    }
  } else {
    for (size_t sample = 0; sample < 4 * pixels; sample++) rgba[sample] = multiply(samples[sample], mask[sample / 4]);
  }
}
