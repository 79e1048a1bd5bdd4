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
    'condense',
    'extend',
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
    'time',
    'soft-page-break',
    'meta-field',
    'change',
    'change-start',
    'change-end',
    ...['bookmark', 'reference-mark', 'alphabetical-index-mark', 'toc-mark', 'user-index-mark'].flatMap((mark) => [
      mark,
      `${mark}-start`,
      `${mark}-end`,
    ]),
    'nobr',
    'label',
    'dfn',
    'acronym',
    'ruby',
    'rb',
  ],
  // SVG, DocBook, JATS, TEI and DITA, and the looks of text in Visio.
  ...['tspan', 'emphasis', 'italic', 'bold', 'hi', 'ph', 'cp', 'pp', 'tp', 'fld'],
])
/** In documents and slides of Office all is inside of a paragraph, but for these. */
const officeBlocks = new Set(['p', 'tab', 'ptab', 'br', 'cr', 'tc', 'tr', 'tbl', 'sectpr', 'body'])

/** What the text behind the tag of a run of Word is: shown, deleted, or an instruction; texts that differ in that are two. Undefined for any other tag. */
export function kindOfRun(tag: string): string | undefined {
  return /^w:(t|delText|instrText|delInstrText)(?:\s|$)/.exec(tag)?.[1]
}

/** Whether the text before a tag and the text behind it are two. `tag`: without its brackets, with the prefixes of `knownPrefixes`. */
export function separates(tag: string): boolean {
  const [, prefix, local = ''] = /^\/?(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/.exec(tag) ?? []
  const name = local.toLowerCase()
  if (prefix === 'w' || prefix === 'a') return officeBlocks.has(name)
  if (prefix === 'mc') return name === 'fallback'
  // Spaces of OpenDocument are no text that is struck out.
  if (prefix === 'text' && (name === 'meta' || name === 's')) return name === 's'
  // What Word knows of names and places it marks in HTML as well.
  if (prefix !== undefined && /^st\d$/.test(prefix)) return false
  return !inline.has(name)
}
