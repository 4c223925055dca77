// upsample_bilinear: bilinear resampling to a given size without antialiasing, like PyTorch's
// interpolate(mode="bilinear").
// Row y of the output lies at row grid.x * (y + grid.y) - grid.y of the input, and columns likewise by grid.z and
// grid.w. A shift of 0.5 means half-pixel centres. Negative positions become 0.
//
// Views are planar: element (n, c, y, x) lies at at.x + n * at.y + (c * height + y) * width + x, stored as storage.cl
// says.
// One work-item computes one element of the output.
__kernel void upsample_bilinear(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const float4 grid) {
  const int i = (int)get_global_id(0);      // 0 ..< out height * out width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const int out_width = out_shape.w, out_pixels = out_shape.z * out_width;
  if (i >= out_pixels || plane >= out_shape.x * out_shape.y) return;
  const int channel_index = plane % out_shape.y, image = plane / out_shape.y;
  const int height = in_shape.z, width = in_shape.w;
  const float y = fmax(grid.x * ((float)(i / out_width) + grid.y) - grid.y, 0.0f);
  const float x = fmax(grid.z * ((float)(i % out_width) + grid.w) - grid.w, 0.0f);
  const int y0 = min((int)y, height - 1), y1 = min(y0 + 1, height - 1);
  const int x0 = min((int)x, width - 1), x1 = min(x0 + 1, width - 1);
  const float fy = y - (float)y0, fx = x - (float)x0;
  __global const element *pixels = in + in_at.x + image * in_at.y + (ulong)channel_index * height * width;
  __global const element *upper = pixels + (ulong)y0 * width, *lower = pixels + (ulong)y1 * width;
  const float top = (1.0f - fx) * load_element(upper, x0) + fx * load_element(upper, x1);
  const float bottom = (1.0f - fx) * load_element(lower, x0) + fx * load_element(lower, x1);
  store_element((1.0f - fy) * top + fy * bottom, out,
                out_at.x + image * out_at.y + (ulong)channel_index * out_pixels + i);
}
