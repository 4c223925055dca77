// quantize_map: converts maps to 8-bit grey by their form, as in map_value: stretched maps are truncated,
// ⌊255 · (x − min) / (max − min)⌋, and probabilities are rounded.
//
// maps is [count][pixels] floats, ranges [count][range_count] pairs from value_range, out [count][pixels].
// One work-item computes one pixel.
__kernel void quantize_map(
    __global const float *restrict maps, const int pixels, const int form, __global const float2 *restrict ranges,
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
  const float value = map_value(maps[(ulong)map * pixels + pixel], form, least, greatest);
  out[(ulong)map * pixels + pixel] = convert_uchar_rtz(value * 255.0f + (form == STRETCHED_MAP ? 0.0f : 0.5f));
}
