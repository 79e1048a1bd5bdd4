import { digestBytes } from './keyed-digest.ts'

export const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength)

/** Rows of a shard, from byte `at` of the view on. It is the taker's only until the next one is asked for. */
type KeptShard = { view: DataView; at: number }

const blockBytes = 1 << 20

/**
 * Shards that were read, as many as fit into `mostKept` bytes; what was read first makes room. Their memory is used again: new memory for each lookup in a large table
 * takes longer than to read and check what goes into it.
 */
export function createKeptShards(
  starts: Uint32Array,
  mostKept: number,
  read: (shard: number, memory: Uint8Array) => Uint8Array,
): { get(shard: number): KeptShard } {
  const shards = starts.length - 1
  let longest = 0
  for (let shard = 0; shard < shards; shard++) longest = Math.max(longest, starts[shard + 1]! - starts[shard]!)
  const slotBytes = longest * digestBytes
  const slots = Math.max(1, Math.min(shards, Math.floor(mostKept / slotBytes)))
  const slotsOfBlock = Math.max(1, Math.floor(blockBytes / slotBytes))
  const blocks: { bytes: Uint8Array; view: DataView }[] = []
  /** Which slot each shard is in, and the other way round; -1: none. */
  const slotOf = new Int32Array(shards).fill(-1)
  const shardIn = new Int32Array(slots).fill(-1)
  let next = 0

  function blockOf(slot: number) {
    const place = Math.floor(slot / slotsOfBlock)
    if (blocks[place] === undefined) {
      const bytes = new Uint8Array(Math.min(slotsOfBlock, slots - place * slotsOfBlock) * slotBytes)
      blocks[place] = { bytes, view: viewOf(bytes) }
    }
    return blocks[place]
  }

  /** What could not be read is in no slot. */
  function put(shard: number): number {
    const slot = next
    const at = (slot % slotsOfBlock) * slotBytes
    const size = (starts[shard + 1]! - starts[shard]!) * digestBytes
    if (shardIn[slot] !== -1) slotOf[shardIn[slot]!] = -1
    shardIn[slot] = -1
    const memory = blockOf(slot).bytes.subarray(at, at + size)
    const bytes = read(shard, memory)
    if (bytes.buffer !== memory.buffer) memory.set(bytes)
    slotOf[shard] = slot
    shardIn[slot] = shard
    next = (slot + 1) % slots
    return slot
  }

  return {
    get(shard) {
      const slot = slotOf[shard] === -1 ? put(shard) : slotOf[shard]!
      return { view: blockOf(slot).view, at: (slot % slotsOfBlock) * slotBytes }
    },
  }
}
