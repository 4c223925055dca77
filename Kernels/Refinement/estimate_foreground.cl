// choose_tiles, estimate_tiles: a cut-out, RGBA with straight alpha, from a picture and its matte. Where alpha is
// mixed, colours are estimated, tile by tile, from the levels of foreground_levels.cl.
//
// in, at, shape, mattes and matte_at are as there. out is [height][width] of four samples of the picture's size, from
// byte out_at on. The tiles have `side` pixels, a multiple of the cells of level `depth`.
#pragma OPENCL FP_CONTRACT OFF

// A rectangle: rows top ..< bottom and columns left ..< right.
typedef struct {
  int top, bottom, left, right;
} Part;

Part tile_part(const int tile, const int side, const int2 size) {
  const int across = (size.y + side - 1) / side;
  const int top = tile / across * side, left = tile % across * side;
  const Part part = {top, min(top + side, size.x), left, min(left + side, size.y)};
  return part;
}

// The part of a level that a tile is estimated from: `margin` rows and columns more than necessary on each level.
Part level_part(const Part tile, const int level, const int margin, const int2 size) {
  Part part = {
      max(0, tile.top - margin), min(size.x, tile.bottom + margin), max(0, tile.left - margin),
      min(size.y, tile.right + margin)};
  for (int i = 1; i <= level; i++) {
    const int2 grid = level_size(size, i);
    part.top = max(0, part.top / 2 - margin);
    part.bottom = min(grid.x, (part.bottom + 1) / 2 + margin);
    part.left = max(0, part.left / 2 - margin);
    part.right = min(grid.y, (part.right + 1) / 2 + margin);
  }
  return part;
}

// Writes a pixel with its colour, and the matte's alpha times its own.
void write_pixel(
    __global const uchar *bytes, const int4 shape, const ulong pixel, const uint3 color, const uint alpha,
    __global uchar *out) {
  const bool deep = shape.w == 2;
  uint own = deep ? 65535u : 255u;
  if (shape.z == 4) own = deep ? ((__global const ushort *)bytes)[4 * pixel + 3] : bytes[4 * pixel + 3];
  const uint4 rgba = (uint4)(color, (alpha * own + 32767u) / 65535u);
  if (deep) {
    ((__global ushort4 *)out)[pixel] = convert_ushort4(rgba);
  } else {
    ((__global uchar4 *)out)[pixel] = convert_uchar4(rgba);
  }
}

// Writes the pixels of tiles without mixed alpha, and appends the other tiles to tiles[1...], whose number is tiles[0].
// One work-group does one tile.
__kernel void choose_tiles(
    __global const uchar *restrict in, const ulong at, const int4 shape, __global const ushort *restrict mattes,
    const ulong matte_at, const int side, __global int *tiles, __global uchar *restrict out, const ulong out_at) {
  const int item = (int)get_local_id(0), items = (int)get_local_size(0);
  const int tile = (int)get_group_id(0);
  const Part part = tile_part(tile, side, shape.xy);
  const int columns = part.right - part.left, count = columns * (part.bottom - part.top);
  __global const ushort *matte = mattes + matte_at;
  __local int found_mixed;
  if (item == 0) found_mixed = 0;
  barrier(CLK_LOCAL_MEM_FENCE);
  int is_mixed = 0;
  for (int i = item; i < count; i += items) {
    const uint alpha = matte[(ulong)(part.top + i / columns) * shape.y + part.left + i % columns];
    is_mixed |= alpha != 0u && alpha != 65535u;
  }
  if (is_mixed) atomic_or(&found_mixed, 1);
  barrier(CLK_LOCAL_MEM_FENCE);
  if (found_mixed) {
    if (item == 0) tiles[1 + atomic_inc(tiles)] = tile;
    return;
  }
  for (int i = item; i < count; i += items) {
    const ulong pixel = (ulong)(part.top + i / columns) * shape.y + part.left + i % columns;
    const uint alpha = matte[pixel];
    const uint3 color = alpha != 0u ? pixel_samples(in + at, pixel, shape.z, shape.w == 2) : (uint3)(0u);
    write_pixel(in + at, shape, pixel, color, alpha, out + out_at);
  }
}

// The means of a part of a level: of level 0 from the pixels, of the others from their sums, which lie one level after
// the other, from level 1 on.
void part_means(
    __global const uchar *bytes, const int4 shape, __global const ushort *matte, __global const float4 *sums,
    const int level, const Part part, __global float4 *means) {
  const int items = (int)get_local_size(0);
  const int columns = part.right - part.left, count = columns * (part.bottom - part.top);
  ulong first = 0;
  for (int i = 1; i < level; i++) {
    const int2 grid = level_size(shape.xy, i);
    first += (ulong)grid.x * grid.y;
  }
  const int width = level_size(shape.xy, level).y;
  for (int i = (int)get_local_id(0); i < count; i += items) {
    const int y = part.top + i / columns, x = part.left + i % columns;
    const ulong cell = (ulong)y * width + x;
    const float4 sum = level == 0 ? pixel_cell(bytes, cell, shape.z, shape.w == 2, matte) : sums[first + cell];
    means[i] = cell_mean(sum, cell_count(x, y, level, shape.xy));
  }
}

// Whether a cell's alpha is mixed or another than that of the cell to the right or below.
bool is_edge(__global const float4 *means, const int i, const bool has_right, const bool has_below, const int width) {
  const float alpha = means[i].w;
  return (alpha > 0.0f && alpha < 1.0f) || (has_right && means[i + 1].w != alpha) ||
         (has_below && means[i + width].w != alpha);
}

