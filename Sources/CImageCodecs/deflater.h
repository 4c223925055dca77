// Deflate (RFC 1951) in zlib's format (RFC 1950), piece by piece, by ISA-L where the machine has it and by zlib.
#ifndef U2CL_DEFLATER_H
#define U2CL_DEFLATER_H

#include <stddef.h>
#include <stdint.h>

#include "image_codecs.h"

typedef struct u2cl_deflater u2cl_deflater;

// Takes `count` compressed bytes, which are gone after the call.
typedef void (*u2cl_deflater_sink)(void *context, const uint8_t *bytes, size_t count);

// A deflater; NULL if memory is short. `finds_runs_only`: repetitions of one byte are all that is looked for, which is
// zlib's part whether there is ISA-L or not.
u2cl_deflater *u2cl_deflater_open(int finds_runs_only, u2cl_deflater_sink sink, void *context);

// Compresses further bytes, the last ones if `is_last`. The sink may leave by longjmp; then the deflater may only be
// closed.
u2cl_codec_status u2cl_deflater_add(u2cl_deflater *deflater, const uint8_t *bytes, size_t count, int is_last);

void u2cl_deflater_close(u2cl_deflater *deflater);

#endif
