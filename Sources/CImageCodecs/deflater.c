// See deflater.h. ISA-L is opened when the first picture is compressed, so a program starts on machines without it.
#include "deflater.h"

#include <dlfcn.h>
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#ifdef __APPLE__
static const char library_name[] = "libisal.2.dylib";
#else
static const char library_name[] = "libisal.so.2";
#endif

static struct {
  int is_available;
  void (*init)(struct isal_zstream *stream);
  int (*deflate)(struct isal_zstream *stream);
} isal;

static void open_library(void) {
  const char *named = getenv("U2CL_LIBISAL");
  void *library = dlopen(named && *named ? named : library_name, RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  void *const init = dlsym(library, "isal_deflate_init"), *const deflate = dlsym(library, "isal_deflate");
  memcpy(&isal.init, &init, sizeof init);
  memcpy(&isal.deflate, &deflate, sizeof deflate);
  isal.is_available = init && deflate;
}

// As many compressed bytes as are handed on at once.
enum { output_count = 1 << 16 };
// Matches are looked for within 8 bytes, a pixel of 16-bit RGBA, because most of what filters leave is small numbers
// whose codes are shorter than those of matches further away: files of photographs are 10 % smaller than with matches
// within 32 KiB, and those of shapes 20 %.
enum { isal_level = 1, isal_history_bits = 3 };
// The header of zlib's format for any distance of matches.
static const uint8_t zlib_header[2] = {0x78, 0x01};

struct u2cl_deflater {
  u2cl_deflater_sink sink;
  void *context;
  int uses_isal;
  z_stream zlib;
  struct isal_zstream isal;
  uint8_t level_buffer[ISAL_DEF_LVL1_DEFAULT];
  uint8_t output[output_count];
  size_t filled;  // of the output
};

u2cl_deflater *u2cl_deflater_open(int finds_runs_only, u2cl_deflater_sink sink, void *context) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, open_library);
  u2cl_deflater *self = malloc(sizeof *self);
  if (!self) return NULL;
  self->sink = sink;
  self->context = context;
  self->filled = 0;
  self->uses_isal = isal.is_available && !finds_runs_only;
  if (self->uses_isal) {
    isal.init(&self->isal);
    // The header that ISA-L writes tells a window of 256 bytes, which is rare.
    self->isal.gzip_flag = IGZIP_ZLIB_NO_HDR;
    self->isal.hist_bits = isal_history_bits;
    self->isal.flush = NO_FLUSH;
    self->isal.level = isal_level;
    self->isal.level_buf = self->level_buffer;
    self->isal.level_buf_size = sizeof self->level_buffer;
    memcpy(self->output, zlib_header, sizeof zlib_header);
    self->filled = sizeof zlib_header;
    return self;
  }
  memset(&self->zlib, 0, sizeof self->zlib);
  // Looking for runs alone takes half of the time of level 3 for no more bytes (cut-outs, overlays, masks).
  if (deflateInit2(&self->zlib, 1, Z_DEFLATED, 15, 8, Z_RLE) == Z_OK) return self;
  free(self);
  return NULL;
}

// Hands the output on, if it is full or the last.
static void hand_on(u2cl_deflater *self, size_t room, int is_last) {
  self->filled = output_count - room;
  if (room > 0 && !is_last) return;
  if (self->filled > 0) self->sink(self->context, self->output, self->filled);
  self->filled = 0;
}

// Both libraries take all input and write all output, as long as there is room.
static u2cl_codec_status add_to_isal(u2cl_deflater *self, const uint8_t *bytes, size_t count, int is_last) {
  struct isal_zstream *stream = &self->isal;
  stream->next_in = (uint8_t *)bytes;
  stream->avail_in = (uint32_t)count;
  stream->end_of_stream = (uint16_t)is_last;
  do {
    stream->next_out = self->output + self->filled;
    stream->avail_out = (uint32_t)(output_count - self->filled);
    if (isal.deflate(stream) != COMP_OK) return U2CL_CODEC_UNSUPPORTED;
    hand_on(self, stream->avail_out, is_last);
  } while (stream->avail_out == 0);
  return U2CL_CODEC_OK;
}

static u2cl_codec_status add_to_zlib(u2cl_deflater *self, const uint8_t *bytes, size_t count, int is_last) {
  z_stream *stream = &self->zlib;
  stream->next_in = (Bytef *)bytes;
  stream->avail_in = (uInt)count;
  do {
    stream->next_out = self->output + self->filled;
    stream->avail_out = (uInt)(output_count - self->filled);
    if (deflate(stream, is_last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) return U2CL_CODEC_UNSUPPORTED;
    hand_on(self, stream->avail_out, is_last);
  } while (stream->avail_out == 0);
  return U2CL_CODEC_OK;
}

u2cl_codec_status u2cl_deflater_add(u2cl_deflater *deflater, const uint8_t *bytes, size_t count, int is_last) {
  return deflater->uses_isal ? add_to_isal(deflater, bytes, count, is_last)
                             : add_to_zlib(deflater, bytes, count, is_last);
}

void u2cl_deflater_close(u2cl_deflater *deflater) {
  if (!deflater) return;
  if (!deflater->uses_isal) deflateEnd(&deflater->zlib);
  free(deflater);
}
