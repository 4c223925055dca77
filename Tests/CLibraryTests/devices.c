/* Detectors on several devices compute at the same time, each as it does alone: devices DEVICE DEVICE... */
#include <pthread.h>

#include "check.h"

enum { most = 8, rounds = 4, sizes = 3 };

static u2cl_picture *pictures[sizes];

typedef struct {
  const char *name;
  u2cl_detector *detector;
  unsigned long expected[sizes];
  int wrong;
} device;

static u2cl_detector *detector_on(const char *name) {
  u2cl_detector_options options = {.struct_size = sizeof options, .device = name, .strict = 1};
  u2cl_detector *detector = NULL;
  options.input_size = test_side();
  OK(u2cl_detector_create(&options, &detector));
  return detector;
}

static void *work(void *given) {
  device *own = given;
  u2cl_detector *other;
  int i, k;
  for (i = 0; i < rounds; i++)
    for (k = 0; k < sizes; k++)
      if (mask_hash(own->detector, pictures[k]) != own->expected[k]) own->wrong++;
  /* Detectors come and go meanwhile. */
  other = detector_on(own->name);
  if (mask_hash(other, pictures[0]) != own->expected[0]) own->wrong++;
  OK(u2cl_detector_release(other));
  return NULL;
}

int main(int count, char **arguments) {
  device devices[most] = {{NULL, NULL, {0}, 0}};
  pthread_t ids[most];
  int i, k;
  count = count - 1 < most ? count - 1 : most;
  for (k = 0; k < sizes; k++) pictures[k] = make_picture(30 + 41 * (size_t)k, 90 - 20 * (size_t)k);
  for (i = 0; i < count; i++) {
    devices[i].name = arguments[i + 1];
    devices[i].detector = detector_on(devices[i].name);
    for (k = 0; k < sizes; k++) devices[i].expected[k] = mask_hash(devices[i].detector, pictures[k]);
  }
  for (i = 0; i < count; i++)
    if (pthread_create(&ids[i], NULL, work, &devices[i])) abort();
  for (i = 0; i < count; i++) {
    pthread_join(ids[i], NULL);
    if (devices[i].wrong) fprintf(stderr, "%d masks of %s differ\n", devices[i].wrong, devices[i].name);
    CHECK(!devices[i].wrong);
    OK(u2cl_detector_release(devices[i].detector));
  }
  for (k = 0; k < sizes; k++) OK(u2cl_picture_release(pictures[k]));
  return finish("devices");
}
