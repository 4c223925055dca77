// upsample_c16_gpu: bilinear resampling to a given size without antialiasing, like PyTorch's
// interpolate(mode="bilinear"), on blocks of 16 channels. `grid` is that of between_pixels. For GPUs.
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
  __global const element *pixels = in + in_at.x + image * in_at.y + (ulong)block * in_shape.z * in_shape.w * 16;
  const int row = i / VECTORS / out_shape.w, column = i / VECTORS % out_shape.w;
  store_channels(
      between_pixels(pixels, in_shape.z, in_shape.w, row, column, grid, v),
      out + out_at.x + image * out_at.y, (ulong)block * out_vectors + i);
}
