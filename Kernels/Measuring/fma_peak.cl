// fma_peak: fused multiply-adds in float32 and nothing else, to measure a device's rate.
//
// One work-item computes sum = sum * factor + addend `steps` times for CHAINS independent sums of WIDTH lanes: enough
// sums to hide the latency of an FMA, few enough to stay in registers. It stores one value for each lane, so that the
// compiler cannot remove anything: out is [work-items][WIDTH].
#ifndef WIDTH
#define WIDTH 4  // lanes of a vector: 4, 8 or 16
#endif
#ifndef CHAINS
#define CHAINS 8  // sums of a work-item that do not depend on each other
#endif

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
typedef JOIN(float, WIDTH) vector;

__kernel void fma_peak(
    __global float *restrict out, const int items, const int steps, const float factor, const float addend) {
  const int item = (int)get_global_id(0);  // 0 ..< items
  if (item >= items) return;
  const vector a = (vector)(factor), b = (vector)(addend);
  vector sums[CHAINS];
#pragma unroll
  for (int c = 0; c < CHAINS; ++c) sums[c] = (vector)((float)(item + c));
  for (int i = 0; i < steps; ++i) {
#pragma unroll
    for (int c = 0; c < CHAINS; ++c) sums[c] = fma(sums[c], a, b);
  }
  vector total = sums[0];
#pragma unroll
  for (int c = 1; c < CHAINS; ++c) total += sums[c];
  JOIN(vstore, WIDTH)(total, (size_t)item, out);
}
