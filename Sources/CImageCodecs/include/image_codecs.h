// PNG and JPEG behind functions that return a status. libpng and libjpeg report failures by longjmp, which must not
// cross Swift frames, so every setjmp and every frame that a longjmp may unwind is in this target. Nothing is printed.
#ifndef U2CL_IMAGE_CODECS_H
#define U2CL_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  U2CL_CODEC_OK = 0,
  U2CL_CODEC_TRUNCATED,      // the file ends before the picture is complete
  U2CL_CODEC_CORRUPT,        // the bytes contradict the format
  U2CL_CODEC_UNSUPPORTED,    // valid, but a variant that is not supported
  U2CL_CODEC_OUT_OF_MEMORY,
  U2CL_CODEC_MISSING,       // the library was built without the format
} u2cl_codec_status;

// The layout of a decoded picture: interleaved rows without padding, in the machine's byte order.
typedef struct {
  size_t width;
  size_t height;
  int channels;          // 1 (grey, if requested), 3 (RGB) or 4 (RGBA, straight alpha)
  int bytes_per_sample;  // 1 or 2
} u2cl_image_info;

// A file being decoded. The reader borrows the file's bytes, which must outlive it.
typedef struct u2cl_reader u2cl_reader;

// Open a reader; NULL if memory is short.
u2cl_reader *u2cl_png_open(const uint8_t *bytes, size_t count);
u2cl_reader *u2cl_jpeg_open(const uint8_t *bytes, size_t count);

// Call before reading the header: an opaque grey picture of at most 8 bits a sample is decoded to one 8-bit channel.
void u2cl_reader_keep_grey(u2cl_reader *reader);

// Read the header, then the pixels (width · height · channels · bytes_per_sample bytes), once each. After a failure
// only `u2cl_reader_message` and `u2cl_reader_close` may follow.
u2cl_codec_status u2cl_reader_read_header(u2cl_reader *reader, u2cl_image_info *info);
u2cl_codec_status u2cl_reader_read_pixels(u2cl_reader *reader, void *pixels);

// After the header: a lower bound of the size of a valid file with this header; 0 if none is known.
size_t u2cl_reader_fewest_bytes(const u2cl_reader *reader);

// The EXIF block (from the TIFF header on), the ICC profile and the XMP packet read so far, owned by the reader; NULL
// if there is none.
const uint8_t *u2cl_reader_exif(u2cl_reader *reader, size_t *count);
const uint8_t *u2cl_reader_icc_profile(u2cl_reader *reader, size_t *count);
const uint8_t *u2cl_reader_xmp(u2cl_reader *reader, size_t *count);

// PNG: the text of `Raw profile type exif` or `APP1`, in which EXIF blocks were kept before there was an eXIf chunk;
// NULL if there is none.
const uint8_t *u2cl_reader_raw_exif(u2cl_reader *reader, size_t *count);

// Pixels on a unit of length; the unit is 0 if there are none.
typedef struct {
  uint32_t horizontal;
  uint32_t vertical;
  int unit;  // as in JFIF: 1 for an inch, 2 for a centimetre; 3 for a metre
} u2cl_density;

// The density read so far, from PNG's pHYs or JPEG's JFIF marker.
u2cl_density u2cl_reader_density(const u2cl_reader *reader);

// Whether the system gives this much memory at once, as far as it says so: address-space limits are seen.
int u2cl_memory_is_available(size_t count);

// The library's message about the failure, on one line; empty if it gave none.
const char *u2cl_reader_message(const u2cl_reader *reader);
void u2cl_reader_close(u2cl_reader *reader);

// Bytes to store with the pixels; NULL if there are none.
typedef struct {
  const uint8_t *bytes;
  size_t count;
} u2cl_bytes;

typedef struct {
  u2cl_bytes icc_profile;
  u2cl_bytes exif;  // from the TIFF header on
  u2cl_bytes xmp;
  u2cl_density density;  // PNG: on a metre; JPEG: on an inch or a centimetre
} u2cl_attachments;

// Encodes interleaved rows (1: grey, 3: RGB, 4: RGBA; 1 or 2 bytes a sample in the machine's byte order) as a PNG.
// On success the caller frees `*file` by `u2cl_file_free`.
u2cl_codec_status u2cl_png_encode(
  const void *pixels, const u2cl_image_info *info, const u2cl_attachments *attachments, uint8_t **file,
  size_t *file_count);

// Encodes 1, 3 or 4 channels of one byte as a JPEG; alpha is laid over white. The quality is libjpeg's, 1 to 100; from
// 90 on colours are not subsampled.
u2cl_codec_status u2cl_jpeg_encode(
  const uint8_t *pixels, const u2cl_image_info *info, int quality, const u2cl_attachments *attachments, uint8_t **file,
  size_t *file_count);

void u2cl_file_free(uint8_t *file);

#endif
