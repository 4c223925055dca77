// max_pool: the maximum of each square window. Windows may extend beyond the far edge.
//
// Views are planar: element (n, c, y, x) lies at at.x + n * at.y + (c * height + y) * width + x, stored as storage.cl
// says.
// One work-item computes one element of the output, whose size follows from floor or ceil mode.
__kernel void max_pool(
    __global const element *restrict in, const ulong2 in_at, const int4 in_shape,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int window, const int stride) {
  const int i = (int)get_global_id(0);      // 0 ..< out height * out width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const int out_width = out_shape.w, out_pixels = out_shape.z * out_width;
  if (i >= out_pixels || plane >= out_shape.x * out_shape.y) return;
  const int channel_index = plane % out_shape.y, image = plane / out_shape.y;
  const int height = in_shape.z, width = in_shape.w;
  const int y0 = i / out_width * stride, x0 = i % out_width * stride;
  __global const element *pixels = in + in_at.x + image * in_at.y + (ulong)channel_index * height * width;
  float best = -INFINITY;
  for (int y = y0; y < min(y0 + window, height); y++)
    for (int x = x0; x < min(x0 + window, width); x++) best = fmax(best, load_element(pixels, (ulong)y * width + x));
  store_element(best, out, out_at.x + image * out_at.y + (ulong)channel_index * out_pixels + i);
}
