// conv2d_sum: adds up the partial sums that split-K leaves of a convolution, with the bias and optionally ReLU and a
// residual. For GPUs.
//
// `partial` is float32, [splits][batch][channels / 16][height][width][16]. Output and residual are blocked: element
// (n, c, y, x) of a view lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16. Their elements
// are float32 or halves (see storage.cl), the bias [channels] is float32. One work-item computes four channels of a
// pixel.
__kernel void conv2d_sum(
    __global const float *restrict partial, const int splits,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int rectify,
    __global const element *restrict residual, const ulong2 residual_at, const int add_residual) {
  const int i = (int)get_global_id(0);      // 0 ..< height * width * 4
  const int plane = (int)get_global_id(1);  // 0 ..< batch * channels / 16
  const int blocks = out_shape.y / 16, fours = out_shape.z * out_shape.w * 4;
  if (i >= fours || plane >= out_shape.x * blocks) return;
  const int block = plane % blocks, image = plane / blocks;
  float4 value = vload4(block * 4 + i % 4, parameters + weights_and_bias.y);
  for (int s = 0; s < splits; s++) value += vload4((ulong)(s * out_shape.x * blocks + plane) * fours + i, partial);
  if (rectify) value = fmax(value, (float4)(0.0f));
  const ulong at = (ulong)block * fours + i;
  if (add_residual) value += load_four(residual + residual_at.x + image * residual_at.y, at);
  store_four(value, out + out_at.x + image * out_at.y, at);
}
