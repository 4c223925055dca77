// picture_planes: converts 8-bit RGB to planes of floats in 0 … 1.
//
// in is [pixels][3] from byte `at` on; out is [3][pixels] from element `out_at` on. One work-item computes one pixel.
__kernel void picture_planes(
    __global const uchar *restrict in, const ulong at, const int pixels, __global float *restrict out,
    const ulong out_at) {
  const int pixel = (int)get_global_id(0);  // 0 ..< pixels
  if (pixel >= pixels) return;
  for (int channel_index = 0; channel_index < 3; channel_index++)
    out[out_at + (ulong)channel_index * pixels + pixel] = (float)in[at + (ulong)pixel * 3 + channel_index] / 255.0f;
}
