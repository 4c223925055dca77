/* A test program's checks: a failed one says what and where, and the program goes on. */
#ifndef CHECK_H
#define CHECK_H

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <u2cl.h>

static int failures;

#define CHECK(condition)                                                                                  \
  do {                                                                                                    \
    if (!(condition)) {                                                                                   \
      failures++;                                                                                         \
      fprintf(stderr, "%s:%d: %s is not so (last error: %s)\n", __FILE__, __LINE__, #condition, u2cl_last_error()); \
    }                                                                                                     \
  } while (0)

/* The call succeeds. */
#define OK(call) CHECK((call) == U2CL_OK)

/* The call fails with a status, and the line has a text in it. */
#define FAILS(call, status, text)                                                                                   \
  do {                                                                                                              \
    u2cl_status found_ = (call);                                                                                    \
    if (found_ != (status) || !strstr(u2cl_last_error(), text)) {                                                   \
      failures++;                                                                                                   \
      fprintf(stderr, "%s:%d: %s gave %s: ", __FILE__, __LINE__, #call, u2cl_status_name(found_));                  \
      fprintf(stderr, "%s\n", u2cl_last_error());                                                                   \
    }                                                                                                               \
  } while (0)

/* The device of the tests that compute: U2CL_TEST_DEVICE, or the reference. */
static inline const char *test_device(void) {
  const char *name = getenv("U2CL_TEST_DEVICE");
  return name ? name : "reference";
}

/* The side of the network's input: U2CL_TEST_SIDE, for slow devices, or 64. */
static inline uint32_t test_side(void) {
  const char *side = getenv("U2CL_TEST_SIDE");
  return side ? (uint32_t)atoi(side) : 64;
}

/* A small detector on the device of the tests. */
static inline u2cl_detector *make_detector(uint32_t batch, u2cl_map_selection maps) {
  u2cl_detector_options options = {.struct_size = sizeof options};
  u2cl_detector *detector = NULL;
  options.device = test_device();
  options.strict = 1;
  options.input_size = test_side();
  options.batch = batch;
  options.maps = maps;
  OK(u2cl_detector_create(&options, &detector));
  return detector;
}

/* A picture with a bright disc on a dark ground, of any format of 8 bits. */
static inline u2cl_picture *make_picture(size_t width, size_t height) {
  u2cl_pixels pixels = {.struct_size = sizeof pixels, .width = width, .height = height, .format = U2CL_RGB8};
  u2cl_picture *picture = NULL;
  unsigned char *samples = malloc(3 * width * height);
  size_t x, y, c;
  if (!samples) abort();
  for (y = 0; y < height; y++) {
    for (x = 0; x < width; x++) {
      double dx = (double)x / (double)width - 0.5, dy = (double)y / (double)height - 0.5;
      for (c = 0; c < 3; c++) samples[3 * (y * width + x) + c] = dx * dx + dy * dy < 0.06 ? 220 - 40 * (int)c : 30;
    }
  }
  pixels.data = samples;
  OK(u2cl_picture_from_pixels(&pixels, &picture));
  free(samples);
  return picture;
}

/* A hash of a picture's pixels. */
static inline unsigned long hash(const u2cl_picture *picture) {
  u2cl_pixels view = {.struct_size = sizeof view};
  unsigned long value = 1469598103934665603ul;
  size_t i;
  OK(u2cl_picture_pixels(picture, &view));
  for (i = 0; i < view.byte_count; i++) value = (value ^ ((unsigned char *)view.data)[i]) * 1099511628211ul;
  return value ^ view.width ^ (view.height << 20);
}

/* The mask of a picture, as a hash. */
static inline unsigned long mask_hash(u2cl_detector *detector, const u2cl_picture *picture) {
  u2cl_detect_options options = {.struct_size = sizeof options, .output = U2CL_MASKS};
  u2cl_detection *detection = NULL;
  u2cl_picture *mask = NULL;
  unsigned long value = 0;
  OK(u2cl_detector_detect(detector, &picture, 1, &options, &detection));
  OK(u2cl_detection_mask(detection, &mask));
  if (mask) value = hash(mask);
  OK(u2cl_picture_release(mask));
  OK(u2cl_detection_release(detection));
  return value;
}

/* The memory of this process in use, in KiB. */
static inline long resident(void) {
  FILE *file = fopen("/proc/self/statm", "r");
  long total = 0, pages = 0;
  if (!file) return 0;
  if (fscanf(file, "%ld %ld", &total, &pages) != 2) pages = 0;
  fclose(file);
  return pages * 4;
}

/* The memory of this process that malloc() has given and not taken back, in KiB. */
static inline long allocated(void) {
  struct mallinfo2 info = mallinfo2();
  return (long)((info.uordblks + info.hblkhd) >> 10);
}

/* Ends the program. */
static inline int finish(const char *name) {
  if (u2cl_handle_count() != 0) {
    failures++;
    fprintf(stderr, "%s: %lu handles are left\n", name, (unsigned long)u2cl_handle_count());
  }
  printf("%s: %s\n", name, failures ? "FAILED" : "passed");
  return failures ? 1 : 0;
}

#endif
