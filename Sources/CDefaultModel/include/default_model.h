// The weights that ship inside the binary: `u2cl-default.safetensors`, byte for byte.
#ifndef U2CL_DEFAULT_MODEL_H
#define U2CL_DEFAULT_MODEL_H
#include <stddef.h>

/// The first byte of the embedded safetensors file; valid for the life of the process.
const unsigned char *u2cl_default_model_bytes(void);

/// The number of bytes of the embedded file.
size_t u2cl_default_model_size(void);
#endif
