// value_range: the least and the greatest finite value of each of several parts of a buffer, reduced by each
// work-group. For each part, the reader must combine as many pairs as there are work-groups along dimension 0.
//
// Part p is in[at + p * count ..< at + (p + 1) * count]; out is [parts][groups] pairs (least, greatest), or +∞ and −∞
// if no value is finite. Work-groups have at most 256 work-items, a power of two.
__kernel void value_range(
    __global const float *restrict in, const ulong at, const int count, __global float2 *restrict out) {
  const int item = (int)get_local_id(0), items = (int)get_local_size(0);
  const int group = (int)get_group_id(0), groups = (int)get_num_groups(0);  // 0 ..< groups
  const int part = (int)get_global_id(1);                                   // 0 ..< parts
  __global const float *values = in + at + (ulong)part * count;
  float least = INFINITY, greatest = -INFINITY;
  for (int i = group * items + item; i < count; i += groups * items) {
    const float value = values[i];
    if (isfinite(value)) {
      least = fmin(least, value);
      greatest = fmax(greatest, value);
    }
  }
  __local float2 shared_ranges[256];
  shared_ranges[item] = (float2)(least, greatest);
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_count = items / 2; half_count > 0; half_count /= 2) {
    if (item < half_count) {
      const float2 other = shared_ranges[item + half_count];
      shared_ranges[item] = (float2)(fmin(shared_ranges[item].x, other.x), fmax(shared_ranges[item].y, other.y));
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (item == 0) out[(ulong)part * groups + group] = shared_ranges[0];
}

// count_values: the number of values of at least `limit` in each of several parts of a buffer, counted by each
// work-group. The reader must add as many counts for each part as there are work-groups along dimension 0.
//
// Part p is in[p * count ..< (p + 1) * count]; out is [parts][groups] from element `out_at` on. NaN is not counted.
// Work-groups have at most 256 work-items, a power of two.
__kernel void count_values(
    __global const float *restrict in, const int count, const float limit, __global int *restrict out,
    const int out_at) {
  const int item = (int)get_local_id(0), items = (int)get_local_size(0);
  const int group = (int)get_group_id(0), groups = (int)get_num_groups(0);  // 0 ..< groups
  const int part = (int)get_global_id(1);                                   // 0 ..< parts
  __global const float *values = in + (ulong)part * count;
  int sum = 0;
  for (int i = group * items + item; i < count; i += groups * items) sum += values[i] >= limit ? 1 : 0;
  __local int shared_sums[256];
  shared_sums[item] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_count = items / 2; half_count > 0; half_count /= 2) {
    if (item < half_count) shared_sums[item] += shared_sums[item + half_count];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  if (item == 0) out[out_at + part * groups + group] = shared_sums[0];
}
