// See vips_codecs.h.
#define _GNU_SOURCE  // strcasestr

#include "vips_codecs.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
static const char library_name[] = "libvips.42.dylib";
#else
static const char library_name[] = "libvips.so.42";
#endif

// The part of libvips's interface that is used, which its version 42 keeps. Functions that end in `...` take names and
// values of options, then NULL.
typedef struct VipsImage VipsImage;
typedef struct VipsRegion VipsRegion;

typedef int (*load_function)(const void *bytes, size_t count, VipsImage **out, ...);
typedef int (*save_function)(VipsImage *in, void **bytes, size_t *count, ...);

static struct {
  int (*init)(const char *program);
  void (*cache_set_max)(int count);
  void (*operation_block_set)(const char *name, int blocked);  // since 8.13; optional
  char *(*error_buffer_copy)(void);
  load_function load[5];
  save_function save[2];
  int (*get_width)(const VipsImage *image);
  int (*get_height)(const VipsImage *image);
  int (*get_bands)(const VipsImage *image);
  int (*get_format)(const VipsImage *image);
  int (*get_interpretation)(const VipsImage *image);
  double (*get_xres)(const VipsImage *image);
  double (*get_yres)(const VipsImage *image);
  size_t (*get_typeof)(const VipsImage *image, const char *name);
  int (*get_int)(const VipsImage *image, const char *name, int *out);
  int (*get_blob)(const VipsImage *image, const char *name, const void **bytes, size_t *count);
  void (*set_blob_copy)(VipsImage *image, const char *name, const void *bytes, size_t count);
  int (*colourspace)(VipsImage *in, VipsImage **out, int space, ...);
  int (*copy)(VipsImage *in, VipsImage **out, ...);
  VipsImage *(*new_from_memory)(const void *data, size_t size, int width, int height, int bands, int format);
  VipsRegion *(*region_new)(VipsImage *image);
  uint8_t *(*region_fetch)(VipsRegion *region, int left, int top, int width, int height, size_t *count);
  void (*unref)(void *object);
  void (*free)(void *memory);
  unsigned (*log_set_handler)(
    const char *domain, int levels, void (*handler)(const char *, int, const char *, void *), void *data);
} vips;

// Values of libvips's enumerations.
enum { format_uchar = 0, format_ushort = 2 };
enum {
  space_b_w = 1, space_cmyk = 15, space_rgb = 17, space_srgb = 22, space_rgb16 = 25, space_grey16 = 26,
};
enum { access_sequential = 1, fail_on_error = 2, deflate = 2, predictor_horizontal = 2, av1 = 4 };
// All of GLib's levels but that of errors, which end the process whatever the handler does.
enum { log_levels = 0xF8 };

static void print_nothing(const char *domain, int level, const char *message, void *data) {
  (void)domain;
  (void)level;
  (void)message;
  (void)data;
}

static int is_available;

static int find(void *library, const char *name, void *function) {
  void *const symbol = dlsym(library, name);
  memcpy(function, &symbol, sizeof symbol);
  return symbol != NULL;
}

