const element = /^(?:\w+:)?(?:odd|even|first)(?:Header|Footer)(?=\s|$)/
/** What ends a text or stands for another one, and what only says how the following looks. */
const codes = /&(?:([LCRPNDTGAFZ])|&|"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|[BIUESXYHOJ])/gi

/** Whether the text behind a tag (without its brackets) has codes. */
export const hasHeaderCodes = (tag: string): boolean => element.test(tag)

/** The text of a header or footer of a worksheet without its codes (ECMA-376 part 1, 18.3.1.46), which stand right beside words: `&Cbob@x.org&P`. */
export function withoutHeaderCodes(text: string): string {
  return text.replace(codes, (code, part?: string) => (code === '&&' ? '&' : part === undefined ? '' : '\r'))
}
