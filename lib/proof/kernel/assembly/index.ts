/** The initial hash value of SHA-256 (FIPS 180-4, 5.3.3) and its round constants (4.2.2). */
const initial = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
])
// biome-ignore format: eight in a line
const constants = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
])
/** Sixteen words of each of four messages side by side, then the eight of their states. */
const words = memory.data(16 * 16, 16)
const states = memory.data(8 * 16, 16)

// @ts-ignore: decorator
@inline
function rotated(x: v128, by: i32): v128 {
  return v128.or(i32x4.shr_u(x, by), i32x4.shl(x, 32 - by))
}

/** Lets the block in `words` into the four states (6.2.2). */
function compress(): void {
  let a = v128.load(states)
  let b = v128.load(states, 16)
  let c = v128.load(states, 32)
  let d = v128.load(states, 48)
  let e = v128.load(states, 64)
  let f = v128.load(states, 80)
  let g = v128.load(states, 96)
  let h = v128.load(states, 112)
  for (let t: i32 = 0; t < 64; t++) {
    const place = words + ((t & 15) << 4)
    let w = v128.load(place)
    if (t >= 16) {
      const w15 = v128.load(words + (((t + 1) & 15) << 4))
      const w7 = v128.load(words + (((t + 9) & 15) << 4))
      const w2 = v128.load(words + (((t + 14) & 15) << 4))
      const s0 = v128.xor(v128.xor(rotated(w15, 7), rotated(w15, 18)), i32x4.shr_u(w15, 3))
      const s1 = v128.xor(v128.xor(rotated(w2, 17), rotated(w2, 19)), i32x4.shr_u(w2, 10))
      w = i32x4.add(i32x4.add(w, s0), i32x4.add(w7, s1))
      v128.store(place, w)
    }
    const s1 = v128.xor(v128.xor(rotated(e, 6), rotated(e, 11)), rotated(e, 25))
    const choice = v128.xor(g, v128.and(e, v128.xor(f, g)))
    const t1 = i32x4.add(
      i32x4.add(h, s1),
      i32x4.add(i32x4.add(choice, w), v128.load32_splat(constants + (t << 2))),
    )
    const s0 = v128.xor(v128.xor(rotated(a, 2), rotated(a, 13)), rotated(a, 22))
    const majority = v128.or(v128.and(a, b), v128.and(c, v128.or(a, b)))
    h = g
    g = f
    f = e
    e = i32x4.add(d, t1)
    d = c
    c = b
    b = a
    a = i32x4.add(t1, i32x4.add(s0, majority))
  }
  v128.store(states, i32x4.add(a, v128.load(states)))
  v128.store(states, i32x4.add(b, v128.load(states, 16)), 16)
  v128.store(states, i32x4.add(c, v128.load(states, 32)), 32)
  v128.store(states, i32x4.add(d, v128.load(states, 48)), 48)
  v128.store(states, i32x4.add(e, v128.load(states, 64)), 64)
  v128.store(states, i32x4.add(f, v128.load(states, 80)), 80)
  v128.store(states, i32x4.add(g, v128.load(states, 96)), 96)
  v128.store(states, i32x4.add(h, v128.load(states, 112)), 112)
}

function begin(): void {
  for (let word: i32 = 0; word < 8; word++)
    v128.store(states + (word << 4), v128.load32_splat(initial + (word << 2)))
}

/** Word `word` of message `lane`. */
// @ts-ignore: decorator
@inline
function put(lane: i32, word: i32, value: u32): void {
  store<u32>(words + (word << 4) + (lane << 2), value)
}

/** The digests of the four states, as bytes in a row. */
function finish(to: i32): void {
  for (let lane: i32 = 0; lane < 4; lane++)
    for (let word: i32 = 0; word < 8; word++)
      store<u32>(to + (lane << 5) + (word << 2), bswap(load<u32>(states + (word << 4) + (lane << 2))))
}

/**
 * Hashes padded messages of `blocks` blocks each, `count` of them at `from`, into digests at `to`. Whole fours: up to three more are
 * read and written.
 */
export function hashBlocks(from: i32, to: i32, count: i32, blocks: i32): void {
  for (let done: i32 = 0; done < count; done += 4) {
    begin()
    for (let block: i32 = 0; block < blocks; block++) {
      for (let lane: i32 = 0; lane < 4; lane++) {
        const message = from + (((done + lane) * blocks + block) << 6)
        for (let word: i32 = 0; word < 16; word++) put(lane, word, bswap(load<u32>(message + (word << 2))))
      }
      compress()
    }
    finish(to + (done << 5))
  }
}

/**
 * Hashes pairs of nodes, 64 bytes each, `count` at `from`, into their parents at `to`: SHA-256(0x01 ‖ left ‖ right), two
 * blocks (RFC 6962, 2.1). Whole fours, and a parent may be written where an earlier pair was.
 */
export function hashNodes(from: i32, to: i32, count: i32): void {
  for (let done: i32 = 0; done < count; done += 4) {
    const pairs = from + (done << 6)
    for (let lane: i32 = 0; lane < 4; lane++) {
      let before: u32 = 1
      for (let word: i32 = 0; word < 16; word++) {
        const next = bswap(load<u32>(pairs + (lane << 6) + (word << 2)))
        put(lane, word, (before << 24) | (next >>> 8))
        before = next
      }
    }
    begin()
    compress()
    for (let lane: i32 = 0; lane < 4; lane++) {
      put(lane, 0, (load<u32>(pairs + (lane << 6) + 60) & 0xff000000) | 0x800000)
      for (let word: i32 = 1; word < 15; word++) put(lane, word, 0)
      put(lane, 15, 65 * 8)
    }
    compress()
    finish(to + (done << 5))
  }
}