static void open_library(void) {
  const char *named = getenv("U2CL_LIBVIPS");
  void *library = dlopen(named && *named ? named : library_name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  const int is_whole = find(library, "vips_init", &vips.init)
    && find(library, "vips_cache_set_max", &vips.cache_set_max)
    && find(library, "vips_error_buffer_copy", &vips.error_buffer_copy)
    && find(library, "vips_heifload_buffer", &vips.load[U2CL_VIPS_HEIF])
    && find(library, "vips_tiffload_buffer", &vips.load[U2CL_VIPS_TIFF])
    && find(library, "vips_gifload_buffer", &vips.load[U2CL_VIPS_GIF])
    && find(library, "vips_jxlload_buffer", &vips.load[U2CL_VIPS_JPEG_XL])
    && find(library, "vips_jp2kload_buffer", &vips.load[U2CL_VIPS_JPEG_2000])
    && find(library, "vips_heifsave_buffer", &vips.save[U2CL_VIPS_HEIF])
    && find(library, "vips_tiffsave_buffer", &vips.save[U2CL_VIPS_TIFF])
    && find(library, "vips_image_get_width", &vips.get_width)
    && find(library, "vips_image_get_height", &vips.get_height)
    && find(library, "vips_image_get_bands", &vips.get_bands)
    && find(library, "vips_image_get_format", &vips.get_format)
    && find(library, "vips_image_get_interpretation", &vips.get_interpretation)
    && find(library, "vips_image_get_xres", &vips.get_xres)
    && find(library, "vips_image_get_yres", &vips.get_yres)
    && find(library, "vips_image_get_typeof", &vips.get_typeof)
    && find(library, "vips_image_get_int", &vips.get_int)
    && find(library, "vips_image_get_blob", &vips.get_blob)
    && find(library, "vips_image_set_blob_copy", &vips.set_blob_copy)
    && find(library, "vips_colourspace", &vips.colourspace)
    && find(library, "vips_copy", &vips.copy)
    && find(library, "vips_image_new_from_memory", &vips.new_from_memory)
    && find(library, "vips_region_new", &vips.region_new)
    && find(library, "vips_region_fetch", &vips.region_fetch)
    && find(library, "g_object_unref", &vips.unref)
    && find(library, "g_free", &vips.free)
    && find(library, "g_log_set_handler", &vips.log_set_handler);
  if (!is_whole || vips.init("u2cl") != 0) {
    dlclose(library);
    return;
  }
  vips.log_set_handler("VIPS", log_levels, print_nothing, NULL);
  // Files are decoded once.
  vips.cache_set_max(0);
  // No other loader may be reached, such as those of ImageMagick; each of these five is fuzzed by its authors.
  if (find(library, "vips_operation_block_set", &vips.operation_block_set)) {
    vips.operation_block_set("VipsForeignLoad", 1);
    static const char *const loaders[] = {
      "VipsForeignLoadHeif", "VipsForeignLoadTiff", "VipsForeignLoadNsgif", "VipsForeignLoadJxl",
      "VipsForeignLoadJp2k",
    };
    for (size_t i = 0; i < sizeof loaders / sizeof *loaders; i++) vips.operation_block_set(loaders[i], 0);
  }
  is_available = 1;
}

int u2cl_vips_is_available(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  return is_available;
}

// Debian's libjxl writes what is wrong with a file to stderr. While libvips is at work, that stream is another one;
// messages of our own go to the descriptor.
static pthread_mutex_t stream_lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *usual_stream, *silent_stream;
static int silencers;

static void silence(int is_silent) {
#ifdef __GLIBC__
  pthread_mutex_lock(&stream_lock);
  if (is_silent && silencers++ == 0) {
    if (!silent_stream) silent_stream = fopen("/dev/null", "we");
    usual_stream = stderr;
    if (silent_stream) stderr = silent_stream;
  } else if (!is_silent && --silencers == 0) {
    stderr = usual_stream;
  }
  pthread_mutex_unlock(&stream_lock);
#else
  (void)is_silent;
#endif
}

// The first line of what libvips says. The messages of all threads are in one buffer, which is emptied.
static u2cl_codec_status failure(char *message) {
  char *text = vips.error_buffer_copy();
  const char *line = text ? text : "";
  size_t length = strcspn(line, "\n");
  if (length > 255) length = 255;
  memcpy(message, line, length);
  message[length] = 0;
  if (length == 0) strcpy(message, "it cannot be decoded");
  u2cl_codec_status status = U2CL_CODEC_CORRUPT;
  if (strstr(line, "class \"") && strstr(line, "not found")) {
    status = U2CL_CODEC_MISSING;
  } else if (strstr(line, "out of memory") || strstr(line, "Memory allocation")) {
    status = U2CL_CODEC_OUT_OF_MEMORY;
  } else if (strcasestr(line, "unsupported") || strstr(line, "not supported") || strstr(line, "No decoding plugin")) {
    status = U2CL_CODEC_UNSUPPORTED;
  }
  vips.free(text);
  return status;
}

struct u2cl_vips_reader {
  VipsImage *image;
  u2cl_vips_kind kind;
  u2cl_image_info info;
  int bands;  // of the image
  int color;  // of them that are colours
  int is_cmyk;
  int valid_bits;  // of a sample of two bytes; the others are filled
};

static int integer(const u2cl_vips_reader *reader, const char *name, int otherwise) {
  int value = otherwise;
  if (vips.get_typeof(reader->image, name) == 0 || vips.get_int(reader->image, name, &value) != 0) return otherwise;
  return value;
}

// Brings other colours (Lab, linear light) to sRGB.
static int convert(u2cl_vips_reader *self) {
  const int space = vips.get_interpretation(self->image), format = vips.get_format(self->image);
  const int is_plain = format == format_uchar || format == format_ushort;
  const int is_known = space == space_b_w || space == space_grey16 || space == space_rgb || space == space_srgb
    || space == space_rgb16 || space == space_cmyk;
  if (is_plain && is_known) return 0;
  VipsImage *converted = NULL;
  if (vips.colourspace(self->image, &converted, format == format_uchar ? space_srgb : space_rgb16, NULL) != 0) {
    return -1;
  }
  vips.unref(self->image);
  self->image = converted;
  return 0;
}

u2cl_codec_status u2cl_vips_open(
  u2cl_vips_kind kind, const uint8_t *bytes, size_t count, u2cl_vips_reader **reader, char *message) {
  *reader = NULL;
  message[0] = 0;
  u2cl_vips_reader *self = calloc(1, sizeof *self);
  if (!self) return U2CL_CODEC_OUT_OF_MEMORY;
  self->kind = kind;
  silence(1);
  const int code = vips.load[kind](
    bytes, count, &self->image, "access", access_sequential, "fail_on", fail_on_error, NULL);
  silence(0);
  if (code != 0 || convert(self) != 0) {
    const u2cl_codec_status status = failure(message);
    u2cl_vips_close(self);
    return status;
  }
  const int format = vips.get_format(self->image);
  self->bands = vips.get_bands(self->image);
  self->is_cmyk = vips.get_interpretation(self->image) == space_cmyk;
  self->color = self->is_cmyk ? 4 : self->bands >= 3 ? 3 : 1;
  if (self->bands < self->color || (format != format_uchar && format != format_ushort)) {
    strcpy(message, "its samples are of an unusual type");
    u2cl_vips_close(self);
    return U2CL_CODEC_UNSUPPORTED;
  }
  self->info = (u2cl_image_info){
    .width = (size_t)vips.get_width(self->image), .height = (size_t)vips.get_height(self->image),
    // Of further bands the first is alpha.
    .channels = self->bands > self->color ? 4 : 3, .bytes_per_sample = format == format_ushort ? 2 : 1};
  self->valid_bits = kind == U2CL_VIPS_HEIF ? integer(self, "heif-bitdepth", integer(self, "bits-per-sample", 16)) : 16;
  *reader = self;
  return U2CL_CODEC_OK;
}

u2cl_image_info u2cl_vips_info(const u2cl_vips_reader *reader) { return reader->info; }

int u2cl_vips_pages(const u2cl_vips_reader *reader) { return integer(reader, "n-pages", 1); }

int u2cl_vips_orientation(const u2cl_vips_reader *reader) {
  return reader->kind == U2CL_VIPS_TIFF ? integer(reader, "orientation", 1) : 1;
}

void u2cl_vips_density(const u2cl_vips_reader *reader, double *horizontal, double *vertical) {
  const double x = vips.get_xres(reader->image), y = vips.get_yres(reader->image);
  // 1 is what libvips writes for none.
  const int is_stated = reader->kind == U2CL_VIPS_TIFF && vips.get_typeof(reader->image, "resolution-unit") != 0
    && !(x == 1 && y == 1);
  *horizontal = is_stated ? x : 0;
  *vertical = is_stated ? y : 0;
}

const uint8_t *u2cl_vips_block(const u2cl_vips_reader *reader, const char *name, size_t *count) {
  const void *bytes = NULL;
  *count = 0;
  if (vips.get_typeof(reader->image, name) == 0) return NULL;
  if (vips.get_blob(reader->image, name, &bytes, count) != 0) {
    vips.free(vips.error_buffer_copy());
    return NULL;
  }
  return bytes;
}

static inline uint32_t sample(const uint8_t *row, size_t index, int bytes) {
  if (bytes == 1) return row[index];
  uint16_t value;
  memcpy(&value, row + 2 * index, sizeof value);
  return value;
}

static inline void put(uint8_t *row, size_t index, int bytes, uint32_t value) {
  const uint16_t word = (uint16_t)value;
  if (bytes == 1) {
    row[index] = (uint8_t)value;
  } else {
    memcpy(row + 2 * index, &word, sizeof word);
  }
}

// A row of the image's bands as RGB or RGBA.
static void convert_row(const u2cl_vips_reader *self, const uint8_t *row, uint8_t *target) {
  const int bytes = self->info.bytes_per_sample, channels = self->info.channels;
  const uint32_t full = bytes == 1 ? 255 : 65535;
  const int fills = bytes == 2 && self->valid_bits > 8 && self->valid_bits < 16;
  for (size_t x = 0; x < self->info.width; x++) {
    uint32_t values[5] = {0};
    const int count = self->bands < 5 ? self->bands : 5;
    for (int band = 0; band < count; band++) {
      values[band] = sample(row, x * (size_t)self->bands + (size_t)band, bytes);
      // The lowest bits repeat the highest, so that the largest value is full.
      if (fills) values[band] |= values[band] >> self->valid_bits;
    }
    uint32_t color[4] = {values[0], values[self->color == 1 ? 0 : 1], values[self->color == 1 ? 0 : 2], full};
    if (self->is_cmyk) {
      const uint32_t light = full - values[3];
      for (int c = 0; c < 3; c++) color[c] = (uint32_t)(((uint64_t)(full - values[c]) * light + full / 2) / full);
    }
    if (channels == 4) color[3] = values[self->color];
    for (int c = 0; c < channels; c++) put(target, x * (size_t)channels + (size_t)c, bytes, color[c]);
  }
}

u2cl_codec_status u2cl_vips_read(u2cl_vips_reader *self, void *pixels, char *message) {
  message[0] = 0;
  VipsRegion *region = vips.region_new(self->image);
  if (!region) return failure(message);
  const size_t width = self->info.width, height = self->info.height;
  const size_t sample_bytes = (size_t)self->info.bytes_per_sample;
  const size_t row_bytes = width * (size_t)self->bands * sample_bytes;
  const size_t target_bytes = width * (size_t)self->info.channels * sample_bytes;
  enum { strip = 64 };
  u2cl_codec_status status = U2CL_CODEC_OK;
  for (size_t y = 0; y < height && status == U2CL_CODEC_OK; y += strip) {
    const size_t rows = height - y < strip ? height - y : strip;
    size_t count = 0;
    silence(1);
    uint8_t *fetched = vips.region_fetch(region, 0, (int)y, (int)width, (int)rows, &count);
    silence(0);
    if (!fetched) {
      status = failure(message);
    } else if (count < rows * row_bytes) {
      strcpy(message, "rows are missing");
      status = U2CL_CODEC_CORRUPT;
    } else {
      for (size_t row = 0; row < rows; row++) {
        convert_row(self, fetched + row * row_bytes, (uint8_t *)pixels + (y + row) * target_bytes);
      }
    }
    vips.free(fetched);
  }
  vips.unref(region);
  return status;
}

void u2cl_vips_close(u2cl_vips_reader *reader) {
  if (!reader) return;
  if (reader->image) vips.unref(reader->image);
  free(reader);
}

static void attach(VipsImage *image, const char *name, u2cl_bytes block) {
  if (block.bytes) vips.set_blob_copy(image, name, block.bytes, block.count);
}

u2cl_codec_status u2cl_vips_encode(
  u2cl_vips_kind kind, const void *pixels, const u2cl_image_info *info, int quality,
  const u2cl_attachments *attachments, uint8_t **file, size_t *file_count, char *message) {
  message[0] = 0;
  *file = NULL;
  if (info->width > 10000000 || info->height > 10000000 || info->width == 0 || info->height == 0) {
    return U2CL_CODEC_UNSUPPORTED;
  }
  const size_t count = info->width * info->height * (size_t)(info->channels * info->bytes_per_sample);
  const int is_deep = info->bytes_per_sample == 2;
  VipsImage *memory = vips.new_from_memory(
    pixels, count, (int)info->width, (int)info->height, info->channels, is_deep ? format_ushort : format_uchar);
  if (!memory) return failure(message);
  const int space = info->channels == 1 ? (is_deep ? space_grey16 : space_b_w) : is_deep ? space_rgb16 : space_srgb;
  const u2cl_density density = attachments->density;
  const double x = density.unit != 0 ? density.horizontal / 1000.0 : 1;
  const double y = density.unit != 0 ? density.vertical / 1000.0 : 1;
  VipsImage *image = NULL;
  if (vips.copy(memory, &image, "interpretation", space, "xres", x, "yres", y, NULL) != 0) {
    vips.unref(memory);
    return failure(message);
  }
  attach(image, "icc-profile-data", attachments->icc_profile);
  attach(image, "exif-data", attachments->exif);
  attach(image, "xmp-data", attachments->xmp);
  void *bytes = NULL;
  // Beside a profile, libvips writes an EXIF block of the resolution.
  const int is_bare = !attachments->icc_profile.bytes && !attachments->exif.bytes && !attachments->xmp.bytes
    && density.unit == 0;
  const int code = kind == U2CL_VIPS_TIFF
    ? vips.save[kind](
        image, &bytes, file_count, "compression", deflate, "predictor", predictor_horizontal, NULL)
    : vips.save[kind](
        image, &bytes, file_count, "compression", av1, "Q", quality, "lossless", quality == 100, "strip", is_bare,
        NULL);
  const u2cl_codec_status status = code == 0 ? U2CL_CODEC_OK : failure(message);
  vips.unref(image);
  vips.unref(memory);
  *file = bytes;
  return status;
}

void u2cl_vips_free(uint8_t *file) { vips.free(file); }
