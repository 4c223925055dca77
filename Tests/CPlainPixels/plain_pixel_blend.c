#include "plain.h"
#define u2cl_blend_16 plain_blend_16
#define u2cl_tint_colors plain_tint_colors
#define u2cl_keep_background plain_keep_background

#include "../../Sources/CPixels/pixel_blend.c"
