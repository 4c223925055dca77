// One request for a resource on the public internet, by libcurl, which is opened by the first request. It is no
// dependency of the server: who allows no addresses needs no libcurl.
#ifndef U2CL_FETCH_H
#define U2CL_FETCH_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

// What is fetched, and within which limits.
typedef struct {
  // The address. It is parsed once; what is checked is what is fetched.
  const char *url;
  // "HOST:PORT:ADDRESS", which stands in for the look-up of a name; NULL for none. For tests.
  const char *resolved;
  // The most bytes of the body, if the server states its length.
  long long byte_limit;
  // The most milliseconds of the whole request, and of connecting.
  long total_milliseconds, connect_milliseconds;
  // The request has stalled after so many seconds of fewer than so many bytes each.
  long stall_seconds, stall_bytes;

  void *context;
  // Says whether a port may be asked.
  bool (*allows_port)(void *context, unsigned long port);
  // Says whether an address may be connected to, which has 4 or 16 bytes. Called for each connection, with the address
  // that it goes to.
  bool (*allows_address)(void *context, const unsigned char *bytes, size_t count);
  // Takes a piece of the body; false ends the request.
  bool (*take)(void *context, const void *bytes, size_t count);
  // Says whether the result is still wanted; called at least once a second.
  bool (*goes_on)(void *context);
} u2cl_fetch_request;

// How a request has ended.
typedef enum {
  U2CL_FETCH_DONE,
  // libcurl is not installed.
  U2CL_FETCH_NO_LIBRARY,
  // The address is malformed, has a user name, or another scheme or port than allowed.
  U2CL_FETCH_BAD_URL,
  // The body is larger than allowed, or `take` has said that it is.
  U2CL_FETCH_TOO_LARGE,
  // The time is over, or too few bytes came.
  U2CL_FETCH_TOO_SLOW,
  // `goes_on` has said that the result is no longer wanted.
  U2CL_FETCH_CANCELLED,
  // Anything else: no such name, no connection, an address that is not allowed, a broken transfer.
  U2CL_FETCH_FAILED,
} u2cl_fetch_end;

// Makes one GET request, without following redirects, proxies, cookies and credentials.
//
// `status` is set to the status of the answer. `redirect` is set to the absolute address that the answer redirects to,
// or to NULL; release it by `u2cl_fetch_release`. Safe from any thread; the library is never closed.
u2cl_fetch_end u2cl_fetch(const u2cl_fetch_request *request, long *status, char **redirect);

// Releases an address that `u2cl_fetch` has set; NULL is allowed.
void u2cl_fetch_release(char *redirect);

#endif
