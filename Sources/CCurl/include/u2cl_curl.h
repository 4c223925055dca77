// libcurl, opened when something is downloaded and not before: linked, it and the thirty libraries that it needs would
// cost every start of the command 11 ms, and the command would not start where it is missing.
#ifndef U2CL_CURL_H
#define U2CL_CURL_H

#include <curl/curl.h>

// The calls that are used here, those of a variable number of arguments once for each type.
typedef struct u2cl_curl u2cl_curl;

// Opens libcurl, the first time; NULL where it is not installed. For any thread; what comes back is never closed.
const u2cl_curl *u2cl_curl_open(void);

CURL *u2cl_curl_start(const u2cl_curl *curl);
void u2cl_curl_end(const u2cl_curl *curl, CURL *transfer);
CURLcode u2cl_curl_perform(const u2cl_curl *curl, CURL *transfer);
const char *u2cl_curl_explanation(const u2cl_curl *curl, CURLcode code);

CURLcode u2cl_curl_set_number(const u2cl_curl *curl, CURL *transfer, CURLoption option, long value);
CURLcode u2cl_curl_set_text(const u2cl_curl *curl, CURL *transfer, CURLoption option, const char *value);
CURLcode u2cl_curl_set_pointer(const u2cl_curl *curl, CURL *transfer, CURLoption option, void *value);
CURLcode u2cl_curl_set_data_callback(
  const u2cl_curl *curl, CURL *transfer, CURLoption option, size_t (*callback)(char *, size_t, size_t, void *));
CURLcode u2cl_curl_set_progress_callback(
  const u2cl_curl *curl, CURL *transfer, int (*callback)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t));
// Schemes that are spoken, at first and after a redirect: a set of CURLPROTO_HTTP and CURLPROTO_HTTPS.
CURLcode u2cl_curl_set_schemes(const u2cl_curl *curl, CURL *transfer, long schemes);
CURLcode u2cl_curl_set_headers(const u2cl_curl *curl, CURL *transfer, struct curl_slist *headers);

// NULL where memory is short; the list is as it was then.
struct curl_slist *u2cl_curl_list_append(const u2cl_curl *curl, struct curl_slist *list, const char *text);
void u2cl_curl_list_free(const u2cl_curl *curl, struct curl_slist *list);

#endif
