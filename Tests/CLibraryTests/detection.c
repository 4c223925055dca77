/* Masks, mattes and compositions are the same whatever way they are asked for, in every size of batch. */
#include "check.h"

enum { count = 5 };

static u2cl_picture *pictures[count];

static const u2cl_picture *const *inputs(void) { return (const u2cl_picture *const *)pictures; }

/* One after another, in batches, and submitted ahead: the same masks. */
static void batches(void) {
  u2cl_detector *single = make_detector(1, U2CL_MAIN_MAP), *batched = make_detector(3, U2CL_MAIN_MAP);
  u2cl_detect_options options = {.struct_size = sizeof options, .output = U2CL_MASKS};
  unsigned long expected[count];
  u2cl_detection *found[count];
  u2cl_picture *mask = NULL;
  u2cl_pending *pending[3] = {NULL, NULL, NULL};
  size_t i, k, maps = 1;
  for (i = 0; i < count; i++) expected[i] = mask_hash(single, pictures[i]);
  for (i = 1; i < count; i++) CHECK(expected[i] != expected[0]);
  OK(u2cl_detector_detect(batched, inputs(), count, &options, found));
  OK(u2cl_detection_map_count(found[0], &maps));
  CHECK(maps == 0);
  FAILS(u2cl_detection_matte(found[0], 0, 0, &mask), U2CL_ERROR_USAGE, "U2CL_MASKS");
  FAILS(u2cl_detection_compose(found[0], NULL, &mask), U2CL_ERROR_USAGE, "U2CL_MASKS");
  for (i = 0; i < count; i++) {
    OK(u2cl_detection_mask(found[i], &mask));
    CHECK(mask && hash(mask) == expected[i]);
    OK(u2cl_picture_release(mask));
    OK(u2cl_detection_release(found[i]));
  }
  for (k = 0; k < 3; k++) OK(u2cl_detector_submit(single, inputs(), count, &options, &pending[k]));
  FAILS(u2cl_pending_wait(pending[0], found, count - 1), U2CL_ERROR_USAGE, "5 pictures");
  for (k = 3; k-- > 0;) {
    OK(u2cl_pending_wait(pending[k], found, count));
    FAILS(u2cl_pending_wait(pending[k], (u2cl_detection *[count]){0}, count), U2CL_ERROR_USAGE, "already");
    for (i = 0; i < count; i++) {
      OK(u2cl_detection_mask(found[i], &mask));
      CHECK(mask && hash(mask) == expected[i]);
      OK(u2cl_picture_release(mask));
      OK(u2cl_detection_release(found[i]));
    }
    OK(u2cl_pending_release(pending[k]));
  }
  OK(u2cl_detector_release(single));
  OK(u2cl_detector_release(batched));
}

/* What is submitted and given up leaves nothing behind, and the detector goes on. */
static void given_up(void) {
  u2cl_detector *detector = make_detector(2, U2CL_MAIN_MAP);
  u2cl_pending *pending = NULL;
  u2cl_detection *found[count];
  unsigned long before = mask_hash(detector, pictures[0]);
  OK(u2cl_detector_submit(detector, inputs(), count, NULL, &pending));
  OK(u2cl_pending_release(pending));
  CHECK(mask_hash(detector, pictures[0]) == before);
  OK(u2cl_detector_submit(detector, inputs(), count, NULL, &pending));
  OK(u2cl_pending_cancel(pending));
  FAILS(u2cl_pending_wait(pending, found, count), U2CL_ERROR_CANCELLED, "cancelled");
  CHECK(!found[0]);
  OK(u2cl_pending_release(pending));
  CHECK(mask_hash(detector, pictures[0]) == before);
  /* The detector may be released before what it computes. */
  OK(u2cl_detector_submit(detector, inputs(), 1, NULL, &pending));
  OK(u2cl_detector_release(detector));
  OK(u2cl_pending_wait(pending, found, 1));
  OK(u2cl_detection_release(found[0]));
  OK(u2cl_pending_release(pending));
}

