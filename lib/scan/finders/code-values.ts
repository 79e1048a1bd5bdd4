/** Of a character that stands for nothing in a code. */
export const noValue = 255

const sixBits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** What each byte stands for in base64 of either alphabet (RFC 4648, sections 4 and 5), or `noValue`. */
export const base64Values: Uint8Array = valuesOf((character) =>
  sixBits.indexOf({ '-': '+', _: '/' }[character] ?? character),
)

/** The same as a hexadecimal digit of either case (section 8). */
export const hexValues: Uint8Array = valuesOf((character) => '0123456789abcdef'.indexOf(character.toLowerCase()))

/** `read`: -1 for a character that stands for nothing. */
function valuesOf(read: (character: string) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const value = read(String.fromCharCode(byte))
    return value === -1 ? noValue : value
  })
}
