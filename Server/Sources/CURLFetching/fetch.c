#include "u2cl_fetch.h"

#include <dlfcn.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

// curl.h defines macros of the same names that check types.
#undef curl_easy_setopt
#undef curl_easy_getinfo

// Each field has the type that curl.h declares the call with.
static struct {
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&curl_easy_perform) easy_perform;
  __typeof__(&curl_easy_setopt) easy_setopt;
  __typeof__(&curl_easy_getinfo) easy_getinfo;
  __typeof__(&curl_slist_append) slist_append;
  __typeof__(&curl_slist_free_all) slist_free_all;
  __typeof__(&curl_url) url;
  __typeof__(&curl_url_cleanup) url_cleanup;
  __typeof__(&curl_url_set) url_set;
  __typeof__(&curl_url_get) url_get;
  __typeof__(&curl_free) free;
} calls;
static bool is_open;
static pthread_once_t once = PTHREAD_ONCE_INIT;

#define FIND(name) ((calls.name = (__typeof__(calls.name))dlsym(library, "curl_" #name)) != NULL)

static void open_library(void) {
  // The library's names: with OpenSSL, with GnuTLS, on macOS.
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
  void *library = NULL;
  for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++) {
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  is_open = library && FIND(global_init) && FIND(easy_init) && FIND(easy_cleanup) && FIND(easy_perform)
    && FIND(easy_setopt) && FIND(easy_getinfo) && FIND(slist_append) && FIND(slist_free_all) && FIND(url)
    && FIND(url_cleanup) && FIND(url_set) && FIND(url_get) && FIND(free)
    && calls.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

// A request under way.
typedef struct {
  const u2cl_fetch_request *request;
  CURL *transfer;
  bool is_too_large, is_cancelled;
} fetch;

static bool allows(const u2cl_fetch_request *request, const struct sockaddr *address) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *const four = (const void *)address;
    return request->allows_address(request->context, (const void *)&four->sin_addr, sizeof four->sin_addr);
  }
  if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *const six = (const void *)address;
    return request->allows_address(request->context, (const void *)&six->sin6_addr, sizeof six->sin6_addr);
  }
  return false;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  const fetch *const self = context;
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  if (!allows(self->request, &address->addr)) return CURL_SOCKET_BAD;
  return socket(address->family, address->socktype, address->protocol);
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  fetch *const self = context;
  long status = 0;
  calls.easy_getinfo(self->transfer, CURLINFO_RESPONSE_CODE, &status);
  // Nothing is kept of redirects and errors.
  if (status != 200 || self->request->take(self->request->context, bytes, size * count)) return size * count;
  self->is_too_large = true;
  // libcurl takes any other number than it offered for an error.
  return 0;
}

static int report(void *context, curl_off_t all, curl_off_t received, curl_off_t out, curl_off_t sent) {
  (void)all, (void)out, (void)sent;
  fetch *const self = context;
  // The body of a redirect or of an error is limited as well.
  if (received > self->request->byte_limit) self->is_too_large = true;
  if (!self->request->goes_on(self->request->context)) self->is_cancelled = true;
  return self->is_too_large || self->is_cancelled;
}

// Whether an address has the scheme, the port and nothing else but what is allowed.
static bool is_allowed(CURLU *url, const u2cl_fetch_request *request) {
  char *scheme = NULL, *port = NULL, *user = NULL, *password = NULL;
  bool is_allowed = calls.url_set(url, CURLUPART_URL, request->url, 0) == CURLUE_OK
    && calls.url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
    && (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0)
    && calls.url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK
    && request->allows_port(request->context, strtoul(port, NULL, 10))
    && calls.url_get(url, CURLUPART_USER, &user, 0) != CURLUE_OK
    && calls.url_get(url, CURLUPART_PASSWORD, &password, 0) != CURLUE_OK;
  char *const texts[] = {scheme, port, user, password};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) calls.free(texts[i]);
  return is_allowed;
}

#define SET(option, value) (calls.easy_setopt(self->transfer, option, value) == CURLE_OK)

static bool set_limits(fetch *self) {
  const u2cl_fetch_request *const request = self->request;
  return SET(CURLOPT_NOSIGNAL, 1L) && SET(CURLOPT_TIMEOUT_MS, request->total_milliseconds)
    && SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds)
    && SET(CURLOPT_LOW_SPEED_TIME, request->stall_seconds) && SET(CURLOPT_LOW_SPEED_LIMIT, request->stall_bytes)
    && SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)request->byte_limit);
}

// The option that replaces CURLOPT_PROTOCOLS came with libcurl 7.85; this one works with every libcurl.so.4.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static bool set_rules(fetch *self, CURLU *url) {
  return SET(CURLOPT_CURLU, url) && SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS))
    && SET(CURLOPT_PROXY, "") && SET(CURLOPT_NOPROXY, "*") && SET(CURLOPT_FOLLOWLOCATION, 0L)
    && SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) && SET(CURLOPT_HTTP_CONTENT_DECODING, 0L)
    && SET(CURLOPT_USERAGENT, "u2cl") && SET(CURLOPT_OPENSOCKETFUNCTION, open_socket)
    && SET(CURLOPT_OPENSOCKETDATA, self) && SET(CURLOPT_WRITEFUNCTION, take) && SET(CURLOPT_WRITEDATA, self)
    && SET(CURLOPT_XFERINFOFUNCTION, report) && SET(CURLOPT_XFERINFODATA, self) && SET(CURLOPT_NOPROGRESS, 0L);
}

static u2cl_fetch_end end_of(const fetch *self, CURLcode code) {
  if (self->is_cancelled) return U2CL_FETCH_CANCELLED;
  if (self->is_too_large || code == CURLE_FILESIZE_EXCEEDED) return U2CL_FETCH_TOO_LARGE;
  if (code == CURLE_OPERATION_TIMEDOUT) return U2CL_FETCH_TOO_SLOW;
  return code == CURLE_OK ? U2CL_FETCH_DONE : U2CL_FETCH_FAILED;
}

static u2cl_fetch_end perform(fetch *self, CURLU *url, long *status, char **redirect) {
  struct curl_slist *names = NULL;
  if (self->request->resolved) names = calls.slist_append(NULL, self->request->resolved);
  u2cl_fetch_end end = U2CL_FETCH_FAILED;
  if (set_limits(self) && set_rules(self, url) && (!names || SET(CURLOPT_RESOLVE, names))) {
    end = end_of(self, calls.easy_perform(self->transfer));
    char *target = NULL;
    calls.easy_getinfo(self->transfer, CURLINFO_RESPONSE_CODE, status);
    calls.easy_getinfo(self->transfer, CURLINFO_REDIRECT_URL, &target);
    if (target) *redirect = strdup(target);
  }
  if (names) calls.slist_free_all(names);
  return end;
}

u2cl_fetch_end u2cl_fetch(const u2cl_fetch_request *request, long *status, char **redirect) {
  *status = 0;
  *redirect = NULL;
  pthread_once(&once, open_library);
  if (!is_open) return U2CL_FETCH_NO_LIBRARY;
  CURLU *const url = calls.url();
  if (!url) return U2CL_FETCH_FAILED;
  u2cl_fetch_end end = U2CL_FETCH_BAD_URL;
  if (is_allowed(url, request)) {
    fetch self = {.request = request, .transfer = calls.easy_init()};
    end = self.transfer ? perform(&self, url, status, redirect) : U2CL_FETCH_FAILED;
    if (self.transfer) calls.easy_cleanup(self.transfer);
  }
  calls.url_cleanup(url);
  return end;
}

void u2cl_fetch_release(char *redirect) { free(redirect); }
