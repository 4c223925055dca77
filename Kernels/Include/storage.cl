// storage: how the elements of activations lie in memory, float32 or (STORAGE 16) half precision, and the vectors of 16
// bytes in which work-items move them. Kernels that have it in front of them compute in float32 all the same; half
// needs no extension for that, only the core's vload_half and vstore_half.
#ifndef STORAGE
#define STORAGE 32  // bits of an element: 32 or 16
#endif

#if STORAGE == 16
typedef ushort element;   // the bits of a half
typedef float8 channels;  // what a vector of 16 bytes holds
#define CHANNELS 8
#define NONE ((float8)(0.0f))
#else
typedef float element;
typedef float4 channels;
#define CHANNELS 4
#define NONE ((float4)(0.0f))
#endif
#define VECTORS (16 / CHANNELS)  // vectors of a block's 16 channels

// The work-items of a sub-group, where kernels can ask for a size (cl_intel_required_subgroup_size); without SUBGROUP
// the compiler chooses. Intel's takes 32 on Xe-HPC, where 16 work-items have twice the registers each.
#ifdef SUBGROUP
#define OF_SUBGROUPS __attribute__((intel_reqd_sub_group_size(SUBGROUP)))
#else
#define OF_SUBGROUPS
#endif

static inline float load_element(__global const element *from, const ulong i) {
#if STORAGE == 16
  return vload_half(i, (__global const half *)from);
#else
  return from[i];
#endif
}

static inline void store_element(const float value, __global element *to, const ulong i) {
#if STORAGE == 16
  vstore_half(value, i, (__global half *)to);
#else
  to[i] = value;
#endif
}

// Vector number i, aligned to 16 bytes.
static inline channels load_channels(__global const element *from, const ulong i) {
#if STORAGE == 16
  return vloada_half8(i, (__global const half *)from);
#else
  return vload4(i, from);
#endif
}

static inline void store_channels(const channels value, __global element *to, const ulong i) {
#if STORAGE == 16
  vstorea_half8(value, i, (__global half *)to);
#else
  vstore4(value, i, to);
#endif
}

// Four channels, number i of such groups.
static inline float4 load_four(__global const element *from, const ulong i) {
#if STORAGE == 16
  return vloada_half4(i, (__global const half *)from);
#else
  return vload4(i, from);
#endif
}

static inline void store_four(const float4 value, __global element *to, const ulong i) {
#if STORAGE == 16
  vstorea_half4(value, i, (__global half *)to);
#else
  vstore4(value, i, to);
#endif
}

// Such a vector by itself.
static inline uint4 pack_channels(const channels value) {
#if STORAGE == 16
  uint4 vector;
  vstore_half8(value, 0, (half *)&vector);
  return vector;
#else
  return as_uint4(value);
#endif
}
