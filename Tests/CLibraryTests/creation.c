/* Creation tells which programs it compiles, and can be cancelled between them; a detector can be measured. */
#include <time.h>

#include "check.h"

static int calls, stops_at, is_over;
static uint64_t most;

static int32_t hear(void *context, uint64_t done, uint64_t total) {
  CHECK(context == &calls && total == 0 && !is_over);
  if (done > most) most = done;
  return ++calls == stops_at;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A detector whose programs are not in any cache. */
static u2cl_status create(int stop, u2cl_detector **detector) {
  u2cl_detector_options options = {.struct_size = sizeof options, .progress = hear, .progress_context = &calls};
  u2cl_status status;
  options.device = test_device();
  options.strict = 1;
  options.input_size = test_side();
  options.cache = "off";
  calls = 0;
  most = 0;
  is_over = 0;
  stops_at = stop;
  status = u2cl_detector_create(&options, detector);
  is_over = 1;
  return status;
}

static void cancel(void) {
  u2cl_detector *detector = NULL;
  int is_reference = !strcmp(test_device(), "reference"), i;
  double start = now(), whole, cancelled;
  OK(create(0, &detector));
  whole = now() - start;
  CHECK(is_reference ? calls == 0 : calls > 4 && most > 2);
  /* The function is not called for what is compiled later. */
  {
    u2cl_picture *picture = make_picture(30, 20), *cutout = NULL;
    const u2cl_picture *pictures[] = {picture};
    u2cl_detection *found = NULL;
    OK(u2cl_detector_detect(detector, pictures, 1, NULL, &found));
    OK(u2cl_detection_compose(found, NULL, &cutout));
    OK(u2cl_picture_release(cutout));
    OK(u2cl_detection_release(found));
    OK(u2cl_picture_release(picture));
  }
  OK(u2cl_detector_release(detector));
  if (is_reference) return;
  for (i = 1; i <= 5; i += 2) {
    start = now();
    FAILS(create(i, &detector), U2CL_ERROR_CANCELLED, "cancelled");
    cancelled = now() - start;
    CHECK(!detector && calls == i);
    printf("creation: %.2f s; cancelled at call %d after %.2f s\n", whole, i, cancelled);
  }
  /* What was cancelled does no harm. */
  OK(create(0, &detector));
  OK(u2cl_detector_release(detector));
}

static int32_t count_batches(void *context, uint64_t done, uint64_t total) {
  CHECK(total == 0 && done == (uint64_t)++*(int *)context);
  return done == 4;
}

static void bench(void) {
  u2cl_detector *detector = make_detector(2, U2CL_MAIN_MAP);
  u2cl_detector_bench_options options = {
    .struct_size = sizeof options, .width = 50, .height = 40, .warmup = 1, .runs = 1, .least_seconds = 0.01};
  u2cl_buffer *json = NULL;
  const uint8_t *text = NULL;
  size_t size = 0;
  int batches = 0;
  for (options.output = U2CL_MAPS; options.output <= U2CL_REFINED_CUTOUTS_AND_MATTES; options.output++) {
    OK(u2cl_detector_bench(detector, &options, &json));
    OK(u2cl_buffer_bytes(json, &text, &size));
    CHECK(text && strstr((const char *)text, "\"batch\":2") && strstr((const char *)text, "\"secondsPerPicture\":"));
    CHECK(strstr((const char *)text, "\"picture\":[40,50]") && strstr((const char *)text, "\"median\":"));
    OK(u2cl_buffer_release(json));
  }
  FAILS(u2cl_detector_bench(detector, &options, &json), U2CL_ERROR_USAGE, "output");
  options.output = U2CL_MASKS;
  options.width = 20001;
  FAILS(u2cl_detector_bench(detector, &options, &json), U2CL_ERROR_USAGE, "width");
  options.width = 0;
  options.reserved = 1;
  FAILS(u2cl_detector_bench(detector, &options, &json), U2CL_ERROR_USAGE, "reserved");
  options.reserved = 0;
  options.runs = 100;
  options.progress = count_batches;
  options.progress_context = &batches;
  FAILS(u2cl_detector_bench(detector, &options, &json), U2CL_ERROR_CANCELLED, "cancelled");
  CHECK(batches == 4 && !json);
  FAILS(u2cl_detector_bench(NULL, NULL, &json), U2CL_ERROR_USAGE, "NULL");
  OK(u2cl_detector_release(detector));
}

int main(void) {
  cancel();
  bench();
  return finish("creation");
}
