#include "plain.h"
#define u2cl_add_cells plain_add_cells
#define u2cl_cells_of_16_bits plain_cells_of_16_bits
#define u2cl_cells_of_8_bits plain_cells_of_8_bits
#define u2cl_double_estimates plain_double_estimates
#define u2cl_halve_means plain_halve_means
#define u2cl_halve_sums plain_halve_sums
#define u2cl_mean_cells plain_mean_cells

#include "../../Sources/CPixels/foreground_cells.c"
