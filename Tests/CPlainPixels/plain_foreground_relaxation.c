#include "plain.h"
#define u2cl_relax_scratch plain_relax_scratch

#include "../../Sources/CPixels/foreground_relaxation.c"
