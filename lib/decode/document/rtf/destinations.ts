/**
 * Groups whose text is none of the text around them (RTF 1.9.1, appendix B), beside those that say so with `\*`: tables of the document, notes, headers,
 * objects, properties, bullets, entries of an index.
 */
export const destinations: ReadonlySet<string> = new Set(
  (
    'fonttbl colortbl stylesheet filetbl listtable revtbl info title subject author manager company operator category ' +
    'keywords comment doccomm hlinkbase header headerl headerr headerf footer footerl footerr footerf footnote annotation ' +
    'pict object objdata nonshppict shptxt sn sv falt listtext pntext pntxta pntxtb xe rxe tc txe upr private'
  ).split(' '),
)

/** Words that end a text, as a paragraph or a cell ends, or stand for white space. */
export const breaks: ReadonlySet<string> = new Set(
  (
    'par line tab cell row nestcell nestrow sect page column softline softpage softcol lbr emspace enspace qmspace ' +
    'emdash endash bullet lquote rquote ldblquote rdblquote'
  ).split(' '),
)
