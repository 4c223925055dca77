// relu: y = max(x, 0).
//
// Views are planar: element i of plane (n, c) lies at at.x + n * at.y + c * height * width + i; see storage.cl for the
// elements. One work-item computes one element.
__kernel void relu(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global element *restrict out, const ulong2 out_at) {
  const ulong i = get_global_id(0);         // 0 ..< height * width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const ulong pixels = (ulong)shape.z * shape.w;
  if (i >= pixels || plane >= shape.x * shape.y) return;
  const int channel_index = plane % shape.y, image = plane / shape.y;
  const float x = load_element(in, in_at.x + image * in_at.y + channel_index * pixels + i);
  store_element(fmax(x, 0.0f), out, out_at.x + image * out_at.y + channel_index * pixels + i);
}
