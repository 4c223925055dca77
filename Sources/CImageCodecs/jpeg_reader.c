// Decodes JPEG by libjpeg-turbo. Every colour space becomes 8-bit RGB, or 8-bit grey on request.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "reader.h"

// A progressive picture has about ten scans. Each takes a pass over the whole picture, however few bytes it has, so a
// small file with thousands of scans could keep the decoder busy for hours.
enum { most_scans = 100 };

typedef struct {
  u2cl_reader reader;
  struct jpeg_decompress_struct cinfo;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  uint8_t *exif;
  uint8_t *xmp;
  JOCTET *icc_profile;
  uint8_t *cmyk_row;
  int channels;
} jpeg_reader;

static u2cl_codec_status status_of(int code) {
  switch (code) {
    case JWRN_JPEG_EOF: case JERR_INPUT_EOF: case JERR_INPUT_EMPTY:
      return U2CL_CODEC_TRUNCATED;
    case JERR_OUT_OF_MEMORY:
      return U2CL_CODEC_OUT_OF_MEMORY;
    case JERR_BAD_PRECISION: case JERR_SOF_UNSUPPORTED: case JERR_CONVERSION_NOTIMPL: case JERR_ARITH_NOTIMPL:
    case JERR_NOT_COMPILED: case JERR_COMPONENT_COUNT: case JERR_NOTIMPL: case JERR_IMAGE_TOO_BIG:
    case JERR_FRACT_SAMPLE_NOTIMPL: case JERR_CCIR601_NOTIMPL:
      return U2CL_CODEC_UNSUPPORTED;
    default:
      return U2CL_CODEC_CORRUPT;
  }
}

static _Noreturn void fail(j_common_ptr cinfo) {
  jpeg_reader *self = cinfo->client_data;
  char message[JMSG_LENGTH_MAX];
  cinfo->err->format_message(cinfo, message);
  strncpy(self->reader.message, message, sizeof self->reader.message - 1);
  self->reader.failure = status_of(cinfo->err->msg_code);
  longjmp(self->reader.escape, 1);
}

// If data is missing or cannot be decoded, libjpeg fills the rest with grey and only warns; here that is a failure.
// Other warnings (bytes between markers, an odd Adobe transform) are harmless.
static void judge_message(j_common_ptr cinfo, int level) {
  if (level >= 0) return;
  switch (cinfo->err->msg_code) {
    case JWRN_JPEG_EOF: case JWRN_HIT_MARKER: case JWRN_HUFF_BAD_CODE: case JWRN_ARITH_BAD_CODE: case JWRN_MUST_RESYNC:
      fail(cinfo);
    default:
      cinfo->err->num_warnings++;
  }
}

static void print_nothing(j_common_ptr cinfo) { (void)cinfo; }

static void limit_scans(j_common_ptr cinfo) {
  jpeg_reader *self = cinfo->client_data;
  if (self->cinfo.input_scan_number <= most_scans) return;
  snprintf(self->reader.message, sizeof self->reader.message, "more than %d scans", (int)most_scans);
  self->reader.failure = U2CL_CODEC_UNSUPPORTED;
  longjmp(self->reader.escape, 1);
}

// Copies what follows the signature in the first APP1 marker that begins with it, because jpeg_finish_decompress frees
// the markers.
static uint8_t *copy_marker(jpeg_reader *self, const char *signature, size_t length, size_t *count) {
  for (jpeg_saved_marker_ptr marker = self->cinfo.marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || marker->data_length <= length) continue;
    if (memcmp(marker->data, signature, length) != 0) continue;
    *count = marker->data_length - length;
    uint8_t *copy = malloc(*count);
    return copy ? memcpy(copy, marker->data + length, *count) : NULL;
  }
  return NULL;
}

static void find_metadata(jpeg_reader *self) {
  static const char exif[] = "Exif\0", xmp[] = "http://ns.adobe.com/xap/1.0/";
  self->exif = copy_marker(self, exif, sizeof exif, &self->reader.exif_count);
  self->reader.exif = self->exif;
  self->xmp = copy_marker(self, xmp, sizeof xmp, &self->reader.xmp_count);
  self->reader.xmp = self->xmp;
  const struct jpeg_decompress_struct *cinfo = &self->cinfo;
  if (cinfo->saw_JFIF_marker && (cinfo->density_unit == 1 || cinfo->density_unit == 2) && cinfo->X_density > 0
      && cinfo->Y_density > 0) {
    self->reader.density = (u2cl_density){
      .horizontal = cinfo->X_density, .vertical = cinfo->Y_density, .unit = cinfo->density_unit};
  }
  unsigned int count = 0;
  if (jpeg_read_icc_profile(&self->cinfo, &self->icc_profile, &count)) {
    self->reader.icc_profile = self->icc_profile;
    self->reader.icc_profile_count = count;
  }
}

