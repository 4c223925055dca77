/* Many threads use one detector and their own, release what others use, and have errors of their own. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "check.h"

enum { threads = 6, rounds = 8 };

static u2cl_detector *shared;
static u2cl_picture *pictures[threads];
static unsigned long expected[threads];
static atomic_int wrong;

static void *detect(void *number) {
  int own = *(int *)number, round;
  for (round = 0; round < rounds; round++)
    if (mask_hash(shared, pictures[own]) != expected[own]) wrong++;
  return NULL;
}

/* A thread's error is its own. */
static void *fail(void *number) {
  char name[64];
  int own = *(int *)number, round;
  u2cl_buffer *json = NULL;
  snprintf(name, sizeof name, "/nowhere/thread-%d.onnx", own);
  if (own % 2 && u2cl_last_error()[0]) wrong++;
  for (round = 0; round < 100; round++) {
    if (own % 2) {
      if (u2cl_model_info(name, &json) != U2CL_ERROR_MODEL || !strstr(u2cl_last_error(), name)) wrong++;
    } else {
      if (u2cl_models(&json) || u2cl_last_error()[0]) wrong++;
      u2cl_buffer_release(json);
    }
  }
  return NULL;
}

/* Uses a detector and a picture while another thread releases them: works, or is refused. */
static void *use(void *number) {
  u2cl_detection *found = NULL;
  const u2cl_picture *picture = pictures[0];
  (void)number;
  for (;;) {
    u2cl_status status = u2cl_detector_detect(shared, &picture, 1, NULL, &found);
    if (status == U2CL_ERROR_USAGE && strstr(u2cl_last_error(), "was released")) return NULL;
    if (status) {
      wrong++;
      return NULL;
    }
    u2cl_detection_release(found);
  }
}

/* Creates and releases a detector of its own. */
static void *create(void *number) {
  int own = *(int *)number, round;
  for (round = 0; round < 2; round++) {
    u2cl_detector *detector = make_detector(1, U2CL_MAIN_MAP);
    if (mask_hash(detector, pictures[own]) != expected[own]) wrong++;
    OK(u2cl_detector_release(detector));
  }
  return NULL;
}

/* Cancels what another thread waits for. */
static void *cancel(void *pending) {
  usleep(20000);
  OK(u2cl_pending_cancel(pending));
  return NULL;
}

static void run(void *(*body)(void *), int count) {
  pthread_t ids[threads];
  int numbers[threads], i;
  for (i = 0; i < count; i++) {
    numbers[i] = i;
    if (pthread_create(&ids[i], NULL, body, &numbers[i])) abort();
  }
  if (body == use) {
    usleep(50000);
    OK(u2cl_detector_release(shared));
    OK(u2cl_picture_release(pictures[0]));
  }
  for (i = 0; i < count; i++) pthread_join(ids[i], NULL);
  if (wrong) fprintf(stderr, "%d results are wrong\n", (int)wrong);
  CHECK(!wrong);
}

static void cancel_from_outside(void) {
  enum { many = 2000 };
  static const u2cl_picture *inputs[many];
  static u2cl_detection *found[many];
  u2cl_pending *pending = NULL;
  pthread_t id;
  int i;
  for (i = 0; i < many; i++) inputs[i] = pictures[i % threads];
  OK(u2cl_detector_submit(shared, inputs, many, NULL, &pending));
  if (pthread_create(&id, NULL, cancel, pending)) abort();
  FAILS(u2cl_pending_wait(pending, found, many), U2CL_ERROR_CANCELLED, "cancelled");
  pthread_join(id, NULL);
  OK(u2cl_pending_release(pending));
}

int main(void) {
  int i;
  run(fail, threads);
  for (i = 0; i < threads; i++) pictures[i] = make_picture(20 + 13 * (size_t)i, 50 - 7 * (size_t)i);
  shared = make_detector(1, U2CL_MAIN_MAP);
  for (i = 0; i < threads; i++) expected[i] = mask_hash(shared, pictures[i]);
  run(detect, threads);
  run(create, 3);
  cancel_from_outside();
  run(use, threads);
  for (i = 1; i < threads; i++) OK(u2cl_picture_release(pictures[i]));
  return finish("threads");
}
