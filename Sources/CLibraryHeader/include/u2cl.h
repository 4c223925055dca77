/*
 * u2cl: finds what stands out in pictures with U²-Net on any OpenCL device, or on the processor without OpenCL.
 *
 *   u2cl_detector *detector = NULL;
 *   u2cl_picture *picture = NULL, *cutout = NULL;
 *   u2cl_detection *detection = NULL;
 *   if (u2cl_detector_create(NULL, &detector) || u2cl_picture_decode(bytes, size, NULL, &picture) ||
 *       u2cl_detector_detect(detector, (const u2cl_picture *const *)&picture, 1, NULL, &detection) ||
 *       u2cl_detection_compose(detection, NULL, &cutout))
 *     fprintf(stderr, "%s\n", u2cl_last_error());
 *
 * STATUS. Every function that can fail returns a status: U2CL_OK, which is 0, or the kind of the failure.
 * u2cl_last_error() is the reason in one line. A function that fails makes nothing and leaves its outputs NULL or 0.
 *
 * HANDLES. A detector, picture, detection, pending, evaluation and buffer is a handle: release each of them once.
 * Releasing NULL does nothing. A handle may be released while another thread uses it; its object ends with the last
 * use. A handle that was released, or is of another kind, is refused with U2CL_ERROR_USAGE. No handle is ever used
 * again for another object. Memory that a handle lends out (u2cl_picture_pixels, u2cl_buffer_bytes, u2cl_detection_map)
 * is valid until the handle is released.
 *
 * END. A process that ends by exit() or by a return from main waits for threads that are inside OpenCL drivers, at most
 * 10 seconds: what they do is cancelled, and further calls that need a driver fail with U2CL_ERROR_CANCELLED.
 *
 * OPTIONS. Each structure of options begins with its own size, by which a library of a later version knows what the
 * caller knows: set struct_size to sizeof and leave what you do not need at zero, which is the default. NULL in place
 * of options is the same as all defaults.
 *
 *   u2cl_detector_options options = {.struct_size = sizeof options, .model = "u2netp"};      (C)
 *   u2cl_detector_options options{}; options.struct_size = sizeof options;                   (C++)
 *
 * THREADS. Any function may be called from any thread at any time. A detector computes for one thread at a time; the
 * others wait. Decoding, composing and encoding run side by side. Callbacks are called on a thread that is inside the
 * library, often the caller's. In a callback, the detector that it was called for may refuse to be used.
 *
 * FORK. A process that forks after any of its threads has used more than the functions under "The library" cannot use
 * the library in the child: OpenCL drivers and threads do not survive a fork. Every function refuses there with
 * U2CL_ERROR_FORKED, and releasing does no harm. A child of a process that has only loaded the library is free to use
 * it, and so is every program that is started with exec.
 *
 * ENVIRONMENT. The first function that needs a device sets variables of the environment for OpenCL drivers: the place
 * and the way of PoCL's cache, and the number of threads where the process may not use all cores. Call u2cl_setup()
 * before other threads start if they read the environment. Signals, standard streams and locales are left alone.
 *
 * TEXT is UTF-8 and ends with NUL; paths may hold any bytes. JSON texts have one line, and members may be added.
 */
#ifndef U2CL_H
#define U2CL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The library ------------------------------------------------------------------------------------------------ */

/* The version of the binary interface that this header describes. A library of the same version has all of it. */
#define U2CL_ABI_VERSION 0

/* What a function says about its work. The values up to 6 are the exit codes of the command u2cl. */
typedef int32_t u2cl_status;
enum {
  U2CL_OK = 0,
  U2CL_ERROR_USAGE = 2,        /* the call makes no sense: a NULL, a size, an unknown value, a stale handle */
  U2CL_ERROR_DEVICE = 3,       /* the device does not exist, or it failed */
  U2CL_ERROR_MODEL = 4,        /* the model is missing or damaged, or it does not fit */
  U2CL_ERROR_FILE = 5,         /* a picture or a file could not be read or written */
  U2CL_ERROR_VERIFICATION = 6, /* two results that should agree do not, such as a file and its checksum */
  U2CL_ERROR_CANCELLED = 7,    /* the caller has cancelled the work */
  U2CL_ERROR_MEMORY = 8,       /* there is not enough memory for the picture */
  U2CL_ERROR_FORKED = 9,       /* this process was forked from one that has used the library */
  U2CL_ERROR_INTERNAL = 10     /* a fault of the library: please report it */
};

