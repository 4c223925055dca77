/// Something else came out than a test was written for.
struct Unexpected: Error { let what: String }