// Every block has at least one Huffman code of at least one bit. Arithmetic codes may be shorter.
static size_t fewest_bytes(const struct jpeg_decompress_struct *cinfo) {
  size_t blocks = 0;
  for (int index = 0; index < cinfo->num_components; index++) {
    const jpeg_component_info *component = &cinfo->comp_info[index];
    blocks += (size_t)component->width_in_blocks * component->height_in_blocks;
  }
  return cinfo->arith_code ? 0 : blocks / 8;
}

static u2cl_codec_status read_header(u2cl_reader *reader, u2cl_image_info *info) {
  jpeg_reader *self = (jpeg_reader *)reader;
  if (setjmp(reader->escape)) return reader->failure;
  jpeg_read_header(&self->cinfo, TRUE);
  find_metadata(self);
  switch (self->cinfo.jpeg_color_space) {
    case JCS_GRAYSCALE: case JCS_YCbCr: case JCS_RGB:
      self->channels = reader->keeps_grey && self->cinfo.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
      self->cinfo.out_color_space = self->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
      break;
    case JCS_CMYK: case JCS_YCCK:
      self->channels = 3;
      self->cinfo.out_color_space = JCS_CMYK;
      break;
    default:
      snprintf(reader->message, sizeof reader->message, "%d colour components", self->cinfo.num_components);
      return U2CL_CODEC_UNSUPPORTED;
  }
  info->width = self->cinfo.image_width;
  info->height = self->cinfo.image_height;
  info->channels = self->channels;
  info->bytes_per_sample = 1;
  reader->fewest_bytes = fewest_bytes(&self->cinfo);
  return U2CL_CODEC_OK;
}

// a · b / 255, rounded.
static inline uint8_t scale(uint8_t a, uint8_t b) {
  const unsigned product = a * b + 128u;
  return (uint8_t)((product + (product >> 8)) >> 8);
}

// Inks are assumed to be stored inverted, as Adobe writes them and as browsers and Pillow read them.
static void convert_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++) {
    const uint8_t light = cmyk[4 * x + 3];
    for (size_t c = 0; c < 3; c++) rgb[3 * x + c] = light - scale(255 - cmyk[4 * x + c], light);
  }
}

static u2cl_codec_status read_pixels(u2cl_reader *reader, void *pixels) {
  jpeg_reader *self = (jpeg_reader *)reader;
  if (setjmp(reader->escape)) return reader->failure;
  const size_t width = self->cinfo.image_width;
  const int is_cmyk = self->cinfo.out_color_space == JCS_CMYK;
  if (is_cmyk && !(self->cmyk_row = malloc(width * 4))) return U2CL_CODEC_OUT_OF_MEMORY;
  jpeg_start_decompress(&self->cinfo);
  while (self->cinfo.output_scanline < self->cinfo.output_height) {
    uint8_t *target = (uint8_t *)pixels + self->cinfo.output_scanline * width * (size_t)self->channels;
    JSAMPROW row = is_cmyk ? self->cmyk_row : target;
    jpeg_read_scanlines(&self->cinfo, &row, 1);
    if (is_cmyk) convert_cmyk(self->cmyk_row, target, width);
  }
  jpeg_finish_decompress(&self->cinfo);
  return U2CL_CODEC_OK;
}

static void close_reader(u2cl_reader *reader) {
  jpeg_reader *self = (jpeg_reader *)reader;
  jpeg_destroy_decompress(&self->cinfo);
  free(self->exif);
  free(self->xmp);
  free(self->icc_profile);
  free(self->cmyk_row);
  free(self);
}

u2cl_reader *u2cl_jpeg_open(const uint8_t *bytes, size_t count) {
  jpeg_reader *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->reader.read_header = read_header;
  self->reader.read_pixels = read_pixels;
  self->reader.close = close_reader;
  self->cinfo.err = jpeg_std_error(&self->errors);
  self->cinfo.client_data = self;
  self->errors.error_exit = fail;
  self->errors.emit_message = judge_message;
  self->errors.output_message = print_nothing;
  self->progress.progress_monitor = limit_scans;
  if (setjmp(self->reader.escape)) {
    close_reader(&self->reader);
    return NULL;
  }
  jpeg_create_decompress(&self->cinfo);
  self->cinfo.progress = &self->progress;
  jpeg_mem_src(&self->cinfo, bytes, count);
  jpeg_save_markers(&self->cinfo, JPEG_APP0 + 1, 0xFFFF);
  jpeg_save_markers(&self->cinfo, JPEG_APP0 + 2, 0xFFFF);
  return &self->reader;
}
