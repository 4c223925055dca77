#include "plain.h"

#define u2cl_alphas_to_16_bits plain_alphas_to_16_bits
#define u2cl_free_floats plain_free_floats
#define u2cl_matting_scales plain_matting_scales
#define u2cl_matting_step plain_matting_step
#define u2cl_matting_turn plain_matting_turn
#define u2cl_planes_from_colors plain_planes_from_colors
#define u2cl_zeroed_floats plain_zeroed_floats

#include "../../Sources/CPixels/matting_system.c"
