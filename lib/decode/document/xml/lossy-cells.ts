/**
 * Whether the number of a spreadsheet's cell may have lost digits: spreadsheets keep 15 or 17 of them. From 2^53 on every one may have;
 * from 10^15 on one that ends with 0, as Excel leaves it.
 */
export function isLossy(text: string): boolean {
  if (!/^[-+]?[\d.]+(?:[eE][-+]?\d+)?$/.test(text)) return false
  const value = Math.abs(Number(text))
  if (!Number.isInteger(value) || value < 1e15) return false
  return value >= 2 ** 53 || value % 10 === 0
}

/** The number in a tag of an OpenDocument cell, or of a row that a pivot table keeps; absent where there is none. */
export function cellNumberOf(tag: string): string | undefined {
  const found = /(?:\soffice:value|^(?:[\w.-]+:)?n\s(?:[^"']+["'][^"']*["']\s)*v)\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(
    tag,
  )
  return found?.[1] ?? found?.[2]
}

const numeric = /^(\/?)(?:[\w.-]+:)?(?:c|cell|numCache|numLit)(?=[\s>/]|$)/

/**
 * Whether values behind a tag are numbers: in a cell of a worksheet or of one that another workbook keeps, and in what a chart keeps (ECMA-376 part 1, 18.3.1.4,
 * 18.14.1 and 21.2.2.120). Absent: the tag says nothing about it.
 */
export function isNumericFrom(tag: string): boolean | undefined {
  const [, end] = numeric.exec(tag) ?? []
  return end === undefined ? undefined : end === '' && !/\/$|\st\s*=\s*["'](?!n["'])/.test(tag)
}

/** Whether a tag begins a number in the XML of Excel 2003. */
export function isNumberData(tag: string): boolean {
  return /^(?:[\w.-]+:)?Data\s/.test(tag) && /\s(?:\w+:)?Type\s*=\s*["']Number["']/.test(tag)
}
