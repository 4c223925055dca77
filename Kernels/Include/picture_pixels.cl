// picture_pixels: pixels of pictures with 3 or 4 interleaved channels, of one byte or (deep) two bytes for a sample.
//
// A pixel as red, green and blue in the range of the samples, composited over the colour `behind` as in
// flatten_picture.
float3 opaque_pixel(
    __global const uchar *bytes, const ulong pixel, const int channels, const bool deep, const uint3 behind) {
  __global const ushort *words = (__global const ushort *)bytes;
  const ulong first = pixel * channels;
  uint3 value = deep ? (uint3)(words[first], words[first + 1], words[first + 2])
                     : (uint3)(bytes[first], bytes[first + 1], bytes[first + 2]);
  if (channels == 4) {
    const uint full = deep ? 65535u : 255u, alpha = deep ? words[first + 3] : bytes[first + 3];
    value = (value * alpha + behind * (full - alpha) + full / 2u) / full;
  }
  return convert_float3(value);
}

// The background colour RRGGBB in the range of the samples.
uint3 background_color(const uint background, const bool deep) {
  return (uint3)(background >> 16 & 255u, background >> 8 & 255u, background & 255u) * (deep ? 257u : 1u);
}
