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

const char *u2cl_reader_message(const u2cl_reader *reader) { return reader->message; }

void u2cl_reader_close(u2cl_reader *reader) { reader->close(reader); }
