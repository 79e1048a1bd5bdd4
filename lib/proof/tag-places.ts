/** Tags that are looked through for one lookup, on average. */
const tagsPerBucket = 4

/**
 * Finds tags among sorted ones, four words each, in others from a word on: -1, or its place. Tags are uniform, so the first word says nearly where one
 * is. Memory: a byte for each tag.
 */
export function createTagPlaces(words: Uint32Array): { find(tags: Uint32Array, from: number): number } {
  const count = words.length / 4
  if (count === 0) return { find: () => -1 }
  const first = words[0]!
  const last = words[(count - 1) * 4]!
  const buckets = Math.max(1, Math.ceil(count / tagsPerBucket))
  const scale = buckets / (last - first + 1)
  const bucketOf = (word: number) => Math.floor((word - first) * scale)
  const starts = new Uint32Array(buckets + 1)
  for (let place = 0; place < count; place++) starts[bucketOf(words[place * 4]!) + 1]!++
  for (let bucket = 0; bucket < buckets; bucket++) starts[bucket + 1]! += starts[bucket]!
  return {
    find(tags, from) {
      const word = tags[from]!
      if (word < first || word > last) return -1
      const bucket = bucketOf(word)
      for (let place = starts[bucket]!; place < starts[bucket + 1]!; place++) {
        const at = place * 4
        const isSame =
          words[at] === word &&
          words[at + 1] === tags[from + 1] &&
          words[at + 2] === tags[from + 2] &&
          words[at + 3] === tags[from + 3]
        if (isSame) return place
      }
      return -1
    },
  }
}
