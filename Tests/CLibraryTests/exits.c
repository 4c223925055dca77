/* A process that ends while its other threads are in calls ends promptly, and as it was told to. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { threads = 2, code = 7, patience = 20 };

static u2cl_detector *detector;
static u2cl_picture *picture;
static atomic_int calls;

/* The endless work of a thread. */
static void *detect(void *unused) {
  const u2cl_picture *pictures[] = {picture, picture};
  u2cl_detection *found[2];
  (void)unused;
  while (calls++ >= 0) {
    if (u2cl_detector_detect(detector, pictures, 2, NULL, found)) continue;
    u2cl_detection_release(found[0]);
    u2cl_detection_release(found[1]);
  }
  return NULL;
}

static int32_t hear(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)total;
  if (done) calls++;
  return 0;
}

/* Compiles, too; an end before the first program is compiled may find the driver's own objects half made. */
static void *create(void *unused) {
  u2cl_detector_options options = {.struct_size = sizeof options, .input_size = test_side(), .cache = "off"};
  u2cl_detector *made = NULL;
  (void)unused;
  options.device = test_device();
  options.progress = hear;
  if (!strcmp(options.device, "reference")) calls += threads;
  while (calls >= 0) {
    if (!u2cl_detector_create(&options, &made)) u2cl_detector_release(made);
  }
  return NULL;
}

static void *encode(void *unused) {
  u2cl_buffer *file = NULL;
  (void)unused;
  while (calls++ >= 0) {
    if (!u2cl_picture_encode(picture, NULL, &file)) u2cl_buffer_release(file);
  }
  return NULL;
}

/* The process that ends: its work, how it ends, and after how many milliseconds of work. */
static int end(const char *work, const char *way, int milliseconds) {
  pthread_t id;
  int i;
  picture = make_picture(300, 200);
  if (strcmp(work, "create")) detector = make_detector(1, U2CL_MAIN_MAP);
  if (failures) return 1;
  for (i = 0; i < threads; i++)
    if (pthread_create(&id, NULL, !strcmp(work, "detect") ? detect : !strcmp(work, "create") ? create : encode, NULL))
      abort();
  while (calls < threads) usleep(1000);
  usleep((useconds_t)milliseconds * 1000);
  if (!strcmp(way, "exit")) exit(code);
  if (!strcmp(way, "signal")) kill(getpid(), SIGTERM);
  if (!strcmp(way, "signal")) pause();
  return code;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Starts the process, and looks how it ends. */
static void ends(const char *program, const char *work, const char *way, int milliseconds) {
  int status = 0, is_signal = !strcmp(way, "signal"), tubes[2];
  char number[16], byte;
  double start;
  pid_t child;
  CHECK(!pipe(tubes));
  snprintf(number, sizeof number, "%d", milliseconds);
  child = fork();
  if (child == 0) {
    close(tubes[0]);
    alarm(patience * 6);
    execl(program, program, work, way, number, (char *)NULL);
    _exit(127);
  }
  close(tubes[1]);
  start = now();
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  /* Nothing that the process has started holds its end of the pipe. */
  CHECK(fcntl(tubes[0], F_SETFL, O_NONBLOCK) == 0 && read(tubes[0], &byte, 1) == 0);
  close(tubes[0]);
  if (is_signal ? !WIFSIGNALED(status) || WTERMSIG(status) != SIGTERM
                : !WIFEXITED(status) || WEXITSTATUS(status) != code) {
    failures++;
    fprintf(stderr, "%s, %s after %d ms: the process ended with %x\n", work, way, milliseconds, status);
  }
  if (now() - start > patience) fprintf(stderr, "%s, %s: it took %.1f s\n", work, way, now() - start);
}

int main(int count, char **arguments) {
  static const char *const works[] = {"detect", "create", "encode"}, *const ways[] = {"return", "exit", "signal"};
  int rounds = count == 2 ? atoi(arguments[1]) : 1, i, w, k;
  if (count == 4) return end(arguments[1], arguments[2], atoi(arguments[3]));
  for (i = 0; i < rounds; i++)
    for (w = 0; w < 3; w++)
      for (k = 0; k < 3; k++) ends(arguments[0], works[w], ways[k], 20 + 37 * i % 200);
  return finish("exits");
}
