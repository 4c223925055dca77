/// This release.
public let u2clVersion = "0.1.0"
