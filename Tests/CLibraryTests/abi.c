/* The layout of structures in the binary interface of 64-bit systems: what may never change, only grow at the end. */
#include <stddef.h>

#include "check.h"

#define LAYOUT(type, size, last, offset)                                  \
  _Static_assert(sizeof(type) == (size), #type " has another size");      \
  _Static_assert(offsetof(type, last) == (offset), #type "." #last " lies elsewhere")

#if UINTPTR_MAX == 0xffffffffffffffff
LAYOUT(u2cl_setup_options, 24, command, 16);
LAYOUT(u2cl_pixels, 56, format, 48);
LAYOUT(u2cl_decoding_options, 16, pixel_limit, 8);
LAYOUT(u2cl_encoding_options, 24, keeps_metadata, 16);
LAYOUT(u2cl_detector_options, 96, progress_context, 88);
LAYOUT(u2cl_detect_options, 32, progress_context, 24);
LAYOUT(u2cl_map, 56, are_probabilities, 48);
LAYOUT(u2cl_confidence, 32, area, 24);
LAYOUT(u2cl_composition, 112, certain_distance, 104);
LAYOUT(u2cl_pull_options, 48, progress_context, 40);
LAYOUT(u2cl_bench_options, 64, most_seconds, 56);
LAYOUT(u2cl_detector_bench_options, 64, progress_context, 56);
LAYOUT(u2cl_evaluation_options, 40, progress_context, 32);
LAYOUT(u2cl_measures, 120, max_iou, 112);
#endif

int main(void) {
  CHECK(u2cl_abi_version() == 0);
  return finish("abi");
}
