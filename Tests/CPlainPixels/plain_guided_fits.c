#include "plain.h"
#define u2cl_guided_scratch plain_guided_scratch

#include "../../Sources/CPixels/guided_fits.c"
