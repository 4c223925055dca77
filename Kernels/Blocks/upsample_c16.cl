// upsample_c16: bilinear resampling to a given size without antialiasing, like PyTorch's
// interpolate(mode="bilinear"), on blocks of 16 channels.
// Row y of the output lies at row grid.x * (y + grid.y) - grid.y of the input, and columns likewise by grid.z and
// grid.w. A shift of 0.5 means half-pixel centres. Negative positions become 0.
//
// Views are blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16.
// One work-item computes a row of one block. For CPU devices: work-groups of one, no local memory.
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void upsample_c16(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape, const float4 grid) {
  const int row = (int)get_global_id(0);              // 0 ..< output height
  const int blocks = out_shape.y / 16;
  const int block = (int)get_global_id(1) % blocks;   // 16 channels
  const int image = (int)get_global_id(1) / blocks;   // 0 ..< batch
  const int height = in_shape.z, width = in_shape.w, out_width = out_shape.w;
  const float y = fmax(grid.x * ((float)row + grid.y) - grid.y, 0.0f);
  const int y0 = min((int)y, height - 1), y1 = min(y0 + 1, height - 1);
  const float fy = y - (float)y0;
  __global const float *pixels = in + in_at.x + image * in_at.y + (ulong)block * height * width * 16;
  __global const float *upper = pixels + (ulong)y0 * width * 16, *lower = pixels + (ulong)y1 * width * 16;
  __global float *result = out + out_at.x + image * out_at.y + ((ulong)block * out_shape.z + row) * out_width * 16;
  for (int i = 0; i < out_width; i++) {
    const float x = fmax(grid.z * ((float)i + grid.w) - grid.w, 0.0f);
    const int x0 = min((int)x, width - 1), x1 = min(x0 + 1, width - 1);
    const float16 fx = (float16)(x - (float)x0), gx = 1.0f - fx;
    const float16 top = gx * vload16(x0, upper) + fx * vload16(x1, upper);
    const float16 bottom = gx * vload16(x0, lower) + fx * vload16(x1, lower);
    vstore16((1.0f - fy) * top + fy * bottom, i, result);
  }
}
