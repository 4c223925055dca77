// The least-squares fits of the guided filter, a band of rows at a time, so that what lies between the mask and the
// field stays in the cache. Equations (14) and (19) of He, Sun and Tang, Guided Image Filtering (2013).
//
// Means over windows are means along rows first, and means of those down columns then: in the order of the kernels in
// Kernels/Refinement. A quotient may depend on the last bit, as colours under little alpha do.
#include "guided_fits.h"

#include <float.h>
#include <string.h>

#include "each_vector_width.h"
#include "vectors.h"

// The means of a window: of (red, green, blue, mask), of products with the mask, of squares, and of two colours each.
enum { moment_count = 13 };

// The largest radius of windows.
enum { most_radius = 16 };

INLINED size_t before(size_t y, size_t count) { return y < count ? 0 : y - count; }
INLINED size_t behind(size_t y, size_t count, size_t limit) { return limit - y < count ? limit : y + count; }

// Rows of floats in scratch, the first of which is row `first` of the mask. Every row has `planes` parts of `width`
// floats. A ring of fewer rows than are written holds the last ones.
typedef struct {
  float *start;
  size_t width, planes, first, rows;
} row_store;

INLINED float *stored(row_store store, size_t y, size_t plane) {
  return store.start + ((y - store.first) % store.rows * store.planes + plane) * store.width;
}

// What one call works on.
typedef struct {
  const u2cl_guided_mask *mask;
  const u2cl_guided_parameters *parameters;
  size_t margin;
  row_store moments;        // means along rows
  row_store fits, errors;   // of small windows; errors: the squares' means along rows, and then over windows
  row_store weighted, wide; // the means of fits along rows
  float *padded;            // a row with zeros beside it
  float *counts, *wide_counts, *near_counts;  // the columns of small windows, of wide ones, and of 3×3 cells
  float *means;             // moment_count rows
} guided_band;

// The share of each row in the windows around row y.
INLINED float row_share(const guided_band *band, size_t y, size_t radius) {
  return 1 / (float)(behind(y, radius + 1, band->mask->height) - before(y, radius));
}

// The number of cells in the windows around the cells of a row, which are clipped at both ends.
INLINED void count_columns(size_t width, size_t radius, float *restrict counts) {
  for (size_t x = 0; x < width; x++) counts[x] = (float)(behind(x, radius + 1, width) - before(x, radius));
}

// The means of the padded row over the windows around each cell, by the counts of the windows' cells.
INLINED void mean_along(const guided_band *band, size_t radius, const float *restrict counts, float *restrict out) {
  const size_t width = band->mask->width;
  const float *restrict first = band->padded - radius;
  switch (radius) {  // sums of constant length stay in registers
    case 2:
      for (size_t x = 0; x < width; x++) {
        out[x] = (first[x] + first[x + 1] + first[x + 2] + first[x + 3] + first[x + 4]) / counts[x];
      }
      return;
    case 4:
      for (size_t x = 0; x < width; x++) {
        out[x] = (first[x] + first[x + 1] + first[x + 2] + first[x + 3] + first[x + 4] + first[x + 5] + first[x + 6]
                   + first[x + 7] + first[x + 8]) / counts[x];
      }
      return;
    default:
      for (size_t x = 0; x < width; x++) {
        float sum = 0;
        for (size_t i = 0; i <= 2 * radius; i++) sum += first[x + i];
        out[x] = sum / counts[x];
      }
  }
}

// The sums of `count` rows of floats, times a share. Of the usual numbers, so that sums stay in registers.
INLINED void sum_rows(const float *const *rows, size_t count, size_t floats, float share, float *restrict out) {
  switch (count) {
    case 5: {
      const float *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2], *restrict d = rows[3];
      const float *restrict e = rows[4];
      for (size_t i = 0; i < floats; i++) out[i] = (a[i] + b[i] + c[i] + d[i] + e[i]) * share;
      return;
    }
    case 9: {
      const float *restrict a = rows[0], *restrict b = rows[1], *restrict c = rows[2], *restrict d = rows[3];
      const float *restrict e = rows[4], *restrict f = rows[5], *restrict g = rows[6], *restrict h = rows[7];
      const float *restrict j = rows[8];
      for (size_t i = 0; i < floats; i++) {
        out[i] = (a[i] + b[i] + c[i] + d[i] + e[i] + f[i] + g[i] + h[i] + j[i]) * share;
      }
      return;
    }
    default:
      memcpy(out, rows[0], floats * sizeof *out);
      for (size_t k = 1; k < count; k++) {
        const float *restrict row = rows[k];
        for (size_t i = 0; i < floats; i++) out[i] += row[i];
      }
      for (size_t i = 0; i < floats; i++) out[i] *= share;
  }
}

