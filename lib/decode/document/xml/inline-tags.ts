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
  // HTML.
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
  ...['cite', 'q', 'var', 'samp', 'del', 'ins', 'time', 'nobr', 'label', 'dfn', 'acronym', 'ruby', 'rb'],
  // SVG, DocBook, JATS, TEI and DITA, the looks of text in Visio, and marks of comments in OpenDocument and Confluence.
  ...['tspan', 'emphasis', 'italic', 'bold', 'hi', 'ph', 'cp', 'pp', 'tp', 'fld'],
  ...['annotation-end', 'inline-comment-marker', 'strikethrough', 'highlight'],
  // XSL-FO, and runs of CherryTree.
  ...['inline', 'basic-link', 'rich_text'],
])
/** Facts in pages of iXBRL, runs of AbiWord, and those in documents of XAML. */
const inlineOf = new Map([
  ['ix', new Set(['nonnumeric', 'nonfraction', 'continuation'])],
  ['awml', new Set(['c'])],
  ['xaml', new Set(['run', 'span', 'bold', 'italic', 'underline', 'hyperlink'])],
])
/** In documents and slides of Office all is inside of a paragraph, but for these. */
const officeBlocks = new Set(['p', 'tab', 'ptab', 'br', 'cr', 'tc', 'tr', 'tbl', 'sectpr', 'body'])

/** In a paragraph of OpenDocument as well; spaces are none that is struck out. */
const openBlocks = new Set(['p', 'h', 's', 'tab', 'line-break', 'note', 'note-citation', 'ruby-text'])

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
  if (prefix === 'text') return openBlocks.has(name)
  // What is not to be translated in texts of Android.
  if (prefix === 'xliff') return false
  // What Word knows of names and places it marks in HTML as well.
  if (prefix !== undefined && /^st\d$/.test(prefix)) return false
  return !(inlineOf.get(prefix ?? '') ?? inline).has(name)
}
