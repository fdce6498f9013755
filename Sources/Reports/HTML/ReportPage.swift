import Foundation
import Vulkan

/// A part of a report under a heading.
package struct ReportSection {
  /// What links to it.
  let identifier: String
  let title: String
  /// What stands below the heading.
  let content: String

  package init(_ identifier: String, _ title: String, _ content: String) {
    (self.identifier, self.title, self.content) = (identifier, title, content)
  }
}

/// One HTML file that needs no other and no network.
package struct ReportPage {
  package let title: String
  /// What stands below the title.
  package let subtitle: String
  package let sections: [ReportSection]

  package init(title: String, subtitle: String, sections: [ReportSection]) {
    (self.title, self.subtitle, self.sections) = (title, subtitle, sections)
  }

  /// The text of the file.
  package var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="Reprise \(repriseVersion)">
    <meta http-equiv="Content-Security-Policy" \
    content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
    <title>\(escaped(title))</title>
    <style>
    :root{\(colours)}
    \(classes)
    \(resource(PackageResources.report_css))
    </style>
    </head>
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <div><h1>\(escaped(title))</h1><p>\(escaped(subtitle))</p></div>
    <button type="button" id="theme">Dark</button>
    </header>
    <nav aria-label="Sections"><ul>
    \(sections.map { "<li><a href=\"#\($0.identifier)\">\(escaped($0.title))</a></li>" }.joined(separator: "\n"))
    </ul></nav>
    <main id="main" tabindex="-1">
    \(sections.map(section).joined(separator: "\n"))
    </main>
    <footer><p>Made by Reprise \(repriseVersion). This page needs no network.</p></footer>
    <script>
    \(resource(PackageResources.player_js))
    \(resource(PackageResources.report_js))
    </script>
    </body>
    </html>

    """
  }

  private func section(_ section: ReportSection) -> String {
    """
    <section id="\(section.identifier)" aria-labelledby="\(section.identifier)-h">
    <h2 id="\(section.identifier)-h">\(escaped(section.title))</h2>
    \(section.content)
    </section>
    """
  }

  private var colours: String {
    Drawing.Ink.palette.enumerated().map { "--s\($0):light-dark(\($1.light),\($1.dark))" }.joined(
      separator: ";")
  }

  private var classes: String {
    Drawing.Ink.palette.indices.map { ".s\($0){color:var(--s\($0))}" }.joined()
  }

  private func resource(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