/* A detector: a model on a device. */
typedef struct u2cl_detector u2cl_detector;
/* A picture, mask or matte: pixels that never change. */
typedef struct u2cl_picture u2cl_picture;
/* What a network found in one picture. It keeps the picture. */
typedef struct u2cl_detection u2cl_detection;
/* Pictures whose detections are being computed. */
typedef struct u2cl_pending u2cl_pending;
/* Bytes: an encoded picture, or a text, which ends with a NUL that its size does not count. */
typedef struct u2cl_buffer u2cl_buffer;

/* The version of the library, such as "0.1.0". */
const char *u2cl_version(void);

/* The U2CL_ABI_VERSION of the library. Refuse to run with another one. */
int32_t u2cl_abi_version(void);

/* Why the last function of this thread that failed did so, in one line; "" if none has failed. Valid until another
 * function fails on this thread, or the thread ends. */
const char *u2cl_last_error(void);

/* The name of a status, such as "device"; "unknown" for any other number. */
const char *u2cl_status_name(u2cl_status status);

/* The number of handles that are not released yet, for tests. */
size_t u2cl_handle_count(void);

/* Receives what the user should know, in one line, such as that another device stands in for one that failed. */
typedef void (*u2cl_log_function)(void *context, const char *line);

/* Sets who receives log lines from now on; NULL for nobody, which is the default. The function may be called from any
 * thread, and for a moment after it was replaced. */
u2cl_status u2cl_set_log(u2cl_log_function function, void *context);

/* How this process uses the library. */
typedef struct u2cl_setup_options {
  size_t struct_size;
  /* The number of threads that compute on the processor, 1 to 1024, those of OpenCL drivers included. 0: that of the
   * environment variable U2CL_THREADS, or else as many as the process may keep cores busy. */
  uint32_t threads;
  /* 1: memory that was freed is used again rather than given back to the system, which saves 3 ms for each picture of
   * 1280x720. This is a setting of malloc() for the whole process (glibc). */
  int32_t keeps_memory;
  /* The path of an installed command u2cl, in whose processes drivers are tried before they are used in this one, so
   * that a driver that aborts or hangs does not end this process. NULL: drivers are used without a trial. */
  const char *command;
} u2cl_setup_options;

/* Does what the first use of a device would do, with these options, and loads no driver. It may be called once, before
 * anything else but the functions above. */
u2cl_status u2cl_setup(const u2cl_setup_options *options);

/* ---- Buffers and callbacks -------------------------------------------------------------------------------------- */

/* The bytes of a buffer. */
u2cl_status u2cl_buffer_bytes(const u2cl_buffer *buffer, const uint8_t **bytes, size_t *size);
u2cl_status u2cl_buffer_release(u2cl_buffer *buffer);

/* Receives how far work has come: done of total units; total is 0 if it is not known. Units are programs that are
 * compiled, pictures, or bytes. Return 0 to go on, anything else to cancel the work, which then fails with
 * U2CL_ERROR_CANCELLED. */
typedef int32_t (*u2cl_progress_function)(void *context, uint64_t done, uint64_t total);

/* ---- Pictures --------------------------------------------------------------------------------------------------- */

/* The layout of a pixel: samples one after another, of 8 bits, or of 16 bits in the processor's byte order. Alpha is
 * straight: colours are not multiplied with it. */
typedef int32_t u2cl_format;
enum {
  U2CL_GRAY8 = 1,
  U2CL_RGB8 = 2,
  U2CL_RGBA8 = 3,
  U2CL_BGR8 = 4,
  U2CL_BGRA8 = 5,
  U2CL_GRAY16 = 6,
  U2CL_RGB16 = 7,
  U2CL_RGBA16 = 8
};

