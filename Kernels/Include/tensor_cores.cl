// tensor_cores: NVIDIA's instructions that copy to local memory, load fragments of matrices from it and multiply them,
// as PTX in OpenCL C. With PTX 0, plain OpenCL C with the same meaning, as NVIDIA's "Parallel Thread Execution ISA"
// defines it (9.7.14, matrix fragments for mma.m16n8k8 and m16n8k16, ldmatrix), so that any device can check the
// kernels. There the work-items of a warp exchange their operands through local memory.
//
// A warp is 32 work-items with consecutive local ids. All work-items of a work-group must call these functions
// together.
#ifndef PTX
#define PTX 0  // 1: NVIDIA's instructions; 0: plain OpenCL C
#endif

// Always inlined: PoCL 3.1 miscompiles barriers in functions that are not inlined, and operands must stay in registers.
// See ProgramSource.text(for:) for why it must be `static inline`.
#define INLINE static inline __attribute__((always_inline))

#if PTX
#define EXCHANGE(items) 1

INLINE uint shared_address(__local const uint4 *at) { return (uint)(size_t)at; }

// Starts to copy 16 bytes or, if `inside` is 0, to write zeros. Both addresses are aligned.
INLINE void start_copy(__local uint4 *to, __global const uint4 *from, const int inside) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
               :: "r"(shared_address(to)), "l"(from), "r"(inside ? 16 : 0) : "memory");
}

// Ends a group of copies.
#define END_COPIES asm volatile("cp.async.commit_group;" ::: "memory");

// Waits until all copies but those of the last `pending` groups (a literal) have arrived.
#define AWAIT_COPIES(pending) asm volatile("cp.async.wait_group " #pending ";" ::: "memory");

// Loads four matrices, of 8×8 halves or 8×4 words. Work-item 8i + r of the warp passes the place of row r of matrix i.
INLINE void load_matrices(uint *r, __local const uint4 *shared, const int row, __local uint *exchange) {
  uint a, b, c, d;
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "r"(shared_address(shared) + row * 16) : "memory");
  r[0] = a;
  r[1] = b;
  r[2] = c;
  r[3] = d;
}

// sums[16×8] += a[16×16] b[16×8] in half precision; the sums are float32.
INLINE void multiply_k16(float *sums, const uint *a, const uint *b, __local uint *exchange) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// sums[16×8] += a[16×8] b[8×8] in half precision, for devices without m16n8k16.
INLINE void multiply_k8(float *sums, const uint *a, const uint b, __local uint *exchange) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]) : "r"(a[0]), "r"(a[1]), "r"(b));
}

// sums[16×8] += a[16×8] b[8×8] in TF32: float32 values whose last 13 bits are ignored.
INLINE void multiply_tf32(float *sums, const uint *a, const uint *b, __local uint *exchange) {
  asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#else
#define EXCHANGE(items) ((items) * 6)  // words of local memory for the operands of a group

// Products are exact, and the sum of one instruction's products is rounded toward zero, if the device has doubles.
#ifdef cl_khr_fp64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef double exact;
#define ROUND(sum) convert_float_rtz(sum)
#else
typedef float exact;
#define ROUND(sum) (sum)
#endif

// Copies arrive when they are started; COPY says when that is.
INLINE void start_copy(__local uint4 *to, __global const uint4 *from, const int inside) {
  *to = inside ? *from : (uint4)(0);
}
#define END_COPIES
#define AWAIT_COPIES(pending)

INLINE void load_matrices(uint *r, __local const uint4 *shared, const int row, __local uint *exchange) {
  const int item = (int)get_local_id(0), lane = item % 32;
  exchange[item] = (uint)row;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int i = 0; i < 4; i++) {
    const uint at = exchange[item - lane + i * 8 + lane / 4];
    r[i] = ((__local const uint *)(shared + at))[lane % 4];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

INLINE float half_bits(const uint word, const int which) {
  const ushort bits = (ushort)(word >> (which * 16));
  return vload_half(0, (const half *)&bits);
}

// Shares this work-item's operands, a followed by b, with the warp. The words of a lane are consecutive.
INLINE __local const uint *tell(
    __local uint *exchange, const uint *a, const int a_count, const uint *b, const int b_count) {
  const int item = (int)get_local_id(0);
  for (int i = 0; i < a_count; i++) exchange[item * 6 + i] = a[i];
  for (int i = 0; i < b_count; i++) exchange[item * 6 + a_count + i] = b[i];
  barrier(CLK_LOCAL_MEM_FENCE);
  return exchange + (item - item % 32) * 6;
}

// Multiplies fragments with `k` columns of halves, 8 or 16.
INLINE void multiply_halves(float *sums, const uint *a, const uint *b, const int k, __local uint *exchange) {
  const int lane = (int)get_local_id(0) % 32, a_count = k / 4;
  __local const uint *warp = tell(exchange, a, a_count, b, k / 8);
  for (int i = 0; i < 4; i++) {
    const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    exact sum = sums[i];
    for (int j = 0; j < k; j++) {
      const uint x = warp[(row % 8 * 4 + j % 8 / 2) * 6 + row / 8 + j / 8 * 2];
      const uint y = warp[(column * 4 + j % 8 / 2) * 6 + a_count + j / 8];
      sum += (exact)half_bits(x, j % 2) * half_bits(y, j % 2);
    }
    sums[i] = ROUND(sum);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}

INLINE void multiply_k16(float *sums, const uint *a, const uint *b, __local uint *exchange) {
  multiply_halves(sums, a, b, 16, exchange);
}

INLINE void multiply_k8(float *sums, const uint *a, const uint b, __local uint *exchange) {
  multiply_halves(sums, a, &b, 8, exchange);
}

INLINE void multiply_tf32(float *sums, const uint *a, const uint *b, __local uint *exchange) {
  const int lane = (int)get_local_id(0) % 32;
  __local const uint *warp = tell(exchange, a, 4, b, 2);
  for (int i = 0; i < 4; i++) {
    const int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    exact sum = sums[i];
    for (int j = 0; j < 8; j++) {
      const uint x = warp[(row % 8 * 4 + j % 4) * 6 + row / 8 + j / 4 * 2];
      const uint y = warp[(column * 4 + j % 4) * 6 + 4 + j / 4];
      sum += (exact)as_float(x & 0xFFFFE000u) * as_float(y & 0xFFFFE000u);
    }
    sums[i] = ROUND(sum);
  }
  barrier(CLK_LOCAL_MEM_FENCE);
}
#endif
