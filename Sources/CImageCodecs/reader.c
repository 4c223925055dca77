#include <stdlib.h>

#include "reader.h"

void u2cl_reader_keep_grey(u2cl_reader *reader) { reader->keeps_grey = 1; }

u2cl_codec_status u2cl_reader_read_header(u2cl_reader *reader, u2cl_image_info *info) {
  return reader->read_header(reader, info);
}

u2cl_codec_status u2cl_reader_read_pixels(u2cl_reader *reader, void *pixels) {
  return reader->read_pixels(reader, pixels);
}

const uint8_t *u2cl_reader_exif(u2cl_reader *reader, size_t *count) {
  *count = reader->exif_count;
  return reader->exif;
}

const uint8_t *u2cl_reader_icc_profile(u2cl_reader *reader, size_t *count) {
  *count = reader->icc_profile_count;
  return reader->icc_profile;
}

size_t u2cl_reader_fewest_bytes(const u2cl_reader *reader) { return reader->fewest_bytes; }

const uint8_t *u2cl_reader_xmp(u2cl_reader *reader, size_t *count) {
  *count = reader->xmp_count;
  return reader->xmp;
}

const uint8_t *u2cl_reader_raw_exif(u2cl_reader *reader, size_t *count) {
  *count = reader->raw_exif_count;
  return reader->raw_exif;
}

u2cl_density u2cl_reader_density(const u2cl_reader *reader) { return reader->density; }

int u2cl_memory_is_available(size_t count) {
  // Volatile, so that the compiler does not leave out the pair of calls.
  void *volatile memory = malloc(count);
  free(memory);
  return memory != NULL;
}

const char *u2cl_reader_message(const u2cl_reader *reader) { return reader->message; }

void u2cl_reader_close(u2cl_reader *reader) { reader->close(reader); }
