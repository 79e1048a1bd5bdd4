import { keyed, lengths, messageBytes } from './memory'

/** BLAKE2s (RFC 7693) of four messages of one block at a time; `lib/subject-index/keyed-digest.ts` says what of. */

/** Of the key's block, which comes first. */
const blockBytes: i32 = 64

/**
 * Writes the first 16 bytes of each digest of four messages at `message` to `to`, as words that order as the bytes do.
 * `row`: the number of the first one.
 */
// biome-ignore format: a line is one mixing function G (section 3.1), eight lines are a round
export function digestFour(message: usize, row: usize, to: usize): void {
  const at1 = message + messageBytes
  const at2 = at1 + messageBytes
  const at3 = at2 + messageBytes
  const w00 = v128.load(message); const w01 = v128.load(at1); const w02 = v128.load(at2); const w03 = v128.load(at3)
  const l00 = v128.shuffle<i32>(w00, w01, 0, 4, 1, 5); const l01 = v128.shuffle<i32>(w02, w03, 0, 4, 1, 5)
  const h00 = v128.shuffle<i32>(w00, w01, 2, 6, 3, 7); const h01 = v128.shuffle<i32>(w02, w03, 2, 6, 3, 7)
  const m0 = v128.shuffle<i64>(l00, l01, 0, 2); const m1 = v128.shuffle<i64>(l00, l01, 1, 3)
  const m2 = v128.shuffle<i64>(h00, h01, 0, 2); const m3 = v128.shuffle<i64>(h00, h01, 1, 3)
  const w10 = v128.load(message, 16); const w11 = v128.load(at1, 16); const w12 = v128.load(at2, 16); const w13 = v128.load(at3, 16)
  const l10 = v128.shuffle<i32>(w10, w11, 0, 4, 1, 5); const l11 = v128.shuffle<i32>(w12, w13, 0, 4, 1, 5)
  const h10 = v128.shuffle<i32>(w10, w11, 2, 6, 3, 7); const h11 = v128.shuffle<i32>(w12, w13, 2, 6, 3, 7)
  const m4 = v128.shuffle<i64>(l10, l11, 0, 2); const m5 = v128.shuffle<i64>(l10, l11, 1, 3)
  const m6 = v128.shuffle<i64>(h10, h11, 0, 2); const m7 = v128.shuffle<i64>(h10, h11, 1, 3)
  const w20 = v128.load(message, 32); const w21 = v128.load(at1, 32); const w22 = v128.load(at2, 32); const w23 = v128.load(at3, 32)
  const l20 = v128.shuffle<i32>(w20, w21, 0, 4, 1, 5); const l21 = v128.shuffle<i32>(w22, w23, 0, 4, 1, 5)
  const h20 = v128.shuffle<i32>(w20, w21, 2, 6, 3, 7); const h21 = v128.shuffle<i32>(w22, w23, 2, 6, 3, 7)
  const m8 = v128.shuffle<i64>(l20, l21, 0, 2); const m9 = v128.shuffle<i64>(l20, l21, 1, 3)
  const m10 = v128.shuffle<i64>(h20, h21, 0, 2); const m11 = v128.shuffle<i64>(h20, h21, 1, 3)
  const w30 = v128.load(message, 48); const w31 = v128.load(at1, 48); const w32 = v128.load(at2, 48); const w33 = v128.load(at3, 48)
  const l30 = v128.shuffle<i32>(w30, w31, 0, 4, 1, 5); const l31 = v128.shuffle<i32>(w32, w33, 0, 4, 1, 5)
  const h30 = v128.shuffle<i32>(w30, w31, 2, 6, 3, 7); const h31 = v128.shuffle<i32>(w32, w33, 2, 6, 3, 7)
  const m12 = v128.shuffle<i64>(l30, l31, 0, 2); const m13 = v128.shuffle<i64>(l30, l31, 1, 3)
  const m14 = v128.shuffle<i64>(h30, h31, 0, 2); const m15 = v128.shuffle<i64>(h30, h31, 1, 3)
  const h0 = v128.load32_splat(keyed)
  const h1 = v128.load32_splat(keyed, 4)
  const h2 = v128.load32_splat(keyed, 8)
  const h3 = v128.load32_splat(keyed, 12)
  let v0 = h0; let v1 = h1; let v2 = h2; let v3 = h3
  let v4 = v128.load32_splat(keyed, 16); let v5 = v128.load32_splat(keyed, 20)
  let v6 = v128.load32_splat(keyed, 24); let v7 = v128.load32_splat(keyed, 28)
  let v8 = i32x4.splat(0x6a09e667); let v9 = i32x4.splat(0xbb67ae85)
  let v10 = i32x4.splat(0x3c6ef372); let v11 = i32x4.splat(0xa54ff53a)
  // The bytes so far: the key's block, the shape and the text.
  const count = i32x4.add(v128.load(lengths + (row << 2)), i32x4.splat(blockBytes + 1))
  let v12 = v128.xor(i32x4.splat(0x510e527f), count); let v13 = i32x4.splat(0x9b05688c)
  let v14 = i32x4.splat(~0x1f83d9ab); let v15 = i32x4.splat(0x5be0cd19)

  v0 = sum(v0, v4, m0); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m1); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m2); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m3); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m4); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m5); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m6); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m7); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m8); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m9); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m10); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m11); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m12); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m13); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m14); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m15); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m14); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m10); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m4); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m8); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m9); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m15); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m13); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m6); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m1); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m12); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m0); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m2); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m11); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m7); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m5); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m3); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m11); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m8); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m12); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m0); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m5); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m2); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m15); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m13); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m10); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m14); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m3); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m6); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m7); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m1); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m9); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m4); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m7); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m9); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m3); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m1); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m13); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m12); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m11); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m14); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m2); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m6); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m5); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m10); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m4); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m0); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m15); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m8); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m9); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m0); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m5); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m7); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m2); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m4); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m10); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m15); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m14); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m1); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m11); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m12); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m6); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m8); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m3); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m13); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m2); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m12); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m6); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m10); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m0); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m11); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m8); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m3); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m4); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m13); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m7); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m5); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m15); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m14); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m1); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m9); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m12); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m5); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m1); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m15); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m14); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m13); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m4); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m10); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m0); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m7); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m6); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m3); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m9); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m2); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m8); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m11); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m13); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m11); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m7); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m14); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m12); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m1); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m3); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m9); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m5); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m0); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m15); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m4); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m8); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m6); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m2); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m10); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m6); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m15); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m14); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m9); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m11); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m3); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m0); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m8); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m12); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m2); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m13); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m7); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m1); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m4); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m10); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m5); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  v0 = sum(v0, v4, m10); v12 = by16(v12, v0); v8 = i32x4.add(v8, v12); v4 = by12(v4, v8); v0 = sum(v0, v4, m2); v12 = by8(v12, v0); v8 = i32x4.add(v8, v12); v4 = by7(v4, v8)
  v1 = sum(v1, v5, m8); v13 = by16(v13, v1); v9 = i32x4.add(v9, v13); v5 = by12(v5, v9); v1 = sum(v1, v5, m4); v13 = by8(v13, v1); v9 = i32x4.add(v9, v13); v5 = by7(v5, v9)
  v2 = sum(v2, v6, m7); v14 = by16(v14, v2); v10 = i32x4.add(v10, v14); v6 = by12(v6, v10); v2 = sum(v2, v6, m6); v14 = by8(v14, v2); v10 = i32x4.add(v10, v14); v6 = by7(v6, v10)
  v3 = sum(v3, v7, m1); v15 = by16(v15, v3); v11 = i32x4.add(v11, v15); v7 = by12(v7, v11); v3 = sum(v3, v7, m5); v15 = by8(v15, v3); v11 = i32x4.add(v11, v15); v7 = by7(v7, v11)
  v0 = sum(v0, v5, m15); v15 = by16(v15, v0); v10 = i32x4.add(v10, v15); v5 = by12(v5, v10); v0 = sum(v0, v5, m11); v15 = by8(v15, v0); v10 = i32x4.add(v10, v15); v5 = by7(v5, v10)
  v1 = sum(v1, v6, m9); v12 = by16(v12, v1); v11 = i32x4.add(v11, v12); v6 = by12(v6, v11); v1 = sum(v1, v6, m14); v12 = by8(v12, v1); v11 = i32x4.add(v11, v12); v6 = by7(v6, v11)
  v2 = sum(v2, v7, m3); v13 = by16(v13, v2); v8 = i32x4.add(v8, v13); v7 = by12(v7, v8); v2 = sum(v2, v7, m12); v13 = by8(v13, v2); v8 = i32x4.add(v8, v13); v7 = by7(v7, v8)
  v3 = sum(v3, v4, m13); v14 = by16(v14, v3); v9 = i32x4.add(v9, v14); v4 = by12(v4, v9); v3 = sum(v3, v4, m0); v14 = by8(v14, v3); v9 = i32x4.add(v9, v14); v4 = by7(v4, v9)

  const d0 = bigEndian(v128.xor(h0, v128.xor(v0, v8)))
  const d1 = bigEndian(v128.xor(h1, v128.xor(v1, v9)))
  const d2 = bigEndian(v128.xor(h2, v128.xor(v2, v10)))
  const d3 = bigEndian(v128.xor(h3, v128.xor(v3, v11)))
  const low01 = v128.shuffle<i32>(d0, d1, 0, 4, 1, 5)
  const low23 = v128.shuffle<i32>(d2, d3, 0, 4, 1, 5)
  const high01 = v128.shuffle<i32>(d0, d1, 2, 6, 3, 7)
  const high23 = v128.shuffle<i32>(d2, d3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2))
  v128.store(to, v128.shuffle<i64>(low01, low23, 1, 3), 16)
  v128.store(to, v128.shuffle<i64>(high01, high23, 0, 2), 32)
  v128.store(to, v128.shuffle<i64>(high01, high23, 1, 3), 48)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function sum(a: v128, b: v128, c: v128): v128 {
  return i32x4.add(i32x4.add(a, b), c)
}

/** The exclusive or, rotated to the right. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function by16(a: v128, b: v128): v128 {
  const x = v128.xor(a, b)
  return v128.shuffle<i8>(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function by12(a: v128, b: v128): v128 {
  const x = v128.xor(a, b)
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function by8(a: v128, b: v128): v128 {
  const x = v128.xor(a, b)
  return v128.shuffle<i8>(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function by7(a: v128, b: v128): v128 {
  const x = v128.xor(a, b)
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25))
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function bigEndian(x: v128): v128 {
  return v128.shuffle<i8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)
}