/* Rows of pixels in memory, from top to bottom. */
typedef struct u2cl_pixels {
  size_t struct_size;
  /* The first pixel of the first row; even for 16 bits. It is read, or written by u2cl_picture_copy alone. */
  void *data;
  /* The bytes that may be accessed from there on; 0 if that is not to be checked. */
  size_t byte_count;
  /* The size in pixels: at least 1, and at most 200 million in all. */
  size_t width;
  size_t height;
  /* The bytes from the beginning of a row to that of the next: at least those of a row; even for 16 bits. 0: the rows
   * follow one another. A negative stride is refused: turn the picture over instead. */
  ptrdiff_t stride;
  u2cl_format format;
} u2cl_pixels;

/* A picture of pixels, which are copied, in one piece if the format is RGB8, RGBA8, RGB16 or RGBA16 and the rows follow
 * one another. Grey becomes RGB, except in a mask for u2cl_picture_compose. */
u2cl_status u2cl_picture_from_pixels(const u2cl_pixels *pixels, u2cl_picture **picture);

/* How files are decoded. */
typedef struct u2cl_decoding_options {
  size_t struct_size;
  /* The most pixels to accept; more are refused before memory is allocated. 0: 200 million. */
  uint64_t pixel_limit;
} u2cl_decoding_options;

/* A picture of the bytes of a file: PNG, JPEG, WebP, BMP, and, where libvips is installed, HEIC, AVIF, TIFF, GIF,
 * JPEG XL and JPEG 2000. It is turned upright by its EXIF orientation. */
u2cl_status u2cl_picture_decode(
  const void *bytes, size_t size, const u2cl_decoding_options *options, u2cl_picture **picture);

/* The pixels of a picture where they lie: GRAY8 (a mask), GRAY16 (a matte), RGB8, RGBA8, RGB16 or RGBA16, without gaps
 * between rows. Set pixels->struct_size; the rest is written. Nothing is copied; do not write to the pixels. */
u2cl_status u2cl_picture_pixels(const u2cl_picture *picture, u2cl_pixels *pixels);

/* Writes the pixels of a picture into the caller's memory, which has the picture's width and height and any format and
 * stride. 16 bits become 8 by rounding, and 8 bits become 16 by multiplying by 257; grey becomes colours by repeating,
 * and colours become grey as luma (ITU-R BT.601); missing alpha is opaque, and superfluous alpha is left out. Bytes
 * between rows are left alone. */
u2cl_status u2cl_picture_copy(const u2cl_picture *picture, const u2cl_pixels *target);

/* The formats of files that are written. */
typedef int32_t u2cl_file_format;
enum {
  U2CL_PNG = 0,
  U2CL_JPEG = 1, /* without alpha: the picture is laid over white */
  U2CL_WEBP = 2,
  U2CL_TIFF = 3, /* needs libvips */
  U2CL_AVIF = 4  /* needs libvips */
};

/* How pictures are encoded. */
typedef struct u2cl_encoding_options {
  size_t struct_size;
  u2cl_file_format format;
  /* Quality of JPEG, WebP and AVIF, 1 to 100; WebP of 100 is lossless. 0: 90. */
  int32_t quality;
  /* 1: EXIF and XMP of the file that the picture was decoded from are stored. The ICC profile and the density always
   * are. */
  int32_t keeps_metadata;
} u2cl_encoding_options;

/* The picture as a file. */
u2cl_status u2cl_picture_encode(
  const u2cl_picture *picture, const u2cl_encoding_options *options, u2cl_buffer **file);

/* What the user should know about the picture: a JSON array of texts, such as
 * ["the file is an animation of 3 frames; only the first is used"]. */
u2cl_status u2cl_picture_notes(const u2cl_picture *picture, u2cl_buffer **json);

u2cl_status u2cl_picture_release(u2cl_picture *picture);

/* ---- Detectors -------------------------------------------------------------------------------------------------- */

/* A colour: 0 for the default, or U2CL_COLOR. */
typedef uint32_t u2cl_color;
#define U2CL_COLOR(red, green, blue)                                                                        \
  (0xff000000u | (uint32_t)((red) & 0xff) << 16 | (uint32_t)((green) & 0xff) << 8 | (uint32_t)((blue) & 0xff))

