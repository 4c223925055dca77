/// The script and the style sheet of the page, joined from their files.
enum PageSources {
  /// The script, in UTF-8. Its names are its own, and nothing of it is global.
  ///
  /// The languages follow `text.js`, which begins their table; `page.js` is last and starts everything.
  static let script: [UInt8] =
    Array("\"use strict\";\n(() => {\n".utf8) + scripts.flatMap { $0 } + Array("})();\n".utf8)

  /// The style sheet, in UTF-8. Later rules override earlier ones, so `screens.css` is last.
  static let style: [UInt8] = styles.flatMap { $0 }

  private static var scripts: [[UInt8]] {
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

  private static var styles: [[UInt8]] {
    [
      PackageResources.colours_css, PackageResources.buttons_css, PackageResources.bar_css,
      PackageResources.welcome_css, PackageResources.edge_css, PackageResources.stage_css,
      PackageResources.strip_css, PackageResources.panel_css, PackageResources.overlays_css,
      PackageResources.screens_css,
    ]
  }
}
