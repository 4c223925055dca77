// Decodes PNG by libpng. Every colour type and depth becomes RGB or RGBA of 8 or 16 bits, or 8-bit grey on request.
// Gamma chunks are not applied.
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reader.h"

typedef struct {
  u2cl_reader reader;
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  int passes;
} png_reader;

static _Noreturn void fail(png_structp png, png_const_charp message) {
  png_reader *self = png_get_error_ptr(png);
  if (self->reader.failure == U2CL_CODEC_OK) self->reader.failure = U2CL_CODEC_CORRUPT;
  strncpy(self->reader.message, message, sizeof self->reader.message - 1);
  longjmp(self->reader.escape, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void take(png_structp png, png_bytep destination, size_t count) {
  png_reader *self = png_get_io_ptr(png);
  if (count > self->left) {
    self->reader.failure = U2CL_CODEC_TRUNCATED;
    png_error(png, "the data ends too early");
  }
  memcpy(destination, self->next, count);
  self->next += count;
  self->left -= count;
}

static int is_little_endian(void) {
  const uint16_t one = 1;
  return *(const uint8_t *)&one;
}

static const char *skip_word(const char *text) {
  static const char spaces[] = " \t\r\n";
  text += strspn(text, spaces);
  text += strcspn(text, spaces);
  return text + strspn(text, spaces);
}

// After a name and a number come hexadecimal digits: "Exif", or a TIFF header. A block named APP1 may be XMP instead.
static int holds_raw_exif(const png_text *text) {
  if (strcmp(text->key, "Raw profile type exif") != 0 && strcmp(text->key, "Raw profile type APP1") != 0) return 0;
  const char *digits = skip_word(skip_word(text->text));
  return strncasecmp(digits, "45786966", 8) == 0 || strncasecmp(digits, "49492a00", 8) == 0
    || strncasecmp(digits, "4d4d002a", 8) == 0;
}

static void find_metadata(png_reader *self) {
  png_uint_32 count = 0;
  png_bytep bytes = NULL;
#ifdef PNG_eXIf_SUPPORTED
  if (png_get_eXIf_1(self->png, self->info, &count, &bytes)) {
    self->reader.exif = bytes;
    self->reader.exif_count = count;
  }
#endif
  png_charp name;
  int compression;
  if (png_get_iCCP(self->png, self->info, &name, &compression, &bytes, &count)) {
    self->reader.icc_profile = bytes;
    self->reader.icc_profile_count = count;
  }
  png_textp texts = NULL;
  const int text_count = png_get_text(self->png, self->info, &texts, NULL);
  for (int i = 0; i < text_count; i++) {
    if (!texts[i].text) continue;
    if (strcmp(texts[i].key, "XML:com.adobe.xmp") == 0) {
      self->reader.xmp = (const uint8_t *)texts[i].text;
      self->reader.xmp_count = strlen(texts[i].text);
    } else if (holds_raw_exif(&texts[i])) {
      self->reader.raw_exif = (const uint8_t *)texts[i].text;
      self->reader.raw_exif_count = strlen(texts[i].text);
    }
  }
  png_uint_32 horizontal = 0, vertical = 0;
  int unit = PNG_RESOLUTION_UNKNOWN;
  if (png_get_pHYs(self->png, self->info, &horizontal, &vertical, &unit) && unit == PNG_RESOLUTION_METER
      && horizontal > 0 && vertical > 0) {
    self->reader.density = (u2cl_density){.horizontal = horizontal, .vertical = vertical, .unit = 3};
  }
}

// The best compression ratio of deflate: 258 bytes in two bits.
static const size_t best_compression = 258 * 8 / 2;

// Whether every chunk fits into the file, because libpng allocates memory for some chunks by their stated length.
static int chunks_fit(const uint8_t *file, size_t count) {
  size_t place = 8;
  while (place + 12 <= count) {
    const uint32_t length = png_get_uint_32(file + place);
    if (length > count - place - 12) return 0;
    if (memcmp(file + place + 4, "IEND", 4) == 0) return 1;
    place += 12 + (size_t)length;
  }
  return 0;
}

static u2cl_codec_status read_header(u2cl_reader *reader, u2cl_image_info *info) {
  png_reader *self = (png_reader *)reader;
  if (setjmp(reader->escape)) return reader->failure;
  if (!chunks_fit(self->next, self->left)) return U2CL_CODEC_TRUNCATED;
  png_read_info(self->png, self->info);
  const int has_alpha = (png_get_color_type(self->png, self->info) & PNG_COLOR_MASK_ALPHA) != 0
    || png_get_valid(self->png, self->info, PNG_INFO_tRNS) != 0;
  const int stays_grey = reader->keeps_grey && !has_alpha && png_get_bit_depth(self->png, self->info) <= 8
    && png_get_color_type(self->png, self->info) == PNG_COLOR_TYPE_GRAY;
  reader->fewest_bytes = png_get_image_height(self->png, self->info)
    * (png_get_rowbytes(self->png, self->info) + 1) / best_compression;
  png_set_expand(self->png);
  if (!stays_grey) png_set_gray_to_rgb(self->png);
  if (png_get_bit_depth(self->png, self->info) == 16 && is_little_endian()) png_set_swap(self->png);
  self->passes = png_set_interlace_handling(self->png);
  info->width = png_get_image_width(self->png, self->info);
  info->height = png_get_image_height(self->png, self->info);
  info->channels = stays_grey ? 1 : has_alpha ? 4 : 3;
  info->bytes_per_sample = png_get_bit_depth(self->png, self->info) == 16 ? 2 : 1;
  find_metadata(self);
  return U2CL_CODEC_OK;
}

static u2cl_codec_status read_pixels(u2cl_reader *reader, void *pixels) {
  png_reader *self = (png_reader *)reader;
  if (setjmp(reader->escape)) return reader->failure;
  png_read_update_info(self->png, self->info);
  const size_t row_bytes = png_get_rowbytes(self->png, self->info);
  const size_t height = png_get_image_height(self->png, self->info);
  for (int pass = 0; pass < self->passes; pass++) {
    for (size_t y = 0; y < height; y++) png_read_row(self->png, (png_bytep)pixels + y * row_bytes, NULL);
  }
  png_read_end(self->png, self->info);
  find_metadata(self);
  return U2CL_CODEC_OK;
}

static void close_reader(u2cl_reader *reader) {
  png_reader *self = (png_reader *)reader;
  png_destroy_read_struct(&self->png, &self->info, NULL);
  free(self);
}

u2cl_reader *u2cl_png_open(const uint8_t *bytes, size_t count) {
  png_reader *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->reader.read_header = read_header;
  self->reader.read_pixels = read_pixels;
  self->reader.close = close_reader;
  self->next = bytes;
  self->left = count;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, fail, ignore_warning);
  if (self->png) self->info = png_create_info_struct(self->png);
  if (!self->info) {
    close_reader(&self->reader);
    return NULL;
  }
  png_set_read_fn(self->png, self, take);
#ifdef PNG_IGNORE_ADLER32
  // The checksums of the chunks suffice.
  png_set_option(self->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
#endif
  return &self->reader;
}
