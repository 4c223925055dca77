/* 1,000 calls, those that fail and are cancelled included, take no more memory than the first ones. */
#include "check.h"

static int32_t cancel(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)done, (void)total;
  return 1;
}

static void one_round(u2cl_detector *detector, u2cl_picture *picture) {
  const u2cl_picture *pictures[2] = {picture, picture};
  u2cl_detection *found[2], *none[2];
  u2cl_picture *cutout = NULL, *decoded = NULL, *other = NULL;
  u2cl_buffer *file = NULL;
  u2cl_pending *pending = NULL;
  const uint8_t *bytes = NULL;
  size_t size = 0;
  u2cl_detect_options cancelled = {.struct_size = sizeof cancelled, .progress = cancel};
  OK(u2cl_detector_detect(detector, pictures, 2, NULL, found));
  OK(u2cl_detection_compose(found[0], NULL, &cutout));
  OK(u2cl_picture_encode(cutout, NULL, &file));
  OK(u2cl_buffer_bytes(file, &bytes, &size));
  OK(u2cl_picture_decode(bytes, size, NULL, &decoded));
  CHECK(u2cl_picture_decode(bytes, size / 2, NULL, &other) == U2CL_ERROR_FILE);
  CHECK(u2cl_detector_detect(detector, pictures, 2, &cancelled, none) == U2CL_ERROR_CANCELLED);
  OK(u2cl_detector_submit(detector, pictures, 2, NULL, &pending));
  OK(u2cl_pending_release(pending));
  OK(u2cl_picture_release(decoded));
  OK(u2cl_picture_release(cutout));
  OK(u2cl_buffer_release(file));
  OK(u2cl_detection_release(found[0]));
  OK(u2cl_detection_release(found[1]));
}

int main(int count, char **arguments) {
  int rounds = count > 1 ? atoi(arguments[1]) : 1000, i;
  u2cl_detector *detector = make_detector(1, U2CL_MAIN_MAP);
  u2cl_picture *picture = make_picture(160, 120);
  long before = 0, after;
  for (i = 0; i < rounds; i++) {
    if (i == rounds / 5) before = resident();
    one_round(detector, picture);
  }
  after = resident();
  printf("memory: %d rounds, %ld KiB after %d, %ld KiB at the end\n", rounds, before, rounds / 5, after);
  CHECK(rounds < 100 || after - before < 4096);
  OK(u2cl_picture_release(picture));
  OK(u2cl_detector_release(detector));
  return finish("memory");
}