/* How activations and weights are stored. */
typedef int32_t u2cl_precision;
enum {
  U2CL_PRECISION_AUTO = 0, /* half precision on a GPU where a trial shows that the maps stay the same */
  U2CL_FP32 = 1,
  U2CL_FP16 = 2
};

/* How pictures and maps are resized. */
typedef int32_t u2cl_resampling;
enum {
  U2CL_RESAMPLING_DEFAULT = 0,  /* bilinear for pictures; for masks the same as for pictures */
  U2CL_BILINEAR = 1,            /* as U²-Net's authors do */
  U2CL_BILINEAR_CONSTANT = 2,   /* the same, with black outside the picture */
  U2CL_ANTIALIASED = 3,         /* Pillow's BILINEAR */
  U2CL_LANCZOS = 4              /* Pillow's LANCZOS, as rembg does */
};

/* How the values of maps become the levels of masks. */
typedef int32_t u2cl_normalization;
enum {
  U2CL_MIN_MAX = 0, /* stretched from the map's least to its greatest value, as U²-Net's authors do */
  U2CL_IDENTITY = 1 /* the probabilities as they are */
};

/* Which maps are computed. */
typedef int32_t u2cl_map_selection;
enum {
  U2CL_MAIN_MAP = 0, /* the first, which masks and mattes are made of */
  U2CL_ALL_MAPS = 1
};

/* What a model's output is. */
typedef int32_t u2cl_task;
enum {
  U2CL_TASK_OF_MODEL = 0,
  U2CL_SALIENCY = 1, /* a mask of what stands out */
  U2CL_PARSING = 2,  /* the class of every pixel */
  U2CL_PORTRAIT = 3  /* a drawing */
};

/* A model, a device, and how pictures go through them. */
typedef struct u2cl_detector_options {
  size_t struct_size;
  /* A name, such as "u2netp", or the path of a file (.onnx, .pth, .safetensors). NULL: the built-in model. */
  const char *model;
  /* "auto" (the best), "gpu", "cpu", "gpu:1" (the second GPU), "reference" (no OpenCL), a number from u2cl_devices, or
   * part of a device's name. NULL: "auto". */
  const char *device;
  u2cl_precision precision;
  /* 1: it is an error if another device than the requested one would run. */
  int32_t strict;
  /* The side of the network's square input in pixels, 1 to 8192. 0: the model's own. */
  uint32_t input_size;
  /* The number of pictures that are computed at once, 1 to 4096; fewer if the device's memory does not hold them.
   * 0: 1. */
  uint32_t batch;
  u2cl_resampling resampling;
  u2cl_resampling mask_resampling;
  u2cl_normalization normalization;
  /* The colour that transparent pictures are laid over. 0: white. */
  u2cl_color background;
  u2cl_map_selection maps;
  u2cl_task task;
  /* 1: the results of 'u2cl tune' are not used. */
  int32_t ignores_tunings;
  /* The folder where compiled programs are kept, or "off". NULL: that of the environment variable U2CL_CACHE, or the
   * usual one. */
  const char *cache;
  /* Called before and after each program that is compiled because it is not in the cache; NULL for nobody. If it
   * cancels, creation fails before the next program, within a second or so; those that are compiled are kept. */
  u2cl_progress_function progress;
  void *progress_context;
} u2cl_detector_options;

/* Loads a model on a device, which takes seconds where its programs are not in the cache yet. */
u2cl_status u2cl_detector_create(const u2cl_detector_options *options, u2cl_detector **detector);

/* What runs, as a JSON object: "model", "device", "kind", "platform", "driver", "fallback" (why the device is not the
 * requested one), "precision", "batch", "width", "height", "bytes" (memory on the device), "maps", "task", "classes",
 * "notes" (what the user should know), "cacheProblem". What does not apply is left out. Waits while the detector
 * computes. */
u2cl_status u2cl_detector_info(const u2cl_detector *detector, u2cl_buffer **json);

u2cl_status u2cl_detector_release(u2cl_detector *detector);

/* What is computed for each picture. The less is requested, the more of it is done on the device; what is not
 * requested is computed on the processor when it is asked for. */
