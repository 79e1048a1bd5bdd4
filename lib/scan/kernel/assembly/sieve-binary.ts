import { outside } from './classify'
import { block, constants, sieve, stops } from './memory'
import { addSpot, List } from './spots'

/** The words of 64 bytes, of those that are new, in which not all bytes are characters: of numbers in binary and of much else. */
export function siftBinary(first: i32, size: i32): void {
  if (load<i32>(sieve, 380) == 0) return
  const columns = v128.load(sieve, 1920)
  const rows = v128.load(constants)
  const low = v128.load(constants, 16)
  const zero = v128.load(constants, 32)
  let list = stops
  let address = block + <usize>(first + 64)
  for (let word = 64; word < size; word += 64) {
    const some =
      outside(v128.load(address), columns, rows, low, zero) |
      outside(v128.load(address, 16), columns, rows, low, zero) |
      outside(v128.load(address, 32), columns, rows, low, zero) |
      outside(v128.load(address, 48), columns, rows, low, zero)
    store<i32>(list, first + word)
    list += <usize>(some != 0) << 2
    address += 64
  }
  for (let place = stops; place < list; place += 4) addSpot(List.binaryUuid, load<i32>(place))
}
