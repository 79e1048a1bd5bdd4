/** Elements that only say how text looks: what stands before and behind their tags is one text. */
const inline = new Set([
  // Runs of text in spreadsheets and their looks.
  ...[
    'r',
    't',
    'rpr',
    'b',
    'i',
    'u',
    'sz',
    'color',
    'rfont',
    'family',
    'charset',
    'scheme',
    'vertalign',
    'strike',
    'outline',
    'shadow',
  ],
  // OpenDocument and HTML.
  ...[
    'span',
    's',
    'a',
    'em',
    'strong',
    'font',
    'small',
    'big',
    'sub',
    'sup',
    'code',
    'tt',
    'kbd',
    'mark',
    'wbr',
    'abbr',
    'bdi',
    'bdo',
  ],
  ...[
    'cite',
    'q',
    'var',
    'samp',
    'del',
    'ins',
    'soft-page-break',
    'bookmark',
    'bookmark-start',
    'bookmark-end',
    'nobr',
    'label',
    'dfn',
    'acronym',
    'ruby',
    'rb',
  ],
  // SVG, DocBook and JATS.
  ...['tspan', 'emphasis', 'italic', 'bold'],
])
/** In documents and slides of Office all is inside of a paragraph, but for these. */
const officeBlocks = new Set(['p', 'tab', 'br', 'cr', 'tc', 'tr', 'tbl', 'sectpr', 'body', 'instrtext', 'deltext'])

/** Whether the text before a tag and the text behind it are two. `tag`: without its brackets. */
export function separates(tag: string): boolean {
  const [, prefix, local = ''] = /^\/?(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/.exec(tag) ?? []
  const name = local.toLowerCase()
  if (prefix === 'w' || prefix === 'a') return officeBlocks.has(name)
  return !inline.has(name)
}
