/* Thousands of calls, those that fail and are cancelled included, take no more memory than the first ones:
 * memory [ROUNDS [CREATIONS]]. */
#include "check.h"

/* The calls of this program. */
static unsigned long calls;

#define COUNTED(call) (calls++, (call))

static int32_t cancel(void *context, uint64_t done, uint64_t total) {
  (void)context, (void)done, (void)total;
  return 1;
}

/* What goes wrong, in every way that needs no second thread. */
static void failures_of(u2cl_detector *detector, u2cl_picture *picture, const uint8_t *bytes, size_t size) {
  const u2cl_picture *pictures[3] = {picture, picture, picture};
  u2cl_picture *other = NULL;
  u2cl_detection *none[3];
  u2cl_pending *pending = NULL;
  u2cl_evaluation *evaluation = NULL;
  u2cl_evaluation_options options = {.struct_size = sizeof options, .progress = cancel};
  u2cl_detect_options cancelled = {.struct_size = sizeof cancelled, .progress = cancel};
  u2cl_composition nonsense = {.struct_size = sizeof nonsense, .kind = 99};
  CHECK(COUNTED(u2cl_picture_decode(bytes, size / 2, NULL, &other)) == U2CL_ERROR_FILE);
  CHECK(COUNTED(u2cl_picture_decode(bytes, 7, NULL, &other)) == U2CL_ERROR_FILE);
  CHECK(COUNTED(u2cl_detector_detect(detector, pictures, 2, &cancelled, none)) == U2CL_ERROR_CANCELLED);
  CHECK(COUNTED(u2cl_picture_compose(picture, picture, &nonsense, &other)) == U2CL_ERROR_USAGE);
  OK(COUNTED(u2cl_detector_submit(detector, pictures, 3, NULL, &pending)));
  OK(COUNTED(u2cl_pending_release(pending)));
  OK(COUNTED(u2cl_detector_submit(detector, pictures, 3, NULL, &pending)));
  OK(COUNTED(u2cl_pending_cancel(pending)));
  CHECK(COUNTED(u2cl_pending_wait(pending, none, 3)) == U2CL_ERROR_CANCELLED);
  OK(COUNTED(u2cl_pending_release(pending)));
  OK(COUNTED(u2cl_evaluation_create(&options, &evaluation)));
  CHECK(COUNTED(u2cl_evaluation_add(evaluation, pictures, pictures, 2)) == U2CL_ERROR_CANCELLED);
  OK(COUNTED(u2cl_evaluation_release(evaluation)));
}

static void one_round(u2cl_detector *detector, u2cl_picture *picture) {
  const u2cl_picture *pictures[2] = {picture, picture};
  u2cl_detection *found[2];
  u2cl_picture *cutout = NULL, *decoded = NULL, *mask = NULL;
  u2cl_buffer *file = NULL;
  const uint8_t *bytes = NULL;
  size_t size = 0;
  OK(COUNTED(u2cl_detector_detect(detector, pictures, 2, NULL, found)));
  OK(COUNTED(u2cl_detection_mask(found[1], &mask)));
  OK(COUNTED(u2cl_detection_compose(found[0], NULL, &cutout)));
  OK(COUNTED(u2cl_picture_encode(cutout, NULL, &file)));
  OK(COUNTED(u2cl_buffer_bytes(file, &bytes, &size)));
  OK(COUNTED(u2cl_picture_decode(bytes, size, NULL, &decoded)));
  failures_of(detector, picture, bytes, size);
  OK(COUNTED(u2cl_picture_release(mask)));
  OK(COUNTED(u2cl_picture_release(decoded)));
  OK(COUNTED(u2cl_picture_release(cutout)));
  OK(COUNTED(u2cl_buffer_release(file)));
  OK(COUNTED(u2cl_detection_release(found[0])));
  OK(COUNTED(u2cl_detection_release(found[1])));
}

/* A creation that works, one that fails and, where programs are compiled, one that is cancelled. */
static void one_creation(void) {
  u2cl_detector_options options = {.struct_size = sizeof options, .model = "/nowhere.onnx"};
  u2cl_detector *detector = NULL;
  CHECK(COUNTED(u2cl_detector_create(&options, &detector)) == U2CL_ERROR_MODEL);
  options.model = NULL;
  options.device = test_device();
  options.input_size = test_side();
  options.cache = "off";
  options.progress = cancel;
  if (strcmp(options.device, "reference"))
    CHECK(COUNTED(u2cl_detector_create(&options, &detector)) == U2CL_ERROR_CANCELLED);
  calls++;
  OK(COUNTED(u2cl_detector_release(make_detector(1, U2CL_MAIN_MAP))));
}

/* Whether memory stays where it is after a fifth of the work: what is allocated to 512 KiB and each KiB a round, and
 * what is resident to what malloc() and drivers keep for later, most KiB. */
static void stays(const char *what, int rounds, void (*body)(void *), void *context, long each, long most) {
  long before = 0, after, first = 0, last;
  int i;
  for (i = 0; i < rounds; i++) {
    if (i == rounds / 5) {
      before = resident();
      first = allocated();
    }
    body(context);
  }
  after = resident();
  last = allocated();
  printf("memory: %d %s, %lu calls in all: %ld KiB resident and %ld allocated after %d, %ld and %ld at the end\n",
         rounds, what, calls, before, first, rounds / 5, after, last);
  CHECK(rounds < 20 || after - before < most);
  CHECK(rounds < 20 || last - first < 512 + each * rounds);
}

typedef struct {
  u2cl_detector *detector;
  u2cl_picture *picture;
} subject;

static void work(void *context) {
  subject *own = context;
  one_round(own->detector, own->picture);
}

static void create(void *unused) {
  (void)unused;
  one_creation();
}

int main(int count, char **arguments) {
  subject own = {make_detector(1, U2CL_MAIN_MAP), make_picture(160, 120)};
  stays("rounds", count > 1 ? atoi(arguments[1]) : 400, work, &own, 1, 4096);
  /* PoCL keeps 15 KiB of the programs of a detector; with the reference nothing is kept. */
  stays("creations", count > 2 ? atoi(arguments[2]) : 3, create, NULL, 24, 32768);
  OK(u2cl_picture_release(own.picture));
  OK(u2cl_detector_release(own.detector));
  return finish("memory");
}
