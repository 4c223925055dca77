#include "default_model.h"

_Alignas(64) static const unsigned char bytes[] = {
#embed "u2cl-default.safetensors"
};

const unsigned char *u2cl_default_model_bytes(void) { return bytes; }

size_t u2cl_default_model_size(void) { return sizeof bytes; }
