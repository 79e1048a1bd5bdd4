/** Whole numbers that a double or a spreadsheet keeps have fewer digits than this. */
const inexactFrom = 16
const keptDigits = 15
/** Programs that make identifiers of a time leave so many bits for a count, which mostly is 0. */
const countBits = 12n

/**
 * Whether the owners of a file may all be numbers that lost their last digits in a double or a spreadsheet on the way, and so stand for any of several
 * people: each one is such as those write, and none has digits that they would have changed. Numbers of which the lowest twelve bits are 0 say
 * nothing, unless they are printed as a double is.
 */
export function createRoundedOwners(): { look(text: string): void; areAll(): boolean } {
  let hasWhole = false
  let hasRounded = false
  let last = ''
  return {
    look(text) {
      if (hasWhole || text.length < inexactFrom || text === last || !isNumber.test(text)) return
      last = text
      if (isAsPrinted(text)) hasRounded = true
      else if (!isExact(text)) hasWhole = true
      else if (BigInt(text) % (1n << countBits) !== 0n) hasRounded = true
    },
    areAll: () => hasRounded && !hasWhole,
  }
}

const isNumber = /^[1-9][0-9]*$/

/** As JavaScript prints a double, or a spreadsheet what it keeps: with zeros behind the digits that count. */
const isAsPrinted = (text: string): boolean =>
  (Number(text) > Number.MAX_SAFE_INTEGER && String(Number(text)) === text) ||
  text.endsWith('0'.repeat(text.length - keptDigits))

/** Whether it is the very value of a double that others round to as well. */
const isExact = (text: string): boolean =>
  Number(text) > Number.MAX_SAFE_INTEGER && BigInt(Number(text)) === BigInt(text)
