// upsample_c16_gpu: bilinear resampling to a given size without antialiasing, as PyTorch's
// interpolate(mode="bilinear"), on blocks of 16 channels. For GPUs.
// Row y of the output lies at grid.x * (y + grid.y) - grid.y of the input's rows, columns likewise by grid.z and .w: a
// shift of 0.5 is half-pixel centres. Positions before the first row become it.
//
// Views are blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16.
// One work-item computes one vector of 16 bytes (see storage.cl) of a pixel of the output.
__kernel void upsample_c16_gpu(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const float4 grid) {
  const int i = (int)get_global_id(0);      // 0 ..< out height * out width * VECTORS
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels / 16
  const int blocks = out_shape.y / 16, out_vectors = out_shape.z * out_shape.w * VECTORS;
  if (i >= out_vectors || plane >= out_shape.x * blocks) return;
  const int block = plane % blocks, image = plane / blocks, v = i % VECTORS;
  const int height = in_shape.z, width = in_shape.w;
  const float y = fmax(grid.x * ((float)(i / VECTORS / out_shape.w) + grid.y) - grid.y, 0.0f);
  const float x = fmax(grid.z * ((float)(i / VECTORS % out_shape.w) + grid.w) - grid.w, 0.0f);
  const int y0 = min((int)y, height - 1), y1 = min(y0 + 1, height - 1);
  const int x0 = min((int)x, width - 1), x1 = min(x0 + 1, width - 1);
  const float fy = y - (float)y0, fx = x - (float)x0;
  __global const element *pixels = in + in_at.x + image * in_at.y + (ulong)block * height * width * 16;
  const channels top = (1.0f - fx) * load_channels(pixels, (y0 * width + x0) * VECTORS + v)
      + fx * load_channels(pixels, (y0 * width + x1) * VECTORS + v);
  const channels bottom = (1.0f - fx) * load_channels(pixels, (y1 * width + x0) * VECTORS + v)
      + fx * load_channels(pixels, (y1 * width + x1) * VECTORS + v);
  store_channels(
      (1.0f - fy) * top + fy * bottom, out + out_at.x + image * out_at.y, (ulong)block * out_vectors + i);
}
