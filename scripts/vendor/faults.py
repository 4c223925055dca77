"""Programs with a fault each, by which the checks of scripts/test-compilers are checked."""

from .programs import Program


def faulty(name, text):
    return Program(text, "-cl-std=CL1.2 -w", {name: 64}, {"portable"})


# C99's plain `inline` leaves the function itself to another file, where there is none.
PLAIN_INLINE = faulty("plain_inline", """
inline float twice(const float x) { return 2.0f * x; }
__kernel void plain_inline(__global float *out) { out[get_global_id(0)] = twice(out[get_global_id(0)]); }
""")

# A keyword of Intel's compiler for FPGAs.
CHANNEL = faulty("fpga_keyword", """
__kernel void fpga_keyword(__global float *out, const int width) {
  const int channel = (int)get_global_id(0) / width;
  out[get_global_id(0)] = (float)channel;
}
""")

# 512 sums, each of which lives as long as the others.
SPILLING = faulty("spilling", """
__kernel void spilling(__global const float *restrict in, __global float *restrict out, const int count) {
  float sums[512];
  #pragma unroll
  for (int i = 0; i < 512; i++) sums[i] = 0.0f;
  for (int k = 0; k < count; k++) {
    #pragma unroll
    for (int i = 0; i < 512; i++) sums[i] = fma(in[k * 512 + i], in[get_global_id(0) + k], sums[i]);
  }
  #pragma unroll
  for (int i = 0; i < 512; i++) out[get_global_id(0) * 512 + i] = sums[i];
}
""")