typedef int32_t u2cl_output;
enum {
  U2CL_MAPS = 0,                        /* the maps */
  U2CL_MASKS = 1,                       /* masks alone: u2cl_detection_mask and _confidence, and masks as compositions
                                           without refined edges; no maps, mattes or labels */
  U2CL_REFINED_MATTES = 2,              /* the main map with refined edges */
  U2CL_REFINED_CUTOUTS = 3,             /* the main map and a cut-out with refined edges */
  U2CL_REFINED_CUTOUTS_AND_MATTES = 4   /* the same with its matte, for trimmed cut-outs and blurred backgrounds */
};

/* How pictures are detected. */
typedef struct u2cl_detect_options {
  size_t struct_size;
  u2cl_output output;
  /* Called after each batch with the number of pictures that are done; NULL for nobody. */
  u2cl_progress_function progress;
  void *progress_context;
} u2cl_detect_options;

/* Finds what stands out in pictures of any sizes; count is 1 to 65536.
 *
 * detections has room for count handles. All of them are written, in the order of the pictures, or none. */
u2cl_status u2cl_detector_detect(
  u2cl_detector *detector, const u2cl_picture *const *pictures, size_t count, const u2cl_detect_options *options,
  u2cl_detection **detections);

/* Sends pictures to the device and returns at once. Two batches keep a device busy: submit the next pictures before
 * waiting for the last. The pictures may be released at once. */
u2cl_status u2cl_detector_submit(
  u2cl_detector *detector, const u2cl_picture *const *pictures, size_t count, const u2cl_detect_options *options,
  u2cl_pending **pending);

/* Waits for the detections of a pending, as u2cl_detector_detect returns them; count is that of its pictures. A pending
 * is waited for once. */
u2cl_status u2cl_pending_wait(u2cl_pending *pending, u2cl_detection **detections, size_t count);

/* Cancels: batches that have not begun do not begin, and waiting fails with U2CL_ERROR_CANCELLED, also in the thread
 * that waits now, once the batch at hand is done. */
u2cl_status u2cl_pending_cancel(u2cl_pending *pending);

u2cl_status u2cl_pending_release(u2cl_pending *pending);

/* ---- Detections ------------------------------------------------------------------------------------------------- */

/* How a network's map, which is small, is brought to the size of the picture. */
typedef int32_t u2cl_edges;
enum {
  U2CL_EDGES_DEFAULT = 0,      /* interpolated for masks and heat maps, refined for everything else */
  U2CL_EDGES_INTERPOLATED = 1, /* as U²-Net's authors do */
  U2CL_EDGES_REFINED = 2,      /* guided by the picture's colours */
  U2CL_EDGES_MATTED = 3        /* refined, and then solved for alpha around the edges */
};

/* The mask, of the picture's size: GRAY8, 0 is background and 255 is what stands out. */
u2cl_status u2cl_detection_mask(const u2cl_detection *detection, u2cl_picture **mask);

/* The matte, of the picture's size: GRAY16, how much of each pixel is foreground.
 *
 * background is the colour that transparent pictures are laid over; 0 for white. */
u2cl_status u2cl_detection_matte(
  const u2cl_detection *detection, u2cl_edges edges, u2cl_color background, u2cl_picture **matte);

/* The number of each pixel's class, of the picture's size, as GRAY8; for models whose task is parsing.
 * u2cl_detector_info names the classes. */
u2cl_status u2cl_detection_labels(const u2cl_detection *detection, u2cl_picture **labels);

/* One of the network's output maps. */
typedef struct u2cl_map {
  size_t struct_size;
  /* Such as "d0". */
  const char *name;
  /* [channels, height, width]. */
  const float *values;
  size_t channels;
  size_t height;
  size_t width;
  /* 1 if the values are probabilities; 0 for logits. */
  int32_t are_probabilities;
} u2cl_map;

/* The number of maps: 0 for masks alone. */
u2cl_status u2cl_detection_map_count(const u2cl_detection *detection, size_t *count);

/* A map by its number; the main map is 0. Set map->struct_size; the rest is written. */
u2cl_status u2cl_detection_map(const u2cl_detection *detection, size_t index, u2cl_map *map);

