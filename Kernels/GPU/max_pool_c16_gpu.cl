// max_pool_c16_gpu: the maximum of each square window, on blocks of 16 channels. Windows may extend beyond the far
// edge. For GPUs.
//
// Views are blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16.
// One work-item computes one vector of 16 bytes (see storage.cl) of a pixel of the output.
__kernel void max_pool_c16_gpu(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int window, const int stride) {
  const int i = (int)get_global_id(0);      // 0 ..< out height * out width * VECTORS
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels / 16
  const int blocks = out_shape.y / 16, out_vectors = out_shape.z * out_shape.w * VECTORS;
  if (i >= out_vectors || plane >= out_shape.x * blocks) return;
  const int block = plane % blocks, image = plane / blocks;
  const int height = in_shape.z, width = in_shape.w;
  const int y0 = i / VECTORS / out_shape.w * stride, x0 = i / VECTORS % out_shape.w * stride;
  __global const element *pixels = in + in_at.x + image * in_at.y + (ulong)block * height * width * 16;
  const int v = i % VECTORS;
  channels best;
  if (window == 2) {
    best = largest_of_four(pixels, height, width, y0, x0, v);
  } else {
    best = NONE - INFINITY;
    #pragma unroll 1
    for (int y = y0; y < min(y0 + window, height); y++)
      #pragma unroll 1
      for (int x = x0; x < min(x0 + window, width); x++)
        best = fmax(best, load_channels(pixels, (y * width + x) * VECTORS + v));
  }
  store_channels(best, out + out_at.x + image * out_at.y, (ulong)block * out_vectors + i);
}
