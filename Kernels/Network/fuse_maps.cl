// fuse_maps: the 1×1 convolution of the side maps and optionally the sigmoid after it. Each map is first resampled
// bilinearly to the output's size with half-pixel centres, like PyTorch's
// interpolate(mode="bilinear", align_corners=False). Neither the resampled maps nor their concatenation are stored.
//
// There are up to 8 maps of `channels` channels, none wider than the output. Everything is planar: element (n, c, y, x)
// of map k lies at at_k + n * stride_k + (c * height_k + y) * width_k + x, stored as storage.cl says. Weights
// [outChannels][maps][channels], the bias [outChannels] and sums are float32. One work-item computes SEGMENT pixels of
// a row of one output channel. With a long segment, a map's two rows are mixed first, and then the pixels of the mixed
// row.
#ifndef SEGMENT
#define SEGMENT 4  // pixels of a row
#endif

// GPUs keep an array in memory unless all its indices are constants. So the pixels of a short segment are computed in
// unrolled loops, pixels beyond the row's end repeat its last one, and each mixes the map's rows by itself.
#define MIXED(i) (weight * ((1.0f - fy) * load_element(upper, i) + fy * load_element(lower, i)))
#if SEGMENT > 8
#define EACH_PIXEL for (int i = 0; i < count; i++)
#define PIXEL(i) (i)
#define ROW(i) row[i]
#define OF_MAP(v) v##s[k]
#else
#define EACH_PIXEL _Pragma("unroll") for (int i = 0; i < SEGMENT; i++)
#define PIXEL(i) min(i, count - 1)
#define ROW(i) MIXED(i)
#define OF_MAP(v) (k < 4 ? OF_4(v.lo, k) : OF_4(v.hi, k - 4))
#define OF_4(v, k) ((k) < 2 ? ((k) < 1 ? v.s0 : v.s1) : ((k) < 3 ? v.s2 : v.s3))
#endif

__kernel void fuse_maps(
    __global const element *restrict in, const int maps, const int channels,
    const ulong8 at, const ulong8 stride, const int8 height, const int8 width /* of each map */,
    __global const float *restrict parameters, const ulong2 weights_and_bias,
    __global element *restrict out, const ulong2 out_at, const int4 out_shape, const int sigmoid) {
  const int first = (int)get_global_id(0) * SEGMENT;             // 0 ..< output width
  const int y = (int)get_global_id(1);                           // 0 ..< output height
  const int plane = (int)get_global_id(2);                       // 0 ..< batch * output channels
  const int out_height = out_shape.z, out_width = out_shape.w;
  if (first >= out_width || y >= out_height || plane >= out_shape.x * out_shape.y) return;
  const int out_channel = plane % out_shape.y, image = plane / out_shape.y;
  const int count = min(SEGMENT, out_width - first);
#if SEGMENT > 8
  ulong ats[8], strides[8];
  int heights[8], widths[8];
  vstore8(at, 0, ats);
  vstore8(stride, 0, strides);
  vstore8(height, 0, heights);
  vstore8(width, 0, widths);
#endif

  float sums[SEGMENT];
  EACH_PIXEL sums[i] = parameters[weights_and_bias.y + out_channel];
  for (int k = 0; k < maps; k++) {
    const int h = OF_MAP(height), w = OF_MAP(width);
    const float y_scale = (float)h / (float)out_height, x_scale = (float)w / (float)out_width;
    const float v = fmax(y_scale * ((float)y + 0.5f) - 0.5f, 0.0f);
    const int y0 = min((int)v, h - 1), y1 = min(y0 + 1, h - 1);
    const float fy = v - (float)y0;
    // The columns of the map that the segment needs.
    const int left = min((int)fmax(x_scale * ((float)first + 0.5f) - 0.5f, 0.0f), w - 1);
    const int right = min((int)fmax(x_scale * ((float)(first + count) - 0.5f) - 0.5f, 0.0f) + 1, w - 1);
    for (int c = 0; c < channels; c++) {
      const float weight = parameters[weights_and_bias.x + ((ulong)out_channel * maps + k) * channels + c];
      __global const element *pixels = in + OF_MAP(at) + image * OF_MAP(stride) + (ulong)c * h * w;
      __global const element *upper = pixels + (ulong)y0 * w + left, *lower = pixels + (ulong)y1 * w + left;
#if SEGMENT > 8
      float row[SEGMENT + 2];
      for (int i = 0; i <= right - left; i++) row[i] = MIXED(i);
#endif
      EACH_PIXEL {
        const float u = fmax(x_scale * ((float)(first + PIXEL(i)) + 0.5f) - 0.5f, 0.0f);
        const int x0 = min((int)u, w - 1), x1 = min(x0 + 1, w - 1);
        const float fx = u - (float)x0;
        sums[i] += (1.0f - fx) * ROW(x0 - left) + fx * ROW(x1 - left);
      }
    }
  }
  __global element *target =
      out + out_at.x + image * out_at.y + ((ulong)out_channel * out_height + y) * out_width + first;
  EACH_PIXEL {
    if (i < count) store_element(sigmoid ? 1.0f / (1.0f + exp(-sums[i])) : sums[i], target, i);
  }
}