// The means over the windows around the cells of row y, of rows whose own means are stored.
INLINED void mean_down(const guided_band *band, row_store store, size_t y, size_t radius, float *restrict out) {
  const size_t first = before(y, radius), last = behind(y, radius + 1, band->mask->height);
  const float *rows[2 * most_radius + 1];
  for (size_t v = first; v < last; v++) rows[v - first] = stored(store, v, 0);
  sum_rows(rows, last - first, store.planes * store.width, row_share(band, y, radius), out);
}

// Stores the means along row y of the moments.
INLINED void take_moments(const guided_band *band, size_t y, size_t radius, const float *counts) {
  const size_t width = band->mask->width;
  const float *restrict guide = band->mask->guide + 4 * y * width;
  // The factors of each moment: red, green, blue, the mask, or 1.
  static const uint8_t factors[moment_count][2] = {
    {0, 4}, {1, 4}, {2, 4}, {3, 4}, {0, 3}, {1, 3}, {2, 3}, {0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  float *planes = band->means;
  for (size_t c = 0; c < 3; c++) {
    for (size_t x = 0; x < width; x++) planes[c * width + x] = guide[4 * x + c];
  }
  memcpy(planes + 3 * width, band->mask->values + y * width, width * sizeof *planes);
  float *restrict padded = band->padded;
  for (size_t k = 0; k < moment_count; k++) {
    const float *restrict a = planes + factors[k][0] * width, *restrict b = planes + factors[k][1] * width;
    if (factors[k][1] == 4) {
      memcpy(padded, a, width * sizeof *a);
    } else {
      for (size_t x = 0; x < width; x++) padded[x] = a[x] * b[x];
    }
    mean_along(band, radius, counts, stored(band->moments, y, k));
  }
}

// The fits to the windows around the cells of row y: four planes of (a, b).
INLINED void fit_windows(const guided_band *band, size_t y, size_t radius, float *restrict fits) {
  const size_t width = band->mask->width;
  mean_down(band, band->moments, y, radius, band->means);
  const float *restrict m = band->means;
  const float epsilon = band->parameters->epsilon;
  for (size_t x = 0; x < width; x++) {
    const float mr = m[x], mg = m[width + x], mb = m[2 * width + x], mp = m[3 * width + x];
    const float pr = m[4 * width + x] - mr * mp, pg = m[5 * width + x] - mg * mp, pb = m[6 * width + x] - mb * mp;
    const float rr = m[7 * width + x] - mr * mr + epsilon, gg = m[8 * width + x] - mg * mg + epsilon;
    const float bb = m[9 * width + x] - mb * mb + epsilon;
    const float rg = m[10 * width + x] - mr * mg, rb = m[11 * width + x] - mr * mb, gb = m[12 * width + x] - mg * mb;
    // A symmetric system, solved by A = L·D·Lᵀ.
    const float first = 1 / (rr > FLT_MIN ? rr : FLT_MIN);
    const float lrg = rg * first, lrb = rb * first;
    const float second_pivot = gg - lrg * rg;
    const float second = 1 / (second_pivot > FLT_MIN ? second_pivot : FLT_MIN);
    const float left = gb - lrb * rg;
    const float lgb = left * second;
    const float third_pivot = bb - lrb * rb - lgb * left;
    const float third = 1 / (third_pivot > FLT_MIN ? third_pivot : FLT_MIN);
    const float along = pg - lrg * pr;
    const float az = (pb - lrb * pr - lgb * along) * third;
    const float ay = along * second - lgb * az;
    const float ax = pr * first - lrg * ay - lrb * az;
    fits[x] = ax;
    fits[width + x] = ay;
    fits[2 * width + x] = az;
    fits[3 * width + x] = mp - (ax * mr + ay * mg + az * mb);
  }
}

// Stores the means along row y of the squared errors of the fits to small windows, and of interpolating the mask by its
// mean over 3×3 cells.
INLINED void take_errors(const guided_band *band, size_t y) {
  const size_t width = band->mask->width, height = band->mask->height;
  const size_t first = before(y, 1), last = behind(y, 2, height);
  float *restrict smooth = band->means, *restrict row = smooth + width;
  for (size_t v = first; v < last; v++) {
    memcpy(band->padded, band->mask->values + v * width, width * sizeof(float));
    mean_along(band, 1, band->near_counts, v == first ? smooth : row);
    if (v == first) continue;
    for (size_t x = 0; x < width; x++) smooth[x] += row[x];
  }
  const float share = row_share(band, y, 1);
  const float *restrict p = band->mask->values + y * width, *restrict guide = band->mask->guide + 4 * y * width;
  const float *restrict fit = stored(band->fits, y, 0);
  float *restrict to_fit = band->padded, *restrict to_mean = row;
  for (size_t x = 0; x < width; x++) {
    const float fitted = (fit[x] * guide[4 * x] + fit[width + x] * guide[4 * x + 1])
      + (fit[2 * width + x] * guide[4 * x + 2] + fit[3 * width + x]);
    const float off_fit = p[x] - fitted, off_mean = p[x] - smooth[x] * share;
    to_fit[x] = off_fit * off_fit;
    to_mean[x] = off_mean * off_mean;
  }
  mean_along(band, band->parameters->radius, band->counts, stored(band->errors, y, 0));
  memcpy(band->padded, to_mean, width * sizeof(float));
  mean_along(band, band->parameters->radius, band->counts, stored(band->errors, y, 1));
}

// Stores the means of the errors around the cells of row y, and the means along the row of the fits weighted by them.
INLINED void weigh_fits(const guided_band *band, row_store mean_errors, size_t y) {
  const size_t width = band->mask->width, radius = band->parameters->radius;
  const float tolerance = band->parameters->fit_tolerance;
  mean_down(band, band->errors, y, radius, stored(mean_errors, y, 0));
  const float *restrict errors = stored(mean_errors, y, 0);
  float *restrict weights = band->means, *restrict padded = band->padded;
  for (size_t x = 0; x < width; x++) weights[x] = 1 / (errors[x] + tolerance);
  for (size_t k = 0; k < 3; k++) {
    const float *restrict fit = stored(band->fits, y, k);
    for (size_t x = 0; x < width; x++) padded[x] = fit[x] * weights[x];
    mean_along(band, radius, band->counts, stored(band->weighted, y, k));
  }
  memcpy(padded, weights, width * sizeof *weights);
  mean_along(band, radius, band->counts, stored(band->weighted, y, 3));
}

// Stores the means along row y of the fits to wide windows.
INLINED void take_wide_fits(const guided_band *band, size_t y) {
  const size_t width = band->mask->width, radius = band->parameters->wide_radius;
  float *fits = band->means + moment_count * width;
  fit_windows(band, y, radius, fits);
  for (size_t k = 0; k < 4; k++) {
    memcpy(band->padded, fits + k * width, width * sizeof *fits);
    mean_along(band, radius, band->wide_counts, stored(band->wide, y, k));
  }
}

// Blends the weighted fits to small windows of row y with the fits to wide windows.
INLINED void blend_fits(
  const guided_band *band, row_store mean_errors, size_t y, float *restrict field, float *restrict trusts) {
  const size_t width = band->mask->width;
  const u2cl_guided_parameters *parameters = band->parameters;
  const float preference = parameters->fit_preference, limit = parameters->exactness_limit;
  float *exact = band->means, *wide = exact + 4 * width;
  mean_down(band, band->weighted, y, parameters->radius, exact);
  mean_down(band, band->wide, y, parameters->wide_radius, wide);
  const float *restrict of_fits = stored(mean_errors, y, 0), *restrict of_mask = of_fits + width;
  const float *restrict p = band->mask->values + y * width, *restrict guide = band->mask->guide + 4 * y * width;
  const float *restrict e = exact, *restrict w = wide;
  for (size_t x = 0; x < width; x++) {
    const float preferred = preference * of_mask[x];
    const float share = preferred / (preferred + of_fits[x] + 1e-7f) / e[3 * width + x];
    const float ax = e[x] * share, ay = e[width + x] * share, az = e[2 * width + x] * share;
    // b makes up for the residual, so that every cell keeps its mean.
    const float b = p[x] - (ax * guide[4 * x] + ay * guide[4 * x + 1] + az * guide[4 * x + 2]);
    const float ratio = of_fits[x] / limit;
    const float trust = 1 / (1 + ratio * ratio);
    trusts[x] = trust;
    field[4 * x] = w[x] + (ax - w[x]) * trust;
    field[4 * x + 1] = w[width + x] + (ay - w[width + x]) * trust;
    field[4 * x + 2] = w[2 * width + x] + (az - w[2 * width + x]) * trust;
    field[4 * x + 3] = w[3 * width + x] + (b - w[3 * width + x]) * trust;
  }
}

INLINED size_t larger(size_t a, size_t b) { return a > b ? a : b; }

INLINED size_t largest_radius(const u2cl_guided_parameters *parameters) {
  return larger(larger(parameters->radius, parameters->wide_radius), 1);
}

size_t u2cl_guided_scratch(const u2cl_guided_mask *mask, const u2cl_guided_parameters *parameters, size_t rows) {
  const size_t small = parameters->radius, wide = parameters->wide_radius, largest = largest_radius(parameters);
  const size_t stored_rows = moment_count * (2 * largest + 1) + (4 + 2) * (rows + 4 * small) + 6 * (rows + 2 * small)
    + 4 * (rows + 2 * wide) + moment_count + 4 + 3;
  return stored_rows * mask->width + mask->width + 2 * largest;
}

// Takes the rows first ..< last from scratch.
INLINED row_store take_rows(float **scratch, size_t width, size_t planes, size_t first, size_t last) {
  const row_store store = {*scratch, width, planes, first, last - first};
  *scratch += store.rows * planes * width;
  return store;
}

// Takes the moments of the rows that windows around row y reach and that are not stored yet, from row `next` on.
INLINED void take_moments_until(
  const guided_band *band, size_t y, size_t radius, const float *counts, size_t *next) {
  for (const size_t last = behind(y, radius + 1, band->mask->height); *next < last; (*next)++) {
    take_moments(band, *next, radius, counts);
  }
}

U2CL_EACH_VECTOR_WIDTH
void u2cl_guided_fits(
  const u2cl_guided_mask *mask, const u2cl_guided_parameters *parameters, size_t first, size_t last, float *scratch,
  float *field, float *trust) {
  const size_t width = mask->width, height = mask->height, margin = largest_radius(parameters);
  const size_t radius = parameters->radius, wide = parameters->wide_radius;
  guided_band band = {.mask = mask, .parameters = parameters, .margin = margin};
  memset(scratch, 0, (width + 2 * margin) * sizeof *scratch);
  band.padded = scratch + margin;
  scratch += width + 2 * margin;
  band.means = scratch;
  scratch += (moment_count + 4) * width;
  band.counts = scratch;
  band.wide_counts = band.counts + width;
  band.near_counts = band.wide_counts + width;
  scratch += 3 * width;
  count_columns(width, radius, band.counts);
  count_columns(width, wide, band.wide_counts);
  count_columns(width, 1, band.near_counts);
  const size_t top = before(first, 2 * radius), bottom = behind(last, 2 * radius, height);
  band.fits = take_rows(&scratch, width, 4, top, bottom);
  band.errors = take_rows(&scratch, width, 2, top, bottom);
  const size_t weighted_top = before(first, radius), weighted_bottom = behind(last, radius, height);
  band.weighted = take_rows(&scratch, width, 4, weighted_top, weighted_bottom);
  const row_store mean_errors = take_rows(&scratch, width, 2, weighted_top, weighted_bottom);
  const size_t wide_top = before(first, wide), wide_bottom = behind(last, wide, height);
  band.wide = take_rows(&scratch, width, 4, wide_top, wide_bottom);

  size_t next = before(top, radius);
  band.moments = (row_store){scratch, width, moment_count, next, 2 * radius + 1};
  for (size_t y = top; y < bottom; y++) {
    take_moments_until(&band, y, radius, band.counts, &next);
    fit_windows(&band, y, radius, stored(band.fits, y, 0));
    take_errors(&band, y);
  }
  for (size_t y = weighted_top; y < weighted_bottom; y++) weigh_fits(&band, mean_errors, y);
  next = before(wide_top, wide);
  band.moments = (row_store){scratch, width, moment_count, next, 2 * wide + 1};
  for (size_t y = wide_top; y < wide_bottom; y++) {
    take_moments_until(&band, y, wide, band.wide_counts, &next);
    take_wide_fits(&band, y);
  }
  for (size_t y = first; y < last; y++) {
    blend_fits(&band, mean_errors, y, field + 4 * y * width, trust + y * width);
  }
}
