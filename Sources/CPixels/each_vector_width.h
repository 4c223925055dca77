// U2CL_EACH_VECTOR_WIDTH before a function compiles it for each width of vectors that processors of this kind may have;
// the loader takes the widest that the processor has. All of them compute the same bits: products and sums are not
// fused, and no sum is reordered.
#ifndef U2CL_EACH_VECTOR_WIDTH_H
#define U2CL_EACH_VECTOR_WIDTH_H

#if defined(__x86_64__) && defined(__linux__)
#define U2CL_EACH_VECTOR_WIDTH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define U2CL_EACH_VECTOR_WIDTH
#endif

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

#endif
