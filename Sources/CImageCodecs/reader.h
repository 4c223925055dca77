// The common part of the readers: the first member of each reader's struct, with its three operations.
#ifndef U2CL_READER_H
#define U2CL_READER_H

#include <setjmp.h>

#include "image_codecs.h"

struct u2cl_reader {
  u2cl_codec_status (*read_header)(u2cl_reader *, u2cl_image_info *);
  u2cl_codec_status (*read_pixels)(u2cl_reader *, void *);
  void (*close)(u2cl_reader *);
  const uint8_t *exif;
  size_t exif_count;
  const uint8_t *icc_profile;
  size_t icc_profile_count;
  const uint8_t *xmp;
  size_t xmp_count;
  const uint8_t *raw_exif;
  size_t raw_exif_count;
  u2cl_density density;
  u2cl_codec_status failure;  // set before the longjmp
  int keeps_grey;
  size_t fewest_bytes;
  char message[256];
  jmp_buf escape;
};

#endif
