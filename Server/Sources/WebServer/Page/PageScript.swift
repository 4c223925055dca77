/// The script of the page, joined from its files: the languages right behind `text.js`, which begins their table, and
/// `page.js` last, which starts everything.
enum PageScript {
  /// The script, in UTF-8. Its names are its own, and nothing of it is global.
  static let text: [UInt8] =
    Array("\"use strict\";\n(() => {\n".utf8) + files.flatMap { $0 } + Array("})();\n".utf8)

  private static var files: [[UInt8]] {
    [
      PackageResources.text_js,
      PackageResources.en_js, PackageResources.zhHans_js, PackageResources.de_js, PackageResources.es_js,
      PackageResources.ja_js,
      PackageResources.choices_js, PackageResources.zip_js, PackageResources.pictures_js,
      PackageResources.requests_js, PackageResources.queue_js, PackageResources.sample_js,
      PackageResources.stage_js, PackageResources.strip_js, PackageResources.settings_js,
      PackageResources.engine_js, PackageResources.saving_js, PackageResources.dialogs_js,
      PackageResources.page_js,
    ]
  }
}
