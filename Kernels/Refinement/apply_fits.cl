// apply_fits: computes α = a·I + b for every pixel of a picture, in 16 bits. a and b are interpolated between the
// centres of cells; beyond the outermost centres, the border's values are used.
//
// field is [grid.x][grid.y] of (a, b); scale is the number of (rows, columns) of cells for a pixel. in holds shape =
// (height, width, 3 or 4 channels, bytes of a sample) samples from byte `at` on, interleaved, which are composited over
// the colour `background` (RRGGBB). Alphas within `haze` of 0 or 1 become 0 or 1, and the rest is stretched. out is
// [height][width] from element `out_at` on. One work-item computes one pixel.
#pragma OPENCL FP_CONTRACT OFF

__kernel void apply_fits(
    __global const float4 *restrict field, const int2 grid, const float2 scale, __global const uchar *restrict in,
    const ulong at, const int4 shape, const uint background, const float haze, __global ushort *restrict out,
    const ulong out_at) {
  const int x = (int)get_global_id(0);  // 0 ..< width
  const int y = (int)get_global_id(1);  // 0 ..< height
  if (x >= shape.y || y >= shape.x) return;
  const float column = clamp(((float)x + 0.5f) * scale.y - 0.5f, 0.0f, (float)(grid.y - 1));
  const float row = clamp(((float)y + 0.5f) * scale.x - 0.5f, 0.0f, (float)(grid.x - 1));
  const int left = (int)column, right = min(left + 1, grid.y - 1);
  const int top = (int)row, bottom = min(top + 1, grid.x - 1);
  const float4 across = (float4)(column - (float)left), down = (float4)(row - (float)top);
  const float4 above_left = field[top * grid.y + left], above_right = field[top * grid.y + right];
  const float4 l = fma(field[bottom * grid.y + left] - above_left, down, above_left);
  const float4 r = fma(field[bottom * grid.y + right] - above_right, down, above_right);
  const float4 fit = fma(r - l, across, l);
  const bool deep = shape.w == 2;
  const float3 color =
      opaque_pixel(in + at, (ulong)y * shape.y + x, shape.z, deep, background_color(background, deep)) *
      (deep ? 1.0f / 65535.0f : 1.0f / 255.0f);
  const float alpha = fma(fit.x, color.x, fma(fit.y, color.y, fma(fit.z, color.z, fit.w)));
  const float stretched = clamp((alpha - haze) * (1.0f / (1.0f - 2.0f * haze)), 0.0f, 1.0f);
  out[out_at + (ulong)y * shape.y + x] = (ushort)(stretched * 65535.0f + 0.5f);
}
