/** Filters that write bytes as characters, or runs of them shortly (ISO 32000-2, 7.4): `write` returns what some more bytes stand for, `end` the rest. */
export type Coded = { write(bytes: Uint8Array): Uint8Array; end(): Uint8Array }

const nothing = new Uint8Array(0)

/** ASCIIHexDecode, up to `>`. */
export function hexFilter(): Coded {
  let rest = ''
  let hasEnded = false
  return {
    write(bytes) {
      if (hasEnded) return nothing
      const text = Buffer.from(bytes).toString('latin1')
      const end = text.indexOf('>')
      hasEnded = end !== -1
      rest += (hasEnded ? text.slice(0, end) : text).replace(/[^\da-f]/gi, '')
      const whole = rest.slice(0, rest.length & ~1)
      rest = rest.slice(whole.length)
      return Buffer.from(whole, 'hex')
    },
    end: () => Buffer.from(rest === '' ? '' : `${rest}0`, 'hex'),
  }
}

/** ASCII85Decode, up to `~`. */
export function ascii85Filter(): Coded {
  let held = 0
  let count = 0
  let hasEnded = false
  return {
    write(bytes) {
      // `z` alone stands for four bytes.
      const out = Buffer.alloc(4 * bytes.length + 4)
      let to = 0
      for (const byte of bytes) {
        hasEnded ||= byte === 0x7e
        if (hasEnded) break
        if (byte === 0x7a && count === 0) to += 4
        if (byte < 0x21 || byte > 0x75) continue
        held = held * 85 + (byte - 0x21)
        if (++count < 5) continue
        to = out.writeUInt32BE(held % 2 ** 32, to)
        held = 0
        count = 0
      }
      return out.subarray(0, to)
    },
    end() {
      if (count < 2) return nothing
      const word = Buffer.alloc(4)
      for (let at = count; at < 5; at++) held = held * 85 + 84
      word.writeUInt32BE(held % 2 ** 32)
      return word.subarray(0, count - 1)
    },
  }
}

/** RunLengthDecode: up to 128 bytes as they are, or one up to 128 times; 128 is the end. */
export function runLengthFilter(): Coded {
  let copying = 0
  let repeated = 0
  let hasEnded = false
  return {
    write(bytes) {
      const out: Uint8Array[] = []
      for (let at = 0; at < bytes.length && !hasEnded; at++) {
        const byte = bytes[at]!
        if (copying > 0) {
          const piece = bytes.slice(at, at + copying)
          copying -= piece.length
          at += piece.length - 1
          out.push(piece)
        } else if (repeated > 0) {
          out.push(Buffer.alloc(repeated, byte))
          repeated = 0
        } else if (byte < 128) copying = byte + 1
        else if (byte > 128) repeated = 257 - byte
        else hasEnded = true
      }
      return Buffer.concat(out)
    },
    end: () => nothing,
  }
}

const clearCode = 256
const endCode = 257
const most = 4096

/** LZWDecode: codes of 9 to 12 bits, the highest bit first; `early`: they get longer one code sooner. What is no code is the end. */
export function lzwFilter(early: boolean): Coded {
  const strings: Buffer[] = Array.from({ length: endCode + 1 }, (_, code) => Buffer.from(code < 256 ? [code] : []))
  let [held, heldBits, bits] = [0, 0, 9]
  let previous: Buffer | undefined
  let hasEnded = false

  function take(code: number): Buffer | undefined {
    if (code === clearCode) {
      strings.length = endCode + 1
      bits = 9
      previous = undefined
      return undefined
    }
    // A code that is about to be made is the string before and its first byte.
    const known = strings[code]
    const next =
      known ?? (code === strings.length && previous ? Buffer.concat([previous, previous.subarray(0, 1)]) : undefined)
    hasEnded = code === endCode || next === undefined
    if (hasEnded || next === undefined) return undefined
    if (previous !== undefined && strings.length < most)
      strings.push(known === undefined ? next : Buffer.concat([previous, next.subarray(0, 1)]))
    const size = strings.length + (early ? 1 : 0)
    bits = size >= 2048 ? 12 : size >= 1024 ? 11 : size >= 512 ? 10 : 9
    previous = next
    return next
  }

  return {
    write(bytes) {
      const out: Buffer[] = []
      for (const byte of bytes) {
        held = ((held << 8) | byte) & 0xffffff
        heldBits += 8
        if (heldBits < bits || hasEnded) continue
        heldBits -= bits
        const string = take((held >> heldBits) & ((1 << bits) - 1))
        if (string !== undefined) out.push(string)
      }
      return Buffer.concat(out)
    },
    end: () => nothing,
  }
}
