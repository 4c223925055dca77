// storage: the format in which activations are stored, and how kernels load and store them. Kernels compute in float32
// whatever the format. None of the formats needs an extension: the core of OpenCL C has vload_half and vstore_half, and
// a bfloat16 is the upper half of a float32.
#define FLOAT32 32
#define FLOAT16 16
#define BFLOAT16 1016  // 16 bits as well, but another number than FLOAT16
#ifndef STORAGE
#define STORAGE FLOAT32
#endif

#if STORAGE == BFLOAT16
typedef ushort element;  // the bits of a bfloat16

// The nearest bfloat16; of two equally near, the even one. NaN becomes a quiet NaN.
static inline ushort bfloat16_bits(const float value) {
  const uint bits = as_uint(value);
  return (ushort)((isnan(value) ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
#elif STORAGE == FLOAT16
typedef ushort element;   // the bits of a half
typedef float8 channels;  // the values of a vector of 16 bytes
#define CHANNELS 8
#define NONE ((float8)(0.0f))
#else
typedef float element;
typedef float4 channels;
#define CHANNELS 4
#define NONE ((float4)(0.0f))
#endif

// Requests the size of sub-groups, SUBGROUP, where kernels can do so (cl_intel_required_subgroup_size). On Xe-HPC,
// Intel's compiler chooses 32 by default, although the work-items of sub-groups of 16 have twice the registers.
#ifdef SUBGROUP
#define OF_SUBGROUPS __attribute__((intel_reqd_sub_group_size(SUBGROUP)))
#else
#define OF_SUBGROUPS
#endif

static inline float load_element(__global const element *from, const ulong i) {
#if STORAGE == BFLOAT16
  return as_float((uint)from[i] << 16);
#elif STORAGE == FLOAT16
  return vload_half(i, (__global const half *)from);
#else
  return from[i];
#endif
}

static inline void store_element(const float value, __global element *to, const ulong i) {
#if STORAGE == BFLOAT16
  to[i] = bfloat16_bits(value);
#elif STORAGE == FLOAT16
  vstore_half(value, i, (__global half *)to);
#else
  to[i] = value;
#endif
}

// What follows is for kernels on blocks of 16 channels, which store float32 or halves.
#if STORAGE != BFLOAT16
#define VECTORS (16 / CHANNELS)  // vectors of 16 bytes of a block's 16 channels

// The vector of 16 bytes with index i.
static inline channels load_channels(__global const element *from, const ulong i) {
#if STORAGE == FLOAT16
  return vloada_half8(i, (__global const half *)from);
#else
  return vload4(i, from);
#endif
}

static inline void store_channels(const channels value, __global element *to, const ulong i) {
#if STORAGE == FLOAT16
  vstorea_half8(value, i, (__global half *)to);
#else
  vstore4(value, i, to);
#endif
}

// Four channels, the group of four with index i.
static inline float4 load_four(__global const element *from, const ulong i) {
#if STORAGE == FLOAT16
  return vloada_half4(i, (__global const half *)from);
#else
  return vload4(i, from);
#endif
}

static inline void store_four(const float4 value, __global element *to, const ulong i) {
#if STORAGE == FLOAT16
  vstorea_half4(value, i, (__global half *)to);
#else
  vstore4(value, i, to);
#endif
}

// A vector of 16 bytes as it is stored.
static inline uint4 pack_channels(const channels value) {
#if STORAGE == FLOAT16
  uint4 vector;
  vstore_half8(value, 0, (half *)&vector);
  return vector;
#else
  return as_uint4(value);
#endif
}
#endif
