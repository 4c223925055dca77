// flatten_picture: converts a picture's samples to 8-bit RGB over a background colour: c · a + background · (1 − a),
// rounded, and then, for 16-bit samples, divided by 257 and rounded. The results have the same bits as the host's.
//
// in holds shape = (height, width, 3 or 4 channels, bytes of a sample) samples from byte `at` on, interleaved; out is
// [height][width][3] from byte `out_at` on. background is RRGGBB. One work-item computes one pixel.
__kernel void flatten_picture(
    __global const uchar *restrict in, const ulong at, const int4 shape, const uint background,
    __global uchar *restrict out, const ulong out_at) {
  const int pixel = (int)get_global_id(0);  // 0 ..< height * width
  if (pixel >= shape.x * shape.y) return;
  const bool deep = shape.w == 2;
  __global const uchar *bytes = in + at;
  __global const ushort *words = (__global const ushort *)bytes;
  const uint full = deep ? 65535u : 255u;
  const ulong first = (ulong)pixel * shape.z;
  const uint alpha = shape.z < 4 ? full : deep ? words[first + 3] : bytes[first + 3];
  for (int channel_index = 0; channel_index < 3; channel_index++) {
    uint value = deep ? words[first + channel_index] : bytes[first + channel_index];
    const uint behind = (background >> (16 - 8 * channel_index) & 255u) * (full / 255u);
    if (shape.z == 4) value = (value * alpha + behind * (full - alpha) + full / 2u) / full;
    if (deep) value = (value + 128u) / 257u;
    out[out_at + (ulong)pixel * 3 + channel_index] = (uchar)value;
  }
}
