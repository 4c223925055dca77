// libcurl, opened by the first download. If it were linked, it and its thirty libraries would add 11 ms to every start
// of the command, and the command would not start without them.
#ifndef U2CL_CURL_H
#define U2CL_CURL_H

#include <curl/curl.h>

// The functions of libcurl that are used; variadic ones have a function here for each type of argument.
typedef struct u2cl_curl u2cl_curl;

// Opens libcurl at the first call; NULL if it is not installed. Safe from any thread. The library is never closed.
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
// Sets the allowed schemes, for the first request and after a redirect: CURLPROTO_HTTP, CURLPROTO_HTTPS or both.
CURLcode u2cl_curl_set_schemes(const u2cl_curl *curl, CURL *transfer, long schemes);
CURLcode u2cl_curl_set_headers(const u2cl_curl *curl, CURL *transfer, struct curl_slist *headers);

// Appends to a list; NULL if memory is short, and the list is unchanged then.
struct curl_slist *u2cl_curl_list_append(const u2cl_curl *curl, struct curl_slist *list, const char *text);
void u2cl_curl_list_free(const u2cl_curl *curl, struct curl_slist *list);

#endif
