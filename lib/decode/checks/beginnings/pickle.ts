import { areCharacters, isText } from './serialized.ts'

/** What an opcode takes behind it: bytes, as many as one in so many bytes says, or lines. */
type Argument = number | { counted: number } | { lines: number }
/** What it does to the stack: takes values from it, or all of them behind a mark and `below` before that, and puts `gives` on it. */
type Opcode = { argument: Argument; takes: number | 'marked'; below: number; gives: number; protocol: number }

const opcodes = new Map<number, Opcode>()
function define(
  names: string,
  argument: Argument,
  takes: Opcode['takes'],
  gives: number,
  { below = 0, protocol = 2 } = {},
): void {
  for (const name of Buffer.from(names, 'latin1')) opcodes.set(name, { argument, takes, below, gives, protocol })
}
// `pickletools` of Python 3.
define('N)]}\x88\x89', 0, 0, 1)
define('\x8f', 0, 0, 1, { protocol: 4 })
define('\x97', 0, 0, 1, { protocol: 5 })
define('0', 0, 1, 0)
define('2', 0, 1, 2)
define('Q\x85', 0, 1, 1)
define('\x98', 0, 1, 1, { protocol: 5 })
define('Rab\x81\x86', 0, 2, 1)
define('\x93', 0, 2, 1, { protocol: 4 })
define('s\x87', 0, 3, 1)
define('\x92', 0, 3, 1, { protocol: 4 })
define('1', 0, 'marked', 0)
define('tldo', 0, 'marked', 1)
define('\x91', 0, 'marked', 1, { protocol: 4 })
define('ue', 0, 'marked', 1, { below: 1 })
define('\x90', 0, 'marked', 1, { below: 1, protocol: 4 })
define('Kh\x82', 1, 0, 1)
define('M\x83', 2, 0, 1)
define('Jj\x84', 4, 0, 1)
define('G', 8, 0, 1)
define('U\x8a', { counted: 1 }, 0, 1)
define('C', { counted: 1 }, 0, 1, { protocol: 3 })
define('\x8c', { counted: 1 }, 0, 1, { protocol: 4 })
define('TX\x8b', { counted: 4 }, 0, 1)
define('B', { counted: 4 }, 0, 1, { protocol: 3 })
define('\x8d\x8e', { counted: 8 }, 0, 1, { protocol: 4 })
define('\x96', { counted: 8 }, 0, 1, { protocol: 5 })
define('gFILPSV', { lines: 1 }, 0, 1)
define('c', { lines: 2 }, 0, 1)
define('i', { lines: 2 }, 'marked', 1)
define('q', 1, 1, 1)
define('r', 4, 1, 1)
define('p', { lines: 1 }, 1, 1)
define('\x94', 0, 1, 1, { protocol: 4 })
/** A frame, whose bytes are opcodes. */
define('\x95', 8, 0, 0, { protocol: 4 })

const [mark, stop, put, get, memoize, number, frame] = Buffer.from('(.qh\x94\x8a\x95', 'latin1')
const ofText = new Set(Buffer.from('X\x8c\x8d', 'latin1'))
const ofBytes = new Set(Buffer.from('UTCB\x8e\x96', 'latin1'))
/** So many show that it is one. */
const mostOpcodes = 60
const fewOpcodes = 6
const longestArgument = 2 ** 24
const longestNumber = 32

/**
 * Whether opcodes of Python's pickle follow the one of the protocol, each with what it takes on the stack, as far as they are there. What is
 * put aside is numbered, from 0 or 1 on.
 */
export function isPickle(bytes: Buffer): boolean {
  const protocol = bytes[1]!
  /** How many values are behind each mark, and before the first one. */
  const stack = [0]
  let kept = 0
  let at = 2
  for (let count = 0; count < mostOpcodes && at < bytes.length; count++) {
    const name = bytes[at++]!
    if (name === stop) return stack.length === 1 && stack[0]! > 0
    if (name === mark) {
      stack.push(0)
      continue
    }
    const opcode = opcodes.get(name)
    if (opcode === undefined || opcode.protocol > protocol || !change(stack, opcode)) return false
    const next = bytes[at]
    if (next !== undefined) {
      if (name === put && next !== kept && next !== kept + 1) return false
      if (name === get && next > kept) return false
      if (name === number && next > longestNumber) return false
    }
    if (name === put || name === memoize) kept++
    const { from, to } = argumentAt(opcode.argument, bytes, at)
    if (to === -1 || (name === frame && bytes.subarray(at + 4, at + 8).some((byte) => byte !== 0))) return false
    const argument = bytes.subarray(from, to)
    if (ofText.has(name) && !areCharacters(argument)) return false
    // Of a list and the beginning of some bytes, the first one of any, nobody knows what they are.
    if (ofBytes.has(name) && to >= bytes.length && count < fewOpcodes && !isText(argument)) return false
    at = to
  }
  return true
}

/** Whether the stack has what an opcode takes. */
function change(stack: number[], { takes, below, gives }: Opcode): boolean {
  if (takes === 'marked') {
    if (stack.length === 1) return false
    stack.pop()
  }
  const taken = takes === 'marked' ? below : takes
  const top = stack.length - 1
  if (stack[top]! < taken) return false
  stack[top]! += gives - taken
  return true
}

/** Where an argument stands, which may be behind all bytes; `to` is -1: it is none. */
function argumentAt(argument: Argument, bytes: Buffer, at: number): { from: number; to: number } {
  if (typeof argument === 'number') return { from: at, to: at + argument }
  if ('counted' in argument) {
    const from = at + argument.counted
    if (from > bytes.length) return { from: bytes.length, to: bytes.length }
    const length = bytes.readUIntLE(at, Math.min(argument.counted, 6))
    const isShort = length < longestArgument && bytes.subarray(at + 6, from).every((byte) => byte === 0)
    return { from, to: isShort ? from + length : -1 }
  }
  let to = at
  for (let line = 0; line < argument.lines && to < bytes.length; to++) {
    if (bytes[to] === 0x0a) line++
    else if (bytes[to]! < 0x20 || bytes[to]! > 0x7e) return { from: at, to: -1 }
  }
  return { from: at, to }
}