/* How sure the network is that something stands out. */
typedef struct u2cl_confidence {
  size_t struct_size;
  /* 0 if that is not known, because the model's task is another; then the rest is 0. */
  int32_t is_known;
  /* 1 if something stands out: the greatest probability is at least one half. */
  int32_t stands_out;
  /* The greatest and the least probability of the map. */
  float maximum;
  float minimum;
  /* The part of the map whose probability is at least one half. */
  float area;
} u2cl_confidence;

/* Set confidence->struct_size; the rest is written. */
u2cl_status u2cl_detection_confidence(const u2cl_detection *detection, u2cl_confidence *confidence);

u2cl_status u2cl_detection_release(u2cl_detection *detection);

/* ---- Compositions ----------------------------------------------------------------------------------------------- */

/* What is made of a picture and its mask. */
typedef int32_t u2cl_composition_kind;
enum {
  U2CL_CUTOUT = 0,        /* the foreground, with its own colours, on a transparent background */
  U2CL_MASK = 1,          /* the mask, GRAY8 */
  U2CL_COMPOSITE = 2,     /* the foreground on a colour or on another picture */
  U2CL_BLUR = 3,          /* the foreground in front of its own background, which is blurred */
  U2CL_OVERLAY = 4,       /* the picture with its foreground tinted */
  U2CL_HEATMAP = 5,       /* the picture in grey with the values of the mask as colours */
  U2CL_CONTOUR = 6,       /* the picture with a line around its foreground */
  U2CL_PLAIN_CUTOUT = 7   /* every sample, alpha included, times the mask, as rembg does: edges keep the colours of the
                             background and darken. 8 bits; of the options below, it takes those of edges, which
                             are interpolated by default. */
};

/* A composition. The threshold, the feather and the inversion are applied in this order. */
typedef struct u2cl_composition {
  size_t struct_size;
  u2cl_composition_kind kind;
  u2cl_edges edges;
  /* The value of alpha from which a pixel is opaque, above 0, up to 1; below it a pixel is transparent.
   * 0: alpha stays. */
  double threshold;
  /* The width of the feathered edge, in pixels, 0 to 1000. */
  double feather;
  /* 1: the background is kept instead of the foreground. */
  int32_t inverts;
  /* 1: the result is cropped to what is kept, and a margin of pixels and of a fraction of the longer side. */
  int32_t trims;
  uint32_t trim_pixels;
  /* 1: the result has 8 bits a sample, whatever the picture has. */
  int32_t in_8_bits;
  double trim_fraction;
  /* The backdrop of a composite: a picture, which is scaled to cover the result, or NULL for a colour. 0: white. */
  const u2cl_picture *backdrop;
  u2cl_color backdrop_color;
  /* The colour of the overlay and of the contour. 0: FF0060. */
  u2cl_color color;
  /* The radius of the blur, in pixels, up to 10000. 0: 1/50 of the picture's longer side. */
  double blur_radius;
  /* The colour that transparent pictures are laid over. 0: white. */
  u2cl_color background;
  /* For matted edges: the values of the mask, between 0 and 1, up to which a pixel is certainly background and from
   * which it is certainly foreground, and the distance to anything else that it then must have, in pixels of the
   * picture, up to 1000. 0: 0.02, 0.98, and one value of the network's map. */
  double certain_background;
  double certain_foreground;
  double certain_distance;
} u2cl_composition;

/* Composes the picture of a detection. NULL in place of a composition is a cut-out. u2cl_picture_notes of the result
 * tells what the user should know, such as that nothing stands out. */
u2cl_status u2cl_detection_compose(
  const u2cl_detection *detection, const u2cl_composition *composition, u2cl_picture **result);

/* Composes a picture with a mask or matte of its size, GRAY8 or GRAY16, from u2cl_detection_mask, u2cl_detection_matte
 * or u2cl_picture_from_pixels; edges does not apply. */
u2cl_status u2cl_picture_compose(
  const u2cl_picture *picture, const u2cl_picture *mask, const u2cl_composition *composition, u2cl_picture **result);

/* ---- Models ----------------------------------------------------------------------------------------------------- */

/* The models that are built in, installed or can be pulled: {"folders": […], "models": [{"name", "state" ("builtIn",
 * "installed" or "absent"), "path", "byteCount", "licence", "purpose", "leftover"}, …]}. */
