// quantize_map: converts maps to 8-bit grey, each stretched from its least to its greatest finite value: ⌊255 · (x −
// min) / (max − min)⌋. A map whose values are all equal becomes 0, and so does NaN.
//
// maps is [count][pixels] floats, ranges [count][range_count] pairs from value_range, out [count][pixels].
// One work-item computes one pixel.
__kernel void quantize_map(
    __global const float *restrict maps, const int pixels, __global const float2 *restrict ranges,
    const int range_count, __global uchar *restrict out) {
  const int pixel = (int)get_global_id(0);  // 0 ..< pixels
  const int map = (int)get_global_id(1);    // 0 ..< count
  if (pixel >= pixels) return;
  float least = INFINITY, greatest = -INFINITY;
  for (int i = 0; i < range_count; i++) {
    const float2 range = ranges[(ulong)map * range_count + i];
    least = fmin(least, range.x);
    greatest = fmax(greatest, range.y);
  }
  const float width = greatest - least, value = maps[(ulong)map * pixels + pixel];
  const bool flat = !(width > 0.0f) || isinf(width) || isnan(value);
  const float stretched = flat ? 0.0f : clamp((value - least) / width, 0.0f, 1.0f);
  out[(ulong)map * pixels + pixel] = convert_uchar_rtz(stretched * 255.0f);
}
