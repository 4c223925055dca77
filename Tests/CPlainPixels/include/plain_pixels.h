// Functions of CPixels, compiled for the least that a processor has.
#ifndef PLAIN_PIXELS_H
#define PLAIN_PIXELS_H

#include <foreground.h>
#include <guided_fits.h>
#include <matting_system.h>
#include <pixel_blend.h>
#include <pixel_colors.h>
#include <png_filters.h>

void plain_apply_fits_8(
  const float *above, const float *below, float down, const uint8_t *certain_above, const uint8_t *certain_below,
  const u2cl_cell_axis *axis, const uint8_t *samples, int channels, float haze, float *scratch, uint16_t *alphas);
void plain_blend_8(const float *below, const uint8_t *cutout, size_t count, uint8_t *target);
void plain_colors_from_8_bits(const uint8_t *samples, size_t count, int channels, float *colors);
void plain_colors_from_16_bits(const uint16_t *samples, size_t count, int channels, float *colors);
void plain_colors_to_8_bits(const float *colors, size_t count, int channels, uint8_t *samples);
void plain_colors_to_16_bits(const float *colors, size_t count, int channels, uint16_t *samples);
void plain_cut_out_8(
  const uint8_t *samples, int channels, const uint16_t *alphas, size_t count, const float *estimates,
  const uint8_t *near, uint8_t *target);
void plain_guided_fits(
  const u2cl_guided_mask *mask, const u2cl_guided_parameters *parameters, size_t first, size_t last, float *scratch,
  float *field, float *trust);
double plain_matting_product(
  const float *rows, const float *weights, const int32_t *places, size_t blocks, ptrdiff_t stride, const float *plane,
  float *product);
void plain_matting_rows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, const float *above, const float *here,
  const float *below, size_t spacing, const uint8_t *unknown, size_t blocks, float *rows);
void plain_matting_windows(
  const float *red, const float *green, const float *blue, ptrdiff_t stride, size_t count, float smooth,
  float *windows, size_t spacing);
void plain_near_edges(
  const float *means, size_t width, size_t height, size_t reach, float *alphas, uint8_t *scratch, uint8_t *near);
void plain_png_filter_paeth(
  const uint8_t *row, const uint8_t *above, size_t count, size_t pixel_count, uint8_t *filtered);
void plain_png_filter_up(const uint8_t *row, const uint8_t *above, size_t count, uint8_t *filtered);
void plain_relax(
  const float *means, size_t width, size_t height, const uint8_t *chosen, float smoothness, float gradient_weight,
  int iterations, float *scratch, float *estimates);

#endif
