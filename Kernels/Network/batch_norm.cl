// batch_norm: y = x * scale + shift per channel, the evaluation form of batch norm, alone or with the ReLU behind it.
//
// Views are planar: element i of plane (n, c) lies at at.x + n * at.y + c * height * width + i. `scale` holds
// weight / sqrt(variance + epsilon), `shift` bias - mean * scale, each [channels].
// One work-item computes one element.
static inline void normalize_element(
    __global const float *in, const ulong2 in_at, const int4 shape, __global const float *scale,
    __global const float *shift, __global float *out, const ulong2 out_at, const int rectify) {
  const ulong i = get_global_id(0);         // 0 ..< height * width
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels
  const ulong pixels = (ulong)shape.z * shape.w;
  if (i >= pixels || plane >= shape.x * shape.y) return;
  const int channel_index = plane % shape.y, image = plane / shape.y;
  const float x = in[in_at.x + image * in_at.y + channel_index * pixels + i];
  const float y = fma(x, scale[channel_index], shift[channel_index]);
  out[out_at.x + image * out_at.y + channel_index * pixels + i] = rectify ? fmax(y, 0.0f) : y;
}

__kernel void batch_norm(
    __global const float *restrict in, const ulong2 in_at, const int4 shape,
    __global const float *restrict parameters, const ulong2 scale_and_shift,
    __global float *restrict out, const ulong2 out_at) {
  normalize_element(in, in_at, shape, parameters + scale_and_shift.x, parameters + scale_and_shift.y, out, out_at, 0);
}

__kernel void batch_norm_relu(
    __global const float *restrict in, const ulong2 in_at, const int4 shape,
    __global const float *restrict parameters, const ulong2 scale_and_shift,
    __global float *restrict out, const ulong2 out_at) {
  normalize_element(in, in_at, shape, parameters + scale_and_shift.x, parameters + scale_and_shift.y, out, out_at, 1);
}
