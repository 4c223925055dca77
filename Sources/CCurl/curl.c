#include "u2cl_curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

// curl.h defines a macro of the same name that checks types.
#undef curl_easy_setopt

// Each field has the type that curl.h declares the call with.
struct u2cl_curl {
  __typeof__(&curl_global_init) global_init;
  __typeof__(&curl_easy_init) easy_init;
  __typeof__(&curl_easy_cleanup) easy_cleanup;
  __typeof__(&curl_easy_perform) easy_perform;
  __typeof__(&curl_easy_setopt) easy_setopt;
  __typeof__(&curl_easy_strerror) easy_strerror;
  __typeof__(&curl_slist_append) slist_append;
  __typeof__(&curl_slist_free_all) slist_free_all;
};

static struct u2cl_curl calls;
static bool is_open;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// The library's names: with OpenSSL, with GnuTLS, on macOS.
static void *find_library(void) {
  static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *const library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

#define FIND(name) ((calls.name = (__typeof__(calls.name))dlsym(library, "curl_" #name)) != NULL)

static void open_library(void) {
  void *const library = find_library();
  if (!library) return;
  is_open = FIND(global_init) && FIND(easy_init) && FIND(easy_cleanup) && FIND(easy_perform) && FIND(easy_setopt)
    && FIND(easy_strerror) && FIND(slist_append) && FIND(slist_free_all)
    && calls.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const u2cl_curl *u2cl_curl_open(void) {
  pthread_once(&once, open_library);
  return is_open ? &calls : NULL;
}

CURL *u2cl_curl_start(const u2cl_curl *curl) { return curl->easy_init(); }
void u2cl_curl_end(const u2cl_curl *curl, CURL *transfer) { curl->easy_cleanup(transfer); }
CURLcode u2cl_curl_perform(const u2cl_curl *curl, CURL *transfer) { return curl->easy_perform(transfer); }
const char *u2cl_curl_explanation(const u2cl_curl *curl, CURLcode code) { return curl->easy_strerror(code); }

CURLcode u2cl_curl_set_number(const u2cl_curl *curl, CURL *transfer, CURLoption option, long value) {
  return curl->easy_setopt(transfer, option, value);
}

CURLcode u2cl_curl_set_text(const u2cl_curl *curl, CURL *transfer, CURLoption option, const char *value) {
  return curl->easy_setopt(transfer, option, value);
}

CURLcode u2cl_curl_set_pointer(const u2cl_curl *curl, CURL *transfer, CURLoption option, void *value) {
  return curl->easy_setopt(transfer, option, value);
}

CURLcode u2cl_curl_set_data_callback(
  const u2cl_curl *curl, CURL *transfer, CURLoption option, size_t (*callback)(char *, size_t, size_t, void *)) {
  return curl->easy_setopt(transfer, option, callback);
}

CURLcode u2cl_curl_set_progress_callback(
  const u2cl_curl *curl, CURL *transfer, int (*callback)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
  return curl->easy_setopt(transfer, CURLOPT_XFERINFOFUNCTION, callback);
}

// The options that replace these came with libcurl 7.85; these work with every libcurl.so.4.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
CURLcode u2cl_curl_set_schemes(const u2cl_curl *curl, CURL *transfer, long schemes) {
  const CURLcode code = curl->easy_setopt(transfer, CURLOPT_PROTOCOLS, schemes);
  return code == CURLE_OK ? curl->easy_setopt(transfer, CURLOPT_REDIR_PROTOCOLS, schemes) : code;
}

CURLcode u2cl_curl_set_headers(const u2cl_curl *curl, CURL *transfer, struct curl_slist *headers) {
  return curl->easy_setopt(transfer, CURLOPT_HTTPHEADER, headers);
}

struct curl_slist *u2cl_curl_list_append(const u2cl_curl *curl, struct curl_slist *list, const char *text) {
  return curl->slist_append(list, text);
}

void u2cl_curl_list_free(const u2cl_curl *curl, struct curl_slist *list) { curl->slist_free_all(list); }
