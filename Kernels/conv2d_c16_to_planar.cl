// conv2d_c16_to_planar: square convolution with zero padding, from blocks of 16 channels to a few planar maps, such as
// the side outputs; bias and, as told, ReLU.
//
// The input is blocked: element (n, c, y, x) lies at at.x + n * at.y + ((c / 16 * height + y) * width + x) * 16 + c % 16,
// its channels a multiple of 16. The output is planar: it lies at at.x + n * at.y + (c * height + y) * width + x.
// Weights are packed [outChannels][inChannels / 16][kernel][kernel][16], the bias [outChannels]. Sums are float32: 16
// partial sums over the channels of a block's place, added at the end.
// One work-item computes a row of one output channel. For CPU devices: work-groups of one, no local memory.
inline float sum16(const float16 v) {
  const float8 a = v.lo + v.hi;
  const float4 b = a.lo + a.hi;
  return (b.x + b.y) + (b.z + b.w);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) __attribute__((vec_type_hint(float16)))
void conv2d_c16_to_planar(
    __global const float *restrict in, const ulong2 in_at, const int4 in_shape,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global float *restrict out, const ulong2 out_at, const int4 out_shape,
    const int4 window /* kernel, stride, padding, dilation */, const int rectify) {
  const int y = (int)get_global_id(0);                           // 0 ..< output height
  const int channel = (int)get_global_id(1) % out_shape.y;       // 0 ..< output channels
  const int image = (int)get_global_id(1) / out_shape.y;         // 0 ..< batch
  const int blocks = in_shape.y / 16, height = in_shape.z, width = in_shape.w;
  const int kernel_size = window.x, stride = window.y, padding = window.z, dilation = window.w;
  const int taps = kernel_size * kernel_size;
  __global const float *weights = parameters + weights_and_bias.x + (ulong)channel * blocks * taps * 16;
  __global const float *image_in = in + in_at.x + image * in_at.y;
  __global float *row_out =
      out + out_at.x + image * out_at.y + ((ulong)channel * out_shape.z + y) * out_shape.w;
  const float bias = parameters[weights_and_bias.y + channel];

  for (int x = 0; x < out_shape.w; x++) {
    float16 sums = (float16)(0.0f);
    for (int b = 0; b < blocks; b++) {
      for (int ky = 0; ky < kernel_size; ky++) {
        const int in_y = y * stride + ky * dilation - padding;
        if (in_y < 0 || in_y >= height) continue;
        __global const float *row = image_in + ((ulong)b * height + in_y) * width * 16;
        for (int kx = 0; kx < kernel_size; kx++) {
          const int in_x = x * stride + kx * dilation - padding;
          if (in_x < 0 || in_x >= width) continue;
          sums = fma(vload16(in_x, row), vload16(b * taps + ky * kernel_size + kx, weights), sums);
        }
      }
    }
    const float value = bias + sum16(sums);
    row_out[x] = rectify ? fmax(value, 0.0f) : value;
  }
}
