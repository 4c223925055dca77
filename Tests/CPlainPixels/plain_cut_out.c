#include "plain.h"
#define u2cl_alpha_kinds plain_alpha_kinds
#define u2cl_near_foreground plain_near_foreground
#define u2cl_cut_out_16 plain_cut_out_16

#include "../../Sources/CPixels/cut_out.c"
