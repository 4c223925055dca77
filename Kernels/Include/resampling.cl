// resampling: pixels of a map resampled to another size, on blocks of 16 channels (see storage.cl), one vector of 16
// bytes at a time. For GPUs: max_pool_c16_gpu and upsample_c16_gpu store such maps, conv2d_gemm reads through them.
//
// `block` is the plane of a block, height × width pixels; v is the index of one of a pixel's vectors.

// The maximum of the 2×2 pixels from row y0 and column x0 on. Beyond the edge, the edge is repeated, so that the four
// loads do not depend on each other.
static inline channels largest_of_four(
    __global const element *block, const int height, const int width, const int y0, const int x0, const int v) {
  const int y1 = min(y0 + 1, height - 1), x1 = min(x0 + 1, width - 1);
  const channels top = fmax(
      load_channels(block, (y0 * width + x0) * VECTORS + v), load_channels(block, (y0 * width + x1) * VECTORS + v));
  const channels bottom = fmax(
      load_channels(block, (y1 * width + x0) * VECTORS + v), load_channels(block, (y1 * width + x1) * VECTORS + v));
  return fmax(top, bottom);
}

// A pixel of the map resampled bilinearly without antialiasing, like PyTorch's interpolate(mode="bilinear"). Row `row`
// of the result lies at row grid.x * (row + grid.y) - grid.y of the map, and columns likewise by grid.z and grid.w. A
// shift of 0.5 means half-pixel centres. Negative positions become 0.
static inline channels between_pixels(
    __global const element *block, const int height, const int width, const int row, const int column,
    const float4 grid, const int v) {
  const float y = fmax(grid.x * ((float)row + grid.y) - grid.y, 0.0f);
  const float x = fmax(grid.z * ((float)column + grid.w) - grid.w, 0.0f);
  const int y0 = min((int)y, height - 1), y1 = min(y0 + 1, height - 1);
  const int x0 = min((int)x, width - 1), x1 = min(x0 + 1, width - 1);
  const float fy = y - (float)y0, fx = x - (float)x0;
  const channels top = (1.0f - fx) * load_channels(block, (y0 * width + x0) * VECTORS + v)
      + fx * load_channels(block, (y0 * width + x1) * VECTORS + v);
  const channels bottom = (1.0f - fx) * load_channels(block, (y1 * width + x0) * VECTORS + v)
      + fx * load_channels(block, (y1 * width + x1) * VECTORS + v);
  return (1.0f - fy) * top + fy * bottom;
}
