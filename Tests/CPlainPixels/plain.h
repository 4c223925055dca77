// Before a file of CPixels: its functions get other names and are compiled once, for the least that a processor has.
#define U2CL_EACH_VECTOR_WIDTH_H
#define U2CL_EACH_VECTOR_WIDTH
#pragma STDC FP_CONTRACT OFF

#define u2cl_apply_fits_16 plain_apply_fits_16
#define u2cl_apply_fits_8 plain_apply_fits_8
#define u2cl_blend_8 plain_blend_8
#define u2cl_certain_cells plain_certain_cells
#define u2cl_colors_from_16_bits plain_colors_from_16_bits
#define u2cl_colors_from_8_bits plain_colors_from_8_bits
#define u2cl_colors_to_16_bits plain_colors_to_16_bits
#define u2cl_colors_to_8_bits plain_colors_to_8_bits
#define u2cl_cut_out_8 plain_cut_out_8
#define u2cl_guided_fits plain_guided_fits
#define u2cl_matting_product plain_matting_product
#define u2cl_matting_rows plain_matting_rows
#define u2cl_matting_windows plain_matting_windows
#define u2cl_near_edges plain_near_edges
#define u2cl_png_filter_paeth plain_png_filter_paeth
#define u2cl_png_filter_up plain_png_filter_up
#define u2cl_relax plain_relax
