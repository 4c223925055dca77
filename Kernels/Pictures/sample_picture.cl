// sample_picture: the U²-Net authors' resize of a picture to the network's input: bilinear between pixel centres
// without antialiasing, like scikit-image's resize(order=1, anti_aliasing=False). Beyond the border, the border's
// pixels are repeated (mode="edge") or pixels are zero (mode="constant").
//
// in holds shape = (height, width, 3 or 4 channels, bytes of a sample) samples from byte `at` on, interleaved. Pictures
// with transparency are first composited over the colour `background` (RRGGBB), as in flatten_picture. out is planar,
// [3][size.x][size.y] floats in 0 … 1 from element `out_at` on. One work-item computes the three values of one pixel.
bool inside(const int at, const int extent) { return at >= 0 && at < extent; }

__kernel void sample_picture(
    __global const uchar *restrict in, const ulong at, const int4 shape, const uint background,
    __global float *restrict out, const ulong out_at, const int2 size,
    const int repeats_border) {
  const int x = (int)get_global_id(0);  // 0 ..< size.y
  const int y = (int)get_global_id(1);  // 0 ..< size.x
  if (x >= size.y || y >= size.x) return;
  const bool deep = shape.w == 2;
  const uint3 behind = background_color(background, deep);
  // The position of the pixel's centre times twice the output's extent, in integers: floats would be inexact for
  // pictures of thousands of pixels.
  const long u = ((long)x * 2 + 1) * shape.y - size.y, v = ((long)y * 2 + 1) * shape.x - size.x;
  const int left = u < 0 ? -1 : (int)(u / (2 * size.y)), top = v < 0 ? -1 : (int)(v / (2 * size.x));
  const float fx = (float)(u - (long)left * 2 * size.y) / (float)(2 * size.y);
  const float fy = (float)(v - (long)top * 2 * size.x) / (float)(2 * size.x);
  const float wl = inside(left, shape.y) || repeats_border ? 1.0f - fx : 0.0f;
  const float wr = inside(left + 1, shape.y) || repeats_border ? fx : 0.0f;
  const float wt = inside(top, shape.x) || repeats_border ? 1.0f - fy : 0.0f;
  const float wb = inside(top + 1, shape.x) || repeats_border ? fy : 0.0f;
  const ulong l = (ulong)max(left, 0), r = (ulong)min(left + 1, shape.y - 1);
  const ulong t = (ulong)max(top, 0) * shape.y, b = (ulong)min(top + 1, shape.x - 1) * shape.y;
  __global const uchar *pixels = in + at;
  const float3 above = opaque_pixel(pixels, t + l, shape.z, deep, behind) * wl +
                       opaque_pixel(pixels, t + r, shape.z, deep, behind) * wr;
  const float3 below = opaque_pixel(pixels, b + l, shape.z, deep, behind) * wl +
                       opaque_pixel(pixels, b + r, shape.z, deep, behind) * wr;
  const float3 value = (above * wt + below * wb) * (deep ? 1.0f / 65535.0f : 1.0f / 255.0f);
  __global float *planes = out + out_at + (ulong)y * size.y + x;
  const ulong plane = (ulong)size.x * size.y;
  planes[0] = value.x;
  planes[plane] = value.y;
  planes[2 * plane] = value.z;
}
