import { hashDigits, writeDigits } from './hash-numbers'
import { constants, queues, tokens } from './memory'
import { lookUpHashes } from './tokens'

/**
 * Numbers of one length wait for one another, since their digits are hashed four at a time: of each length a queue of so many, in three arrays:
 * which numbers they are and where their digits begin, a word each, and their values.
 */
const queueLength: usize = 128
export const wordBytes: usize = 4 * queueLength
const valuesFrom: usize = 2 * wordBytes
const queueBytes: usize = 4 * wordBytes
export const mostDigits: i32 = 20
/** Behind the queues: how many bytes of the first array of each are taken, and the digits of those that are looked up. */
const takenFrom: usize = (<usize>mostDigits + 1) * queueBytes
const digitsFrom: usize = takenFrom + 128

export function emptyQueue(length: i32, place: usize): usize {
  leaveQueue(length, place)
  lookUpQueue(length)
  return enterQueue(length)
}

/** Where the first array of a queue ends. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function endOfQueue(length: i32): usize {
  return queues + <usize>length * queueBytes + wordBytes
}

/** Where the value is that belongs to a place in the first array, which ends before `limit`. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function valueOf(place: usize, limit: usize): usize {
  return (place << 1) - limit + (valuesFrom + wordBytes)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function enterQueue(length: i32): usize {
  return queues + <usize>length * queueBytes + load<usize>(queues + takenFrom + (<usize>length << 2))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
export function leaveQueue(length: i32, place: usize): void {
  store<usize>(queues + takenFrom + (<usize>length << 2), place - queues - <usize>length * queueBytes)
}

/** How many decimal digits a number has; 0 has one. */
// @ts-ignore: a decorator of AssemblyScript
@inline
export function digitsIn(value: u64): i32 {
  const bits = 64 - <i32>clz(value | 1)
  const least = (bits * 1233) >> 12
  return least + <i32>((value | 1) >= load<u64>(constants + (<usize>least << 3), 448))
}

/** Looks up what waits in the queues of these lengths. */
export function lookUpQueues(shortest: i32, longest: i32): void {
  for (let length = shortest; length <= longest; length++) lookUpQueue(length)
}

function lookUpQueue(length: i32): void {
  const taken = queues + takenFrom + (<usize>length << 2)
  const bytes = load<usize>(taken)
  if (bytes == 0) return
  store<usize>(taken, 0)
  const queue = queues + <usize>length * queueBytes
  writeDigits(queue + valuesFrom, bytes, queues + digitsFrom, wordBytes, (length + 3) >> 2)
  hashDigits(queues + digitsFrom, wordBytes, bytes, length)
  memory.copy(tokens + 4096, queue, bytes)
  memory.copy(tokens + 6144, queue + wordBytes, bytes)
  lookUpHashes(bytes >> 2)
}
