// normalize_picture: computes (x / divisor − mean) / deviation of planes in 0 … 1, channel by channel, in place.
//
// planes is [pictures][3][pixels]; ranges is [pictures][range_count] pairs from value_range. The divisor is the
// picture's greatest value, but at least 1e-6, or 1 if range_count is 0. mean and deviation hold red, green, blue and a
// fourth value that is ignored. One work-item computes the three values of one pixel.
__kernel void normalize_picture(
    __global float *restrict planes, const int pixels, __global const float2 *restrict ranges, const int range_count,
    const float4 mean, const float4 deviation) {
  const int pixel = (int)get_global_id(0);    // 0 ..< pixels
  const int picture = (int)get_global_id(1);  // 0 ..< pictures
  if (pixel >= pixels) return;
  float divisor = range_count > 0 ? 1e-6f : 1.0f;
  for (int i = 0; i < range_count; i++) divisor = fmax(divisor, ranges[(ulong)picture * range_count + i].y);
  __global float *red = planes + (ulong)picture * 3 * pixels + pixel;
  red[0] = (red[0] / divisor - mean.x) / deviation.x;
  red[pixels] = (red[pixels] / divisor - mean.y) / deviation.y;
  red[2 * (ulong)pixels] = (red[2 * (ulong)pixels] / divisor - mean.z) / deviation.z;
}
