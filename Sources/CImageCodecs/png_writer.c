// Encodes PNG, into memory. libpng writes the chunks; rows are filtered and compressed here, a band at a time.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "deflater.h"
#include "image_codecs.h"
#include "png_filters.h"

// Rows are compressed together until there are this many bytes, which stay in the cache between the two steps.
enum { band_bytes = 1 << 17 };

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  u2cl_codec_status failure;
  jmp_buf escape;
  u2cl_deflater *deflater;
  uint8_t *scratch;
} png_writer;

static _Noreturn void fail(png_structp png, png_const_charp message) {
  (void)message;
  png_writer *self = png_get_error_ptr(png);
  longjmp(self->escape, 1);
}

static void ignore_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void append(png_structp png, png_bytep bytes, size_t count) {
  png_writer *self = png_get_io_ptr(png);
  if (self->capacity - self->count < count) {
    const size_t capacity = (self->count + count) * 2;
    uint8_t *grown = realloc(self->bytes, capacity);
    if (!grown) {
      self->failure = U2CL_CODEC_OUT_OF_MEMORY;
      png_error(png, "out of memory");
    }
    self->bytes = grown;
    self->capacity = capacity;
  }
  memcpy(self->bytes + self->count, bytes, count);
  self->count += count;
}

static void flush(png_structp png) { (void)png; }

static void attach(png_structp png, png_infop header, const u2cl_attachments *attachments) {
  const u2cl_bytes icc = attachments->icc_profile, exif = attachments->exif, xmp = attachments->xmp;
  if (icc.bytes) {
    png_set_iCCP(png, header, "ICC profile", PNG_COMPRESSION_TYPE_BASE, icc.bytes, (png_uint_32)icc.count);
  }
  const u2cl_density density = attachments->density;
  if (density.unit != 0) png_set_pHYs(png, header, density.horizontal, density.vertical, PNG_RESOLUTION_METER);
#ifdef PNG_eXIf_SUPPORTED
  if (exif.bytes) png_set_eXIf_1(png, header, (png_uint_32)exif.count, (png_bytep)exif.bytes);
#endif
#ifdef PNG_iTXt_SUPPORTED
  if (xmp.bytes) {
    png_text text = {
      .compression = PNG_ITXT_COMPRESSION_NONE, .key = (png_charp)"XML:com.adobe.xmp", .text = (png_charp)xmp.bytes,
      .itxt_length = xmp.count, .lang = (png_charp)"", .lang_key = (png_charp)""};
    png_set_text(png, header, &text, 1);
  }
#endif
}

static void write_data(void *png, const uint8_t *bytes, size_t count) {
  png_write_chunk(png, (png_const_bytep)"IDAT", bytes, count);
}

// Writes the filter of a row and what the filter leaves. The row above tells most of masks, which are runs of one byte.
// For colours Paeth's filter makes files a tenth smaller than the better of `sub` and `up`, and there is nothing to
// choose.
static void filter_row(
  const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_count, int is_grey, uint8_t *filtered) {
  filtered[0] = is_grey ? PNG_FILTER_VALUE_UP : PNG_FILTER_VALUE_PAETH;
  if (is_grey) {
    u2cl_png_filter_up(row, above, count, filtered + 1);
  } else {
    u2cl_png_filter_paeth(row, above, count, pixel_count, filtered + 1);
  }
}

static int is_little_endian(void) {
  const uint16_t one = 1;
  return *(const uint8_t *)&one;
}

// Filters and compresses all rows. `scratch` begins with three rows, of which the first is empty and two are for
// samples of 16 bits in PNG's byte order, and ends with a band.
static u2cl_codec_status write_rows(png_writer *self, const uint8_t *pixels, const u2cl_image_info *info) {
  const size_t pixel_count = (size_t)(info->channels * info->bytes_per_sample);
  const size_t count = info->width * pixel_count, rows = band_bytes / (count + 1) + 1;
  const int swaps = info->bytes_per_sample == 2 && is_little_endian();
  const int is_grey = info->channels == 1;
  uint8_t *const swapped = self->scratch + count, *const band = self->scratch + 3 * count;
  const uint8_t *above = self->scratch;
  size_t filled = 0;
  for (size_t y = 0; y < info->height; y++) {
    const uint8_t *row = pixels + y * count;
    if (swaps) {
      uint8_t *const target = swapped + (y & 1) * count;
      u2cl_png_big_endian((const uint16_t *)(const void *)row, count / 2, target);
      row = target;
    }
    filter_row(row, above, count, pixel_count, is_grey, band + filled * (count + 1));
    above = row;
    const int is_last = y + 1 == info->height;
    if (++filled < rows && !is_last) continue;
    const u2cl_codec_status status = u2cl_deflater_add(self->deflater, band, filled * (count + 1), is_last);
    if (status != U2CL_CODEC_OK) return status;
    filled = 0;
  }
  return U2CL_CODEC_OK;
}

static u2cl_codec_status write_all(
  png_writer *self, png_structp png, png_infop header, const uint8_t *pixels, const u2cl_image_info *info,
  const u2cl_attachments *attachments) {
  if (setjmp(self->escape)) return self->failure;
  const int color = info->channels == 1 ? PNG_COLOR_TYPE_GRAY
    : info->channels == 3               ? PNG_COLOR_TYPE_RGB
                                        : PNG_COLOR_TYPE_RGBA;
  png_set_write_fn(png, self, append, flush);
  png_set_IHDR(
    png, header, (png_uint_32)info->width, (png_uint_32)info->height, info->bytes_per_sample * 8, color,
    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  attach(png, header, attachments);
  png_write_info(png, header);
  const size_t row_bytes = info->width * (size_t)(info->channels * info->bytes_per_sample);
  self->scratch = calloc(4 * row_bytes + 1 + band_bytes, 1);
  // Most of a mask is runs of one byte. For them zlib writes up to 7 % fewer bytes than ISA-L.
  self->deflater = u2cl_deflater_open(info->channels == 1, write_data, png);
  if (!self->scratch || !self->deflater) return U2CL_CODEC_OUT_OF_MEMORY;
  const u2cl_codec_status status = write_rows(self, pixels, info);
  // png_write_end would miss the rows, which libpng did not write.
  if (status == U2CL_CODEC_OK) png_write_chunk(png, (png_const_bytep)"IEND", NULL, 0);
  return status;
}

void u2cl_file_free(uint8_t *file) { free(file); }

u2cl_codec_status u2cl_png_encode(
  const void *pixels, const u2cl_image_info *info, const u2cl_attachments *attachments, uint8_t **file,
  size_t *file_count) {
  png_writer self = {.failure = U2CL_CODEC_UNSUPPORTED};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &self, fail, ignore_warning);
  png_infop header = png ? png_create_info_struct(png) : NULL;
  const u2cl_codec_status status = header
    ? write_all(&self, png, header, pixels, info, attachments)
    : U2CL_CODEC_OUT_OF_MEMORY;
  png_destroy_write_struct(&png, &header);
  u2cl_deflater_close(self.deflater);
  free(self.scratch);
  if (status != U2CL_CODEC_OK) {
    free(self.bytes);
    return status;
  }
  *file = self.bytes;
  *file_count = self.count;
  return U2CL_CODEC_OK;
}
