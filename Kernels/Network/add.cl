// add: y = a + b, elementwise.
//
// Views are planar: element i of plane (n, c) lies at at.x + n * at.y + c * height * width + i; see storage.cl for the
// elements. One work-item computes one element.
__kernel void add(
    __global const element *restrict a, const ulong2 a_at, __global const element *restrict b, const ulong2 b_at,
    const int4 shape, __global element *restrict out, const ulong2 out_at) {
  const ulong i = get_global_id(0);         // 0 ..< height * width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const ulong pixels = (ulong)shape.z * shape.w;
  if (i >= pixels || plane >= shape.x * shape.y) return;
  const int channel_index = plane % shape.y, image = plane / shape.y;
  const ulong at = channel_index * pixels + i;
  store_element(load_element(a, a_at.x + image * a_at.y + at) + load_element(b, b_at.x + image * b_at.y + at), out,
                out_at.x + image * out_at.y + at);
}
