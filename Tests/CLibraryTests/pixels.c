/* Pixels of every format and stride go in and come out as the header says, and bytes between rows are left alone. */
#include "check.h"

static const struct {
  u2cl_format format;
  int channels, bytes, bgr;
} formats[] = {{U2CL_GRAY8, 1, 1, 0},  {U2CL_RGB8, 3, 1, 0},  {U2CL_RGBA8, 4, 1, 0},  {U2CL_BGR8, 3, 1, 1},
               {U2CL_BGRA8, 4, 1, 1},  {U2CL_GRAY16, 1, 2, 0}, {U2CL_RGB16, 3, 2, 0}, {U2CL_RGBA16, 4, 2, 0}};
enum { format_count = sizeof formats / sizeof *formats };

/* Sample c (red, green, blue, alpha) of pixel (x, y), in 16 bits, as a plain reading of the memory finds it. */
static unsigned sample(const unsigned char *row, size_t x, int f, int c) {
  int channels = formats[f].channels;
  const unsigned char *at;
  uint16_t value;
  if (channels == 1) c = c == 3 ? 3 : 0;
  if (c == 3 && channels < 4) return 65535;
  if (formats[f].bgr && c < 3) c = 2 - c;
  at = row + (x * (size_t)channels + (size_t)c) * (size_t)formats[f].bytes;
  if (formats[f].bytes == 1) return *at * 257u;
  memcpy(&value, at, 2);
  return value;
}

static unsigned luma(unsigned r, unsigned g, unsigned b) {
  return r == g && g == b ? r : (unsigned)((r * 19595ul + g * 38470ul + b * 7471ul + 0x8000ul) >> 16);
}

/* The sample that conversion gives, in the bits of the target. */
static unsigned expected(const unsigned char *row, size_t x, int from, int to, int c) {
  unsigned value, r = sample(row, x, from, 0), g = sample(row, x, from, 1), b = sample(row, x, from, 2);
  int narrow = formats[to].bytes == 1;
  if (formats[to].channels == 1) {
    /* Luma is taken in the bits of the source. */
    unsigned scale = formats[from].bytes == 1 ? 257 : 1;
    value = luma(r / scale, g / scale, b / scale) * scale;
  } else {
    value = sample(row, x, from, c);
  }
  return narrow ? (value + 128) / 257 : value;
}

static void convert(int from, int to, size_t width, size_t height, size_t gap, unsigned seed) {
  size_t from_stride = width * (size_t)(formats[from].channels * formats[from].bytes) + gap * 2;
  size_t to_stride = width * (size_t)(formats[to].channels * formats[to].bytes) + gap * 4;
  unsigned char *source = malloc(from_stride * height), *target = malloc(to_stride * height);
  u2cl_pixels in = {.struct_size = sizeof in, .width = width, .height = height}, out = in;
  u2cl_picture *picture = NULL;
  size_t i, x, y;
  int c, good = 1;
  srand(seed);
  for (i = 0; i < from_stride * height; i++) source[i] = (unsigned char)(rand() >> 7);
  memset(target, 0xA5, to_stride * height);
  in.data = source;
  in.stride = gap ? (ptrdiff_t)from_stride : 0;
  in.format = formats[from].format;
  in.byte_count = from_stride * height;
  out.data = target;
  out.stride = (ptrdiff_t)to_stride;
  out.format = formats[to].format;
  OK(u2cl_picture_from_pixels(&in, &picture));
  OK(u2cl_picture_copy(picture, &out));
  for (y = 0; y < height; y++) {
    const unsigned char *row = target + y * to_stride;
    for (x = 0; x < width; x++) {
      for (c = 0; c < (formats[to].channels == 1 ? 1 : formats[to].channels); c++) {
        unsigned found = sample(row, x, to, c);
        if (formats[to].bytes == 1) found /= 257;
        if (found != expected(source + y * from_stride, x, from, to, c)) good = 0;
      }
    }
    for (i = to_stride - gap * 4; i < to_stride; i++) good = good && row[i] == 0xA5;
  }
  if (!good) fprintf(stderr, "format %d to %d, %zux%zu, seed %u\n", from, to, width, height, seed);
  CHECK(good);
  OK(u2cl_picture_release(picture));
  free(source);
  free(target);
}

