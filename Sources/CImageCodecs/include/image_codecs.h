// PNG and JPEG behind calls that return a status: libpng and libjpeg report failures by longjmp, which must not cross
// Swift frames, so every setjmp and every frame that it may unwind is in this target. Nothing is printed.
#ifndef U2CL_IMAGE_CODECS_H
#define U2CL_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  U2CL_CODEC_OK = 0,
  U2CL_CODEC_TRUNCATED,      // the file ends before the picture does
  U2CL_CODEC_CORRUPT,        // the bytes contradict the format
  U2CL_CODEC_UNSUPPORTED,    // well formed, but a kind that is not decoded here
  U2CL_CODEC_OUT_OF_MEMORY,
} u2cl_codec_status;

// What a header says of the decoded picture: interleaved rows without padding, in the machine's byte order.
typedef struct {
  size_t width;
  size_t height;
  int channels;          // 1 (grey, where that was asked for), 3 (RGB) or 4 (RGBA, straight alpha)
  int bytes_per_sample;  // 1 or 2
} u2cl_image_info;

// One decoding in progress. It borrows the file's bytes, which must outlive it.
typedef struct u2cl_reader u2cl_reader;

// NULL where memory is short.
u2cl_reader *u2cl_png_open(const uint8_t *bytes, size_t count);
u2cl_reader *u2cl_jpeg_open(const uint8_t *bytes, size_t count);

// Before the header: an opaque grey picture of at most 8 bits a sample stays one channel of 8 bits.
void u2cl_reader_keep_grey(u2cl_reader *reader);

// First the header, then the pixels (width · height · channels · bytes_per_sample bytes), once each, in this order.
// After a failure only `u2cl_reader_message` and `u2cl_reader_close` may follow.
u2cl_codec_status u2cl_reader_read_header(u2cl_reader *reader, u2cl_image_info *info);
u2cl_codec_status u2cl_reader_read_pixels(u2cl_reader *reader, void *pixels);

// After the header: no sound file of that header is shorter; 0 where that is not known.
size_t u2cl_reader_fewest_bytes(const u2cl_reader *reader);

// The EXIF block (a TIFF header and what follows) and the ICC profile read so far; NULL where there is none.
// They belong to the reader.
const uint8_t *u2cl_reader_exif(u2cl_reader *reader, size_t *count);
const uint8_t *u2cl_reader_icc_profile(u2cl_reader *reader, size_t *count);

// What the library said of the failure, one line; empty where it said nothing.
const char *u2cl_reader_message(const u2cl_reader *reader);
void u2cl_reader_close(u2cl_reader *reader);

// Encodes interleaved rows (1: grey, 3: RGB, 4: RGBA; 1 or 2 bytes a sample in the machine's byte order) as a PNG.
// The ICC profile may be NULL. On success `*file` is the caller's to free().
u2cl_codec_status u2cl_png_encode(
  const void *pixels, const u2cl_image_info *info, const uint8_t *icc_profile, size_t icc_profile_count,
  uint8_t **file, size_t *file_count);

#endif
