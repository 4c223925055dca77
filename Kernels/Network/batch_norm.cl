// batch_norm: y = x * scale + shift for each channel, the evaluation form of batch norm.
// batch_norm_relu: y = max(x * scale + shift, 0).
//
// Views are planar (see planar.cl), their elements stored as storage.cl says. `parameters` holds two float32 arrays of
// [channels]: the scale, weight / sqrt(variance + epsilon), from scale_and_shift.x on, and the shift,
// bias - mean * scale, from scale_and_shift.y on. One work-item computes one element.
static inline float normalized_element(
    __global const element *in, const ulong2 in_at, const int4 shape, __global const float *parameters,
    const ulong2 scale_and_shift) {
  const int c = channel_of_element(shape);
  const float x = load_element(in, index_of_element(in_at, shape));
  return fma(x, parameters[scale_and_shift.x + c], parameters[scale_and_shift.y + c]);
}

__kernel void batch_norm(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global const float *restrict parameters, const ulong2 scale_and_shift,
    __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  const float y = normalized_element(in, in_at, shape, parameters, scale_and_shift);
  store_element(y, out, index_of_element(out_at, shape));
}

__kernel void batch_norm_relu(
    __global const element *restrict in, const ulong2 in_at, const int4 shape,
    __global const float *restrict parameters, const ulong2 scale_and_shift,
    __global element *restrict out, const ulong2 out_at) {
  if (!has_element(shape)) return;
  const float y = normalized_element(in, in_at, shape, parameters, scale_and_shift);
  store_element(fmax(y, 0.0f), out, index_of_element(out_at, shape));
}