/* The pixels of a picture where they lie are those that went in. */
static void view(void) {
  uint16_t samples[2 * 3 * 4];
  u2cl_pixels in = {.struct_size = sizeof in, .data = samples, .width = 3, .height = 2, .format = U2CL_RGBA16};
  u2cl_pixels out = {.struct_size = sizeof out};
  u2cl_picture *picture = NULL;
  size_t i;
  for (i = 0; i < 24; i++) samples[i] = (uint16_t)(i * 2741);
  OK(u2cl_picture_from_pixels(&in, &picture));
  OK(u2cl_picture_pixels(picture, &out));
  CHECK(out.width == 3 && out.height == 2 && out.stride == 24 && out.byte_count == 48 && out.format == U2CL_RGBA16);
  CHECK(!memcmp(out.data, samples, sizeof samples));
  out.width = 2;
  FAILS(u2cl_picture_copy(picture, &out), U2CL_ERROR_USAGE, "memory for");
  OK(u2cl_picture_release(picture));
}

/* Files that lose nothing give the same pixels back. */
static void files(void) {
  static const u2cl_format kept[] = {U2CL_GRAY8, U2CL_RGB8, U2CL_RGBA8, U2CL_GRAY16, U2CL_RGB16, U2CL_RGBA16};
  size_t i, k;
  for (k = 0; k < sizeof kept / sizeof *kept; k++) {
    unsigned char samples[7 * 5 * 8], back[7 * 5 * 8];
    u2cl_pixels in = {.struct_size = sizeof in, .data = samples, .width = 7, .height = 5, .format = kept[k]}, out;
    u2cl_picture *picture = NULL, *decoded = NULL;
    u2cl_buffer *file = NULL;
    const uint8_t *bytes = NULL;
    size_t size = 0, count;
    for (i = 0; i < sizeof samples; i++) samples[i] = (unsigned char)(i * 37 + k);
    OK(u2cl_picture_from_pixels(&in, &picture));
    OK(u2cl_picture_encode(picture, NULL, &file));
    OK(u2cl_buffer_bytes(file, &bytes, &size));
    OK(u2cl_picture_decode(bytes, size, NULL, &decoded));
    out = in;
    out.data = back;
    OK(u2cl_picture_copy(decoded, &out));
    out.struct_size = sizeof out;
    OK(u2cl_picture_pixels(picture, &out));
    count = out.byte_count;
    CHECK(!memcmp(samples, back, count));
    OK(u2cl_picture_release(picture));
    OK(u2cl_picture_release(decoded));
    OK(u2cl_buffer_release(file));
  }
}

/* A plain cut-out is every sample times the mask, rounded as Pillow does. */
static void plain_cutout(void) {
  unsigned char rgb[3 * 256], levels[256];
  u2cl_pixels in = {.struct_size = sizeof in, .data = rgb, .width = 256, .height = 1, .format = U2CL_RGB8};
  u2cl_pixels grey = {.struct_size = sizeof grey, .data = levels, .width = 256, .height = 1, .format = U2CL_GRAY8};
  u2cl_composition c = {.struct_size = sizeof c, .kind = U2CL_PLAIN_CUTOUT};
  u2cl_picture *picture = NULL, *mask = NULL, *result = NULL;
  u2cl_pixels out = {.struct_size = sizeof out};
  int i, k, good = 1;
  for (i = 0; i < 256; i++) {
    levels[i] = (unsigned char)i;
    for (k = 0; k < 3; k++) rgb[3 * i + k] = (unsigned char)(255 - i * (k + 1) / 3);
  }
  OK(u2cl_picture_from_pixels(&in, &picture));
  OK(u2cl_picture_from_pixels(&grey, &mask));
  OK(u2cl_picture_compose(picture, mask, &c, &result));
  OK(u2cl_picture_pixels(result, &out));
  CHECK(out.format == U2CL_RGBA8);
  for (i = 0; i < 256 && out.data; i++) {
    unsigned char *p = (unsigned char *)out.data + 4 * i;
    for (k = 0; k < 3; k++) good = good && p[k] == (rgb[3 * i + k] * i * 2 + 255) / 510;
    good = good && p[3] == i;
  }
  CHECK(good);
  OK(u2cl_picture_release(picture));
  OK(u2cl_picture_release(mask));
  OK(u2cl_picture_release(result));
}

int main(void) {
  static const size_t sizes[][2] = {{1, 1}, {3, 2}, {17, 5}, {64, 3}};
  unsigned seed = 1;
  size_t gap, s;
  int from, to;
  for (from = 0; from < format_count; from++)
    for (to = 0; to < format_count; to++)
      for (s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (gap = 0; gap < 3; gap++) convert(from, to, sizes[s][0], sizes[s][1], gap, seed++);
  view();
  files();
  plain_cutout();
  return finish("pixels");
}
