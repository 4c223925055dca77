#include "plain.h"

#define u2cl_png_big_endian plain_png_big_endian

#include "../../Sources/CPixels/png_filters.c"
