// add: y = a + b, element by element.
//
// Views are planar (see planar.cl), their elements stored as storage.cl says. One work-item computes one element.
__kernel void add(
    __global const element *restrict a, const ulong2 a_at, __global const element *restrict b, const ulong2 b_at,
    const int4 shape, __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  const float left = load_element(a, index_of_element(a_at, shape));
  const float right = load_element(b, index_of_element(b_at, shape));
  store_element(left + right, out, index_of_element(out_at, shape));
}
