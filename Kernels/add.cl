// add: y = a + b, elementwise.
//
// Views are planar: element i of plane (n, c) lies at at.x + n * at.y + c * height * width + i.
// One work-item computes one element.
__kernel void add(
    __global const float *restrict a, const ulong2 a_at, __global const float *restrict b, const ulong2 b_at,
    const int4 shape, __global float *restrict out, const ulong2 out_at) {
  const ulong i = get_global_id(0);         // 0 ..< height * width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const ulong pixels = (ulong)shape.z * shape.w;
  if (i >= pixels || plane >= shape.x * shape.y) return;
  const int channel = plane % shape.y, image = plane / shape.y;
  const ulong at = channel * pixels + i;
  out[out_at.x + image * out_at.y + at] = a[a_at.x + image * a_at.y + at] + b[b_at.x + image * b_at.y + at];
}
