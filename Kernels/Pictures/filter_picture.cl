// filter_rows, filter_columns: one pass of Pillow's resize of 8-bit samples, with the same bits: a weighted sum of the
// samples of a row or a column, with weights of 22 fractional bits, rounded to 8 bits.
//
// in is [height][width][channels] from byte `at` on, out the same with another width (rows) or height (columns) from
// byte `out_at` on; shape = (out height, out width, channels, in width or in height). For each position in the output's
// row or column, taps holds the index of the first sample and the number of samples; the weights of position p begin at
// p * stride. One work-item computes one sample.
uchar weighted_sum(
    __global const uchar *samples, const ulong step, __global const int *weights, const int count) {
  int sum = 1 << 21;
  for (int tap = 0; tap < count; tap++) sum += (int)samples[tap * step] * weights[tap];
  return (uchar)clamp(sum >> 22, 0, 255);
}

__kernel void filter_rows(
    __global const uchar *restrict in, const ulong at, __global uchar *restrict out, const ulong out_at,
    const int4 shape, __global const int2 *restrict taps, __global const int *restrict weights, const int stride) {
  const int i = (int)get_global_id(0);  // 0 ..< out width * channels
  const int y = (int)get_global_id(1);  // 0 ..< height
  if (i >= shape.y * shape.z || y >= shape.x) return;
  const int x = i / shape.z, channel_index = i % shape.z;
  const int2 tap = taps[x];
  __global const uchar *samples = in + at + ((ulong)y * shape.w + tap.x) * shape.z + channel_index;
  out[out_at + (ulong)y * shape.y * shape.z + i] = weighted_sum(samples, shape.z, weights + (ulong)x * stride, tap.y);
}

__kernel void filter_columns(
    __global const uchar *restrict in, const ulong at, __global uchar *restrict out, const ulong out_at,
    const int4 shape, __global const int2 *restrict taps, __global const int *restrict weights, const int stride) {
  const int i = (int)get_global_id(0);  // 0 ..< width * channels
  const int y = (int)get_global_id(1);  // 0 ..< out height
  const int row = shape.y * shape.z;
  if (i >= row || y >= shape.x) return;
  const int2 tap = taps[y];
  __global const uchar *samples = in + at + (ulong)tap.x * row + i;
  out[out_at + (ulong)y * row + i] = weighted_sum(samples, row, weights + (ulong)y * stride, tap.y);
}
