// HEIC, AVIF, TIFF, GIF, JPEG XL and JPEG 2000 by libvips, which is opened when the first such file is met. Neither the
// build nor the start of a program needs it, so its functions are declared in vips_codecs.c by hand.
#ifndef U2CL_VIPS_CODECS_H
#define U2CL_VIPS_CODECS_H

#include "image_codecs.h"

typedef enum {
  U2CL_VIPS_HEIF,  // HEIC and AVIF
  U2CL_VIPS_TIFF,
  U2CL_VIPS_GIF,
  U2CL_VIPS_JPEG_XL,
  U2CL_VIPS_JPEG_2000,
} u2cl_vips_kind;

// Opens the library, once; the environment variable U2CL_LIBVIPS may name its file. Returns 0 if there is none, or none
// that serves.
int u2cl_vips_is_available(void);

typedef struct u2cl_vips_reader u2cl_vips_reader;

// Reads the header of a file, whose bytes must outlive the reader. On failure `*reader` is NULL, and `message` (256
// bytes) says why on one line.
u2cl_codec_status u2cl_vips_open(
  u2cl_vips_kind kind, const uint8_t *bytes, size_t count, u2cl_vips_reader **reader, char *message);

// The layout of the pixels, 3 or 4 channels.
u2cl_image_info u2cl_vips_info(const u2cl_vips_reader *reader);

// The number of frames or pages, of which the first is read; the orientation of a TIFF file, 1 if it has none.
int u2cl_vips_pages(const u2cl_vips_reader *reader);
int u2cl_vips_orientation(const u2cl_vips_reader *reader);

// Pixels on a millimetre; 0 if the file states none.
void u2cl_vips_density(const u2cl_vips_reader *reader, double *horizontal, double *vertical);

// A block of metadata, owned by the reader, by libvips's name of it; NULL if there is none.
const uint8_t *u2cl_vips_block(const u2cl_vips_reader *reader, const char *name, size_t *count);

// Reads the pixels, once.
u2cl_codec_status u2cl_vips_read(u2cl_vips_reader *reader, void *pixels, char *message);

void u2cl_vips_close(u2cl_vips_reader *reader);

// Encodes interleaved rows of 1, 3 or 4 channels, of 1 or 2 bytes, as TIFF (deflate, without loss) or AVIF. The
// density of the attachments is on a metre. On success the caller frees `*file` by `u2cl_vips_free`.
u2cl_codec_status u2cl_vips_encode(
  u2cl_vips_kind kind, const void *pixels, const u2cl_image_info *info, int quality,
  const u2cl_attachments *attachments, uint8_t **file, size_t *file_count, char *message);

void u2cl_vips_free(uint8_t *file);

#endif