u2cl_status u2cl_models(u2cl_buffer **json);

/* A model by name or path, described as by 'u2cl models info --json'; NULL for the built-in one. */
u2cl_status u2cl_model_info(const char *model, u2cl_buffer **json);

/* How a model is pulled. */
typedef struct u2cl_pull_options {
  size_t struct_size;
  /* An address, a file, or a folder with the file. NULL: the environment variable U2CL_MIRROR, or the published
   * address. */
  const char *source;
  /* The SHA-256 that the file must have beside the published checksum, as 64 hexadecimal digits; NULL for none. */
  const char *sha256;
  /* 1: an installed file that is not the published one is replaced. */
  int32_t replaces;
  /* Called with the bytes that have arrived; NULL for nobody. What has arrived is kept if it cancels. */
  u2cl_progress_function progress;
  void *progress_context;
} u2cl_pull_options;

/* Installs a model: downloads, verifies and only then names its file. The only function that uses the network. json is
 * {"name", "path", "byteCount", "wasInstalled"}, and may be NULL. */
u2cl_status u2cl_model_pull(const char *name, const u2cl_pull_options *options, u2cl_buffer **json);

/* Compares the installed files of a model, or of all for NULL, with the published checksums: an array of {"name",
 * "path", "verdict" ("verified", "differs" or "unknown"), "reason"}. */
u2cl_status u2cl_model_verify(const char *name, u2cl_buffer **json);

/* Removes the files of a model from the store: an array of their paths; json may be NULL. */
u2cl_status u2cl_model_remove(const char *name, u2cl_buffer **json);

/* ---- Devices and speed ------------------------------------------------------------------------------------------ */

/* The OpenCL devices, the best first: {"devices": [{"index", "kind", "name", …}, …], "problems": […]}, as
 * 'u2cl devices --json' lists them. Without a driver or without libOpenCL the list is empty, and problems says why. */
u2cl_status u2cl_devices(u2cl_buffer **json);

/* How speed is measured. */
typedef struct u2cl_bench_options {
  size_t struct_size;
  const char *model;  /* as for a detector */
  const char *device; /* as for a detector */
  u2cl_precision precision;
  uint32_t input_size;
  uint32_t batch;
  /* The number of warm-up runs and the least number of counted runs. 0: 10 and 50. */
  uint32_t warmup;
  uint32_t runs;
  /* The least and the greatest time of the counted runs, in seconds. 0: 3 and 60. */
  double least_seconds;
  double most_seconds;
} u2cl_bench_options;

/* Measures how fast a model is on a device: the report of 'u2cl bench --json'. */
u2cl_status u2cl_bench(const u2cl_bench_options *options, u2cl_buffer **json);

/* How the speed of a detector is measured. */
typedef struct u2cl_detector_bench_options {
  size_t struct_size;
  /* The size of the made-up pictures in pixels. 0: 640x480. */
  uint32_t width;
  uint32_t height;
  /* What is computed for each picture, as for u2cl_detector_detect; for U2CL_MASKS also the masks. */
  u2cl_output output;
  /* The number of batches before the clock is read, and the least number of counted batches. 0: 3 and 20. */
  uint32_t warmup;
  uint32_t runs;
  int32_t reserved; /* 0 */
  /* The least and the greatest time of the counted batches, in seconds. 0: 1 and 60. */
  double least_seconds;
  double most_seconds;
  /* Called after each counted batch with their number; total is 0. NULL for nobody. */
  u2cl_progress_function progress;
  void *progress_context;
} u2cl_detector_bench_options;

/* Measures how fast a detector is with full batches of pictures in memory. Other threads wait for the detector. A JSON
 * object: "model", "device", "precision", "batch", "picture" ([height, width]), "warmup", "samples" (the seconds of
 * each batch), "run" (their "min", "median", "p90", "p95", "p99", "max", "mean", "standardDeviation"),
 * "secondsPerPicture" (the median divided by the batch), "picturesPerSecond", "overlappedPicturesPerSecond" (with two
 * batches on their way, as u2cl_detector_submit has them). */