// Sets `chosen` to 1 for the cells that are at most `reach` rows and columns from an edge, and to 0 for the others.
void near_edges(
    __global const float4 *means, const int2 size, const int reach, __global uchar *edges, __global uchar *along,
    __global uchar *chosen) {
  const int item = (int)get_local_id(0), items = (int)get_local_size(0);
  const int height = size.x, width = size.y, count = height * width;
  for (int i = item; i < count; i += items)
    edges[i] = is_edge(means, i, i % width + 1 < width, i + width < count, width) ? 1 : 0;
  barrier(CLK_GLOBAL_MEM_FENCE);
  for (int i = item; i < count; i += items) {
    const int x = i % width;
    uchar found = 0;
    for (int u = max(0, x - reach); u <= min(width - 1, x + reach); u++) found |= edges[i - x + u];
    along[i] = found;
  }
  barrier(CLK_GLOBAL_MEM_FENCE);
  for (int i = item; i < count; i += items) {
    const int x = i % width, y = i / width;
    uchar found = 0;
    for (int v = max(0, y - reach); v <= min(height - 1, y + reach); v++) found |= along[v * width + x];
    chosen[i] = found;
  }
}

// Whether a pixel at most two rows and columns away has some foreground.
bool is_beside_foreground(__global const ushort *matte, const int2 size, const int x, const int y) {
  for (int v = max(0, y - 2); v <= min(size.x - 1, y + 2); v++)
    for (int u = max(0, x - 2); u <= min(size.y - 1, x + 2); u++)
      if (matte[(ulong)v * size.y + u] != 0) return true;
  return false;
}

// Writes the pixels of a tile with mixed alpha.
void write_tile(
    __global const uchar *bytes, const int4 shape, __global const ushort *matte, const Part tile,
    const Estimates level, __global uchar *out) {
  const int items = (int)get_local_size(0);
  const int columns = tile.right - tile.left, count = columns * (tile.bottom - tile.top);
  const bool deep = shape.w == 2;
  const float full = deep ? 65535.0f : 255.0f;
  for (int i = (int)get_local_id(0); i < count; i += items) {
    const int y = tile.top + i / columns, x = tile.left + i % columns;
    const ulong pixel = (ulong)y * shape.y + x;
    const uint alpha = matte[pixel];
    uint3 color = (uint3)(0u);
    if (alpha == 65535u) {
      color = pixel_samples(bytes, pixel, shape.z, deep);
    } else if (alpha != 0u || is_beside_foreground(matte, shape.xy, x, y)) {
      const int2 cell = (int2)(y, x) - level.origin;
      color = convert_uint3(level.foreground[cell.x * level.size.y + cell.y].xyz * full + 0.5f);
    }
    write_pixel(bytes, shape, pixel, color, alpha, out);
  }
}

// Estimates the colours of the tiles that choose_tiles has chosen, and writes their pixels. base is the slot of
// relax_levels from its estimates on: parts of base_part elements. A work-group does every groups-th tile, with
// `scratch_stride` elements of scratch: means and two estimates of scratch_cells.x cells, two estimates of
// scratch_cells.y cells, and three bytes for each of scratch_cells.x cells.
__kernel void estimate_tiles(
    __global const uchar *restrict in, const ulong at, const int4 shape, __global const ushort *restrict mattes,
    const ulong matte_at, __global const float4 *restrict sums, __global float4 *base, const ulong base_at,
    const int base_part, const int depth, const int side, __global const int *restrict tiles,
    __global float4 *scratch, const ulong scratch_stride, const int2 scratch_cells, const int margin,
    const int reach, const int sweeps, const float2 weights, __global uchar *restrict out, const ulong out_at) {
  const int count = tiles[0];
  __global const uchar *bytes = in + at;
  __global const ushort *matte = mattes + matte_at;
  __global float4 *means = scratch + scratch_stride * get_group_id(0);
  __global float4 *even = means + scratch_cells.x, *odd = even + 2 * scratch_cells.x;
  __global uchar *edges = (__global uchar *)(odd + 2 * scratch_cells.y);
  __global uchar *along = edges + scratch_cells.x, *chosen = along + scratch_cells.x;
  for (int number = (int)get_group_id(0); number < count; number += (int)get_num_groups(0)) {
    const Part tile = tile_part(tiles[1 + number], side, shape.xy);
    Estimates coarse;
    coarse.origin = (int2)(0);
    coarse.size = level_size(shape.xy, depth);
    coarse.foreground = base + base_at;
    coarse.background = coarse.foreground + base_part;
    for (int level = depth - 1; level >= 0; level--) {
      const Part part = level_part(tile, level, margin, shape.xy);
      Estimates fine;
      fine.origin = (int2)(part.top, part.left);
      fine.size = (int2)(part.bottom - part.top, part.right - part.left);
      fine.foreground = level % 2 == 0 ? even : odd;
      fine.background = fine.foreground + (level % 2 == 0 ? scratch_cells.x : scratch_cells.y);
      part_means(bytes, shape, matte, sums, level, part, means);
      double_level(coarse, fine);
      barrier(CLK_GLOBAL_MEM_FENCE);
      near_edges(means, fine.size, reach, edges, along, chosen);
      barrier(CLK_GLOBAL_MEM_FENCE);
      relax_level(fine, means, chosen, sweeps, weights);
      coarse = fine;
    }
    write_tile(bytes, shape, matte, tile, coarse, out + out_at);
    barrier(CLK_GLOBAL_MEM_FENCE);
  }
}