/* Every composition, from a detection and from its matte. */
static void compositions(void) {
  u2cl_detector *detector = make_detector(1, U2CL_MAIN_MAP);
  u2cl_picture *result = NULL, *mask = NULL, *other = NULL, *matte = NULL;
  u2cl_detection *found = NULL;
  u2cl_pixels view = {.struct_size = sizeof view};
  u2cl_buffer *json = NULL;
  int kind, edges;
  OK(u2cl_detector_detect(detector, inputs(), 1, NULL, &found));
  OK(u2cl_detection_mask(found, &mask));
  for (kind = U2CL_CUTOUT; kind <= U2CL_PLAIN_CUTOUT; kind++) {
    for (edges = U2CL_EDGES_DEFAULT; edges <= U2CL_EDGES_MATTED; edges++) {
      u2cl_composition c = {.struct_size = sizeof c, .kind = kind, .edges = edges};
      OK(u2cl_detection_compose(found, &c, &result));
      OK(u2cl_picture_pixels(result, &view));
      CHECK(view.format == (kind == U2CL_MASK ? U2CL_GRAY8 : kind == U2CL_CUTOUT || kind == U2CL_PLAIN_CUTOUT
                                                               ? U2CL_RGBA8
                                                               : U2CL_RGB8));
      if (edges >= U2CL_EDGES_REFINED && kind != U2CL_PLAIN_CUTOUT) {
        OK(u2cl_detection_matte(found, edges, 0, &matte));
        OK(u2cl_picture_compose(pictures[0], matte, &c, &other));
        CHECK(hash(other) == hash(result));
        OK(u2cl_picture_release(other));
        OK(u2cl_picture_release(matte));
      }
      if (edges == U2CL_EDGES_INTERPOLATED) {
        OK(u2cl_picture_compose(pictures[0], mask, &c, &other));
        CHECK(hash(other) == hash(result));
        OK(u2cl_picture_release(other));
      }
      OK(u2cl_picture_release(result));
    }
  }
  {
    u2cl_composition c = {.struct_size = sizeof c, .kind = U2CL_COMPOSITE, .backdrop = pictures[1], .feather = 1.5};
    OK(u2cl_detection_compose(found, &c, &result));
    OK(u2cl_picture_notes(result, &json));
    OK(u2cl_buffer_release(json));
    OK(u2cl_picture_release(result));
    c = (u2cl_composition){.struct_size = sizeof c, .edges = U2CL_EDGES_MATTED, .certain_distance = 10,
                           .certain_foreground = 240 / 255.0, .certain_background = 10 / 255.0};
    OK(u2cl_detection_compose(found, &c, &result));
    OK(u2cl_picture_release(result));
  }
  OK(u2cl_picture_release(mask));
  OK(u2cl_detection_release(found));
  OK(u2cl_detector_release(detector));
}

static int32_t stop_after_two(void *context, uint64_t done, uint64_t total) {
  int *calls = context;
  CHECK(total == count && done == (uint64_t)++*calls);
  return *calls == 2;
}

static u2cl_detector *own_detector;

static int32_t use_detector(void *context, uint64_t done, uint64_t total) {
  u2cl_buffer *json = NULL;
  (void)done, (void)total;
  *(u2cl_status *)context = u2cl_detector_info(own_detector, &json);
  OK(u2cl_buffer_release(json));
  /* Anything else may be used. */
  OK(u2cl_models(&json));
  OK(u2cl_buffer_release(json));
  return 0;
}

static void progress(void) {
  u2cl_detection *found[count];
  u2cl_detect_options options = {.struct_size = sizeof options, .progress = stop_after_two};
  u2cl_status inside = U2CL_ERROR_INTERNAL;
  u2cl_buffer *json = NULL;
  const uint8_t *text = NULL;
  char width[32];
  size_t size;
  int calls = 0, i;
  own_detector = make_detector(1, U2CL_MAIN_MAP);
  options.progress_context = &calls;
  FAILS(u2cl_detector_detect(own_detector, inputs(), count, &options, found), U2CL_ERROR_CANCELLED, "cancelled");
  CHECK(calls == 2 && !found[0] && !found[4]);
  options.progress = use_detector;
  options.progress_context = &inside;
  OK(u2cl_detector_detect(own_detector, inputs(), count, &options, found));
  CHECK(inside == U2CL_OK || inside == U2CL_ERROR_USAGE);
  for (i = 0; i < count; i++) OK(u2cl_detection_release(found[i]));
  OK(u2cl_detector_info(own_detector, &json));
  OK(u2cl_buffer_bytes(json, &text, &size));
  snprintf(width, sizeof width, "\"width\":%u", (unsigned)test_side());
  CHECK(text && strstr((const char *)text, width));
  OK(u2cl_buffer_release(json));
  OK(u2cl_detector_release(own_detector));
}

int main(void) {
  static const size_t sizes[count][2] = {{48, 32}, {33, 71}, {1, 1}, {120, 5}, {64, 64}};
  int i;
  for (i = 0; i < count; i++) pictures[i] = make_picture(sizes[i][0], sizes[i][1]);
  batches();
  given_up();
  compositions();
  progress();
  for (i = 0; i < count; i++) OK(u2cl_picture_release(pictures[i]));
  return finish("detection");
}