u2cl_status u2cl_detector_bench(
  u2cl_detector *detector, const u2cl_detector_bench_options *options, u2cl_buffer **json);

/* ---- Evaluation ------------------------------------------------------------------------------------------------- */

/* Maps that are scored against ground truth. Memory does not grow with their number, unless rows are kept. */
typedef struct u2cl_evaluation u2cl_evaluation;

/* How maps are scored. */
typedef struct u2cl_evaluation_options {
  size_t struct_size;
  /* The least level of a foreground pixel in the ground truth, 1 to 255; 1 for masks of 0 and 1. 0: 129. */
  int32_t truth_threshold;
  /* 1: a map of another size than its ground truth is resized to it, as cv2.resize does; otherwise such a pair cannot
   * be scored. */
  int32_t resizes_maps;
  /* 1: pairs that cannot be scored, and files without a counterpart, are left out and listed by the report; otherwise
   * the call that would add them fails with U2CL_ERROR_FILE. */
  int32_t allows_issues;
  /* 1: the report has the measures of every pair, about 400 bytes each. */
  int32_t keeps_rows;
  /* Called now and then with the number of a call's pairs that are scored; NULL for nobody. */
  u2cl_progress_function progress;
  void *progress_context;
} u2cl_evaluation_options;

u2cl_status u2cl_evaluation_create(const u2cl_evaluation_options *options, u2cl_evaluation **evaluation);

/* Scores pairs on all cores, and adds them in their order; a call that fails or is cancelled adds none. The same pairs
 * in the same order give bitwise the same measures, however they are divided among calls. Calls that add to the same
 * evaluation wait for one another.
 *
 * Maps and ground truths are taken as grey: colours as luma, over black where they are transparent. Each pair has one
 * size. count is 1 to 10 million. */
u2cl_status u2cl_evaluation_add(
  u2cl_evaluation *evaluation, const u2cl_picture *const *maps, const u2cl_picture *const *truths, size_t count);

/* The same with the paths of files, which are read when it is their turn. */
u2cl_status u2cl_evaluation_add_files(
  u2cl_evaluation *evaluation, const char *const *maps, const char *const *truths, size_t count);

/* The same with the files of two folders that have the same name but for its extension, sorted by name, as
 * 'u2cl eval --maps --masks' pairs them; the map for photo.png may also be called photo.mask.png. */
u2cl_status u2cl_evaluation_add_folders(u2cl_evaluation *evaluation, const char *maps, const char *truths);

/* The measures over all pairs that were scored, between 0 and 1; all but mae are better where they are greater.
 * docs/evaluation.md defines them. */
typedef struct u2cl_measures {
  size_t struct_size;
  size_t pictures; /* the number of pairs */
  double max_f_pr; /* of the mean precision and recall, as the U2-Net paper has it */
  double max_f;
  double mean_f;
  double adaptive_f;
  double mae;
  double weighted_f;
  double s_measure;
  double max_e;
  double mean_e;
  double adaptive_e;
  double relaxed_boundary_f;
  double iou_50;
  double max_iou;
} u2cl_measures;

/* Set measures->struct_size; the rest is written. U2CL_ERROR_USAGE if nothing was scored. More may be added later. */
u2cl_status u2cl_evaluation_measures(const u2cl_evaluation *evaluation, u2cl_measures *measures);

/* The same as a JSON object with the names of 'u2cl eval --json': "pictures", "measures" ({"maxF_pr", "maxF", "meanF",
 * "adaptiveF", "mae", "weightedF", "sMeasure", "maxE", "meanE", "adaptiveE", "relaxedBoundaryF", "iou50", "maxIoU"}),
 * "curves" ("threshold", "precision", "recall", "fMeasure", "eMeasure", "iou"), "emptyTruths" (the number of ground
 * truths without foreground, where F and IoU are 0), "resizedMaps", "issues" ({"kind", "path", "description"}), "notes"
 * (what else the user should know), and "rows" ({"index", "map", "truth", "measures"}). */
u2cl_status u2cl_evaluation_report(const u2cl_evaluation *evaluation, u2cl_buffer **json);

u2cl_status u2cl_evaluation_release(u2cl_evaluation *evaluation);

#ifdef __cplusplus
}
#endif

#endif
