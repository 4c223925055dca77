// sigmoid: y = 1 / (1 + exp(-x)).
//
// Views are planar (see planar.cl), their elements stored as storage.cl says. One work-item computes one element.
__kernel void sigmoid(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  const float x = load_element(in, index_of_element(in_at, shape));
  store_element(1.0f / (1.0f + exp(-x)), out, index_of_element(out_at, shape));
}
