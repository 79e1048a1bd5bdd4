const element = /^(?:\w+:)?(?:odd|even|first)(?:Header|Footer)(?=\s|$)/
/** What ends a text or stands for another one, and what only says how the following looks. */
const codes = /&(?:([LCRPNDTGAFZ])|&|"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|[BIUESXYHOJ])/gi

/**
 * The text of a header or footer of a worksheet without its codes (ECMA-376 part 1, 18.3.1.46), which stand right beside words: `&Cbob@x.org&P`. Text that
 * another tag is before stays as it is.
 */
export function withoutHeaderCodes(text: string, tag: string): string {
  if (!text.includes('&') || !element.test(tag)) return text
  return text.replace(codes, (code, part?: string) => (code === '&&' ? '&' : part === undefined ? '' : '\r'))
}
