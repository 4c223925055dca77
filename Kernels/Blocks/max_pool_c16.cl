// max_pool_c16: the maximum of each square window, on blocks of 16 channels. Windows may extend beyond the far edge.
//
// Views are blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16.
// One work-item computes a row of one block. For CPU devices: work-groups of one, no local memory.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void max_pool_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape, const int window, const int stride) {
  const int y = (int)get_global_id(0);                // 0 ..< output height
  const int blocks = out_shape.y / 16;
  const int block = (int)get_global_id(1) % blocks;   // 16 channels
  const int image = (int)get_global_id(1) / blocks;   // 0 ..< batch
  const int height = in_shape.z, width = in_shape.w, out_width = out_shape.w;
  __global const float *pixels = in + in_at.x + image * in_at.y + (ulong)block * height * width * 16;
  __global float *row = out + out_at.x + image * out_at.y + ((ulong)block * out_shape.z + y) * out_width * 16;
  for (int x = 0; x < out_width; x++) {
    float16 best = (float16)(-INFINITY);
    for (int v = y * stride; v < min(y * stride + window, height); v++)
      for (int u = x * stride; u < min(x * stride + window, width); u++)
        best = fmax(best, vload16((ulong)v * width + u, pixels));
    vstore16(best, x, row);
  }
}
