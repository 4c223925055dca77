/* The binary interface of 64-bit systems: the layout of structures, which may only grow at the end, and the values of
 * constants. */
#include <stddef.h>

#include "check.h"

#define LAYOUT(type, size, last, offset)                                  \
  _Static_assert(sizeof(type) == (size), #type " has another size");      \
  _Static_assert(offsetof(type, last) == (offset), #type "." #last " lies elsewhere")

/* Values that callers have compiled in. */
#define VALUE(name, value) _Static_assert((name) == (value), #name " has another value")
VALUE(U2CL_OK, 0);
VALUE(U2CL_ERROR_USAGE, 2);
VALUE(U2CL_ERROR_DEVICE, 3);
VALUE(U2CL_ERROR_MODEL, 4);
VALUE(U2CL_ERROR_FILE, 5);
VALUE(U2CL_ERROR_VERIFICATION, 6);
VALUE(U2CL_ERROR_CANCELLED, 7);
VALUE(U2CL_ERROR_MEMORY, 8);
VALUE(U2CL_ERROR_FORKED, 9);
VALUE(U2CL_ERROR_INTERNAL, 10);
VALUE(U2CL_GRAY8, 1);
VALUE(U2CL_RGB8, 2);
VALUE(U2CL_RGBA8, 3);
VALUE(U2CL_BGR8, 4);
VALUE(U2CL_BGRA8, 5);
VALUE(U2CL_GRAY16, 6);
VALUE(U2CL_RGB16, 7);
VALUE(U2CL_RGBA16, 8);
VALUE(U2CL_PNG, 0);
VALUE(U2CL_JPEG, 1);
VALUE(U2CL_WEBP, 2);
VALUE(U2CL_TIFF, 3);
VALUE(U2CL_AVIF, 4);
VALUE(U2CL_PRECISION_AUTO, 0);
VALUE(U2CL_FP32, 1);
VALUE(U2CL_FP16, 2);
VALUE(U2CL_RESAMPLING_DEFAULT, 0);
VALUE(U2CL_BILINEAR, 1);
VALUE(U2CL_BILINEAR_CONSTANT, 2);
VALUE(U2CL_ANTIALIASED, 3);
VALUE(U2CL_LANCZOS, 4);
VALUE(U2CL_MIN_MAX, 0);
VALUE(U2CL_IDENTITY, 1);
VALUE(U2CL_MAIN_MAP, 0);
VALUE(U2CL_ALL_MAPS, 1);
VALUE(U2CL_TASK_OF_MODEL, 0);
VALUE(U2CL_SALIENCY, 1);
VALUE(U2CL_PARSING, 2);
VALUE(U2CL_PORTRAIT, 3);
VALUE(U2CL_MAPS, 0);
VALUE(U2CL_MASKS, 1);
VALUE(U2CL_REFINED_MATTES, 2);
VALUE(U2CL_REFINED_CUTOUTS, 3);
VALUE(U2CL_REFINED_CUTOUTS_AND_MATTES, 4);
VALUE(U2CL_EDGES_DEFAULT, 0);
VALUE(U2CL_EDGES_INTERPOLATED, 1);
VALUE(U2CL_EDGES_REFINED, 2);
VALUE(U2CL_EDGES_MATTED, 3);
VALUE(U2CL_CUTOUT, 0);
VALUE(U2CL_MASK, 1);
VALUE(U2CL_COMPOSITE, 2);
VALUE(U2CL_BLUR, 3);
VALUE(U2CL_OVERLAY, 4);
VALUE(U2CL_HEATMAP, 5);
VALUE(U2CL_CONTOUR, 6);
VALUE(U2CL_PLAIN_CUTOUT, 7);

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
