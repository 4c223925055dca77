import Files
import Pictures
import Testing

/// Formats that are not read, told by first bytes or by name.
@Suite struct UnreadFormatTests {
  @Test(arguments: [
    ("PSD", "8BPS\0\u{1}"), ("SVG", "<svg xmlns="), ("SVG", "\u{FEFF}<?xml version=\"1.0\"?>\n<!-- a --><svg"),
    ("SVG", "<!DOCTYPE svg PUBLIC \"\"><svg>"), ("PNM", "P6\n640 480"), ("PNM", "P5 # made by"), ("PNM", "P7\nWIDTH 3"),
    ("EPS", "%!PS-Adobe-3.0 EPSF-3.0\n"), ("CR2", "II*\0\u{10}\0\0\0CR\u{2}\0"),
    ("CR3", "\0\0\0\u{18}ftypcrx \0\0\0\u{1}"), ("RAF", "FUJIFILMCCD-RAW 0201"),
    ("MP4", "\0\0\0\u{20}ftypisom\0\0\0\0"), ("QuickTime", "\0\0\0\u{14}ftypqt  \0\0\0\0"),
    ("AVI", "RIFF1234AVI LIST"), ("PDF", "%PDF-1.7"), ("YUV4MPEG2", "YUV4MPEG2 W4 H4"),
    ("DICOM", String(repeating: "\0", count: 128) + "DICM"),
  ])
  func firstBytesTell(name: String, text: String) {
    let bytes = Array(text.utf8)
    #expect(UnreadFormat(firstBytes: bytes)?.name == name)
    #expect(PictureFormat(firstBytes: bytes) == nil && PictureFormat(ofUnknownFile: bytes) == nil)
  }

  @Test(arguments: [
    "", "text", "P1 is a section", "<?xml version=\"1.0\"?><note/>", "<!DOCTYPE html><html>", "%!PS-Adobe-3.0\n",
    "\0\0\0",
  ])
  func otherFilesAreUnknown(text: String) { #expect(UnreadFormat(firstBytes: Array(text.utf8)) == nil) }

  @Test func namesTell() {
    #expect(UnreadFormat(fileName: "folder.psd/a.DNG")?.kind == .raw)
    #expect(UnreadFormat(fileName: "a.svg")?.name == "SVG")
    #expect(UnreadFormat(fileName: "a.MOV")?.kind == .video)
    for name in ["a.jpg", "psd", ".psd", "a.psd.txt", "a."] { #expect(UnreadFormat(fileName: FilePath(name)) == nil) }
    // What is read has no place in the list.
    for format in PictureFormat.allCases {
      for name in format.fileExtensions { #expect(UnreadFormat(fileName: FilePath("a.\(name)")) == nil, "\(name)") }
    }
  }

  /// Every file of the fixtures is known without its name.
  @Test func picturesAreKnownWithoutTheirNames() throws {
    for name in Fixture.names {
      let bytes = try #require(try WholeFile.read(FilePath(Fixture.path(name)))).prefix(PictureFormat.tellingBytes)
      #expect(PictureFormat(ofUnknownFile: Array(bytes)) == PictureFormat(firstBytes: bytes), "\(name)")
    }
    // Two bytes are not enough for a file of any name.
    #expect(PictureFormat(firstBytes: Array("BMW builds cars, and motorcycles".utf8)) == .bmp)
    #expect(PictureFormat(ofUnknownFile: Array("BMW builds cars, and motorcycles".utf8)) == nil)
  }
}
